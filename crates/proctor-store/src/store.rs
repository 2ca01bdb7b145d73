//! [`Store`]: the way in.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use proctor_core::time::Timestamp;
use tokio::task::AbortHandle;

use crate::catalog::workflows::seed_suites;
use crate::catalog::{Node, TestIdCache, build_places};
use crate::commit::{CommitQueue, Committer};
use crate::compaction::{CompactionOptions, Compactor, Role};
use crate::database::{Connections, Engine, ServerLock, Statement};
use crate::error::StoreError;
use crate::executions::day_files::{Bodies, DayFiles};
use crate::executions::{EmbeddedExecutions, ExecutionStore, QueryLimits};
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
    /// When executions are rewritten into day files, and where those are.
    pub compaction: CompactionOptions,
    /// Whether uploads left `processing` by processes that died are swept at opening. The CLI, which opens the store of a running
    /// server, says no.
    pub sweep: Sweep,
    /// What one question about executions may take.
    pub query_limits: QueryLimits,
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
    day_files: Arc<DayFiles>,
    compactor: Arc<Compactor>,
    /// Compacts in the background; only a server does.
    compaction: Option<AbortHandle>,
    commits: CommitQueue,
    test_ids: TestIdCache,
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
        self.compactor.stop();
        if let Some(compaction) = &self.compaction {
            compaction.abort();
        }
        self.day_files.close();
    }
}

impl Store {
    /// Opens the store, brings its tables up to date and sweeps as asked. `now` is the time of the sweep.
    ///
    /// # Errors
    /// When the database cannot be opened or migrated; [`StoreError::Unavailable`] when another server has this SQLite file open.
    pub async fn open(options: StoreOptions, now: Timestamp) -> Result<Self, StoreError> {
        let StoreOptions { database, sealing_key, stale_after_ms, commit_queue_max, compaction, sweep, query_limits } = options;
        let lock = match (&database, sweep) {
            (Database::Sqlite(path), Sweep::DeadUploads) => Some(ServerLock::take(path)?),
            _ => None,
        };
        let connections = Connections::open(&database).await?;
        seed_suites(&connections, now).await?;
        build_places::fill_in(&connections).await?;
        let bodies = bodies_of(&database, &compaction);
        let day_files = Arc::new(DayFiles::new(connections.clone(), bodies));
        let executions: Arc<dyn ExecutionStore> =
            Arc::new(Arc::new(EmbeddedExecutions::new(connections.clone(), Arc::clone(&day_files), query_limits)));
        let node = Node::new(connections.clone());
        node.renew().await?;
        let committer = Committer::new(connections.clone(), Arc::clone(&executions), stale_after_ms, node.id());
        let committer = Arc::new(committer);
        if sweep == Sweep::DeadUploads {
            node.sweep(&committer, Some(now)).await?;
        }
        let compactor = compactor_of(&connections, &day_files, compaction, sweep, node.id());
        let background = compactor.options().interval.filter(|_| sweep == Sweep::DeadUploads);
        if sweep == Sweep::DeadUploads {
            let swept = compactor.sweep().await?;
            if swept > 0 {
                tracing::warn!(files = swept, "deleted day files that a stopped server left behind");
            }
        }
        let compaction = background.map(|interval| tokio::spawn(Arc::clone(&compactor).work(interval)).abort_handle());
        let lease = (connections.engine() == Engine::Postgres)
            .then(|| tokio::spawn(node.clone().stay_alive(Arc::clone(&committer), sweep)).abort_handle());
        let commits = CommitQueue::start(committer, commit_queue_max);
        let lock = Mutex::new(lock);
        let test_ids = TestIdCache::default();
        let inner = Inner { connections, sealing_key, executions, day_files, compactor, compaction, commits, test_ids, node, lease, lock };
        Ok(Self { inner: Arc::new(inner) })
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
        self.inner.compactor.stop();
        self.inner.commits.close().await;
        // It ends between two batches of rows.
        self.inner.compactor.wait().await;
        if let Some(compaction) = &self.inner.compaction {
            compaction.abort();
        }
        self.inner.day_files.close();
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

    pub(crate) fn day_files(&self) -> &Arc<DayFiles> {
        &self.inner.day_files
    }

    pub(crate) fn compactor(&self) -> &Compactor {
        &self.inner.compactor
    }

    pub(crate) fn test_id_cache(&self) -> &TestIdCache {
        &self.inner.test_ids
    }

    pub(crate) fn commits(&self) -> &CommitQueue {
        &self.inner.commits
    }
}

fn compactor_of(
    connections: &Connections,
    day_files: &Arc<DayFiles>,
    options: CompactionOptions,
    sweep: Sweep,
    node: [u8; 16],
) -> Arc<Compactor> {
    let role = match sweep {
        Sweep::DeadUploads => Role::Server,
        Sweep::Nothing => Role::Onlooker,
    };
    Arc::new(Compactor::new(connections.clone(), Arc::clone(day_files), options, role, node))
}

/// The folder of day files beside an SQLite database.
pub(crate) const EXECUTIONS_FOLDER: &str = "executions";

fn bodies_of(database: &Database, compaction: &CompactionOptions) -> Bodies {
    match (database, &compaction.cache_directory) {
        (Database::Sqlite(path), _) => Bodies::Folder(path.parent().unwrap_or(Path::new("")).join(EXECUTIONS_FOLDER)),
        (Database::Postgres(_), Some(directory)) => Bodies::Cache(directory.join(EXECUTIONS_FOLDER)),
        (Database::Postgres(_), None) => {
            Bodies::Temporary(std::env::temp_dir().join(format!("proctor-{}", proctor_core::id::Uuid::new_v4().simple())))
        }
    }
}
