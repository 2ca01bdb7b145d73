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

#[cfg(test)]
mod tests {
    use super::*;

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
