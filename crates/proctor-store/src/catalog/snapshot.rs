//! A copy of an SQLite catalog as one transaction saw it.

use std::path::Path;

use proctor_core::id::SuiteId;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Connection};

use super::day_files::named;
use crate::StoreError;
use crate::database::{Columns, Statement, sqlite_url};
use crate::executions::day_files::Bodies;
use crate::store::EXECUTIONS_FOLDER;

/// Copies the database to `copy`, an empty file, while others read and write it.
pub(crate) async fn snapshot_sqlite(database: &Path, copy: &Path) -> Result<(), StoreError> {
    let path = copy.to_str().ok_or_else(|| StoreError::Internal(format!("the path {} is not UTF-8", copy.display())))?;
    let mut connection = connect(database).await?;
    let copied = Statement::fixed("VACUUM INTO $1").with(path).execute(&mut connection).await;
    connection.close().await?;
    copied?;
    let sync = std::fs::File::open(copy).and_then(|file| file.sync_all());
    sync.map_err(|error| StoreError::Internal(format!("{}: {error}", copy.display())))
}

/// Keeps everybody from writing to the catalog, for a moment. Dropped, it lets them.
#[derive(Debug)]
pub(crate) struct HeldWriters {
    connection: AnyConnection,
}

impl HeldWriters {
    /// Waits for a transaction that is under way.
    pub(crate) async fn hold(database: &Path) -> Result<Self, StoreError> {
        let mut connection = connect(database).await?;
        Statement::fixed("BEGIN IMMEDIATE").execute(&mut connection).await?;
        Ok(Self { connection })
    }

    /// As [`day_file_paths`].
    pub(crate) async fn day_file_paths(&mut self) -> Result<Vec<String>, StoreError> {
        paths_in(&mut self.connection).await
    }

    /// Lets them write.
    pub(crate) async fn release(mut self) -> Result<(), StoreError> {
        Statement::fixed("ROLLBACK").execute(&mut self.connection).await?;
        Ok(self.connection.close().await?)
    }
}

/// The day files that the catalog names, as paths from its folder.
pub(crate) async fn day_file_paths(database: &Path) -> Result<Vec<String>, StoreError> {
    let mut connection = connect(database).await?;
    let paths = paths_in(&mut connection).await;
    connection.close().await?;
    paths
}

async fn paths_in(connection: &mut AnyConnection) -> Result<Vec<String>, StoreError> {
    // A database that an earlier version of Proctor wrote has no day files.
    let table = Statement::fixed("SELECT COUNT(*) AS tables FROM sqlite_master WHERE type = 'table' AND name = 'day_files'");
    if table.one(&mut *connection).await?.count("tables")? == 0 {
        return Ok(Vec::new());
    }
    let bodies = Bodies::Folder(EXECUTIONS_FOLDER.into());
    let select = "SELECT suite_id, id, day, executions, byte_count FROM day_files ORDER BY suite_id, day, id";
    let path_of = |row: &AnyRow| {
        let suite = row.id("suite_id", SuiteId::from_bytes)?;
        let file = named(row, suite)?;
        let path = bodies.path(suite, file.day, file.id);
        path.to_str().map(str::to_owned).ok_or_else(|| StoreError::Internal("the path of a day file".to_owned()))
    };
    Statement::fixed(select).all(connection).await?.iter().map(path_of).collect()
}

async fn connect(database: &Path) -> Result<AnyConnection, StoreError> {
    sqlx::any::install_default_drivers();
    let mut connection = AnyConnection::connect(&sqlite_url(database)?).await?;
    sqlx::raw_sql("PRAGMA busy_timeout = 10000").execute(&mut connection).await?;
    Ok(connection)
}
