//! What a suite takes on disk.

use proctor_core::day::Day;
use proctor_core::id::SuiteId;

use crate::database::{Columns, Statement};
use crate::{Store, StoreError};

/// What a suite has of one day, and how many bytes that takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredDay {
    /// The day of receipt.
    pub day: Day,
    /// Executions that are there one by one.
    pub executions: u64,
    /// Day files.
    pub files: u64,
    /// Their bytes.
    pub file_bytes: u64,
    /// Segments that wait for compaction.
    pub segments: u64,
    /// Their bytes.
    pub segment_bytes: u64,
    /// Executions that are there as aggregates only.
    pub aggregated: u64,
    /// Bytes of aggregates.
    pub aggregate_bytes: u64,
}

impl Store {
    /// What the suite takes, by day, ascending. Days without anything are left out.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn stored_days(&self, suite: SuiteId) -> Result<Vec<StoredDay>, StoreError> {
        let select = Statement::fixed(
            "SELECT day, CAST(SUM(executions) AS BIGINT) AS executions, CAST(SUM(files) AS BIGINT) AS files, \
             CAST(SUM(file_bytes) AS BIGINT) AS file_bytes, CAST(SUM(segments) AS BIGINT) AS segments, \
             CAST(SUM(segment_bytes) AS BIGINT) AS segment_bytes, CAST(SUM(aggregated) AS BIGINT) AS aggregated, \
             CAST(SUM(aggregate_bytes) AS BIGINT) AS aggregate_bytes FROM (\
             SELECT day, executions, 0 AS files, 0 AS file_bytes, 1 AS segments, byte_count AS segment_bytes, 0 AS aggregated, \
             0 AS aggregate_bytes FROM segments WHERE suite_id = $1 \
             UNION ALL SELECT day, executions, 1, byte_count, 0, 0, 0, 0 FROM day_files WHERE suite_id = $2 \
             UNION ALL SELECT day, 0, 0, 0, 0, 0, executions, byte_count FROM day_aggregates WHERE suite_id = $3\
             ) AS stored GROUP BY day ORDER BY day",
        );
        let rows = select.with(suite.bytes()).with(suite.bytes()).with(suite.bytes()).all(&mut *self.connections().read().await?).await?;
        let of_row = |row: &sqlx::any::AnyRow| {
            Ok(StoredDay {
                day: Day::from_number(row.int("day")?),
                executions: row.count("executions")?,
                files: row.count("files")?,
                file_bytes: row.count("file_bytes")?,
                segments: row.count("segments")?,
                segment_bytes: row.count("segment_bytes")?,
                aggregated: row.count("aggregated")?,
                aggregate_bytes: row.count("aggregate_bytes")?,
            })
        };
        rows.iter().map(of_row).collect()
    }
}
