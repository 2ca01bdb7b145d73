//! What a monitor is told about one execution.

use sha2::{Digest, Sha256};

use crate::id::{ExecutionId, RunId};
use crate::result::TestResult;
use crate::time::Timestamp;

/// A text by the first eight bytes of its SHA-256: stable over releases and nodes, so states may hold it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TextHash(pub(super) u64);

impl TextHash {
    /// The hash of `text`.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self(first_eight(Sha256::digest(text)))
    }

    /// The hash of the values of `keys`, in that order; a missing tag is not the same as any value. `None` without keys.
    ///
    /// This is [`Observation::variant`] for a rule with `variant_tags` (`workflows.md`, 3.2).
    #[must_use]
    pub fn of_values<'a>(keys: &[String], tag: impl Fn(&str) -> Option<&'a str>) -> Option<Self> {
        if keys.is_empty() {
            return None;
        }
        let mut digest = Sha256::new();
        for key in keys {
            match tag(key) {
                Some(value) => digest.update(u64::try_from(value.len()).unwrap_or(u64::MAX).to_be_bytes()),
                None => digest.update([0xff; 8]),
            }
            digest.update(tag(key).unwrap_or_default());
        }
        Some(Self(first_eight(digest.finalize())))
    }
}

fn first_eight(digest: impl AsRef<[u8]>) -> u64 {
    digest.as_ref().iter().take(8).fold(0, |value, byte| value << 8 | u64::from(*byte))
}

/// One execution of the test, tag filters passed. Branches are the business of the filters alone, so it has none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Observation {
    /// Its id.
    pub execution: ExecutionId,
    /// The run it belongs to.
    pub run: RunId,
    /// Its result, of any kind; those that do not count are ignored.
    pub result: TestResult,
    /// `scm.commit_sha`.
    pub commit: Option<TextHash>,
    /// `location`.
    pub location: Option<TextHash>,
    /// The values of the rule's `variant_tags`, see [`TextHash::of_values`].
    pub variant: Option<TextHash>,
    /// Seconds.
    pub duration_s: Option<f64>,
    /// `created_at`, by the server's clock.
    pub at: Timestamp,
    /// Orders executions of one `at`: upload sequence, then index in the upload.
    pub sequence: u64,
    /// The report shows that an attempt failed before this one.
    pub runner_retried: bool,
}

impl Observation {
    /// Its place in the order in which monitors look at executions (`workflows.md`, 1).
    #[must_use]
    pub const fn position(&self) -> (Timestamp, u64) {
        (self.at, self.sequence)
    }

    /// The observation as monitors take it; `None` when its result does not count (skipped, pending, unknown).
    #[must_use]
    pub fn counted(&self) -> Option<Counted> {
        let outcome = match self.result {
            TestResult::Passed => Outcome::Passed,
            TestResult::Failed => Outcome::Failed,
            TestResult::Skipped | TestResult::Pending | TestResult::Unknown => return None,
        };
        Some(Counted { seen: *self, outcome })
    }
}

/// The result of a counted execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It passed.
    Passed,
    /// It failed.
    Failed,
}

/// An observation whose result counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Counted {
    seen: Observation,
    outcome: Outcome,
}

impl Counted {
    /// The observation.
    #[must_use]
    pub const fn observation(&self) -> &Observation {
        &self.seen
    }

    /// How it ended.
    #[must_use]
    pub const fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// Whether it failed in the end.
    #[must_use]
    pub const fn is_failed(&self) -> bool {
        matches!(self.outcome, Outcome::Failed)
    }

    /// Attempts that it stands for: one, or a fail and a pass when the runner retried inside the report.
    #[must_use]
    pub const fn attempts(&self) -> Attempts {
        match (self.seen.runner_retried, self.outcome) {
            (true, _) => Attempts { passed: 1, failed: 1 },
            (false, Outcome::Passed) => Attempts { passed: 1, failed: 0 },
            (false, Outcome::Failed) => Attempts { passed: 0, failed: 1 },
        }
    }

    /// What executions are compared inside: one commit (else one run), one location, one variant (`workflows.md`, 3.2).
    ///
    /// A sum of three hashes: between two commits of a test that stays where it is, the distance is the same for all tests of a suite,
    /// and states that hold distances compress well.
    #[must_use]
    pub fn group(&self) -> GroupKey {
        let Observation { run, commit, location, variant, .. } = self.seen;
        let (low, high) = run.uuid().as_u64_pair();
        let base = match commit {
            Some(TextHash(hash)) => mixed(1, hash),
            None => mixed(mixed(2, low), high),
        };
        let of = |role: u64, part: Option<TextHash>| part.map_or(0, |TextHash(hash)| mixed(role, hash));
        GroupKey(base.wrapping_add(of(3, location)).wrapping_add(of(4, variant)))
    }
}

/// Attempts by their results.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attempts {
    /// Attempts that passed.
    pub passed: u16,
    /// Attempts that failed.
    pub failed: u16,
}

/// Names a group of comparable executions of one test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GroupKey(pub(super) u64);

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014) over both words.
const fn mixed(state: u64, word: u64) -> u64 {
    let mut bits = state.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23) ^ word;
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_of_values_keep_values_apart() {
        let keys = ["a".to_owned(), "b".to_owned()];
        let of = |a: Option<&'static str>, b: Option<&'static str>| TextHash::of_values(&keys, |key| if key == "a" { a } else { b });
        let all = [of(Some("x"), Some("y")), of(Some("xy"), Some("")), of(Some("xy"), None), of(None, Some("xy"))];
        for (at, hash) in all.iter().enumerate() {
            assert!(hash.is_some() && !all[..at].contains(hash));
        }
        assert_eq!(TextHash::of_values(&[], |_| Some("x")), None);
        assert_eq!(TextHash::of("b2f04c1"), TextHash::of("b2f04c1"));
    }
}
