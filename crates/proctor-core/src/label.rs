//! Labels of tests (`rest-api.md`, 3.5): which texts can be one.

use std::fmt;

use crate::query::QueryFault;

/// The longest label, in characters (Unicode scalar values, not bytes).
pub const LABEL_CHARACTERS_MAX: usize = 64;

/// A label: not blank, at most [`LABEL_CHARACTERS_MAX`] characters, case-sensitive, kept byte for byte (never trimmed).
///
/// Labels sort by their bytes, which is the order in which the API lists them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label(String);

impl Label {
    /// Checks a text that is to become a label.
    ///
    /// # Errors
    /// When it is blank or too long.
    pub fn new(text: impl Into<String>) -> Result<Self, LabelError> {
        let text = text.into();
        if text.trim().is_empty() {
            return Err(LabelError::Blank);
        }
        // No text of so few bytes can have too many characters.
        if text.len() > LABEL_CHARACTERS_MAX && text.chars().count() > LABEL_CHARACTERS_MAX {
            return Err(LabelError::TooLong);
        }
        Ok(Self(text))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text, owned.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a text cannot be a label. The texts are those of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LabelError {
    /// It is empty or only white space.
    #[error("labels must be a non-empty array of strings")]
    Blank,
    /// It is longer than [`LABEL_CHARACTERS_MAX`].
    #[error("Validation failed: Label is too long (maximum is {LABEL_CHARACTERS_MAX} characters)")]
    TooLong,
}

impl LabelError {
    /// 400 for a blank label, as the contract says of the whole body; 422 for a well-formed one that is too long.
    #[must_use]
    pub const fn fault(self) -> QueryFault {
        match self {
            Self::Blank => QueryFault::Unparsable,
            Self::TooLong => QueryFault::Unacceptable,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // contract: general 73
    #[test]
    fn labels_are_checked_and_kept_as_they_are() {
        let longest = "ü".repeat(64);
        for text in ["flaky", " flaky", "Flaky", "a,b", "!x", longest.as_str()] {
            assert_eq!(Label::new(text).unwrap().as_str(), text);
        }
        for blank in ["", " ", "\t\n", "\u{3000}"] {
            assert_eq!(Label::new(blank).unwrap_err(), LabelError::Blank, "{blank:?}");
        }
        assert_eq!(Label::new("ü".repeat(65)).unwrap_err(), LabelError::TooLong);
        assert_eq!(LabelError::TooLong.to_string(), "Validation failed: Label is too long (maximum is 64 characters)");
        assert_eq!(LabelError::TooLong.fault().status(), 422);
        assert_eq!(LabelError::Blank.fault().status(), 400);
        assert_ne!(Label::new("flaky"), Label::new("Flaky"));
    }
}
