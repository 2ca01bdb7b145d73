//! The flaky tests of a week (`workflows.md`, section 10): what the weekly summary says, from the executions of two weeks.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use crate::id::RunId;
use crate::monitors::history::{History, HistoryRow, View};
use crate::monitors::observation::{Counted, GroupKey};
use crate::monitors::rule::Rule;
use crate::time::Timestamp;

/// The week that is told of, and the one before it, with which it is compared. Each begins with its first point and ends before the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weeks {
    /// Where the week before begins.
    pub before: Timestamp,
    /// Where the week begins.
    pub from: Timestamp,
    /// Where it ends.
    pub to: Timestamp,
}

/// Counted executions by their results.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// That passed.
    pub passed: u64,
    /// That failed.
    pub failed: u64,
}

impl Counts {
    /// All of them.
    #[must_use]
    pub const fn all(self) -> u64 {
        self.passed + self.failed
    }

    /// Passed by all, 0 to 1; none without executions.
    #[must_use]
    pub fn reliability(self) -> Option<f64> {
        (self.all() > 0).then(|| self.passed as f64 / self.all() as f64)
    }

    fn add(&mut self, seen: &Counted) {
        if seen.is_failed() {
            self.failed += 1;
        } else {
            self.passed += 1;
        }
    }
}

/// A test that was flaky in the week.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FlakyTest {
    /// Its ordinal in the suite.
    pub ordinal: u32,
    /// Commits on which it passed and failed, by where the pair was completed (`workflows.md`, 3.2).
    pub commits: u32,
    /// Its executions in the week.
    pub now: Counts,
    /// Those of the week before.
    pub before: Counts,
    /// Seconds that failed executions of the week took in all.
    pub failed_time_s: f64,
    /// Where the first flaky commit of the two weeks was completed.
    pub first_at: Timestamp,
}

impl FlakyTest {
    /// The order of the list: most flaky commits, then most failed executions, then most time of these, then the full name.
    #[must_use]
    pub fn order(one: (&Self, &str), other: (&Self, &str)) -> Ordering {
        let key = |test: &Self| (test.commits, test.now.failed);
        let by_figures = key(other.0).cmp(&key(one.0));
        by_figures.then_with(|| other.0.failed_time_s.total_cmp(&one.0.failed_time_s)).then_with(|| one.1.cmp(other.1))
    }
}

/// What a summary says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FlakyWeek {
    /// Tests that were flaky in the week, by ordinal.
    pub tests: Vec<FlakyTest>,
    /// How many of them were not flaky in the week before.
    pub new: u64,
    /// Tests that were flaky in the week before, and not in the week.
    pub recovered: u64,
    /// Runs of the week that failed, and in which only flaky tests of the list did.
    pub runs_failed_by_flaky: u64,
}

/// Finds the tests with a failed attempt, which alone can be flaky: others need not be looked at twice.
pub fn failing_tests(rule: &Rule, weeks: Weeks, history: &History, found: &mut HashSet<u32>) {
    let view = View::new(rule, history);
    for row in &history.rows {
        if !found.contains(&row.ordinal) && counted(&view, weeks, row).is_some_and(|seen| seen.attempts().failed > 0) {
            found.insert(row.ordinal);
        }
    }
}

fn counted(view: &View<'_>, weeks: Weeks, row: &HistoryRow) -> Option<Counted> {
    let seen = view.observation(row)?.counted()?;
    (weeks.before <= seen.observation().at && seen.observation().at < weeks.to).then_some(seen)
}

/// Adds executions up. Those of one test come in the order of arrival.
#[derive(Clone, Debug)]
pub struct Tally {
    weeks: Weeks,
    tests: HashMap<u32, Seen>,
    /// The tests that failed in each run of the week.
    failed: HashMap<RunId, HashSet<u32>>,
}

#[derive(Clone, Debug, Default)]
struct Seen {
    groups: HashMap<GroupKey, Group>,
    now: Counts,
    before: Counts,
    failed_time_s: f64,
}

/// A commit, as far as executions are comparable.
#[derive(Clone, Copy, Debug, Default)]
struct Group {
    has_passed: bool,
    has_failed: bool,
    /// When the pair was complete first.
    first: Option<Timestamp>,
    /// Its event position, and the one that it had when the week began.
    position: Option<Timestamp>,
    position_before: Option<Timestamp>,
}

impl Group {
    fn observe(&mut self, seen: &Counted, weeks: Weeks) {
        let (attempts, at) = (seen.attempts(), seen.observation().at);
        let was_flaky = self.has_passed && self.has_failed;
        self.has_passed |= attempts.passed > 0;
        self.has_failed |= attempts.failed > 0;
        if self.has_passed && self.has_failed && (!was_flaky || attempts.failed > 0) {
            self.first = self.first.or(Some(at));
            self.position = Some(at);
            if at < weeks.from {
                self.position_before = Some(at);
            }
        }
    }
}

impl Tally {
    /// Nothing yet.
    #[must_use]
    pub fn new(weeks: Weeks) -> Self {
        Self { weeks, tests: HashMap::new(), failed: HashMap::new() }
    }

    /// Takes executions in.
    pub fn take(&mut self, rule: &Rule, history: &History) {
        let view = View::new(rule, history);
        for row in &history.rows {
            let Some(seen) = counted(&view, self.weeks, row) else { continue };
            let observation = seen.observation();
            let test = self.tests.entry(row.ordinal).or_default();
            test.groups.entry(seen.group()).or_default().observe(&seen, self.weeks);
            if observation.at < self.weeks.from {
                test.before.add(&seen);
                continue;
            }
            test.now.add(&seen);
            if seen.is_failed() {
                test.failed_time_s += observation.duration_s.unwrap_or(0.0);
                self.failed.entry(observation.run).or_default().insert(row.ordinal);
            }
        }
    }

    /// What comes of it so far, for the tests that are wanted.
    #[must_use]
    pub fn week(&self, is_wanted: impl Fn(u32) -> bool) -> FlakyWeek {
        let Self { weeks, tests, failed } = self;
        let mut week = FlakyWeek::default();
        for (&ordinal, seen) in tests.iter().filter(|(ordinal, _)| is_wanted(**ordinal)) {
            let within = |position: Option<Timestamp>, from, to| position.is_some_and(|at| from <= at && at < to);
            let commits = seen.groups.values().filter(|group| within(group.position, weeks.from, weeks.to)).count();
            let was_flaky = seen.groups.values().any(|group| within(group.position_before, weeks.before, weeks.from));
            let first = seen.groups.values().filter_map(|group| group.first).min();
            match (u32::try_from(commits).unwrap_or(u32::MAX), first) {
                (0, _) | (_, None) => week.recovered += u64::from(was_flaky),
                (commits, Some(first_at)) => {
                    week.new += u64::from(!was_flaky);
                    let Seen { now, before, failed_time_s, .. } = *seen;
                    week.tests.push(FlakyTest { ordinal, commits, now, before, failed_time_s, first_at });
                }
            }
        }
        week.tests.sort_unstable_by_key(|test| test.ordinal);
        let flaky: HashSet<u32> = week.tests.iter().map(|test| test.ordinal).collect();
        week.runs_failed_by_flaky = failed.values().filter(|tests| tests.is_subset(&flaky)).count() as u64;
        week
    }
}

#[cfg(test)]
mod tests;
