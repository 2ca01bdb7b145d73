//! The summary of a build that a client shows before it waits for the rest: counts of tests by run, and what failed.

use std::cmp::Reverse;
use std::collections::HashMap;

use proctor_core::filter::{ResultFilter, TestFilters};
use proctor_core::id::{ExecutionId, RunId};
use proctor_core::result::{ResultCounts, TestResult};
use proctor_core::state::TestState;
use proctor_core::suite::Suite;
use proctor_core::time::Timestamp;
use proctor_store::executions::StoredExecution;
use proctor_store::queries::{RunTest, Selected, TestTotals};
use proctor_store::{Store, StoreError};

use super::{Build, PartOfBuild};

/// Failures that a summary lists; those that failed last come first.
pub const PREFLIGHT_FAILURES_MAX: usize = 100;

/// Which failures are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PreflightFilters {
    /// By the results of all executions of a test in its run.
    pub result: Option<ResultFilter>,
    /// By the state of the test.
    pub state: Option<TestState>,
}

/// The summary.
#[derive(Clone, Debug)]
pub struct Preflight<'b> {
    /// The runs, oldest first within a suite.
    pub runs: Vec<PreflightRun<'b>>,
    /// The failures, at most [`PREFLIGHT_FAILURES_MAX`].
    pub failures: Vec<PreflightFailure<'b>>,
}

/// How many tests of a run ended how.
#[derive(Clone, Copy, Debug)]
pub struct PreflightRun<'b> {
    /// The run.
    pub id: RunId,
    /// Its suite.
    pub suite: &'b Suite,
    /// The counts.
    pub totals: TestTotals,
}

/// A test that failed in a run and did not pass there.
#[derive(Clone, Debug)]
pub struct PreflightFailure<'b> {
    /// The suite.
    pub suite: &'b Suite,
    /// The newest failed execution.
    pub execution: StoredExecution,
}

/// A failure before its execution is read.
struct Found {
    part: usize,
    ordinal: u32,
    execution: ExecutionId,
}

/// Sums the build up.
///
/// # Errors
/// When the store cannot be read.
pub async fn preflight<'b>(
    store: &Store,
    build: &'b Build,
    filters: PreflightFilters,
    now: Timestamp,
) -> Result<Preflight<'b>, StoreError> {
    let (window, everything) = (build.span(now), TestFilters::default());
    let parts = build.parts();
    let (mut runs, mut found) = (Vec::new(), Vec::new());
    for (at, part) in parts.iter().enumerate() {
        let tests = store.run_tests(part.suite.id, Selected { window, filters: &everything, runs: Some(&part.runs) }).await?;
        runs.extend(runs_of(part, &tests));
        let failed = tests.iter().filter(|test| is_listed(&test.counts, filters.result));
        found.extend(failed.filter_map(|test| Some(Found { part: at, ordinal: test.ordinal, execution: test.latest_failed? })));
    }
    // An execution's id begins with its receive time.
    found.sort_unstable_by_key(|failure| Reverse(failure.execution));
    let found = in_state(store, &parts, found, filters.state).await?;
    let failures = failures_of(store, &parts, found).await?;
    Ok(Preflight { runs, failures })
}

/// The counts of each run, those without any test too.
fn runs_of<'b>(part: &PartOfBuild<'b>, tests: &[RunTest]) -> Vec<PreflightRun<'b>> {
    let mut totals: HashMap<RunId, TestTotals> = HashMap::new();
    for test in tests {
        let totals = totals.entry(test.run).or_default();
        let count = |result| test.counts.of(result);
        if count(TestResult::Passed) > 0 {
            totals.passed += 1;
        } else if count(TestResult::Failed) > 0 {
            totals.failed += 1;
        } else if count(TestResult::Skipped) > 0 && count(TestResult::Skipped) == test.counts.total() {
            totals.skipped += 1;
        }
    }
    part.runs.iter().map(|id| PreflightRun { id: *id, suite: part.suite, totals: totals.get(id).copied().unwrap_or_default() }).collect()
}

/// Whether a test of a run is among the failures: one that passed on retry is not.
fn is_listed(counts: &ResultCounts, filter: Option<ResultFilter>) -> bool {
    let has_failed = counts.of(TestResult::Failed) > 0 && counts.of(TestResult::Passed) == 0;
    has_failed && filter.is_none_or(|filter| filter.accepts(TestResult::Failed) && filter.keeps(counts))
}

/// Leaves the failures of tests in the wanted state, and as many as are listed.
async fn in_state(
    store: &Store,
    parts: &[PartOfBuild<'_>],
    mut found: Vec<Found>,
    state: Option<TestState>,
) -> Result<Vec<Found>, StoreError> {
    if state.is_some() {
        let filters = TestFilters { state, ..TestFilters::default() };
        for (at, part) in parts.iter().enumerate() {
            if let Some(allowed) = store.ordinals_matching(part.suite.id, &filters).await? {
                found.retain(|failure| failure.part != at || allowed.contains(failure.ordinal));
            }
        }
    }
    found.truncate(PREFLIGHT_FAILURES_MAX);
    Ok(found)
}

/// Reads the executions, in the order found.
async fn failures_of<'b>(store: &Store, parts: &[PartOfBuild<'b>], found: Vec<Found>) -> Result<Vec<PreflightFailure<'b>>, StoreError> {
    let mut executions: HashMap<ExecutionId, StoredExecution> = HashMap::new();
    for (at, part) in parts.iter().enumerate() {
        let wanted: Vec<ExecutionId> = found.iter().filter(|failure| failure.part == at).map(|failure| failure.execution).collect();
        let places = store.places_of_executions(part.suite.id, &wanted).await?;
        let read = store.executions_by_ref(part.suite.id, &places).await?;
        executions.extend(read.into_iter().map(|execution| (execution.id, execution)));
    }
    let failure = |found: Found| {
        let execution = executions.remove(&found.execution)?;
        Some(PreflightFailure { suite: parts[found.part].suite, execution })
    };
    Ok(found.into_iter().filter_map(failure).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(of: &[(TestResult, u64)]) -> ResultCounts {
        let mut counts = ResultCounts::default();
        for (result, count) in of {
            counts.add_many(*result, *count);
        }
        counts
    }

    // contract: general 78
    #[test]
    fn what_passed_once_is_no_failure() {
        use TestResult::{Failed, Passed, Skipped};
        let only_failed = ResultFilter::Only(Failed);
        assert!(is_listed(&counts(&[(Failed, 2)]), Some(only_failed)));
        assert!(!is_listed(&counts(&[(Failed, 2), (Passed, 1)]), None));
        assert!(is_listed(&counts(&[(Failed, 1), (Skipped, 1)]), None));
        assert!(!is_listed(&counts(&[(Failed, 1), (Skipped, 1)]), Some(only_failed)));
        assert!(!is_listed(&counts(&[(Failed, 1)]), Some(ResultFilter::Executions([Passed].into_iter().collect()))));
    }
}
