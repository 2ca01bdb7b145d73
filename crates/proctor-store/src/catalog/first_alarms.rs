//! When tests were first found flaky.

use proctor_core::id::{SuiteId, WorkflowId};
use proctor_core::monitors::monitor::MonitorSettings;
use proctor_core::time::Timestamp;
use rustc_hash::FxHashMap;

use super::tests::ordinal_of;
use crate::database::{Columns, Statement, Value};
use crate::{Store, StoreError};

/// Tests named in one statement.
const ROWS_PER_STATEMENT_MAX: usize = 500;

impl Store {
    /// The first alarm of each of these tests by a workflow that looked for flaky tests then, as far as the ledger goes back.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn first_flaky_alarms(&self, suite: SuiteId, ordinals: &[u32]) -> Result<FxHashMap<u32, Timestamp>, StoreError> {
        let mut found: Vec<(u32, WorkflowId, u32, Timestamp)> = Vec::new();
        for some in ordinals.chunks(ROWS_PER_STATEMENT_MAX) {
            let select = "SELECT ordinal, workflow_id, version, MIN(at) AS first_at FROM ledger WHERE suite_id = ";
            let mut select = Statement::built(self.connections().engine(), select);
            select.value(suite.bytes()).push(" AND kind = 'alarm' AND workflow_id IS NOT NULL AND version IS NOT NULL AND ordinal IN ");
            select.list(some.iter().map(|ordinal| Value::from(*ordinal))).push(" GROUP BY ordinal, workflow_id, version");
            for row in select.all(&mut *self.connections().read().await?).await? {
                let version = u32::try_from(row.int("version")?).map_err(|_| StoreError::Corrupt("version in the ledger".to_owned()))?;
                found.push((ordinal_of(&row)?, row.id("workflow_id", WorkflowId::from_bytes)?, version, row.time("first_at")?));
            }
        }
        let mut about_flaky: FxHashMap<(WorkflowId, u32), bool> = FxHashMap::default();
        let mut first: FxHashMap<u32, Timestamp> = FxHashMap::default();
        for (ordinal, workflow, version, at) in found {
            let known = about_flaky.get(&(workflow, version)).copied();
            let is_about_flaky = match known {
                Some(known) => known,
                None => self
                    .workflow_version(suite, workflow, version)
                    .await?
                    .is_some_and(|definition| looks_for_flaky(definition.rule.monitor())),
            };
            about_flaky.insert((workflow, version), is_about_flaky);
            if is_about_flaky {
                let earliest = first.entry(ordinal).or_insert(at);
                *earliest = at.min(*earliest);
            }
        }
        Ok(first)
    }
}

const fn looks_for_flaky(monitor: &MonitorSettings) -> bool {
    matches!(monitor, MonitorSettings::PassedOnRetry(_) | MonitorSettings::TransitionCount(_) | MonitorSettings::ProbabilisticFlakiness(_))
}
