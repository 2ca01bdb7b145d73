//! Restoring a backup.

use std::path::{Path, PathBuf};

use super::files::{copy_file, make_empty_folder, sync_folder};
use super::manifest::{BackedUp, Manifest, ManifestFile};
use super::{BackupError, CATALOG_FILE};

/// Under this name the catalog is copied, so that there is no store before everything is there.
const UNFINISHED_CATALOG: &str = "proctor.db.unfinished";

/// Makes the data directory `target`, which must be absent or empty, from the backup in `folder`. Each file is checked while it is
/// copied. When anything is wrong, what was copied is removed again.
///
/// # Errors
/// See [`BackupError`].
pub async fn restore(folder: PathBuf, target: PathBuf) -> Result<BackedUp, BackupError> {
    tokio::task::spawn_blocking(move || restore_files(&folder, &target)).await.map_err(|_| BackupError::Restless)?
}

fn restore_files(folder: &Path, target: &Path) -> Result<BackedUp, BackupError> {
    let manifest = Manifest::read(folder)?;
    make_empty_folder(target)?;
    let copied = copy_all(&manifest, folder, target);
    if copied.is_err() {
        // The target was empty before: all that is there is ours. The error that is reported is the first one.
        let _ = std::fs::remove_dir_all(target).and_then(|()| std::fs::create_dir(target));
    }
    copied.map(|()| manifest.summary())
}

fn copy_all(manifest: &Manifest, folder: &Path, target: &Path) -> Result<(), BackupError> {
    for ManifestFile { path, bytes, sha256 } in &manifest.files {
        let to = target.join(if path == CATALOG_FILE { UNFINISHED_CATALOG } else { path });
        let from = folder.join(path);
        if !from.is_file() {
            return Err(BackupError::Damaged { path: path.clone(), fault: "it is missing" });
        }
        let (found_bytes, found_sha256) = copy_file(&from, &to)?;
        if found_bytes != *bytes {
            return Err(BackupError::Damaged { path: path.clone(), fault: "its size is another" });
        }
        if found_sha256 != *sha256 {
            return Err(BackupError::Damaged { path: path.clone(), fault: "its SHA-256 is another" });
        }
        if let Some(parent) = to.parent() {
            sync_folder(parent)?;
        }
    }
    let catalog = target.join(CATALOG_FILE);
    std::fs::rename(target.join(UNFINISHED_CATALOG), &catalog).map_err(BackupError::file(&catalog))?;
    sync_folder(target)
}
