//! What was known of a run's tests when it began.

use std::collections::{HashMap, HashSet};

use proctor_core::filter::TestFilters;
use proctor_core::id::RunId;
use proctor_core::result::TestResult;
use proctor_core::run::Run;
use proctor_core::suite::Suite;
use proctor_core::verdict::TestPast;
use proctor_core::window::{Period, Window};
use proctor_store::catalog::tests::KnownTest;
use proctor_store::queries::{RunTest, Selected};
use proctor_store::{Store, StoreError};

use super::looked_at::failed;

/// How far before a run one looks for what a test did: this many days of 24 hours.
pub const PAST_DAYS: u32 = 28;
/// How many of the newest runs on the default branch before a run are asked about a test.
pub const DEFAULT_BRANCH_RUNS_MAX: usize = 5;

/// The label by which people and workflows say that a test is flaky.
const FLAKY_LABEL: &str = "flaky";

/// Tests, by ordinal, that did this or that before a run began.
#[derive(Debug, Default)]
pub(super) struct Past {
    flaky: HashSet<u32>,
    failing_on_default_branch: HashSet<u32>,
    failed: HashSet<u32>,
}

impl Past {
    /// Looks back from the beginning of a run: three scans of columns, whatever the number of failures.
    pub(super) async fn before(store: &Store, suite: &Suite, run: &Run) -> Result<Self, StoreError> {
        let began = run.created_at;
        let window = Window { from: began.plus_millis(-Period::days(PAST_DAYS).millis()), until: began };
        let flaky = store.flaky_tests(suite.id, window, None).await?.into_iter().map(|test| test.ordinal).collect();
        let filters = TestFilters { result: Some(failed()), ..TestFilters::default() };
        let failures = store.test_metrics(suite.id, Selected { window, filters: &filters, runs: None }).await?;
        let failed = failures.into_iter().map(|test| test.ordinal).collect();
        let runs = store.runs_on_branch(suite.id, &suite.settings.default_branch, window, DEFAULT_BRANCH_RUNS_MAX).await?;
        let failing_on_default_branch = match runs.last() {
            None => HashSet::new(),
            Some(oldest) => {
                let window = Window { from: oldest.created_at, until: began };
                let runs: Vec<RunId> = runs.iter().map(|run| run.id).collect();
                let selected = Selected { window, filters: &TestFilters::default(), runs: Some(&runs) };
                failing_in_newest(&runs, &store.run_tests(suite.id, selected).await?)
            }
        };
        Ok(Self { flaky, failing_on_default_branch, failed })
    }

    pub(super) fn of(&self, test: &KnownTest) -> TestPast {
        TestPast {
            is_flaky: self.flaky.contains(&test.ordinal) || test.labels.iter().any(|label| label == FLAKY_LABEL),
            fails_on_default_branch: self.failing_on_default_branch.contains(&test.ordinal),
            has_failed: self.failed.contains(&test.ordinal),
        }
    }
}

/// The tests that failed and did not pass in the newest of `runs` (newest first) that judged them.
fn failing_in_newest(runs: &[RunId], tests: &[RunTest]) -> HashSet<u32> {
    let places: HashMap<RunId, usize> = runs.iter().enumerate().map(|(place, run)| (*run, place)).collect();
    let mut newest: HashMap<u32, (usize, bool)> = HashMap::new();
    for RunTest { run, ordinal, counts, latest_failed: _ } in tests {
        let (passed, failed) = (counts.of(TestResult::Passed), counts.of(TestResult::Failed));
        let Some(place) = places.get(run).copied().filter(|_| passed + failed > 0) else { continue };
        let judged = (place, passed == 0);
        newest.entry(*ordinal).and_modify(|known| *known = (*known).min(judged)).or_insert(judged);
    }
    newest.into_iter().filter(|(_, (_, fails))| *fails).map(|(ordinal, _)| ordinal).collect()
}

#[cfg(test)]
mod tests {
    use proctor_core::id::Uuid;
    use proctor_core::result::ResultCounts;

    use super::*;

    fn judged(run: RunId, ordinal: u32, results: &[TestResult]) -> RunTest {
        let mut counts = ResultCounts::default();
        results.iter().for_each(|result| counts.add(*result));
        RunTest { run, ordinal, counts, latest_failed: None }
    }

    #[test]
    fn the_newest_run_that_judged_a_test_counts() {
        use TestResult::{Failed, Passed, Skipped};
        let [newest, older] = [1, 2].map(|number| RunId::new(Uuid::from_u128(number)));
        let tests = [
            // mended
            judged(older, 0, &[Failed]),
            judged(newest, 0, &[Passed]),
            // broken
            judged(newest, 1, &[Failed]),
            judged(older, 1, &[Passed]),
            // passed on retry
            judged(newest, 2, &[Failed, Passed]),
            // not judged by the newest
            judged(newest, 3, &[Skipped]),
            judged(older, 3, &[Failed]),
        ];
        assert_eq!(failing_in_newest(&[newest, older], &tests), HashSet::from([1, 3]));
    }
}
