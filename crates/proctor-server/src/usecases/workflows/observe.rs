//! One workflow looks at executions: what it makes of them, without any IO.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use proctor_core::monitors::history::{History, View};
use proctor_core::monitors::hysteresis::{EventKind, Phase};
use proctor_core::monitors::new_test::Origin;
use proctor_core::monitors::rule::Rule;
use proctor_core::monitors::tracker::{Event, Tracker};
use proctor_core::time::Timestamp;
use proctor_store::StoreError;
use proctor_store::catalog::evaluations::{AlarmChange, StateMap, StatePage, TESTS_PER_PAGE, TestEvent};

/// What a workflow made of executions.
#[derive(Debug, Default)]
pub(super) struct Observed {
    /// New states of tests.
    pub(super) states: BTreeMap<u32, Vec<u8>>,
    pub(super) alarms: Vec<AlarmChange>,
    pub(super) events: Vec<TestEvent>,
    /// Tests whose executions came late, or whose state cannot be read: they start over from the stored history.
    pub(super) late: Vec<u32>,
}

/// The tests with executions that the rule counts.
pub(super) fn tests_counted(rule: &Rule, history: &History) -> Vec<u32> {
    let view = View::new(rule, history);
    let mut ordinals = Vec::new();
    for row in &history.rows {
        if ordinals.last() != Some(&row.ordinal) && view.counts(row) {
            ordinals.push(row.ordinal);
        }
    }
    ordinals
}

/// The pages on which the states of these tests stand.
pub(super) fn pages_of(ordinals: impl IntoIterator<Item = u32>) -> Vec<u32> {
    let mut pages: Vec<u32> = ordinals.into_iter().map(|ordinal| ordinal / TESTS_PER_PAGE).collect();
    pages.sort_unstable();
    pages.dedup();
    pages
}

/// Lets the rule look at the sorted executions of these tests. `states`: what is known of them so far.
pub(super) fn observe(
    rule: &Rule,
    history: &History,
    tests: RangeInclusive<u32>,
    states: &StateMap,
    origin: impl Fn(u32) -> Origin,
) -> Observed {
    let view = View::new(rule, history);
    let mut observed = Observed::default();
    let first = history.rows.partition_point(|row| row.ordinal < *tests.start());
    let end = history.rows.partition_point(|row| row.ordinal <= *tests.end()).max(first);
    for rows in history.rows[first..end].chunk_by(|one, next| one.ordinal == next.ordinal) {
        let Some(ordinal) = rows.first().map(|row| row.ordinal) else { continue };
        let counted: Vec<_> = rows.iter().filter(|row| view.counts(row)).filter_map(|row| view.observation(row)).collect();
        let Some(first) = counted.first() else { continue };
        let tracker = match states.get(&ordinal) {
            Some(bytes) => Tracker::from_bytes(rule, bytes),
            None => Some(Tracker::new(rule, origin(ordinal))),
        };
        // The first of them is the earliest: when it is not late, none is.
        let Some(mut tracker) = tracker.filter(|tracker| !tracker.is_late(first)) else {
            observed.late.push(ordinal);
            continue;
        };
        let before = tracker.phase();
        let mut events = Vec::new();
        for seen in &counted {
            tracker.observe(rule, seen, &mut |event| events.push(event));
        }
        observed.settle(rule, ordinal, before, &tracker, events);
    }
    observed
}

impl Observed {
    /// Takes note of where a test is now.
    pub(super) fn settle(&mut self, rule: &Rule, ordinal: u32, before: Phase, tracker: &Tracker, events: Vec<Event>) {
        let since = events.iter().rev().find(|event| event.kind == EventKind::Alarm).map(|event| event.at);
        match (before, tracker.phase()) {
            (_, Phase::Alarmed) => self.alarms.push(AlarmChange::Open { ordinal, since, due_at: tracker.next_tick(rule) }),
            (Phase::Alarmed, Phase::Idle) => self.alarms.push(AlarmChange::Closed { ordinal }),
            (Phase::Idle, Phase::Idle) => {}
        }
        self.states.insert(ordinal, tracker.to_bytes());
        self.events.extend(events.into_iter().map(|event| TestEvent { ordinal, event }));
    }

    /// The pages as they are to be stored: the states that changed, and `states` for the others.
    pub(super) fn pages(&self, states: &StateMap) -> Result<Vec<StatePage>, StoreError> {
        let mut pages: BTreeMap<u32, BTreeMap<u32, &[u8]>> = BTreeMap::new();
        for (ordinal, state) in &self.states {
            pages.entry(ordinal / TESTS_PER_PAGE).or_default().insert(*ordinal, state);
        }
        for (ordinal, state) in states {
            if let Some(page) = pages.get_mut(&(ordinal / TESTS_PER_PAGE)) {
                page.entry(*ordinal).or_insert(state);
            }
        }
        pages.into_iter().map(|(page, states)| StatePage::pack(page, states)).collect()
    }
}

/// A test started over: its replayed tracker and the last event of the replay.
#[derive(Debug)]
pub(super) struct Replayed {
    pub(super) tracker: Tracker,
    pub(super) last: Option<Event>,
    pub(super) since: Option<Timestamp>,
}

impl Replayed {
    pub(super) const fn new(tracker: Tracker) -> Self {
        Self { tracker, last: None, since: None }
    }

    pub(super) fn take(&mut self, event: Event) {
        if event.kind == EventKind::Alarm {
            self.since = Some(event.at);
        }
        self.last = Some(event);
    }

    /// What is reported of it: its last event, if the test was in another phase before.
    pub(super) fn report(&self, before: Phase) -> Option<Event> {
        self.last.clone().filter(|_| self.tracker.phase() != before)
    }
}

#[cfg(test)]
mod tests;
