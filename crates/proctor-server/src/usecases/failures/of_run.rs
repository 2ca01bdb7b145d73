//! The failures of a run.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeSet, HashMap, HashSet};

use proctor_core::filter::TestFilters;
use proctor_core::fingerprint::FingerprintId;
use proctor_core::id::SuiteId;
use proctor_core::result::TestResult;
use proctor_core::run::Run;
use proctor_core::suite::Suite;
use proctor_core::verdict::{GroupPast, Verdict, verdict_of_group};
use proctor_store::catalog::failures::FailureGroup;
use proctor_store::catalog::tests::KnownTest;
use proctor_store::queries::Selected;
use proctor_store::{Store, StoreError};

use super::TESTS_LISTED_MAX;
use super::groups::Group;
use super::looked_at::{Of, look_at};
use super::past::Past;

/// The failures of a run, grouped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunFailures {
    /// By verdict, in the order of attention; then those of most tests, those of most executions.
    pub groups: Vec<RunGroup>,
    /// Failed executions that were looked at, the newest of the run.
    pub executions: u64,
    /// Whether the run has more.
    pub is_cut: bool,
}

/// Failures of a run with one fingerprint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunGroup {
    /// Those of the run.
    pub group: Group,
    /// What was known of them when the run began.
    pub verdict: Verdict,
    /// The group over all the history of the suite; none when one upload brought more groups than are remembered.
    pub history: Option<FailureGroup>,
    /// The first of its tests, by verdict, then by executions, then by name.
    pub tests: Vec<RunGroupTest>,
}

/// A test in a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunGroupTest {
    /// The test as it is now.
    pub test: KnownTest,
    /// Its executions in the group.
    pub executions: u64,
    /// What was known of it when the run began.
    pub verdict: Verdict,
    /// Whether it also passed in this run, so far as is known.
    pub passed_in_run: bool,
}

/// The failures of a run by fingerprint, each with its verdict.
///
/// # Errors
/// When the store cannot be read.
pub async fn failures_of_run(store: &Store, suite: &Suite, run: &Run) -> Result<RunFailures, StoreError> {
    let runs = [run.id];
    let filters = TestFilters::default();
    let none = RunFailures { groups: Vec::new(), executions: 0, is_cut: false };
    if run.counts.of(TestResult::Failed) == 0 {
        return Ok(none);
    }
    let Some(window) = store.window_of_run(suite.id, run.id).await? else { return Ok(none) };
    let of_run = Selected { window, filters: &filters, runs: Some(&runs) };
    let looked_at = look_at(store, suite.id, of_run, Of::AllTests).await?;
    if looked_at.groups.is_empty() {
        return Ok(none);
    }
    let past = Past::before(store, suite, run).await?;
    let history = history_of(store, suite.id, &looked_at.groups).await?;
    let tests = tests_of(store, suite.id, &looked_at.groups).await?;
    let passed = store.run_tests(suite.id, of_run).await?.into_iter().filter(|test| test.counts.of(TestResult::Passed) > 0);
    let passed: HashSet<u32> = passed.map(|test| test.ordinal).collect();
    let context = Context { run, past, tests, passed };
    let mut groups: Vec<RunGroup> = looked_at
        .groups
        .into_iter()
        .map(|group| {
            let known = history.get(&group.fingerprint.id).cloned();
            context.judged(group, known)
        })
        .collect();
    groups.sort_by_key(|RunGroup { group, verdict, .. }| {
        (*verdict, Reverse(group.tests.len()), Reverse(group.executions), Reverse(group.last.0), group.fingerprint.id)
    });
    Ok(RunFailures { groups, executions: looked_at.executions, is_cut: looked_at.is_cut })
}

/// What the suite knows of the groups, by fingerprint.
pub(super) async fn history_of(
    store: &Store,
    suite: SuiteId,
    groups: &[Group],
) -> Result<HashMap<FingerprintId, FailureGroup>, StoreError> {
    let fingerprints: Vec<FingerprintId> = groups.iter().map(|group| group.fingerprint.id).collect();
    Ok(store.failure_groups(suite, &fingerprints).await?.into_iter().map(|group| (group.fingerprint, group)).collect())
}

/// The tests of the groups, by ordinal.
pub(super) async fn tests_of(store: &Store, suite: SuiteId, groups: &[Group]) -> Result<HashMap<u32, KnownTest>, StoreError> {
    let ordinals: BTreeSet<u32> = groups.iter().flat_map(|group| group.tests.keys().copied()).collect();
    let ordinals: Vec<u32> = ordinals.into_iter().collect();
    Ok(store.tests_by_ordinal(suite, &ordinals).await?.into_iter().map(|test| (test.ordinal, test)).collect())
}

/// By scope, then name.
pub(super) fn by_name(one: &KnownTest, other: &KnownTest) -> Ordering {
    one.scope.cmp(&other.scope).then_with(|| one.name.cmp(&other.name))
}

/// What the verdicts of one run depend on.
struct Context<'r> {
    run: &'r Run,
    past: Past,
    tests: HashMap<u32, KnownTest>,
    passed: HashSet<u32>,
}

impl Context<'_> {
    fn judged(&self, group: Group, history: Option<FailureGroup>) -> RunGroup {
        let of_test = |(ordinal, executions): (&u32, &u64)| {
            let test = self.tests.get(ordinal)?.clone();
            let verdict = self.past.of(&test).verdict();
            Some(RunGroupTest { test, executions: *executions, verdict, passed_in_run: self.passed.contains(ordinal) })
        };
        let mut tests: Vec<RunGroupTest> = group.tests.iter().filter_map(of_test).collect();
        tests.sort_by(|one, other| {
            let key = |test: &RunGroupTest| (test.verdict, Reverse(test.executions));
            key(one).cmp(&key(other)).then_with(|| by_name(&one.test, &other.test))
        });
        let past = match &history {
            None => GroupPast::Unknown,
            Some(known) if known.first_run_id == self.run.id || known.first_seen_at >= self.run.created_at => GroupPast::Unseen,
            Some(_) => GroupPast::Seen,
        };
        let verdict = verdict_of_group(past, tests.iter().map(|test| test.verdict));
        tests.truncate(TESTS_LISTED_MAX);
        RunGroup { group, verdict, history, tests }
    }
}
