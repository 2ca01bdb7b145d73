//! What workflows have been doing: for lists of them, in a few statements whatever their number.

use std::collections::HashMap;

use proctor_core::id::{SuiteId, WorkflowId};
use proctor_core::time::Timestamp;
use sqlx::any::AnyRow;

use crate::catalog::ledger::LedgerKind;
use crate::database::{Columns, Statement};
use crate::{Store, StoreError};

/// Events that are counted; a suite with more of them in a week is told that there are more.
pub const EVENTS_COUNTED_MAX: u32 = 20_000;
const HOUR_MS: i64 = 3_600_000;

/// Events of one workflow in one hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventCount {
    /// The workflow.
    pub workflow: WorkflowId,
    /// Hours since the epoch, UTC, in which they came true.
    pub hour: i64,
    /// Alarms.
    pub alarms: u64,
    /// Recoveries.
    pub recoveries: u64,
}

impl Store {
    /// How many tests each workflow of the suite has alarmed now; a workflow without such tests is left out.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn alarm_counts(&self, suite: SuiteId) -> Result<HashMap<WorkflowId, u64>, StoreError> {
        let select = "SELECT workflow_id, COUNT(*) AS total FROM alarms WHERE suite_id = $1 GROUP BY workflow_id";
        let rows = Statement::fixed(select).with(suite.bytes()).all(&mut *self.connections().read().await?).await?;
        rows.iter().map(count_of).collect()
    }

    /// How many messages of each workflow of the suite wait for their first attempt; a workflow without is left out.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn waiting_counts(&self, suite: SuiteId) -> Result<HashMap<WorkflowId, u64>, StoreError> {
        let select = "SELECT workflow_id, COUNT(*) AS total FROM outbox WHERE suite_id = $1 AND status = 'waiting' \
                      AND started_at IS NULL GROUP BY workflow_id";
        let rows = Statement::fixed(select).with(suite.bytes()).all(&mut *self.connections().read().await?).await?;
        rows.iter().map(count_of).collect()
    }

    /// Alarms and recoveries after `since`, by workflow and hour, of the newest [`EVENTS_COUNTED_MAX`] of the suite.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn event_counts(&self, suite: SuiteId, since: Timestamp) -> Result<Vec<EventCount>, StoreError> {
        let select = "SELECT workflow_id, hour, SUM(is_alarm) AS alarms, COUNT(*) AS total FROM (SELECT workflow_id, at / $1 AS hour, \
                      CASE WHEN kind = 'alarm' THEN 1 ELSE 0 END AS is_alarm FROM ledger WHERE suite_id = $2 \
                      AND kind IN ('alarm', 'recover') AND at > $3 ORDER BY at DESC LIMIT $4) AS newest GROUP BY workflow_id, hour";
        let select = Statement::fixed(select).with(HOUR_MS).with(suite.bytes()).with(since).with(EVENTS_COUNTED_MAX);
        let of = |row: &AnyRow| {
            let (total, alarms) = (row.count("total")?, row.count("alarms")?);
            let workflow = row.id("workflow_id", WorkflowId::from_bytes)?;
            Ok(EventCount { workflow, hour: row.int("hour")?, alarms, recoveries: total.saturating_sub(alarms) })
        };
        select.all(&mut *self.connections().read().await?).await?.iter().map(of).collect()
    }

    /// The newest event of each of these workflows: kind and time.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn last_events(
        &self,
        suite: SuiteId,
        workflows: &[WorkflowId],
    ) -> Result<HashMap<WorkflowId, (LedgerKind, Timestamp)>, StoreError> {
        let connection = &mut *self.connections().read().await?;
        let mut last = HashMap::new();
        // One short look each: over all of them at once an engine would read every event there is.
        for id in workflows {
            let select = "SELECT kind, at FROM ledger WHERE suite_id = $1 AND workflow_id = $2 AND kind IN ('alarm', 'recover') \
                          ORDER BY seq DESC LIMIT 1";
            let row = Statement::fixed(select).with(suite.bytes()).with(id.bytes()).optional(connection).await?;
            if let Some(row) = row {
                last.insert(*id, (row.word("kind", LedgerKind::from_word)?, row.time("at")?));
            }
        }
        Ok(last)
    }
}

fn count_of(row: &AnyRow) -> Result<(WorkflowId, u64), StoreError> {
    Ok((row.id("workflow_id", WorkflowId::from_bytes)?, row.count("total")?))
}
