//! Opening a store.

use std::path::Path;
use std::time::Duration;

use proctor_core::time::Timestamp;
use proctor_server::Settings;
use proctor_store::{CompactionOptions, Database, QueryLimits, Store, StoreError, StoreOptions, Sweep};

use crate::exit::Failure;
use crate::storage::StorageArgs;
use crate::storage::secret_key;

/// Commits that may wait for the writer before uploads are answered with 503.
const COMMIT_QUEUE_MAX: usize = 1_024;

/// Where a server on PostgreSQL keeps copies of day files, inside of the data directory.
const CACHE_DIRECTORY: &str = "cache";

/// How a store is opened.
#[derive(Debug)]
pub(crate) struct Opening {
    /// The stale period of runs.
    pub(crate) stale_after: Duration,
    /// When executions are compacted.
    pub(crate) compaction: CompactionOptions,
    /// What questions about executions may take.
    pub(crate) query_limits: QueryLimits,
    /// Whether this process is a server.
    pub(crate) sweep: Sweep,
    /// Now.
    pub(crate) now: Timestamp,
}

impl Opening {
    /// With the default settings.
    pub(crate) fn new(sweep: Sweep, now: Timestamp) -> Self {
        let stale_after = Settings::default().stale_after;
        Self { stale_after, compaction: CompactionOptions::default(), query_limits: QueryLimits::default(), sweep, now }
    }
}

/// Opens the store that `args` name, and makes its directories.
///
/// # Errors
/// When a directory cannot be made, the key cannot be read or the database cannot be opened.
pub(crate) async fn open(args: &StorageArgs, opening: Opening) -> anyhow::Result<Store> {
    let Opening { stale_after, compaction, query_limits, sweep, now } = opening;
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
        compaction: CompactionOptions { cache_directory: Some(args.data_dir.join(CACHE_DIRECTORY)), ..compaction },
        sweep,
        query_limits,
    };
    Store::open(options, now).await.map_err(|error| failure(&place, if_away, &error).into())
}

fn failure(place: &str, if_away: &str, error: &StoreError) -> Failure {
    let message = format!("failed to open {place}: {error}");
    match error {
        StoreError::Unavailable(_) => Failure::unreachable(message, if_away),
        StoreError::Full => Failure::unreachable(message, "make room on the disk"),
        StoreError::Corrupt(_) => Failure::refused(message, "restore the last backup: docs/storage.md"),
        StoreError::Taken(_)
        | StoreError::Missing(_)
        | StoreError::TooExpensive { .. }
        | StoreError::SealedElsewhere
        | StoreError::Internal(_) => {
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
