//! How much room executions take, and getting rid of old ones.

use std::collections::BTreeMap;

use proctor_core::id::SuiteId;
use proctor_core::time::Timestamp;

use super::compaction::{delete_files, files_of_suite, lock_suite};
use super::day_files::NamedFile;
use crate::compaction::{CompactionReport, Stage};
use crate::database::{Columns, Statement};
use crate::{Store, StoreError};

/// What is stored of one day of a suite.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DayStorage {
    /// Days since 1970, UTC, of the receive time.
    pub day: i64,
    /// All executions.
    pub executions: u64,
    /// Day files.
    pub files: u64,
    /// Bytes of the day files.
    pub file_bytes: u64,
    /// Segments that wait to be compacted.
    pub segments: u64,
    /// Bytes of their bodies.
    pub segment_bytes: u64,
}

impl Store {
    /// Rewrites segments and small files into day files, as [`crate::CompactionOptions`] say, until nothing is left to do at `now`.
    ///
    /// # Errors
    /// When something could not be rewritten; what could be, was. [`StoreError::Unavailable`] on an SQLite database of which this
    /// process is not the server.
    pub async fn compact(&self, now: Timestamp) -> Result<CompactionReport, StoreError> {
        self.compactor().compact(now, Stage::Done).await
    }

    /// As [`Self::compact`], but each rewrite is broken off after `stage`: what a process leaves that is killed there can be tried.
    ///
    /// # Errors
    /// As for [`Self::compact`].
    #[doc(hidden)]
    pub async fn compact_until(&self, now: Timestamp, stage: Stage) -> Result<CompactionReport, StoreError> {
        self.compactor().compact(now, stage).await
    }

    /// What is stored of each day of the suite, ascending.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn storage_by_day(&self, suite: SuiteId) -> Result<Vec<DayStorage>, StoreError> {
        let select = Statement::fixed(
            "SELECT 0 AS is_file, day, COUNT(*) AS pieces, CAST(SUM(executions) AS BIGINT) AS executions, \
             CAST(SUM(byte_count) AS BIGINT) AS byte_count FROM segments WHERE suite_id = $1 GROUP BY day \
             UNION ALL SELECT 1, day, COUNT(*), CAST(SUM(executions) AS BIGINT), CAST(SUM(byte_count) AS BIGINT) \
             FROM day_files WHERE suite_id = $1 GROUP BY day",
        );
        let mut days: BTreeMap<i64, DayStorage> = BTreeMap::new();
        for row in select.with(suite.bytes()).all(&mut *self.connections().read().await?).await? {
            let day = row.int("day")?;
            let entry = days.entry(day).or_insert(DayStorage { day, ..DayStorage::default() });
            entry.executions += row.count("executions")?;
            let (pieces, bytes) = match row.flag("is_file")? {
                true => (&mut entry.files, &mut entry.file_bytes),
                false => (&mut entry.segments, &mut entry.segment_bytes),
            };
            *pieces = row.count("pieces")?;
            *bytes = row.count("byte_count")?;
        }
        Ok(days.into_values().collect())
    }

    /// Deletes the executions of the suite received before `before_day` (days since 1970, UTC), and from now on leaves out what is
    /// said to have been received then. Runs, uploads and tests stay. How many executions are gone; so is their room on the disk.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when the suite is gone.
    pub async fn delete_days(&self, suite: SuiteId, before_day: i64) -> Result<u64, StoreError> {
        let mut transaction = self.connections().write().await?;
        if !lock_suite(&mut transaction, suite).await? {
            transaction.rollback().await;
            return Err(StoreError::Missing("suite"));
        }
        let files = files_of_suite(transaction.connection(), suite).await?;
        let files: Vec<NamedFile> = files.into_iter().filter(|file| file.day < before_day).collect();
        let ids: Vec<_> = files.iter().map(|file| file.id).collect();
        delete_files(&mut transaction, suite, &ids).await?;
        let waiting = "SELECT CAST(COALESCE(SUM(executions), 0) AS BIGINT) AS executions FROM segments WHERE suite_id = $1 AND day < $2";
        let waiting = Statement::fixed(waiting).with(suite.bytes()).with(before_day).one(transaction.connection()).await?;
        let executions = waiting.count("executions")? + files.iter().map(|file| file.executions).sum::<u64>();
        for statement in [
            "DELETE FROM segments WHERE suite_id = $1 AND day < $2",
            "INSERT INTO deleted_days (suite_id, before_day) VALUES ($1, $2) ON CONFLICT (suite_id) DO UPDATE \
             SET before_day = excluded.before_day WHERE deleted_days.before_day < excluded.before_day",
        ] {
            Statement::fixed(statement).with(suite.bytes()).with(before_day).execute(transaction.connection()).await?;
        }
        transaction.commit().await?;
        self.day_files().retire(&files);
        self.connections().give_back(0).await?;
        Ok(executions)
    }
}
