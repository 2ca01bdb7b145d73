//! Failed executions, grouped.

use std::collections::{BTreeMap, HashMap};

use proctor_core::fingerprint::{Fingerprint, FingerprintId, fingerprint_of, sample_of};
use proctor_core::id::{ExecutionId, RunId};
use proctor_core::time::Timestamp;
use proctor_store::executions::StoredExecution;

/// A failed execution, as far as grouping goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Its id.
    pub execution: ExecutionId,
    /// Its test.
    pub ordinal: u32,
    /// Its run.
    pub run: RunId,
    /// Receive time of its upload.
    pub at: Timestamp,
    /// What is the same about it and others.
    pub fingerprint: Fingerprint,
    /// What it says.
    pub sample: String,
}

impl Failure {
    /// Makes the fingerprint: some microseconds of a processor, so not for the threads that serve sockets.
    #[must_use]
    pub fn of(execution: &StoredExecution, ordinal: u32) -> Self {
        let (reason, details) = (execution.failure_reason.as_deref(), execution.failure_expanded.as_slice());
        Self {
            execution: execution.id,
            ordinal,
            run: execution.run_id,
            at: execution.created_at,
            fingerprint: fingerprint_of(reason, details),
            sample: sample_of(reason, details),
        }
    }
}

/// Failures with one fingerprint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// What is the same about them.
    pub fingerprint: Fingerprint,
    /// What the first one that was added says.
    pub sample: String,
    /// That one: the newest when they are added newest first.
    pub latest: ExecutionId,
    /// How many there are, by test; each at least once.
    pub tests: BTreeMap<u32, u64>,
    /// How many there are.
    pub executions: u64,
    /// When and in which run the earliest was received.
    pub first: (Timestamp, RunId),
    /// When and in which run the latest was received.
    pub last: (Timestamp, RunId),
}

/// Groups that grow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Groups {
    groups: Vec<Group>,
    positions: HashMap<FingerprintId, usize>,
}

impl Groups {
    /// Adds a failure to the one group that it belongs to.
    pub fn add(&mut self, failure: Failure) {
        let Failure { execution, ordinal, run, at, fingerprint, sample } = failure;
        let seen = (at, run);
        let position = *self.positions.entry(fingerprint.id).or_insert_with(|| {
            let (tests, executions) = (BTreeMap::new(), 0);
            self.groups.push(Group { fingerprint, sample, latest: execution, tests, executions, first: seen, last: seen });
            self.groups.len() - 1
        });
        let group = &mut self.groups[position];
        *group.tests.entry(ordinal).or_default() += 1;
        group.executions += 1;
        group.first = group.first.min(seen);
        group.last = group.last.max(seen);
    }

    /// The groups, in the order of the first failure that was added to each.
    #[must_use]
    pub fn into_vec(self) -> Vec<Group> {
        self.groups
    }
}

#[cfg(test)]
mod tests;
