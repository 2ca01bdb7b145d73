//! Brings the tables up to date. Each engine has its own DDL; a migration is one file, run once, in order.

use super::{Columns, Engine, Statement, WriteTransaction};
use crate::StoreError;

/// Any number, as long as all servers use the same: they take turns in migrating.
const POSTGRES_LOCK: &str = "SELECT pg_advisory_xact_lock(7161293401)";

struct Migration {
    sqlite: &'static str,
    postgres: &'static str,
}

macro_rules! migration {
    ($name:literal) => {
        Migration {
            sqlite: include_str!(concat!("../../migrations/sqlite/", $name, ".sql")),
            postgres: include_str!(concat!("../../migrations/postgres/", $name, ".sql")),
        }
    };
}

/// In order; the version of a database is how many of them it has had.
const MIGRATIONS: &[Migration] = &[
    migration!("0001_catalog"),
    migration!("0002_tests"),
    migration!("0003_day_files"),
    migration!("0004_failures"),
    migration!("0005_retention"),
    migration!("0006_workflows"),
    migration!("0007_web"),
    migration!("0008_builds"),
    migration!("0009_outbox"),
    migration!("0010_mails"),
    migration!("0011_build_places"),
    migration!("0012_ledger_activity"),
    migration!("0013_outbox_receivers"),
];

/// Runs what has not been run. The caller commits: all migrations, or none.
pub(super) async fn bring_up_to_date(transaction: &mut WriteTransaction) -> Result<(), StoreError> {
    let engine = transaction.engine();
    let connection = transaction.connection();
    if engine == Engine::Postgres {
        sqlx::raw_sql(POSTGRES_LOCK).execute(&mut *connection).await?;
    }
    sqlx::raw_sql("CREATE TABLE IF NOT EXISTS migrations (version BIGINT NOT NULL PRIMARY KEY)").execute(&mut *connection).await?;
    let done = Statement::fixed("SELECT COUNT(*) AS version FROM migrations").one(connection).await?.count("version")?;
    let done = usize::try_from(done).unwrap_or(usize::MAX);
    if done > MIGRATIONS.len() {
        return Err(StoreError::Internal("the database was written by a newer version of Proctor".to_owned()));
    }
    for (version, migration) in (1_i64..).zip(MIGRATIONS).skip(done) {
        let text = match engine {
            Engine::Sqlite => migration.sqlite,
            Engine::Postgres => migration.postgres,
        };
        sqlx::raw_sql(text).execute(&mut *connection).await?;
        Statement::fixed("INSERT INTO migrations (version) VALUES ($1)").with(version).execute(&mut *connection).await?;
    }
    Ok(())
}
