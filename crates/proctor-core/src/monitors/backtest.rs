//! What a rule would have done to a stored history: the account that a back-test keeps while events come by.
//!
//! It watches *all* executions of the suite, also those that the rule's filters leave out: a test that is muted is muted
//! everywhere. Definitions, which `docs/workflows.md` repeats:
//!
//! * A **flap** is an alarm with its recovery.
//! * A failed run is **saved** when each of its failed executions is of a test that was alarmed before the run was made.
//! * A **hidden regression** begins with two commits in a row (in the order of arrival, executions that the rule looks at) on which the
//!   test only failed, the first of them met while the test was alarmed. It lasts until a commit with a pass, and counts once.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::history::{History, HistoryRow, View};
use super::hysteresis::{EventKind, Phase};
use super::new_test::Origin;
use super::observation::{Counted, GroupKey};
use super::rule::Rule;
use super::tracker::Tracker;
use crate::id::RunId;
use crate::result::TestResult;
use crate::time::Timestamp;

/// Events that are kept of one test; all are counted.
pub const EVENTS_PER_TEST_MAX: usize = 20;
/// Commits in a row that only failed, from which on they are a regression.
const RED_COMMITS_MIN: u32 = 2;

/// When runs were made.
pub type RunTimes = HashMap<RunId, Timestamp>;

/// One rule over the history of a part of a suite's tests. Histories are handed in day by day, in order.
#[derive(Debug)]
pub struct Backtest {
    rule: Arc<Rule>,
    runs: Arc<RunTimes>,
    /// Which tests this part looks at: those whose ordinal leaves `part` when divided by `parts`.
    parts: u32,
    part: u32,
    tests: Vec<Option<Box<TestAccount>>>,
    account: Account,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Account {
    /// Executions of any kind.
    pub executions: u64,
    /// Those that the monitor took in.
    pub counted: u64,
    /// The first and the last receive time.
    pub span: Option<(Timestamp, Timestamp)>,
    /// Alarms in all.
    pub alarms: u64,
    /// Recoveries in all; each belongs to an alarm, so this is the number of flaps.
    pub recoveries: u64,
    /// Milliseconds that tests were alarmed, summed over tests.
    pub alarmed_ms: i64,
    /// Beginnings of regressions on tests that were alarmed.
    pub regressions_hidden: u64,
    /// The tests that alarmed at least once, by ordinal.
    pub flagged: BTreeMap<u32, Flagged>,
    /// Runs with a failed execution, and whether one of these would have failed the run all the same.
    pub failed_runs: HashMap<RunId, Cover>,
}

/// A test that alarmed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Flagged {
    /// How often.
    pub alarms: u32,
    /// How often it recovered.
    pub recoveries: u32,
    /// The first events, oldest first.
    pub events: Vec<FlagEvent>,
    /// Milliseconds that it was alarmed.
    pub alarmed_ms: i64,
    /// Beginnings of regressions while it was alarmed.
    pub regressions_hidden: u32,
    /// Where it ended.
    pub phase: Phase,
}

/// One event of a flagged test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FlagEvent {
    /// Which.
    pub kind: EventKind,
    /// When it came true.
    pub at: Timestamp,
    /// The score then.
    pub score: Option<f64>,
}

/// Whether the failures of a run are all of alarmed tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cover {
    /// They are so far.
    Full,
    /// One is not.
    Gap,
}

#[derive(Debug)]
struct TestAccount {
    tracker: Tracker,
    alarmed_since: Option<Timestamp>,
    commit: Option<CommitStreak>,
    /// Commits before the present one that only failed, in a row, and whether the first of them met an alarmed test.
    reds: u32,
    first_red: Phase,
}

/// Executions of one commit in a row.
#[derive(Clone, Copy, Debug)]
struct CommitStreak {
    group: GroupKey,
    has_pass: bool,
    phase: Phase,
}

impl Backtest {
    /// The part `part` of `parts`: together all parts see each test once.
    #[must_use]
    pub fn new(rule: Arc<Rule>, runs: Arc<RunTimes>, part: u32, parts: u32) -> Self {
        Self { rule, runs, parts: parts.max(1), part, tests: Vec::new(), account: Account::default() }
    }

    /// Takes in the next stretch of history, which is sorted. `origin` tells what a test is to the rule at its first execution.
    pub fn take(&mut self, history: &History, origin: &impl Fn(u32) -> Origin) {
        let view = View::new(&self.rule, history);
        let (part, parts) = (self.part, self.parts);
        for row in history.rows.iter().filter(|row| row.ordinal % parts == part) {
            if let Some(upload) = history.uploads.get(row.upload as usize) {
                self.account.executions += 1;
                self.account.span =
                    Some(self.account.span.map_or((upload.at, upload.at), |(from, to)| (from.min(upload.at), to.max(upload.at))));
                self.row(row, upload.run, &view, origin);
            }
        }
    }

