//! The failures of one segment by fingerprint: found while it is built, so that the writer only adds them up.

use std::hash::{Hash, Hasher};

use proctor_core::execution::Execution;
use proctor_core::fingerprint::{FingerprintId, fingerprint_of, sample_of};
use rustc_hash::{FxHashMap, FxHasher};

/// Groups of one upload that are remembered. An upload with more of them is noise, or one catastrophe with many faces: the rest
/// is found again when its run is looked at, but has no history.
pub const FAILURE_GROUPS_PER_UPLOAD_MAX: usize = 500;
/// Different failure texts of one upload of which a fingerprint is made; each costs some microseconds of ingest.
pub const FAILURE_TEXTS_PER_UPLOAD_MAX: usize = 10_000;

/// A group of failures in one segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentFailure {
    /// What is the same about them.
    pub fingerprint: FingerprintId,
    /// Its title.
    pub title: String,
    /// What the first of them says.
    pub sample: String,
    /// How many there are.
    pub executions: u64,
}

/// Takes in failed executions.
#[derive(Debug, Default)]
pub(super) struct FailureGroups {
    groups: Vec<SegmentFailure>,
    by_fingerprint: FxHashMap<FingerprintId, usize>,
    /// Where the group of a text is that was seen before, by hash: a fault of the environment fails many tests with the same words. Texts
    /// of groups beyond the bound have none. Whoever prepares two texts with one hash mixes up nothing but two groups of their own.
    by_text: FxHashMap<u64, Option<usize>>,
}

impl FailureGroups {
    pub(super) fn add(&mut self, execution: &Execution<'_>) {
        let text = hash_of(execution);
        let group = match self.by_text.get(&text) {
            Some(group) => *group,
            None if self.by_text.len() == FAILURE_TEXTS_PER_UPLOAD_MAX => None,
            None => {
                let group = self.group_of(execution);
                self.by_text.insert(text, group);
                group
            }
        };
        if let Some(group) = group.and_then(|group| self.groups.get_mut(group)) {
            group.executions += 1;
        }
    }

    pub(super) fn finish(self) -> Vec<SegmentFailure> {
        self.groups
    }

    /// The group that the execution belongs to, made if there is room.
    fn group_of(&mut self, execution: &Execution<'_>) -> Option<usize> {
        let (reason, details) = (execution.failure_reason.as_deref(), execution.failure_expanded.as_slice());
        let fingerprint = fingerprint_of(reason, details);
        if let Some(known) = self.by_fingerprint.get(&fingerprint.id) {
            return Some(*known);
        }
        if self.groups.len() == FAILURE_GROUPS_PER_UPLOAD_MAX {
            return None;
        }
        let at = self.groups.len();
        let sample = sample_of(reason, details);
        self.groups.push(SegmentFailure { fingerprint: fingerprint.id, title: fingerprint.title, sample, executions: 0 });
        self.by_fingerprint.insert(fingerprint.id, at);
        Some(at)
    }
}

fn hash_of(execution: &Execution<'_>) -> u64 {
    let mut hasher = FxHasher::default();
    execution.failure_reason.hash(&mut hasher);
    for detail in &execution.failure_expanded {
        detail.expanded.hash(&mut hasher);
        detail.backtrace.hash(&mut hasher);
    }
    hasher.finish()
}

#[cfg(test)]
mod tests;
