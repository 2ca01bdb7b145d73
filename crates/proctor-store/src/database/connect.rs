//! Opening connections.

use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyPool, ConnectOptions};

use super::{Engine, WriteTransaction, migrate};
use crate::StoreError;
use crate::store::Database;

/// Connections that read SQLite beside the one that writes.
const SQLITE_READERS_MAX: u32 = 4;
/// Connections to PostgreSQL of one process.
const POSTGRES_CONNECTIONS_MAX: u32 = 12;
/// How long a call waits for a free connection, in seconds.
const ACQUIRE_TIMEOUT_S: u64 = 10;

macro_rules! sqlite_writer {
    () => {
        "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
         PRAGMA cache_size = -8192; PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 67108864;"
    };
}

/// `synchronous = FULL`: a commit is on disk before it is answered. The log is written back in larger steps than by default (16 MiB)
/// because neighbouring commits touch the same pages; what a burst has left of it is given back. Caches are in KiB and small:
/// the operating system caches too.
const SQLITE_WRITER: &str = sqlite_writer!();
/// For a file without tables, before anything else: what compaction and deletion free can then be given back. It writes to the file, even
/// where it changes nothing, and a database on a full disk must open all the same.
const SQLITE_NEW: &str = concat!("PRAGMA busy_timeout = 5000; PRAGMA auto_vacuum = INCREMENTAL; ", sqlite_writer!());
const SQLITE_READER: &str = "PRAGMA busy_timeout = 5000; PRAGMA query_only = ON; PRAGMA cache_size = -2048;";

/// An administrator may have turned durable commits off for the whole server; Proctor answers 202 only for what is durable. And a
/// server that vanished in the middle of a commit must not hold up the others at its suite's row.
const POSTGRES: &str = "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'; \
     SET lock_timeout = '10s'; SET idle_in_transaction_session_timeout = '60s';";

/// The pools of connections.
#[derive(Clone, Debug)]
pub(crate) struct Connections {
    engine: Engine,
    readers: AnyPool,
    writers: AnyPool,
}

impl Connections {
    /// Connects, and brings the tables up to date.
    pub(crate) async fn open(database: &Database) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        let connections = match database {
            Database::Sqlite(path) => {
                prepare_file(path)?;
                let url = sqlite_url(path)?;
                let is_new = std::fs::metadata(path).is_ok_and(|file| file.len() == 0);
                let writer = if is_new { SQLITE_NEW } else { SQLITE_WRITER };
                Self {
                    engine: Engine::Sqlite,
                    // A file does not go away between two statements, so connections need not be tried first.
                    writers: pool(1, writer).test_before_acquire(false).connect_lazy_with(options(&url)?),
                    readers: pool(SQLITE_READERS_MAX, SQLITE_READER).test_before_acquire(false).connect_lazy_with(options(&url)?),
                }
            }
            Database::Postgres(url) => {
                let pool = pool(POSTGRES_CONNECTIONS_MAX, POSTGRES).connect_lazy_with(options(url)?);
                Self { engine: Engine::Postgres, writers: pool.clone(), readers: pool }
            }
        };
        let mut transaction = connections.write().await?;
        migrate::bring_up_to_date(&mut transaction).await?;
        transaction.commit().await?;
        Ok(connections)
    }

    pub(crate) const fn engine(&self) -> Engine {
        self.engine
    }

    /// A connection to read with.
    pub(crate) async fn read(&self) -> Result<PoolConnection<Any>, StoreError> {
        Ok(self.readers.acquire().await?)
    }

    /// A transaction to write in.
    pub(crate) async fn write(&self) -> Result<WriteTransaction, StoreError> {
        WriteTransaction::begin(self.writers.acquire().await?, self.engine).await
    }

    /// A connection that writes, outside of any transaction.
    pub(crate) async fn writer(&self) -> Result<PoolConnection<Any>, StoreError> {
        Ok(self.writers.acquire().await?)
    }

    pub(crate) async fn close(&self) {
        self.readers.close().await;
        self.writers.close().await;
    }
}

fn options(url: &str) -> Result<AnyConnectOptions, StoreError> {
    // The address may hold a password: an error must not repeat it.
    let options: AnyConnectOptions = url.parse().map_err(|_| StoreError::Internal("the database address cannot be read".to_owned()))?;
    // Statements are not logged: their arguments never would be, and their number would drown the rest.
    Ok(options.disable_statement_logging())
}

fn pool(connections_max: u32, setup: &'static str) -> AnyPoolOptions {
    let acquire_timeout = Duration::from_secs(ACQUIRE_TIMEOUT_S);
    AnyPoolOptions::new().max_connections(connections_max).acquire_timeout(acquire_timeout).after_connect(move |connection, _| {
        Box::pin(async move {
            sqlx::raw_sql(setup).execute(connection).await?;
            Ok(())
        })
    })
}

/// Makes a new file readable by its owner only: it holds hashes of tokens. SQLite gives its side files the same mode.
/// A file that is there already is not even opened: closing it would drop the locks that this process holds on it.
fn prepare_file(path: &Path) -> Result<(), StoreError> {
    let failed = |error: std::io::Error| StoreError::Internal(format!("database file {}: {error}", path.display()));
    if let Some(directory) = path.parent().filter(|directory| !directory.as_os_str().is_empty()) {
        std::fs::create_dir_all(directory).map_err(failed)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(failed(error)),
        _ => Ok(()),
    }
}

/// The path as an address: every byte that could mean something there is escaped.
pub(crate) fn sqlite_url(path: &Path) -> Result<String, StoreError> {
    let path = std::path::absolute(path).map_err(|error| StoreError::Internal(format!("database file {}: {error}", path.display())))?;
    let text = path.to_str().ok_or_else(|| StoreError::Internal(format!("the path {} is not UTF-8", path.display())))?;
    let mut url = "sqlite://".to_owned();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte) {
            url.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            _ = write!(url, "%{byte:02X}");
        }
    }
    Ok(url)
}
