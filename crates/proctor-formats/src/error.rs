//! Why a document as a whole could not be read.

use std::fmt;

use proctor_core::record::TooManyRecords;

/// A place in a document, as an editor counts: line and column from 1, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Line, from 1.
    pub line: u64,
    /// Column, from 1, in characters.
    pub column: u64,
}

impl Position {
    /// The place of the byte at `offset` in `text`.
    #[must_use]
    pub fn of(text: &[u8], offset: usize) -> Self {
        let before = &text[..offset.min(text.len())];
        let line_start = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
        let line = memchr::memchr_iter(b'\n', before).count();
        let column = before[line_start..].iter().filter(|byte| (**byte & 0xC0) != 0x80).count();
        Self { line: line as u64 + 1, column: column as u64 + 1 }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} column {}", self.line, self.column)
    }
}

/// Why a document was refused. Texts are one sentence, lower case, without a full stop.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// The document is not of its format, even after repair.
    #[error("{message} at {position}")]
    Unparsable {
        /// What was wrong.
        message: String,
        /// Where.
        position: Position,
    },
    /// The document is nested deeper than [`proctor_core::limits::NESTING_DEPTH_MAX`].
    #[error("nested deeper than {depth_max} levels at {position}")]
    TooDeep {
        /// The bound.
        depth_max: usize,
        /// Where.
        position: Position,
    },
    /// The sink would take no more records.
    #[error(transparent)]
    TooManyRecords(#[from] TooManyRecords),
}
