//! What can be wrong with a JSON text, and what can end the reading of a report.

use proctor_core::limits::NESTING_DEPTH_MAX;
use proctor_core::record::TooManyRecords;

use crate::error::{ParseError, Position};

/// A fault and the byte at which it was found. Small, because every step of the reader may return it; the line and the
/// column are counted only when somebody is going to see them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct JsonError {
    pub(crate) fault: Fault,
    pub(crate) offset: usize,
}

/// What was wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The text ends inside a value.
    EndOfText,
    /// Something else stands where this should.
    Expected(&'static str),
    /// A backslash and something that no escape begins with.
    Escape,
    /// Nesting beyond the bound.
    TooDeep,
}

impl JsonError {
    /// The error as the caller of `parse` sees it; `text` is the document that `offset` counts in.
    pub(crate) fn in_text(self, text: &[u8]) -> ParseError {
        let position = Position::of(text, self.offset);
        let message = match self.fault {
            Fault::EndOfText => "the JSON text ends inside a value".to_owned(),
            Fault::Expected(what) => format!("expected {what}"),
            Fault::Escape => "unknown escape in a JSON string".to_owned(),
            Fault::TooDeep => return ParseError::TooDeep { depth_max: NESTING_DEPTH_MAX, position },
        };
        ParseError::Unparsable { message, position }
    }
}

/// Why reading ended early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Halt {
    Json(JsonError),
    Sink(TooManyRecords),
}

impl Halt {
    pub(crate) fn in_text(self, text: &str) -> ParseError {
        match self {
            Self::Json(error) => error.in_text(text.as_bytes()),
            Self::Sink(too_many) => too_many.into(),
        }
    }
}

impl From<JsonError> for Halt {
    fn from(error: JsonError) -> Self {
        Self::Json(error)
    }
}

impl From<TooManyRecords> for Halt {
    fn from(too_many: TooManyRecords) -> Self {
        Self::Sink(too_many)
    }
}
