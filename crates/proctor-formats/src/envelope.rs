//! The JSON envelope of an upload: an object with `format`, `run_env`, `tags` and `data` in any order (`uploads.md`, 3.1).
//!
//! [`EnvelopeScanner`] finds the values of the top-level keys while the body is still arriving, so that the run is known
//! before the last byte; `data` is not parsed here, only located.

use std::borrow::Cow;

use proctor_core::run_env::RunEnv;

use crate::error::ParseError;

/// What an envelope holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Envelope<'a> {
    /// `format` when it is a string.
    pub format: Option<Cow<'a, str>>,
    /// `run_env`; empty when absent, null or not an object.
    pub run_env: RunEnv,
    /// `tags` in the sender's order; numbers and booleans as text, null left out.
    pub tags: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    /// Keys of `tags` whose value is an object or an array: dropped by the rules of tags.
    pub tags_not_text: Vec<Cow<'a, str>>,
    /// `data`.
    pub data: EnvelopeData<'a>,
}

/// The `data` of an envelope.
#[derive(Clone, Debug, PartialEq)]
pub enum EnvelopeData<'a> {
    /// Absent or null.
    Missing,
    /// A JSON array or object: its bytes in the body, brackets included.
    Json(&'a [u8]),
    /// A string: the document itself.
    Text(Cow<'a, str>),
    /// A number or a boolean.
    Scalar,
}

/// Follows the top level of a JSON object while its bytes arrive.
#[derive(Debug, Default)]
pub struct EnvelopeScanner {}

impl EnvelopeScanner {
    /// A scanner before the first byte.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Looks at what has arrived since the last call. `body` is everything received so far; it only ever grows.
    ///
    /// # Errors
    /// When the body cannot become a JSON object any more.
    pub fn advance(&mut self, body: &[u8]) -> Result<(), ParseError> {
        let _ = body;
        Ok(())
    }

    /// `run_env`, once its value has arrived in full; `None` before that, and for bodies not in UTF-8.
    #[must_use]
    pub fn run_env(&self, body: &[u8]) -> Option<RunEnv> {
        let _ = body;
        None
    }

    /// Reads the whole body after its last byte: `body` is the same buffer as in [`Self::advance`], which need not have been called.
    ///
    /// # Errors
    /// When the body is not one JSON object.
    pub fn finish(self, body: &[u8]) -> Result<Envelope<'_>, ParseError> {
        let _ = body;
        Err(ParseError::Unparsable { message: String::new(), position: crate::error::Position { line: 1, column: 1 } })
    }
}
