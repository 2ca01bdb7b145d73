//! What a summary has to say, read from the store.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use proctor_core::day::Day;
use proctor_core::flaky_week::{FlakyTest, FlakyWeek, Tally, Weeks, failing_tests};
use proctor_core::id::{SuiteId, TeamId};
use proctor_core::monitors::filter::TagFilters;
use proctor_core::monitors::history::{History, Needs};
use proctor_core::monitors::monitor::MonitorSettings;
use proctor_core::monitors::passed_on_retry::PassedOnRetry;
use proctor_core::monitors::rule::Rule;
use proctor_core::suite::Suite;
use proctor_core::text::full_name;
use proctor_core::time::Timestamp;
use proctor_store::catalog::history::{HistoryQuery, HistoryUploads};
use proctor_store::catalog::tests::KnownTest;
use proctor_store::executions::WantedTests;
use proctor_store::{Store, StoreError};

use crate::usecases::workflows::scan_days;

/// Tests that a summary lists (`workflows.md`, section 10).
const TESTS_MAX: usize = 20;

/// What a summary has to say.
#[derive(Clone, Debug)]
pub struct Report {
    /// The name of the suite.
    pub suite: String,
    /// The weeks.
    pub weeks: Weeks,
    /// Tests that were flaky in the week.
    pub flaky: u64,
    /// How many of them were not flaky in the week before.
    pub new: u64,
    /// Tests that were flaky in the week before only.
    pub recovered: u64,
    /// Failed runs in which only these tests failed.
    pub runs_failed_by_flaky: u64,
    /// The flakiest ones, at most 20.
    pub lines: Vec<Line>,
}

/// A test in a summary.
#[derive(Clone, Debug)]
pub struct Line {
    /// The test.
    pub test: KnownTest,
    /// Scope, blank, name.
    pub full_name: String,
    /// Its figures.
    pub figures: FlakyTest,
    /// When it was first seen flaky: its first alarm of a rule that looks for flaky tests, or its first flaky commit of the two weeks.
    pub first_seen_at: Timestamp,
    /// Since when it is alarmed by a workflow.
    pub alarm_since: Option<Timestamp>,
}

impl Report {
    /// Whether there is nothing to report: no test was flaky in the week.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }
}

/// The executions of two weeks of a suite, added up: what the reports about all of its teams are made from.
///
/// Memory: the commits of the tests that failed in two weeks; and the executions of one day, while it is read.
#[derive(Debug)]
pub struct Gathered {
    suite: SuiteId,
    weeks: Weeks,
    failing: HashSet<u32>,
    tally: Tally,
}

impl Gathered {
    /// Reads them.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn read(store: &Store, suite: &Suite, weeks: Weeks) -> Result<Self, StoreError> {
        // As the workflow that every suite is born with sees flaky commits, without its thresholds.
        let monitor = MonitorSettings::PassedOnRetry(PassedOnRetry::of_new_suite());
        let rule = Rule::new(monitor, TagFilters::on_branch(&suite.settings.default_branch));
        let rule = Arc::new(rule.map_err(|error| StoreError::Internal(error.to_string()))?);
        let failing = failing(store, suite.id, &rule, weeks).await?;
        let tally = tally(store, suite.id, (&rule, weeks), &failing).await?;
        Ok(Self { suite: suite.id, weeks, failing, tally })
    }

    /// Whether they are those of this suite and these weeks.
    #[must_use]
    pub fn is_of(&self, suite: SuiteId, weeks: Weeks) -> bool {
        self.suite == suite && self.weeks == weeks
    }

    /// The report about the tests that the team owns, at any place of their line, or about all.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn report(&self, store: &Store, suite: &Suite, team: Option<TeamId>) -> Result<Report, StoreError> {
        let week = match team {
            Some(team) => {
                let owned = owned(store, suite.id, team, &self.failing).await?;
                self.tally.week(|ordinal| owned.contains(&ordinal))
            }
            None => self.tally.week(|_| true),
        };
        let FlakyWeek { tests, new, recovered, runs_failed_by_flaky } = week;
        let flaky = tests.len() as u64;
        let lines = lines(store, suite.id, tests).await?;
        Ok(Report { suite: suite.settings.name.clone(), weeks: self.weeks, flaky, new, recovered, runs_failed_by_flaky, lines })
    }
}

