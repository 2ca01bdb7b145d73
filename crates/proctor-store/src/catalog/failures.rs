//! Groups of failures: when each was seen, over all the history of a suite.

use proctor_core::fingerprint::FingerprintId;
use proctor_core::id::{RunId, SuiteId};
use proctor_core::time::Timestamp;
use proctor_core::window::Window;
use sqlx::any::AnyRow;

use crate::database::{Columns, Statement, Value};
use crate::{Store, StoreError};

/// Groups that one statement looks up.
const GROUPS_PER_READ_MAX: usize = 500;
/// Runs before a run that are looked at for those of one branch.
const RUNS_LOOKED_AT_MAX: u32 = 2_000;

/// A group of failures as the suite's history knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailureGroup {
    /// What is the same about its failures.
    pub fingerprint: FingerprintId,
    /// Its title.
    pub title: String,
    /// What the first one that was stored says.
    pub sample: String,
    /// The earliest receive time of one of them.
    pub first_seen_at: Timestamp,
    /// The latest.
    pub last_seen_at: Timestamp,
    /// How many failed executions have been counted.
    pub executions: u64,
    /// The run of the earliest.
    pub first_run_id: RunId,
    /// The run of the latest.
    pub last_run_id: RunId,
}

/// A run on a branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BranchRun {
    /// Its id.
    pub id: RunId,
    /// When it began.
    pub created_at: Timestamp,
}

impl Store {
    /// The groups of the suite with these fingerprints, in no order; unknown ones are left out.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn failure_groups(&self, suite: SuiteId, fingerprints: &[FingerprintId]) -> Result<Vec<FailureGroup>, StoreError> {
        let mut groups = Vec::with_capacity(fingerprints.len());
        for some in fingerprints.chunks(GROUPS_PER_READ_MAX) {
            let select = "SELECT fingerprint, title, sample, first_seen_at, last_seen_at, executions, first_run_id, last_run_id \
                          FROM failure_groups WHERE suite_id = ";
            let mut select = Statement::built(self.connections().engine(), select);
            let fingerprints = some.iter().map(|fingerprint| Value::from(fingerprint.bytes()));
            select.value(suite.bytes()).push(" AND fingerprint IN ").list(fingerprints);
            for row in select.all(&mut *self.connections().read().await?).await? {
                groups.push(group_of(&row)?);
            }
        }
        Ok(groups)
    }

    /// Forgets the groups of the suite that were last seen before a time: their failures are gone too. How many there were.
    ///
    /// # Errors
    /// When the catalog cannot be written.
    pub async fn forget_failures(&self, suite: SuiteId, before: Timestamp) -> Result<u64, StoreError> {
        let delete = Statement::fixed("DELETE FROM failure_groups WHERE suite_id = $1 AND last_seen_at < $2");
        delete.with(suite.bytes()).with(before).execute(&mut *self.connections().writer().await?).await
    }

    /// When the uploads of a run were received: the window from the first to the last of them. `None`: it has none with executions.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn window_of_run(&self, suite: SuiteId, run: RunId) -> Result<Option<Window>, StoreError> {
        let select = Statement::fixed(
            "SELECT MIN(received_at) AS first_at, MAX(received_at) AS last_at FROM uploads \
             WHERE suite_id = $1 AND run_id = $2 AND status = 'succeeded'",
        );
        let row = select.with(suite.bytes()).with(run.bytes()).one(&mut *self.connections().read().await?).await?;
        let ends = row.maybe_time("first_at")?.zip(row.maybe_time("last_at")?);
        Ok(ends.map(|(first, last)| Window { from: first, until: last.plus_millis(1) }))
    }

    /// The newest runs on `branch` that began inside `window`, newest first, at most `limit`; of the newest 2,000 runs in the
    /// window, more are not looked at.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn runs_on_branch(&self, suite: SuiteId, branch: &str, window: Window, limit: usize) -> Result<Vec<BranchRun>, StoreError> {
        let select = Statement::fixed(
            "SELECT id, branch, created_at FROM runs WHERE suite_id = $1 AND created_at >= $2 AND created_at < $3 \
             ORDER BY created_at DESC, id DESC LIMIT $4",
        );
        let select = select.with(suite.bytes()).with(window.from).with(window.until).with(RUNS_LOOKED_AT_MAX);
        let mut runs = Vec::new();
        for row in select.all(&mut *self.connections().read().await?).await? {
            if runs.len() == limit {
                break;
            }
            if row.maybe_text("branch")?.as_deref() == Some(branch) {
                runs.push(BranchRun { id: row.id("id", RunId::from_bytes)?, created_at: row.time("created_at")? });
            }
        }
        Ok(runs)
    }
}

fn group_of(row: &AnyRow) -> Result<FailureGroup, StoreError> {
    Ok(FailureGroup {
        fingerprint: row.id("fingerprint", FingerprintId::from_bytes)?,
        title: row.text("title")?,
        sample: row.text("sample")?,
        first_seen_at: row.time("first_seen_at")?,
        last_seen_at: row.time("last_seen_at")?,
        executions: row.count("executions")?,
        first_run_id: row.id("first_run_id", RunId::from_bytes)?,
        last_run_id: row.id("last_run_id", RunId::from_bytes)?,
    })
}
