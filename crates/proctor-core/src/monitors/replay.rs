//! The back-test of one test: its history through the same code as live evaluation.

use super::new_test::Origin;
use super::observation::Observation;
use super::rule::Rule;
use super::tracker::{Event, Tracker};
use crate::time::Timestamp;

/// The events of a history in order, tag filters passed; time ends at `until`.
pub fn replay<'a>(rule: &Rule, origin: Origin, history: impl IntoIterator<Item = &'a Observation>, until: Timestamp) -> Vec<Event> {
    let mut tracker = Tracker::new(rule, origin);
    let mut events = Vec::new();
    for seen in history {
        tracker.observe(rule, seen, &mut |event| events.push(event));
    }
    tracker.tick(rule, until, &mut |event| events.push(event));
    events
}

#[cfg(test)]
mod tests;
