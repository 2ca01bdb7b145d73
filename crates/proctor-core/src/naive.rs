//! What a list of tests must answer, computed in the plainest way: the reference that property tests hold the engine
//! against. Every step of `rest-api.md`, 3.4, is one pass over everything; nothing is indexed, cached or skipped.
//!
//! It is public for the tests of other crates. Production code has no use for it. It knows no percentiles: a list sorted by one has all
//! values null here.

use crate::filter::TestFilters;
use crate::id::TestId;
use crate::metrics::Metrics;
use crate::result::TestResult;
use crate::state::TestState;
use crate::tags::TagSet;
use crate::time::Timestamp;
use crate::window::Window;

/// An execution, as far as lists of tests look at it.
#[derive(Clone, Debug, PartialEq)]
pub struct PlainExecution {
    /// The test.
    pub test: TestId,
    /// Receive time of its upload.
    pub created_at: Timestamp,
    /// The result.
    pub result: TestResult,
    /// Seconds.
    pub duration: Option<f64>,
    /// Branch without `refs/heads/`.
    pub branch: Option<String>,
    /// All tags that can be filtered by: of upload and execution, `mut.*`, derived ones.
    pub tags: TagSet,
}

/// A test, as far as lists of tests look at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlainTest {
    /// Its id.
    pub id: TestId,
    /// Its labels.
    pub labels: Vec<String>,
    /// The slugs of its owners.
    pub owners: Vec<String>,
    /// Its state.
    pub state: TestState,
}

/// The whole list in metrics mode, in order, before paging: tests with at least one selected execution, and their metrics.
#[must_use]
pub fn list_of_tests(executions: &[PlainExecution], tests: &[PlainTest], window: Window, filters: &TestFilters) -> Vec<(TestId, Metrics)> {
    let selected: Vec<_> = executions
        .iter()
        .filter(|execution| window.contains(execution.created_at))
        .filter(|execution| is_selected(execution, filters))
        .collect();
    let mut rows = Vec::new();
    for test in tests {
        let metrics = metrics_of(selected.iter().copied().filter(|execution| execution.test == test.id));
        let is_in_group = filters.result.is_none_or(|filter| filter.keeps(&metrics.counts));
        if metrics.counts.total() > 0
            && is_in_group
            && is_kept(test, filters)
            && filters.min_executions.is_none_or(|least| metrics.counts.total() >= least)
        {
            rows.push((test.id, metrics));
        }
    }
    let by = filters.sort.by;
    rows.sort_by(|left, right| filters.sort.compare((by.value(&left.1), left.0), (by.value(&right.1), right.0)));
    rows
}

/// The metrics of one test over a window, as `tests/{id}` gives them: no filters, and zero counts if there is nothing.
#[must_use]
pub fn metrics_of_test(executions: &[PlainExecution], test: TestId, window: Window) -> Metrics {
    metrics_of(executions.iter().filter(|execution| execution.test == test && window.contains(execution.created_at)))
}

fn is_selected(execution: &PlainExecution, filters: &TestFilters) -> bool {
    filters.selects(execution.branch.as_deref(), execution.result, |key| execution.tags.get(key))
}

fn is_kept(test: &PlainTest, filters: &TestFilters) -> bool {
    filters.labels.matches(|label| test.labels.iter().any(|known| known == label))
        && filters.owners.matches(|owner| test.owners.iter().any(|known| known == owner))
        && filters.state.is_none_or(|state| test.state == state)
}

fn metrics_of<'e>(executions: impl Iterator<Item = &'e PlainExecution>) -> Metrics {
    let mut metrics = Metrics::default();
    for execution in executions {
        metrics.add(execution.result, execution.duration);
    }
    metrics
}

#[cfg(test)]
mod tests;
