//! Runs counted by day.

use std::collections::BTreeMap;

use proctor_core::day::DAY_MS;
use proctor_core::filter::TextFilter;
use proctor_core::id::SuiteId;
use proctor_core::lifecycle::RunResult;
use proctor_core::time::Timestamp;
use proctor_core::window::Window;

use crate::database::{Columns, Statement};
use crate::{Store, StoreError};

/// The runs that began on one day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RunsOfDay {
    /// All of them.
    pub runs: u64,
    /// Those whose result is `failed`.
    pub failed: u64,
}

impl Store {
    /// The runs of the suite that began inside `window`, by day: the key is the first millisecond of the day, UTC. `branch`: only
    /// those on a branch that passes. Days without any are left out.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn runs_by_day(
        &self,
        suite: SuiteId,
        window: Window,
        branch: Option<&TextFilter>,
    ) -> Result<BTreeMap<Timestamp, RunsOfDay>, StoreError> {
        let select = match branch {
            None => {
                "SELECT created_at / 86400000 AS day, COUNT(*) AS total, COUNT(CASE WHEN result = $1 THEN 1 END) AS failed \
                 FROM runs WHERE suite_id = $2 AND created_at >= $3 AND created_at < $4 GROUP BY created_at / 86400000"
            }
            Some(_) => {
                "SELECT created_at / 86400000 AS day, branch, COUNT(*) AS total, COUNT(CASE WHEN result = $1 THEN 1 END) AS failed \
                 FROM runs WHERE suite_id = $2 AND created_at >= $3 AND created_at < $4 GROUP BY created_at / 86400000, branch"
            }
        };
        let select = Statement::fixed(select).with(u32::from(RunResult::Failed.code())).with(suite.bytes());
        let select = select.with(window.from).with(window.until);
        let mut days: BTreeMap<Timestamp, RunsOfDay> = BTreeMap::new();
        for row in select.all(&mut *self.connections().read().await?).await? {
            if let Some(filter) = branch
                && !filter.matches(row.maybe_text("branch")?.as_deref())
            {
                continue;
            }
            let day = days.entry(Timestamp::from_millis(row.int("day")?.saturating_mul(DAY_MS))).or_default();
            day.runs += row.count("total")?;
            day.failed += row.count("failed")?;
        }
        Ok(days)
    }
}
