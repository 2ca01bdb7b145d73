//! What an evaluation begins with.

use proctor_core::id::{RunId, SuiteId};
use proctor_core::monitors::incident::IncidentSettings;
use proctor_core::time::Timestamp;
use rustc_hash::FxHashSet;

use super::guard::guard_of;
use crate::catalog::workflows::{Workflow, workflows_of};
use crate::database::{Columns, Statement};
use crate::{Store, StoreError};

/// A suite as an evaluation finds it.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// What the evaluation rests on: handed back with it.
    pub epoch: u64,
    /// When runs are mass failures; none: they are not looked for.
    pub guard: Option<IncidentSettings>,
    /// All workflows, paused ones too.
    pub workflows: Vec<Workflow>,
    /// The first uploads that wait, in the order in which monitors look at them.
    pub pending: Vec<PendingUpload>,
}

/// An upload that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PendingUpload {
    /// Its sequence number.
    pub seq: u64,
    /// Its run.
    pub run: RunId,
    /// When it was received.
    pub received_at: Timestamp,
}

/// How much of what waits is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SnapshotLimits {
    /// Only uploads received up to here.
    pub until: Timestamp,
    /// At most so many uploads.
    pub uploads_max: u32,
    /// At most so many executions; one upload may have more.
    pub executions_max: u64,
}

impl Store {
    /// Suites with workflows that have yet to take in the stored history, then those with uploads received up to `until` that wait, in
    /// the order of the oldest.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn suites_to_evaluate(&self, until: Timestamp) -> Result<Vec<SuiteId>, StoreError> {
        let select = "SELECT suite_id, MIN(since) AS since FROM ( \
                      SELECT suite_id, MIN(received_at) AS since FROM pending_evaluations WHERE received_at <= $1 GROUP BY suite_id \
                      UNION ALL SELECT suite_id, 0 FROM workflows WHERE applied_version < version AND status = 'active') work \
                      GROUP BY suite_id ORDER BY since, suite_id";
        let rows = Statement::fixed(select).with(until).all(&mut *self.connections().read().await?).await?;
        rows.iter().map(|row| row.id("suite_id", SuiteId::from_bytes)).collect()
    }

    /// What an evaluation of the suite begins with; none: the suite is gone.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn evaluation_snapshot(&self, suite: SuiteId, limits: SnapshotLimits) -> Result<Option<Snapshot>, StoreError> {
        let connection = &mut *self.connections().read().await?;
        // The epoch is read first: what is read after it can only be newer, and then the epoch has been raised.
        let select = Statement::fixed("SELECT epoch, incident_guard FROM evaluations WHERE suite_id = $1").with(suite.bytes());
        let Some(row) = select.optional(connection).await? else { return Ok(None) };
        let (epoch, guard) = (row.count("epoch")?, guard_of(&row)?);
        let workflows = workflows_of(connection, suite).await?;
        let SnapshotLimits { until, uploads_max, executions_max } = limits;
        let select = "SELECT upload_seq, run_id, received_at, executions FROM pending_evaluations \
                      WHERE suite_id = $1 AND received_at <= $2 ORDER BY received_at, upload_seq LIMIT $3";
        let select = Statement::fixed(select).with(suite.bytes()).with(until).with(uploads_max);
        let (mut pending, mut executions) = (Vec::new(), 0_u64);
        for row in select.all(connection).await? {
            executions += row.count("executions")?;
            if !pending.is_empty() && executions > executions_max {
                break;
            }
            let run = row.id("run_id", RunId::from_bytes)?;
            pending.push(PendingUpload { seq: row.count("upload_seq")?, run, received_at: row.time("received_at")? });
        }
        Ok(Some(Snapshot { epoch, guard, workflows, pending }))
    }

    /// When the oldest and the newest upload that wait were received, over all suites; none waits.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn waiting_since(&self) -> Result<Option<(Timestamp, Timestamp)>, StoreError> {
        let select = Statement::fixed("SELECT MIN(received_at) AS oldest, MAX(received_at) AS newest FROM pending_evaluations");
        let row = select.one(&mut *self.connections().read().await?).await?;
        Ok(row.maybe_time("oldest")?.zip(row.maybe_time("newest")?))
    }

    /// The sequence numbers of all uploads of the suite that wait.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn pending_uploads(&self, suite: SuiteId) -> Result<FxHashSet<u64>, StoreError> {
        let select = Statement::fixed("SELECT upload_seq FROM pending_evaluations WHERE suite_id = $1").with(suite.bytes());
        let rows = select.all(&mut *self.connections().read().await?).await?;
        rows.iter().map(|row| row.count("upload_seq")).collect()
    }
}