    fn row(&mut self, row: &HistoryRow, run: RunId, view: &View<'_>, origin: &impl Fn(u32) -> Origin) {
        let slot = row.ordinal as usize / self.parts as usize;
        if self.tests.len() <= slot {
            self.tests.resize_with(slot + 1, || None);
        }
        let test = self.tests[slot].get_or_insert_with(|| Box::new(TestAccount::new(Tracker::new(&self.rule, origin(row.ordinal)))));
        if row.result == TestResult::Failed {
            let made_at = self.runs.get(&run);
            let is_covered = test.alarmed_since.zip(made_at).is_some_and(|(since, made_at)| since < *made_at);
            let cover = self.account.failed_runs.entry(run).or_insert(Cover::Full);
            if !is_covered {
                *cover = Cover::Gap;
            }
        }
        let Some(seen) = view.observation(row) else { return };
        let Some(counted) = seen.counted() else { return };
        self.account.counted += 1;
        if test.meet(&counted) {
            self.account.hidden(row.ordinal);
        }
        let (alarmed_since, account) = (&mut test.alarmed_since, &mut self.account);
        test.tracker.observe(&self.rule, &seen, &mut |event| {
            account.event(row.ordinal, FlagEvent { kind: event.kind, at: event.at, score: event.score }, alarmed_since);
        });
    }

    /// Lets time pass until `until`, and closes the account.
    #[must_use]
    pub fn finish(mut self, until: Timestamp) -> Account {
        for (slot, test) in (0_u32..).zip(&mut self.tests) {
            let Some(test) = test else { continue };
            let ordinal = slot * self.parts + self.part;
            let (alarmed_since, account) = (&mut test.alarmed_since, &mut self.account);
            test.tracker.tick(&self.rule, until, &mut |event| {
                account.event(ordinal, FlagEvent { kind: event.kind, at: event.at, score: event.score }, alarmed_since);
            });
            if test.commit.take().is_some_and(|last| test.end(last)) {
                self.account.hidden(ordinal);
            }
            if let Some(since) = test.alarmed_since {
                let account = &mut self.account;
                account.alarmed(ordinal, since, until);
                account.flagged.entry(ordinal).or_default().phase = Phase::Alarmed;
            }
        }
        self.account
    }
}

impl TestAccount {
    const fn new(tracker: Tracker) -> Self {
        Self { tracker, alarmed_since: None, commit: None, reds: 0, first_red: Phase::Idle }
    }

    /// Takes note of the commit; whether a hidden regression begins with it.
    fn meet(&mut self, counted: &Counted) -> bool {
        let group = counted.group();
        let has_pass = counted.attempts().passed > 0;
        match &mut self.commit {
            Some(commit) if commit.group == group => {
                commit.has_pass |= has_pass;
                false
            }
            _ => {
                let ended = self.commit.replace(CommitStreak { group, has_pass, phase: self.tracker.phase() });
                ended.is_some_and(|ended| self.end(ended))
            }
        }
    }

    fn end(&mut self, ended: CommitStreak) -> bool {
        if ended.has_pass {
            self.reds = 0;
            return false;
        }
        self.reds += 1;
        if self.reds == 1 {
            self.first_red = ended.phase;
        }
        self.reds == RED_COMMITS_MIN && self.first_red == Phase::Alarmed
    }
}

impl Account {
    fn event(&mut self, ordinal: u32, event: FlagEvent, alarmed_since: &mut Option<Timestamp>) {
        match event.kind {
            EventKind::Alarm => {
                self.alarms += 1;
                *alarmed_since = Some(event.at);
            }
            EventKind::Recover => {
                self.recoveries += 1;
                if let Some(since) = alarmed_since.take() {
                    self.alarmed(ordinal, since, event.at);
                }
            }
        }
        let flagged = self.flagged.entry(ordinal).or_default();
        match event.kind {
            EventKind::Alarm => flagged.alarms += 1,
            EventKind::Recover => flagged.recoveries += 1,
        }
        if flagged.events.len() < EVENTS_PER_TEST_MAX {
            flagged.events.push(event);
        }
    }

    fn hidden(&mut self, ordinal: u32) {
        self.regressions_hidden += 1;
        self.flagged.entry(ordinal).or_default().regressions_hidden += 1;
    }

    fn alarmed(&mut self, ordinal: u32, from: Timestamp, to: Timestamp) {
        let span_ms = (to.millis() - from.millis()).max(0);
        self.alarmed_ms += span_ms;
        self.flagged.entry(ordinal).or_default().alarmed_ms += span_ms;
    }

    /// Takes in the account of another part.
    pub fn merge(&mut self, other: Self) {
        let Self { executions, counted, span, alarms, recoveries, alarmed_ms, regressions_hidden, flagged, failed_runs } = other;
        self.executions += executions;
        self.counted += counted;
        self.span = match (self.span, span) {
            (Some((from, to)), Some((other_from, other_to))) => Some((from.min(other_from), to.max(other_to))),
            (mine, other) => mine.or(other),
        };
        self.alarms += alarms;
        self.recoveries += recoveries;
        self.alarmed_ms += alarmed_ms;
        self.regressions_hidden += regressions_hidden;
        self.flagged.extend(flagged);
        for (run, cover) in failed_runs {
            let known = self.failed_runs.entry(run).or_insert(cover);
            if cover == Cover::Gap {
                *known = Cover::Gap;
            }
        }
    }

    /// Runs with failures, all of tests that were alarmed before.
    #[must_use]
    pub fn runs_saved(&self) -> usize {
        self.failed_runs.values().filter(|cover| **cover == Cover::Full).count()
    }
}

#[cfg(test)]
mod tests;
