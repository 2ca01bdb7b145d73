//! Deleting the executions of one day, in one transaction with what takes their place.

use proctor_core::day::Day;
use proctor_core::id::SuiteId;
use proctor_core::time::Timestamp;

use super::aggregate_day::{NewAggregate, aggregate, branches_of_day};
use crate::catalog::compaction::lock_suite;
use crate::catalog::retention::{delete_executions, insert_aggregate, mark_deleted};
use crate::executions::DayParts;
use crate::new_id::uuid_of;
use crate::{Store, StoreError};

/// What became of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deleted {
    /// So many executions are gone.
    Executions(u64),
    /// Nothing was done: its executions have moved, or others have come.
    Moved,
}

impl Store {
    /// Replaces the executions of a day by aggregates.
    pub(super) async fn aggregate_day(&self, suite: SuiteId, day: Day, now: Timestamp) -> Result<Deleted, StoreError> {
        let connections = self.connections();
        let parts = DayParts::load(&mut *connections.read().await?, suite, day).await?;
        let branches = branches_of_day(connections, suite, day).await?;
        match aggregate(connections, self.day_files(), &parts, &branches).await? {
            Some(aggregates) => self.replace_day(suite, day, Some(&parts), &aggregates, now).await,
            None => Ok(Deleted::Moved),
        }
    }

    /// Deletes the executions of a day.
    pub(super) async fn delete_day(&self, suite: SuiteId, day: Day) -> Result<Deleted, StoreError> {
        self.replace_day(suite, day, None, &[], day.start()).await
    }

    /// `expected`: what the aggregates were made from; if the day holds anything else now, nothing is done.
    async fn replace_day(
        &self,
        suite: SuiteId,
        day: Day,
        expected: Option<&DayParts>,
        aggregates: &[NewAggregate],
        now: Timestamp,
    ) -> Result<Deleted, StoreError> {
        let mut transaction = self.connections().write().await?;
        // Commits of uploads and compactions lock the same row first: none of them changes the day now.
        if !lock_suite(&mut transaction, suite).await? {
            transaction.rollback().await;
            return Ok(Deleted::Executions(0));
        }
        if let Some(expected) = expected
            && DayParts::load(transaction.connection(), suite, day).await? != *expected
        {
            transaction.rollback().await;
            return Ok(Deleted::Moved);
        }
        for NewAggregate { executions, body } in aggregates {
            insert_aggregate(&mut transaction, suite, day, uuid_of(now), *executions, body).await?;
        }
        let (deleted, files) = delete_executions(&mut transaction, suite, day).await?;
        mark_deleted(&mut transaction, suite, day).await?;
        transaction.commit().await?;
        // Now nobody finds them any more; whoever reads one reads it to its end.
        self.day_files().retire(&files);
        if let Err(error) = self.connections().give_back(0).await {
            tracing::warn!(%error, "the room of deleted executions was not given back at once");
        }
        Ok(Deleted::Executions(deleted))
    }
}