fn days(weeks: Weeks) -> std::ops::RangeInclusive<i64> {
    Day::of(weeks.before).number()..=Day::of(weeks.to).number()
}

fn query(rule: &Rule, tests: WantedTests) -> HistoryQuery {
    let mut needs = Needs::default();
    needs.add(rule);
    HistoryQuery { needs, tests, uploads: HistoryUploads::All, incidents: Vec::new() }
}

async fn failing(store: &Store, suite: SuiteId, rule: &Arc<Rule>, weeks: Weeks) -> Result<HashSet<u32>, StoreError> {
    let looking = Arc::clone(rule);
    let take = move |found: &mut HashSet<u32>, history: &History| failing_tests(&looking, weeks, history, found);
    scan_days(store, suite, (days(weeks), &query(rule, WantedTests::All)), HashSet::new(), take).await
}

async fn tally(store: &Store, suite: SuiteId, (rule, weeks): (&Arc<Rule>, Weeks), tests: &HashSet<u32>) -> Result<Tally, StoreError> {
    let adding = Arc::clone(rule);
    let take = move |tally: &mut Tally, history: &History| tally.take(&adding, history);
    let tests = WantedTests::Only(Arc::new(tests.iter().copied().collect()));
    scan_days(store, suite, (days(weeks), &query(rule, tests)), Tally::new(weeks), take).await
}

async fn owned(store: &Store, suite: SuiteId, team: TeamId, among: &HashSet<u32>) -> Result<HashSet<u32>, StoreError> {
    let ordinals: Vec<u32> = among.iter().copied().collect();
    let tests = store.tests_by_ordinal(suite, &ordinals).await?;
    Ok(tests.into_iter().filter(|test| test.owners.contains(&team)).map(|test| test.ordinal).collect())
}

async fn lines(store: &Store, suite: SuiteId, tests: Vec<FlakyTest>) -> Result<Vec<Line>, StoreError> {
    let ordinals: Vec<u32> = tests.iter().map(|test| test.ordinal).collect();
    let mut figures: HashMap<u32, FlakyTest> = tests.into_iter().map(|test| (test.ordinal, test)).collect();
    let mut listed = Vec::new();
    for test in store.tests_by_ordinal(suite, &ordinals).await? {
        let Some(figures) = figures.remove(&test.ordinal) else { continue };
        let full_name = full_name(&test.scope, &test.name);
        listed.push((test, full_name, figures));
    }
    listed.sort_by(|one, other| FlakyTest::order((&one.2, &one.1), (&other.2, &other.1)));
    listed.truncate(TESTS_MAX);
    let ordinals: Vec<u32> = listed.iter().map(|(test, ..)| test.ordinal).collect();
    let first_alarms = store.first_flaky_alarms(suite, &ordinals).await?;
    let mut open: HashMap<u32, Timestamp> = HashMap::new();
    for alarm in store.open_alarms(suite, None).await? {
        let since = open.entry(alarm.ordinal).or_insert(alarm.since);
        *since = alarm.since.min(*since);
    }
    let line = |(test, full_name, figures): (KnownTest, String, FlakyTest)| {
        let first_alarm = first_alarms.get(&test.ordinal).copied();
        let first_seen_at = first_alarm.map_or(figures.first_at, |at| at.min(figures.first_at));
        let alarm_since = open.get(&test.ordinal).copied();
        Line { test, full_name, figures, first_seen_at, alarm_since }
    };
    Ok(listed.into_iter().map(line).collect())
}
