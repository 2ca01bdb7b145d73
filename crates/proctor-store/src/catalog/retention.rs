//! What retention reads and changes.

use proctor_core::day::Day;
use proctor_core::id::{SuiteId, Uuid};
use proctor_core::retention::{KeptDay, Retention};
use rustc_hash::FxHashMap;
use sqlx::AnyConnection;

use super::compaction::{delete_files, files_of_suite};
use super::day_files::NamedFile;
use super::suite_row::keep_of;
use crate::database::{Columns, Statement, WriteTransaction};
use crate::executions::UploadSeq;
use crate::{Store, StoreError};

impl Store {
    /// The suites that do not keep everything for ever.
    pub(crate) async fn suites_with_retention(&self) -> Result<Vec<(SuiteId, Retention)>, StoreError> {
        let select = Statement::fixed(
            "SELECT id, retention_days, aggregates_days FROM suites \
             WHERE retention_days IS NOT NULL OR aggregates_days IS NOT NULL ORDER BY id",
        );
        let rows = select.all(&mut *self.connections().read().await?).await?;
        let of_row = |row: &sqlx::any::AnyRow| {
            let retention = Retention { executions: keep_of(row, "retention_days")?, aggregates: keep_of(row, "aggregates_days")? };
            Ok((row.id("id", SuiteId::from_bytes)?, retention))
        };
        rows.iter().map(of_row).collect()
    }

    /// The days of which the suite has anything, ascending.
    pub(crate) async fn kept_days(&self, suite: SuiteId) -> Result<Vec<KeptDay>, StoreError> {
        let stored = self.stored_days(suite).await?;
        Ok(stored.iter().map(|day| KeptDay { day: day.day, executions: day.executions, aggregated: day.aggregated }).collect())
    }

    /// Deletes the aggregates of a day.
    pub(crate) async fn delete_aggregates(&self, suite: SuiteId, day: Day) -> Result<(), StoreError> {
        let delete = Statement::fixed("DELETE FROM day_aggregates WHERE suite_id = $1 AND day = $2");
        delete.with(suite.bytes()).with(day.number()).execute(&mut *self.connections().writer().await?).await.map(drop)
    }

    /// The suite's aggregates of days from `first` to `last`, ascending by day.
    pub(crate) async fn aggregates_between(&self, suite: SuiteId, first: Day, last: Day) -> Result<Vec<(Day, [u8; 16])>, StoreError> {
        let select = "SELECT day, id FROM day_aggregates WHERE suite_id = $1 AND day >= $2 AND day <= $3 ORDER BY day, id";
        let select = Statement::fixed(select).with(suite.bytes()).with(first.number()).with(last.number());
        let rows = select.all(&mut *self.connections().read().await?).await?;
        rows.iter().map(|row| Ok((Day::from_number(row.int("day")?), row.id("id", |id| id.try_into().ok())?))).collect()
    }

    /// The body of an aggregate; `None` when it is gone.
    pub(crate) async fn aggregate_body(&self, suite: SuiteId, day: Day, id: &[u8; 16]) -> Result<Option<Vec<u8>>, StoreError> {
        let select = Statement::fixed("SELECT body FROM day_aggregates WHERE suite_id = $1 AND day = $2 AND id = $3");
        let select = select.with(suite.bytes()).with(day.number()).with(id);
        let row = select.optional(&mut *self.connections().read().await?).await?;
        row.map(|row| row.bytes("body").map(<[u8]>::to_vec)).transpose()
    }
}

/// The branch of each upload of the day: its own, else that of its run.
pub(crate) async fn branches_of_day(
    connection: &mut AnyConnection,
    suite: SuiteId,
    day: Day,
) -> Result<FxHashMap<UploadSeq, Option<String>>, StoreError> {
    let select = Statement::fixed(
        "SELECT u.seq AS seq, COALESCE(u.branch, r.branch) AS branch FROM uploads u LEFT JOIN runs r ON r.id = u.run_id \
         WHERE u.suite_id = $1 AND u.received_at >= $2 AND u.received_at < $3 AND u.status = 'succeeded'",
    );
    let rows = select.with(suite.bytes()).with(day.start()).with(day.plus(1).start()).all(connection).await?;
    rows.iter().map(|row| Ok((UploadSeq(row.int("seq")?), row.maybe_text("branch")?))).collect()
}

/// Adds an aggregate.
pub(crate) async fn insert_aggregate(
    transaction: &mut WriteTransaction,
    suite: SuiteId,
    day: Day,
    id: Uuid,
    executions: u64,
    body: &[u8],
) -> Result<(), StoreError> {
    let insert = "INSERT INTO day_aggregates (suite_id, day, id, executions, byte_count, body) VALUES ($1, $2, $3, $4, $5, $6)";
    let insert = Statement::fixed(insert).with(suite.bytes()).with(day.number()).with(id.as_bytes()).with(executions);
    let bytes = u64::try_from(body.len()).unwrap_or(u64::MAX);
    insert.with(bytes).with(body).execute(transaction.connection()).await.map(drop)
}

/// Deletes the executions of the day from the catalog; how many there were, and the files that it does not name any more.
pub(crate) async fn delete_executions(
    transaction: &mut WriteTransaction,
    suite: SuiteId,
    day: Day,
) -> Result<(u64, Vec<NamedFile>), StoreError> {
    let connection = transaction.connection();
    let delete = "DELETE FROM segments WHERE suite_id = $1 AND day = $2 RETURNING executions";
    let delete = Statement::fixed(delete).with(suite.bytes()).with(day.number());
    let mut executions = 0;
    for row in delete.all(&mut *connection).await? {
        executions += row.count("executions")?;
    }
    let files = files_of_suite(&mut *connection, suite).await?;
    let files: Vec<NamedFile> = files.into_iter().filter(|file| file.day == day.number()).collect();
    let ids: Vec<_> = files.iter().map(|file| file.id).collect();
    delete_files(transaction, suite, &ids).await?;
    executions += files.iter().map(|file| file.executions).sum::<u64>();
    Ok((executions, files))
}

/// Marks the uploads of the day: their executions are gone, and tags that these were given later, though their counts stay.
pub(crate) async fn mark_deleted(transaction: &mut WriteTransaction, suite: SuiteId, day: Day) -> Result<(), StoreError> {
    let delete = Statement::fixed(
        "DELETE FROM execution_tags WHERE suite_id = $1 AND upload_seq IN \
         (SELECT seq FROM uploads WHERE suite_id = $2 AND received_at >= $3 AND received_at < $4)",
    );
    let delete = delete.with(suite.bytes()).with(suite.bytes()).with(day.start()).with(day.plus(1).start());
    delete.execute(transaction.connection()).await?;
    let update = Statement::fixed(
        "UPDATE uploads SET executions_deleted = 1 \
         WHERE suite_id = $1 AND received_at >= $2 AND received_at < $3 AND status = 'succeeded' AND executions_deleted = 0",
    );
    update.with(suite.bytes()).with(day.start()).with(day.plus(1).start()).execute(transaction.connection()).await.map(drop)
}
