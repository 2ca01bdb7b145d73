//! Doing what is due.

use proctor_core::day::Day;
use proctor_core::id::SuiteId;
use proctor_core::retention::{RetentionStep, due, failure_groups_kept_from};
use proctor_core::time::Timestamp;

use super::delete_day::Deleted;
use crate::{Store, StoreError};

/// How often a day is tried again because its executions moved or new ones came.
const TRIES_MAX: u32 = 5;

/// What was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RetentionReport {
    /// Executions that were deleted.
    pub executions_deleted: u64,
    /// Of these, those that are in aggregates now.
    pub executions_aggregated: u64,
    /// Days of suites whose aggregates were deleted.
    pub aggregate_days_deleted: u64,
    /// Groups of failures that were forgotten.
    pub failure_groups_forgotten: u64,
    /// Days that moved so often that they are left to the next time.
    pub days_postponed: u64,
}

impl Store {
    /// Deletes what its suite does not keep any more, as of `now`: whole days, each in one transaction, the oldest first. What was
    /// deleted is off the disk when this returns.
    ///
    /// # Errors
    /// The first that happened; suites and days after it are tried all the same.
    pub async fn apply_retention(&self, now: Timestamp) -> Result<RetentionReport, StoreError> {
        let mut report = RetentionReport::default();
        let mut first_error = None;
        for (suite, retention) in self.suites_with_retention().await? {
            for step in due(retention, Day::of(now), &self.kept_days(suite).await?) {
                if let Err(error) = self.take_step(suite, step, now, &mut report).await {
                    tracing::warn!(%suite, ?step, %error, "retention failed for a day");
                    first_error.get_or_insert(error);
                }
            }
            if let Some(first) = failure_groups_kept_from(retention, Day::of(now)) {
                match self.forget_failures(suite, first.start()).await {
                    Ok(forgotten) => report.failure_groups_forgotten += forgotten,
                    Err(error) => {
                        tracing::warn!(%suite, %error, "groups of failures could not be forgotten");
                        first_error.get_or_insert(error);
                    }
                }
            }
        }
        first_error.map_or(Ok(report), Err)
    }

    async fn take_step(&self, suite: SuiteId, step: RetentionStep, now: Timestamp, report: &mut RetentionReport) -> Result<(), StoreError> {
        let (day, aggregated) = match step {
            RetentionStep::DeleteAggregates(day) => {
                self.delete_aggregates(suite, day).await?;
                report.aggregate_days_deleted += 1;
                return Ok(());
            }
            RetentionStep::Aggregate(day) => (day, true),
            RetentionStep::DeleteExecutions(day) => (day, false),
        };
        for _ in 0..TRIES_MAX {
            let deleted = if aggregated { self.aggregate_day(suite, day, now).await? } else { self.delete_day(suite, day).await? };
            if let Deleted::Executions(executions) = deleted {
                report.executions_deleted += executions;
                report.executions_aggregated += if aggregated { executions } else { 0 };
                return Ok(());
            }
        }
        report.days_postponed += 1;
        Ok(())
    }
}
