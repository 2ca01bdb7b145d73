//! The longest executions of a build.

use proctor_core::filter::TestFilters;
use proctor_core::id::{ExecutionId, SuiteId, TestId};
use proctor_core::identity::execution_id;
use proctor_core::time::Timestamp;
use proctor_store::queries::{LightExecution, Selected};
use proctor_store::{Store, StoreError};

use super::Build;

/// A long execution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SlowExecution {
    /// Its id.
    pub id: ExecutionId,
    /// Its suite.
    pub suite: SuiteId,
    /// Its test.
    pub test: TestId,
    /// Seconds.
    pub duration: f64,
    /// Whether it has spans.
    pub has_spans: bool,
}

/// The longest executions over all suites of the build, at most `limit`, ties by id; those without a duration are left out.
///
/// # Errors
/// When the store cannot be read.
pub async fn slowest_executions(store: &Store, build: &Build, limit: usize, now: Timestamp) -> Result<Vec<SlowExecution>, StoreError> {
    let (window, filters) = (build.span(now), TestFilters::default());
    let mut slowest = Vec::new();
    for part in build.parts() {
        let selected = Selected { window, filters: &filters, runs: Some(&part.runs) };
        let executions = store.slowest_executions(part.suite.id, selected, limit).await?;
        let Some(last) = executions.iter().map(|execution| execution.ordinal).max() else { continue };
        let ids = store.test_ids(part.suite.id, last).await?;
        slowest.extend(executions.into_iter().filter_map(|execution| {
            let LightExecution { ordinal, result: _, duration, run: _, upload, index, created_at: _, has_spans } = execution;
            let (id, test) = (execution_id(upload, index), ids[ordinal as usize]);
            duration.map(|duration| SlowExecution { id, suite: part.suite.id, test, duration, has_spans })
        }));
    }
    slowest.sort_unstable_by(|left, right| right.duration.total_cmp(&left.duration).then(left.id.cmp(&right.id)));
    slowest.truncate(limit);
    Ok(slowest)
}
