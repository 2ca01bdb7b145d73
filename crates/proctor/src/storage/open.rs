//! Opening a store.

use std::path::Path;
use std::time::Duration;

use proctor_core::time::Timestamp;
use proctor_store::{Database, Store, StoreError, StoreOptions, Sweep};

use crate::exit::Failure;
use crate::storage::StorageArgs;
use crate::storage::secret_key;

/// Commits that may wait for the writer before uploads are answered with 503.
const COMMIT_QUEUE_MAX: usize = 1_024;

/// Opens the store that `args` name, and makes its directories. `stale_after`: the stale period of runs.
///
/// # Errors
/// When a directory cannot be made, the key cannot be read or the database cannot be opened.
pub(crate) async fn open(args: &StorageArgs, stale_after: Duration, sweep: Sweep, now: Timestamp) -> anyhow::Result<Store> {
    let database = args.database()?;
    for directory in args.directories(&database) {
        make_directory(&directory)?;
    }
    let place = match &database {
        Database::Sqlite(path) => path.display().to_string(),
        // The address may hold a password.
        Database::Postgres(_) => "the PostgreSQL database".to_owned(),
    };
    let if_away = match &database {
        Database::Sqlite(_) => "stop the server that has it open, or choose another --data-dir",
        Database::Postgres(_) => "see whether the database runs and --database-url is right",
    };
    let options = StoreOptions {
        database,
        sealing_key: secret_key::load(args.secret_key.as_deref(), &args.data_dir)?,
        stale_after_ms: i64::try_from(stale_after.as_millis()).unwrap_or(i64::MAX),
        commit_queue_max: COMMIT_QUEUE_MAX,
        sweep,
    };
    Store::open(options, now).await.map_err(|error| failure(&place, if_away, &error).into())
}

fn failure(place: &str, if_away: &str, error: &StoreError) -> Failure {
    let message = format!("failed to open {place}: {error}");
    match error {
        StoreError::Unavailable(_) => Failure::unreachable(message, if_away),
        StoreError::Full => Failure::unreachable(message, "make room on the disk"),
        StoreError::Corrupt(_) => Failure::refused(message, "restore the last backup: docs/storage.md"),
        StoreError::Taken(_) | StoreError::Missing(_) | StoreError::Internal(_) => {
            Failure::refused(message, "see whether this user may read and write there, and whether a newer Proctor made it")
        }
    }
}

fn make_directory(path: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(path).map_err(|error| {
        Failure::usage(
            format!("failed to make the directory {}: {error}", path.display()),
            "choose another with --data-dir, or let this user write there",
        )
    })
}
