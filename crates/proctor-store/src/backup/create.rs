//! Making a backup.

use std::path::{Path, PathBuf};
use std::time::Duration;

use proctor_core::time::Timestamp;

use super::files::{copy_file, create_new, hash_file, link_or_copy, make_empty_folder, sync_folder};
use super::manifest::{BackedUp, Manifest, ManifestFile};
use super::{BackupError, CATALOG_FILE, KEY_FILE};
use crate::catalog::snapshot::{HeldWriters, day_file_paths, snapshot_sqlite};

/// How often the catalog is copied anew because a day file that it named was gone before it was linked.
const TRIES_MAX: u32 = 10;

/// How often, and how many times at the most, to look whether the copy of the catalog has begun. Writers wait meanwhile.
const BEGUN_POLL: Duration = Duration::from_millis(2);
const BEGUN_POLLS_MAX: u32 = 500;

/// What to back up, and where to.
#[derive(Clone, Debug)]
pub struct BackupOptions {
    /// The SQLite file. Day files lie beside it.
    pub database: PathBuf,
    /// The folder to write: absent or empty.
    pub folder: PathBuf,
    /// The file of the key that seals upload tokens, if it is to be in the backup.
    pub key: Option<PathBuf>,
    /// What the manifest says of its time.
    pub now: Timestamp,
}

/// Makes a backup of a store that a server may have open. Uploads go on meanwhile; the backup holds those that were complete at one
/// moment.
///
/// # Errors
/// See [`BackupError`]. What was written before an error stays, without a manifest.
pub async fn back_up(options: BackupOptions) -> Result<BackedUp, BackupError> {
    let BackupOptions { database, folder, key, now } = options;
    if !database.is_file() {
        return Err(BackupError::NoStore(database));
    }
    make_empty_folder(&folder)?;
    let source = database.parent().map(Path::to_owned).unwrap_or_default();
    let mut names = Err(BackupError::Restless);
    for _ in 0..TRIES_MAX {
        names = snapshot(&database, &source, &folder).await;
        if !matches!(names, Err(BackupError::Restless)) {
            break;
        }
    }
    let names = names?;
    let finish = move || finish(&folder, names, key.as_deref(), now);
    tokio::task::spawn_blocking(finish).await.map_err(|_| BackupError::Restless)?
}

/// Copies the catalog and places the files that it names: their names. [`BackupError::Restless`] when one of them was gone.
///
/// Files are named and let go by transactions that write, and there is none while the copy begins: what is placed then is what the
/// copy names. Nearly all files are placed before, so that writers wait for a few links only.
async fn snapshot(database: &Path, source: &Path, folder: &Path) -> Result<Vec<String>, BackupError> {
    place(source, folder, &day_file_paths(database).await?)?;
    let copy = folder.join(CATALOG_FILE);
    remove_if_there(&copy)?;
    drop(create_new(&copy)?);
    let mut writers = HeldWriters::hold(database).await?;
    let place_rest = async {
        wait_until_begun(&copy).await;
        let placed = match writers.day_file_paths().await {
            Ok(names) => place(source, folder, &names),
            Err(error) => Err(error.into()),
        };
        writers.release().await?;
        placed
    };
    let (copied, placed) = tokio::join!(snapshot_sqlite(database, &copy), place_rest);
    copied?;
    placed?;
    let names = day_file_paths(&copy).await?;
    if names.iter().all(|name| folder.join(name).exists()) { Ok(names) } else { Err(BackupError::Restless) }
}

/// Links or copies the files that are not in the folder yet; those that are gone are left out. One of an earlier try is the same: day
/// files never change.
fn place(source: &Path, folder: &Path, names: &[String]) -> Result<(), BackupError> {
    for name in names {
        let to = folder.join(name);
        if !to.exists() {
            link_or_copy(&source.join(name), &to)?;
        }
    }
    Ok(())
}

/// Waits until something is in the copy: then it has its view of the catalog. A copy that takes longer is looked through afterwards.
async fn wait_until_begun(copy: &Path) {
    for _ in 0..BEGUN_POLLS_MAX {
        if copy.metadata().is_ok_and(|metadata| metadata.len() > 0) {
            return;
        }
        tokio::time::sleep(BEGUN_POLL).await;
    }
}

/// Removes files of earlier tries, and writes the manifest once everything else is durable.
fn finish(folder: &Path, names: Vec<String>, key: Option<&Path>, now: Timestamp) -> Result<BackedUp, BackupError> {
    let mut files = vec![CATALOG_FILE.to_owned()];
    files.extend(names);
    if let Some(key) = key {
        copy_file(key, &folder.join(KEY_FILE))?;
        files.push(KEY_FILE.to_owned());
    }
    remove_others(folder, folder, &files)?;
    let entry_of = |path: String| {
        let (bytes, sha256) = hash_file(&folder.join(&path))?;
        Ok(ManifestFile { path, bytes, sha256 })
    };
    let manifest = Manifest::new(now.to_string(), files.into_iter().map(entry_of).collect::<Result<_, BackupError>>()?);
    sync_all_folders(folder)?;
    manifest.write(folder)?;
    sync_folder(folder)?;
    Ok(manifest.summary())
}

/// Removes what is below `folder` and not among `wanted`.
fn remove_others(root: &Path, folder: &Path, wanted: &[String]) -> Result<(), BackupError> {
    for entry in std::fs::read_dir(folder).map_err(BackupError::file(folder))? {
        let path = entry.map_err(BackupError::file(folder))?.path();
        if path.is_dir() {
            remove_others(root, &path, wanted)?;
        } else if !wanted.iter().any(|name| root.join(name) == path) {
            std::fs::remove_file(&path).map_err(BackupError::file(&path))?;
        }
    }
    Ok(())
}

fn sync_all_folders(folder: &Path) -> Result<(), BackupError> {
    for entry in std::fs::read_dir(folder).map_err(BackupError::file(folder))? {
        let path = entry.map_err(BackupError::file(folder))?.path();
        if path.is_dir() {
            sync_all_folders(&path)?;
        }
    }
    sync_folder(folder)
}

fn remove_if_there(path: &Path) -> Result<(), BackupError> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(BackupError::file(path)(error)),
        _ => Ok(()),
    }
}
