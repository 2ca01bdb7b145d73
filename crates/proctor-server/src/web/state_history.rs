//! In which state a test was when: read off the ledger.

use proctor_core::state::TestState;
use proctor_core::time::Timestamp;
use proctor_store::catalog::ledger::LedgerEntry;

/// Changes of a test's state, newest first.
#[derive(Clone, Debug)]
pub struct StateHistory {
    changes: Vec<Change>,
    now: TestState,
}

#[derive(Clone, Copy, Debug)]
struct Change {
    at: Timestamp,
    from: TestState,
    to: TestState,
}

impl StateHistory {
    /// `entries`: changes of the state, newest first; others are left out. `now`: the state that the test is in.
    #[must_use]
    pub fn of(entries: &[LedgerEntry], now: TestState) -> Self {
        let state = |entry: &LedgerEntry, key: &str| entry.detail.get(key)?.as_str().and_then(TestState::from_wire);
        let change = |entry: &LedgerEntry| Some(Change { at: entry.at, from: state(entry, "from")?, to: state(entry, "to")? });
        let mut changes: Vec<Change> = entries.iter().filter_map(change).collect();
        changes.sort_by_key(|change| std::cmp::Reverse(change.at));
        Self { changes, now }
    }

    /// The state at a moment. Before the first known change it is what that one began with.
    #[must_use]
    pub fn at(&self, moment: Timestamp) -> TestState {
        match self.changes.iter().find(|change| change.at <= moment) {
            Some(change) => change.to,
            None => self.changes.last().map_or(self.now, |first| first.from),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn between_changes() {
        let at = Timestamp::from_millis;
        let change = |ms, from, to| Change { at: at(ms), from, to };
        let (enabled, muted, skipped) = (TestState::Enabled, TestState::Muted, TestState::Skipped);
        let history = StateHistory { changes: vec![change(20, muted, skipped), change(10, enabled, muted)], now: skipped };
        assert_eq!([5, 10, 19, 20, 99].map(|ms| history.at(at(ms))), [enabled, muted, muted, skipped, skipped]);
        assert_eq!(StateHistory { changes: Vec::new(), now: muted }.at(at(0)), muted);
    }
}
