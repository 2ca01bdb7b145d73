//! Runs a story on SQLite, and on the PostgreSQL that `PROCTOR_TEST_POSTGRES_URL` names: each time in a database of its own.

use proctor_core::id::Uuid;
use proctor_core::time::Timestamp;
use proctor_store::secret::SealingKey;
use proctor_store::{CompactionOptions, Database, QueryLimits, Store, StoreError, StoreOptions, Sweep};
use sqlx::{AnyConnection, AssertSqlSafe, Connection, PgConnection};

const POSTGRES_URL: &str = "PROCTOR_TEST_POSTGRES_URL";

/// Runs of the tests turn stale after this many milliseconds of silence.
pub(crate) const STALE_AFTER_MS: i64 = 60_000;

/// An empty database.
pub(crate) struct Place {
    pub(crate) database: Database,
    /// Where its files are, as long as this lives.
    directory: tempfile::TempDir,
}

impl Place {
    pub(crate) fn is_sqlite(&self) -> bool {
        matches!(self.database, Database::Sqlite(_))
    }

    pub(crate) fn folder(&self) -> &std::path::Path {
        self.directory.path()
    }

    pub(crate) fn options(&self, sweep: Sweep) -> StoreOptions {
        let mut options = options(self.database.clone(), sweep);
        options.compaction.cache_directory = Some(self.directory.path().to_owned());
        options
    }

    pub(crate) async fn try_open(&self, sweep: Sweep) -> Result<Store, StoreError> {
        Store::open(self.options(sweep), at(0)).await
    }

    /// Opens it as the CLI does.
    pub(crate) async fn open(&self) -> Store {
        self.try_open(Sweep::Nothing).await.unwrap()
    }

    /// How many day files are in its folder.
    pub(crate) fn files_on_disk(&self) -> u64 {
        let entries = |path: &std::path::Path| {
            std::fs::read_dir(path).map_or_else(|_| Vec::new(), |entries| entries.map(|entry| entry.unwrap().path()).collect())
        };
        entries(&self.directory.path().join("executions")).iter().map(|suite| entries(suite).len() as u64).sum()
    }

    /// How many rows the table has.
    pub(crate) async fn rows(&self, table: &str) -> i64 {
        self.number(&format!("SELECT COUNT(*) FROM {table}")).await
    }

    /// The number that a statement gives, behind the store's back.
    pub(crate) async fn number(&self, sql: &str) -> i64 {
        let mut connection = self.connect().await;
        let number = sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        number
    }

    /// The text that a statement gives, behind the store's back.
    pub(crate) async fn word(&self, sql: &str) -> String {
        let mut connection = self.connect().await;
        let word = sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        word
    }

    /// Runs SQL behind the store's back.
    pub(crate) async fn execute(&self, sql: &str) {
        let mut connection = self.connect().await;
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }

    async fn connect(&self) -> AnyConnection {
        let url = match &self.database {
            Database::Sqlite(path) => format!("sqlite://{}", path.display()),
            Database::Postgres(url) => url.clone(),
        };
        AnyConnection::connect(&url).await.unwrap()
    }
}

/// How tests open a store.
pub(crate) fn options(database: Database, sweep: Sweep) -> StoreOptions {
    StoreOptions {
        database,
        sealing_key: SealingKey::new([7; 32]),
        stale_after_ms: STALE_AFTER_MS,
        commit_queue_max: 1_000,
        query_limits: QueryLimits::default(),
        // Stories compact when they say so.
        compaction: CompactionOptions { interval: None, ..CompactionOptions::default() },
        sweep,
    }
}

/// A time, in milliseconds after some day in 2026.
pub(crate) fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(1_775_758_925_000 + millis)
}

/// Runs the story on both engines.
#[expect(clippy::print_stdout, reason = "half a test must not look like a whole one")]
pub(crate) async fn on_both(story: impl AsyncFn(&Place)) {
    let directory = tempfile::tempdir().unwrap();
    let database = Database::Sqlite(directory.path().join("proctor.db"));
    story(&Place { database, directory }).await;

    let Ok(url) = std::env::var(POSTGRES_URL) else {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "{POSTGRES_URL} must be set in CI");
        println!("not run on PostgreSQL: {POSTGRES_URL} is not set");
        return;
    };
    let schema = format!("test_{}", Uuid::new_v4().simple());
    let mut connection = PgConnection::connect(&url).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(format!("CREATE SCHEMA {schema}"))).execute(&mut connection).await.unwrap();
    let separator = if url.contains('?') { '&' } else { '?' };
    let database = Database::Postgres(format!("{url}{separator}options=-c%20search_path%3D{schema}"));
    story(&Place { database, directory: tempfile::tempdir().unwrap() }).await;
    sqlx::raw_sql(AssertSqlSafe(format!("DROP SCHEMA {schema} CASCADE"))).execute(&mut connection).await.unwrap();
}

/// Runs the story on SQLite only: what it tells of PostgreSQL has no part in.
pub(crate) async fn on_sqlite(story: impl AsyncFn(&Place)) {
    let directory = tempfile::tempdir().unwrap();
    let database = Database::Sqlite(directory.path().join("proctor.db"));
    story(&Place { database, directory }).await;
}
