//! What a rule comes to on a stored history, before it is saved: the tests that end alarmed, those that recovered, and the
//! events of each day (`workflows.md`, 11).
//!
//! The rule looks at all that is handed in, as it does when its workflow is saved; only what is told of it begins with a day.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::backtest::{EVENTS_PER_TEST_MAX, FlagEvent};
use super::history::{History, View};
use super::hysteresis::{EventKind, Phase};
use super::new_test::Origin;
use super::rule::Rule;
use super::tracker::{Event, Tracker};
use crate::day::Day;
use crate::time::Timestamp;

/// One rule over the history of a part of a suite's tests. Histories are handed in day by day, in order.
#[derive(Debug)]
pub struct Preview {
    rule: Arc<Rule>,
    first_day: Day,
    /// Which tests this part looks at: those whose ordinal leaves `part` when divided by `parts`.
    parts: u32,
    part: u32,
    tests: Vec<Option<Box<TestPreview>>>,
    found: Previewed,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Previewed {
    /// Executions of any kind.
    pub executions: u64,
    /// Those that the monitor took in.
    pub counted: u64,
    /// Events of the days that are told of; days without any are not there.
    pub days: BTreeMap<Day, DayEvents>,
    /// By ordinal: the tests that are alarmed at the end, and those that recovered in the days that are told of.
    pub tests: BTreeMap<u32, PreviewedTest>,
}

/// Events of one day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DayEvents {
    /// Alarms.
    pub alarms: u64,
    /// Recoveries.
    pub recoveries: u64,
}

/// A test with an event.
#[derive(Clone, Debug, PartialEq)]
pub struct PreviewedTest {
    /// Its last event: the alarm that stands, or the recovery.
    pub last: Event,
    /// The newest events of the days that are told of, oldest first.
    pub events: VecDeque<FlagEvent>,
}

impl PreviewedTest {
    /// Where the test ends.
    #[must_use]
    pub const fn phase(&self) -> Phase {
        match self.last.kind {
            EventKind::Alarm => Phase::Alarmed,
            EventKind::Recover => Phase::Idle,
        }
    }
}

#[derive(Debug)]
struct TestPreview {
    tracker: Tracker,
    found: Option<PreviewedTest>,
}

impl Preview {
    /// The part `part` of `parts`: together all parts see each test once. Events are told of from `first_day` on.
    #[must_use]
    pub fn new(rule: Arc<Rule>, first_day: Day, part: u32, parts: u32) -> Self {
        Self { rule, first_day, parts: parts.max(1), part, tests: Vec::new(), found: Previewed::default() }
    }

    /// Takes in the next stretch of history, which is sorted. `origin` tells what a test is to the rule at its first execution.
    pub fn take(&mut self, history: &History, origin: &impl Fn(u32) -> Origin) {
        let view = View::new(&self.rule, history);
        let (part, parts) = (self.part, self.parts);
        for row in history.rows.iter().filter(|row| row.ordinal % parts == part) {
            self.found.executions += 1;
            let Some(seen) = view.counts(row).then(|| view.observation(row)).flatten() else { continue };
            self.found.counted += 1;
            let slot = (row.ordinal / parts) as usize;
            if self.tests.len() <= slot {
                self.tests.resize_with(slot + 1, || None);
            }
            let fresh = || Box::new(TestPreview { tracker: Tracker::new(&self.rule, origin(row.ordinal)), found: None });
            let test = self.tests[slot].get_or_insert_with(fresh);
            let (found, days) = (&mut test.found, &mut self.found.days);
            test.tracker.observe(&self.rule, &seen, &mut |event| note(found, days, self.first_day, event));
        }
    }

    /// Lets time pass until `until`, and gives what was found.
    #[must_use]
    pub fn finish(mut self, until: Timestamp) -> Previewed {
        for (slot, test) in (0_u32..).zip(&mut self.tests) {
            let Some(test) = test else { continue };
            let (found, days) = (&mut test.found, &mut self.found.days);
            test.tracker.tick(&self.rule, until, &mut |event| note(found, days, self.first_day, event));
            let is_told = |found: &PreviewedTest| found.phase() == Phase::Alarmed || Day::of(found.last.at) >= self.first_day;
            if let Some(found) = test.found.take().filter(is_told) {
                self.found.tests.insert(slot * self.parts + self.part, found);
            }
        }
        self.found
    }
}

fn note(found: &mut Option<PreviewedTest>, days: &mut BTreeMap<Day, DayEvents>, first_day: Day, event: Event) {
    let mut events = found.take().map_or_else(VecDeque::new, |before| before.events);
    let day = Day::of(event.at);
    if day >= first_day {
        let of_day = days.entry(day).or_default();
        match event.kind {
            EventKind::Alarm => of_day.alarms += 1,
            EventKind::Recover => of_day.recoveries += 1,
        }
        if events.len() >= EVENTS_PER_TEST_MAX {
            events.pop_front();
        }
        events.push_back(FlagEvent { kind: event.kind, at: event.at, score: event.score });
    }
    *found = Some(PreviewedTest { last: event, events });
}

impl Previewed {
    /// Takes in what another part found.
    pub fn merge(&mut self, other: Self) {
        let Self { executions, counted, days, tests } = other;
        self.executions += executions;
        self.counted += counted;
        for (day, DayEvents { alarms, recoveries }) in days {
            let known = self.days.entry(day).or_default();
            known.alarms += alarms;
            known.recoveries += recoveries;
        }
        self.tests.extend(tests);
    }

    /// The tests that end in `phase`, those with the newest events first, then by ordinal.
    #[must_use]
    pub fn ending(&self, phase: Phase) -> Vec<(u32, &PreviewedTest)> {
        let mut tests: Vec<_> =
            self.tests.iter().filter(|(_, test)| test.phase() == phase).map(|(ordinal, test)| (*ordinal, test)).collect();
        tests.sort_by_key(|(ordinal, test)| (std::cmp::Reverse(test.last.at), *ordinal));
        tests
    }

    /// Whether the test ends alarmed.
    #[must_use]
    pub fn is_alarmed(&self, ordinal: u32) -> bool {
        self.tests.get(&ordinal).is_some_and(|test| test.phase() == Phase::Alarmed)
    }
}

#[cfg(test)]
mod tests;
