//! The state of a test: whether runners run it, and whether its failures count (`rest-api.md`, 3.5).

use std::fmt;

/// What is to be done with a test. Any state may follow any other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum TestState {
    /// It runs and its failures count.
    #[default]
    Enabled = 0,
    /// It runs and its failures do not count.
    Muted = 1,
    /// It does not run.
    Skipped = 2,
}

impl TestState {
    /// All states, in the order of their codes.
    pub const ALL: [Self; 3] = [Self::Enabled, Self::Muted, Self::Skipped];

    /// The word used on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Enabled => "enabled",
            Self::Muted => "muted",
            Self::Skipped => "skipped",
        }
    }

    /// Reads the word used on the wire; exact, lower case.
    #[must_use]
    pub fn from_wire(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// The code used on disk.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// Reads the code used on disk.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }
}

impl fmt::Display for TestState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a suite lets be done with the states of its tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StateRules {
    /// Whether states are managed at all.
    pub is_managed: bool,
    /// Whether tests may be muted.
    pub may_mute: bool,
    /// Whether tests may be skipped.
    pub may_skip: bool,
}

impl Default for StateRules {
    /// Everything may be done.
    fn default() -> Self {
        Self { is_managed: true, may_mute: true, may_skip: true }
    }
}

impl StateRules {
    /// Whether there is anything to be managed: without both quarantine states there is not (`workflows.md`, section 7).
    ///
    /// # Errors
    /// [`StateRefusal::NotManaged`].
    pub const fn check_managed(self) -> Result<(), StateRefusal> {
        if self.is_managed && (self.may_mute || self.may_skip) { Ok(()) } else { Err(StateRefusal::NotManaged) }
    }

    /// Whether a test may be given the state. Enabling is allowed as long as states are managed: a test that was muted before muting
    /// was forbidden must find its way back.
    ///
    /// # Errors
    /// The reason against it.
    pub fn check(self, state: TestState) -> Result<(), StateRefusal> {
        match state {
            TestState::Enabled if self.is_managed => Ok(()),
            TestState::Enabled => Err(StateRefusal::NotManaged),
            TestState::Muted => self.check_managed().and(if self.may_mute { Ok(()) } else { Err(StateRefusal::NoMuting) }),
            TestState::Skipped => self.check_managed().and(if self.may_skip { Ok(()) } else { Err(StateRefusal::NoSkipping) }),
        }
    }
}

/// Why a test cannot be given a state. The texts are those of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StateRefusal {
    /// States are not managed: 404.
    #[error("Test state management is not enabled for this suite")]
    NotManaged,
    /// Tests may not be muted: 400.
    #[error("Muting tests is not allowed in this suite")]
    NoMuting,
    /// Tests may not be skipped: 400.
    #[error("Skipping tests is not allowed in this suite")]
    NoSkipping,
}

#[cfg(test)]
mod tests {
    use super::*;

    // contract: general 75
    #[test]
    fn what_a_suite_allows() {
        use StateRefusal::{NoMuting, NoSkipping, NotManaged};
        use TestState::{Enabled, Muted, Skipped};
        for (is_managed, may_mute, may_skip, expected) in [
            (true, true, true, [Ok(()), Ok(()), Ok(())]),
            (true, false, true, [Ok(()), Err(NoMuting), Ok(())]),
            (true, true, false, [Ok(()), Ok(()), Err(NoSkipping)]),
            (true, false, false, [Ok(()), Err(NotManaged), Err(NotManaged)]),
            (false, true, true, [Err(NotManaged); 3]),
        ] {
            let rules = StateRules { is_managed, may_mute, may_skip };
            assert_eq!([Enabled, Muted, Skipped].map(|state| rules.check(state)), expected, "{rules:?}");
        }
    }

    // contract: general 74
    #[test]
    fn words_and_codes_lead_back() {
        for state in TestState::ALL {
            assert_eq!(TestState::from_wire(state.as_str()), Some(state));
            assert_eq!(TestState::from_code(state.code()), Some(state));
        }
        assert_eq!(TestState::from_wire("Muted"), None);
        assert_eq!(TestState::from_code(3), None);
        assert_eq!(TestState::default(), TestState::Enabled);
    }
}
