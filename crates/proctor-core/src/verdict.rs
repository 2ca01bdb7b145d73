//! Whether a failure of a run is news: what was known of it when the run began.
//!
//! A verdict looks back only. It does not change when somebody looks again later, and a failure that a retry in the same run
//! contradicts is not "known" to be flaky by that: whoever made the test flaky shall not read that it always was.

/// What a failure is to somebody who asks "is it me?". The order is that of attention: the first ones ask for it most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Nothing like it was there before.
    New,
    /// It was there before, and nothing excuses it.
    SeenBefore,
    /// The default branch fails too.
    FailingOnDefaultBranch,
    /// The test is known to fail without a cause.
    KnownFlaky,
}

impl Verdict {
    /// The word used on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::SeenBefore => "seen_before",
            Self::FailingOnDefaultBranch => "failing_on_default_branch",
            Self::KnownFlaky => "known_flaky",
        }
    }
}

/// What was known of a test when the run began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TestPast {
    /// It has the label `flaky`, or both passed and failed on one commit.
    pub is_flaky: bool,
    /// In the newest run on the default branch that judged it, it failed and did not pass.
    pub fails_on_default_branch: bool,
    /// It had failed.
    pub has_failed: bool,
}

impl TestPast {
    /// The verdict on a failure of the test, whatever its message.
    #[must_use]
    pub const fn verdict(self) -> Verdict {
        match self {
            Self { is_flaky: true, .. } => Verdict::KnownFlaky,
            Self { fails_on_default_branch: true, .. } => Verdict::FailingOnDefaultBranch,
            Self { has_failed: true, .. } => Verdict::SeenBefore,
            Self { .. } => Verdict::New,
        }
    }
}

/// What was known of a group of failures when the run began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupPast {
    /// Its fingerprint had never been seen in the suite.
    Unseen,
    /// It had been seen.
    Seen,
    /// The store does not know: one upload brought more groups than it remembers.
    Unknown,
}

/// The verdict on a group: [`Verdict::New`] if its fingerprint is, else what its tests ask for most. So a group is
/// [`Verdict::KnownFlaky`] only if all its tests are.
#[must_use]
pub fn verdict_of_group(past: GroupPast, tests: impl IntoIterator<Item = Verdict>) -> Verdict {
    match past {
        GroupPast::Unseen => Verdict::New,
        GroupPast::Seen | GroupPast::Unknown => tests.into_iter().min().unwrap_or(Verdict::SeenBefore),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_is_what_excuses_it_most() {
        let past = |is_flaky, fails_on_default_branch, has_failed| TestPast { is_flaky, fails_on_default_branch, has_failed }.verdict();
        assert_eq!(past(false, false, false), Verdict::New);
        assert_eq!(past(false, false, true), Verdict::SeenBefore);
        assert_eq!(past(false, true, true), Verdict::FailingOnDefaultBranch);
        assert_eq!(past(true, true, true), Verdict::KnownFlaky);
        // a label that a person gave
        assert_eq!(past(true, false, false), Verdict::KnownFlaky);
    }

    #[test]
    fn a_group_is_what_its_tests_ask_for_most() {
        use Verdict::{FailingOnDefaultBranch, KnownFlaky, New, SeenBefore};
        assert_eq!(verdict_of_group(GroupPast::Unseen, [KnownFlaky]), New);
        assert_eq!(verdict_of_group(GroupPast::Seen, [KnownFlaky, New]), New);
        assert_eq!(verdict_of_group(GroupPast::Seen, [KnownFlaky, SeenBefore, FailingOnDefaultBranch]), SeenBefore);
        assert_eq!(verdict_of_group(GroupPast::Unknown, [KnownFlaky, FailingOnDefaultBranch]), FailingOnDefaultBranch);
        assert_eq!(verdict_of_group(GroupPast::Seen, [KnownFlaky]), KnownFlaky);
        assert_eq!(verdict_of_group(GroupPast::Seen, []), SeenBefore);
    }
}
