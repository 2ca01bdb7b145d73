//! Running `proctor backup`.

use std::path::{Path, PathBuf};

use proctor_server::{Clock, SystemClock};
use proctor_store::backup::{BackedUp, BackupError, BackupOptions, KEY_FILE, back_up};
use proctor_store::{Database, StoreError};
use serde_json::json;

use crate::backup::BackupArgs;
use crate::backup::tar::{is_tar, pack, staging_folder};
use crate::exit::{Exit, Failure};
use crate::output::{self, bytes, counted};

/// Makes the backup.
///
/// # Errors
/// When there is no store, the target is taken, or something cannot be read or written.
pub(crate) async fn run(args: BackupArgs) -> anyhow::Result<Exit> {
    let Database::Sqlite(database) = args.storage.database()? else {
        let next_step = "copy the database with pg_dump; it holds everything, the executions too (docs/storage.md)";
        return Err(Failure::usage("this store is in PostgreSQL, whose own tools make its backups", next_step).into());
    };
    let key = if args.with_key { Some(key_file(&args)?) } else { None };
    let options = |folder| BackupOptions { database: database.clone(), folder, key: key.clone(), now: SystemClock::default().now() };
    let done = if is_tar(&args.to) {
        let staging = staging_folder(&args.to)?;
        let done = back_up(options(staging.path().join("backup"))).await.map_err(failure)?;
        pack(&staging.path().join("backup"), &args.to)?;
        done
    } else {
        back_up(options(args.to.clone())).await.map_err(failure)?
    };
    show(&args.to, &done, args.json);
    Ok(Exit::Done)
}

fn key_file(args: &BackupArgs) -> Result<PathBuf, Failure> {
    let path = args.storage.data_dir.join(KEY_FILE);
    if path.is_file() {
        return Ok(path);
    }
    let next_step = "leave out --with-key, and keep the key where PROCTOR_SECRET_KEY comes from";
    Err(Failure::usage(format!("there is no key at {}", path.display()), next_step))
}

fn show(to: &Path, done: &BackedUp, is_json: bool) {
    let BackedUp { files, bytes: total, has_key } = done;
    if is_json {
        output::json(&json!({ "backup": to.display().to_string(), "files": files, "bytes": total, "has_key": has_key }));
        return;
    }
    output::say(&format!("Backed up {} with {} to {}.", counted(*files, "file"), bytes(*total), to.display()));
    if !has_key {
        output::say("The key that seals upload tokens is not in it: keep secret.key elsewhere, or add --with-key.");
    }
}

/// What to do next about an error.
pub(crate) fn failure(error: BackupError) -> Failure {
    let message = error.to_string();
    match error {
        BackupError::Occupied(_) => Failure::usage(message, "name a folder that is empty or does not exist yet"),
        BackupError::NoStore(_) => Failure::usage(message, "give --data-dir or --database-url of a Proctor that has been started"),
        BackupError::NoManifest(_) => Failure::usage(message, "name a folder or a .tar file that 'proctor backup' wrote to its end"),
        BackupError::Damaged { .. } => Failure::refused(message, "use another backup; nothing was restored"),
        BackupError::Restless => Failure::unreachable(message, "try again"),
        BackupError::File { .. } => {
            Failure::refused(message, "see whether this user may read and write there, and whether the disk is full")
        }
        BackupError::Store(StoreError::Unavailable(_)) => Failure::unreachable(message, "try again"),
        BackupError::Store(StoreError::Full) => Failure::refused(message, "make room on the disk, or choose another with --to"),
        BackupError::Store(_) => Failure::refused(message, "see whether this user may read the data directory"),
    }
}
