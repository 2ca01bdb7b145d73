//! [`Store`]: the way in.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use proctor_core::time::Timestamp;
use tokio::task::AbortHandle;

use crate::catalog::Node;
use crate::commit::{CommitQueue, Committer};
use crate::database::{Connections, Engine, ServerLock, Statement};
use crate::error::StoreError;
use crate::executions::{EmbeddedExecutions, ExecutionStore};
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
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    connections: Connections,
    sealing_key: SealingKey,
    executions: Arc<dyn ExecutionStore>,
    commits: CommitQueue,
    node: Node,
    /// Renews the node's lease; none on SQLite, where there are no leases.
    lease: Option<AbortHandle>,
    lock: Mutex<Option<ServerLock>>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(lease) = &self.lease {
            lease.abort();
        }
    }
}

impl Store {
    /// Opens the store, brings its tables up to date and sweeps as asked. `now` is the time of the sweep.
    ///
    /// # Errors
    /// When the database cannot be opened or migrated; [`StoreError::Unavailable`] when another server has this SQLite file open.
    pub async fn open(options: StoreOptions, now: Timestamp) -> Result<Self, StoreError> {
        let StoreOptions { database, sealing_key, stale_after_ms, commit_queue_max, sweep } = options;
        let lock = match (&database, sweep) {
            (Database::Sqlite(path), Sweep::DeadUploads) => Some(ServerLock::take(path)?),
            _ => None,
        };
        let connections = Connections::open(&database).await?;
        let executions: Arc<dyn ExecutionStore> = Arc::new(EmbeddedExecutions::new(connections.clone()));
        let node = Node::new(connections.clone());
        node.renew().await?;
        let committer = Committer::new(connections.clone(), Arc::clone(&executions), stale_after_ms, node.id());
        let committer = Arc::new(committer);
        if sweep == Sweep::DeadUploads {
            node.sweep(&committer, Some(now)).await?;
        }
        let lease = (connections.engine() == Engine::Postgres)
            .then(|| tokio::spawn(node.clone().stay_alive(Arc::clone(&committer), sweep)).abort_handle());
        let commits = CommitQueue::start(committer, commit_queue_max);
        let lock = Mutex::new(lock);
        Ok(Self { inner: Arc::new(Inner { connections, sealing_key, executions, commits, node, lease, lock }) })
    }

    /// Whether the catalog answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let select = Statement::fixed("SELECT version FROM migrations WHERE version = $1").with(1_i64);
        select.optional(&mut *self.connections().read().await?).await.map(drop)
    }

    /// Waits for running commits and closes all connections. Calls after that are [`StoreError::Unavailable`].
    pub async fn close(&self) {
        self.inner.commits.close().await;
        if let Some(lease) = &self.inner.lease {
            lease.abort();
        }
        if let Err(error) = self.inner.node.leave().await {
            tracing::warn!(%error, "this node's lease was not given back; it ends by itself");
        }
        self.inner.connections.close().await;
        self.inner.lock.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// Lets an SQLite database grow to so many pages at the most, until it is next opened: what a full disk does to it can be tried.
    ///
    /// # Errors
    /// When the catalog does not answer.
    #[doc(hidden)]
    pub async fn bound_sqlite_pages(&self, pages_max: u32) -> Result<(), StoreError> {
        let pragma = Statement::built(Engine::Sqlite, format!("PRAGMA max_page_count = {pages_max}"));
        pragma.all(&mut *self.connections().writer().await?).await.map(drop)
    }

    pub(crate) fn connections(&self) -> &Connections {
        &self.inner.connections
    }

    pub(crate) fn sealing_key(&self) -> &SealingKey {
        &self.inner.sealing_key
    }

    pub(crate) fn executions(&self) -> &dyn ExecutionStore {
        self.inner.executions.as_ref()
    }

    pub(crate) fn commits(&self) -> &CommitQueue {
        &self.inner.commits
    }
}
