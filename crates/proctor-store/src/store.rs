//! [`Store`]: the way in.

use std::path::PathBuf;
use std::sync::Arc;

use proctor_core::time::Timestamp;

use crate::error::StoreError;
use crate::secret::SealingKey;

/// Where the catalog lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Database {
    /// An SQLite file, made if absent.
    Sqlite(PathBuf),
    /// A PostgreSQL server, by its `postgres://` address.
    Postgres(String),
}

/// How a store is opened.
#[derive(Clone, Debug)]
pub struct StoreOptions {
    /// Where the catalog lives.
    pub database: Database,
    /// Seals suite tokens.
    pub sealing_key: SealingKey,
    /// The stale period of runs, in milliseconds.
    pub stale_after_ms: i64,
    /// Commits that may wait for the writer; one more is [`StoreError::Unavailable`].
    pub commit_queue_max: usize,
    /// Whether uploads left `processing` by processes that died are swept at opening. The CLI, which opens the store of a running
    /// server, says no.
    pub sweep: Sweep,
}

/// Whether opening ends uploads of dead processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sweep {
    /// Yes: this process is a server.
    DeadUploads,
    /// No: this process only administers.
    Nothing,
}

/// An open store. Cloning is cheap and gives the same store.
#[derive(Clone, Debug)]
pub struct Store {
    #[expect(dead_code, reason = "skeleton")]
    inner: Arc<StoreOptions>,
}

impl Store {
    /// Opens the store, brings its tables up to date and sweeps as asked. `now` is the time of the sweep.
    ///
    /// # Errors
    /// When the database cannot be opened or migrated.
    pub async fn open(options: StoreOptions, now: Timestamp) -> Result<Self, StoreError> {
        let _ = now;
        Ok(Self { inner: Arc::new(options) })
    }

    /// Whether the catalog answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        Ok(())
    }

    /// Waits for running commits and closes all connections.
    pub async fn close(&self) {}
}
