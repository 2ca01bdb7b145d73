//! The JSON envelope of an upload: an object with `format`, `run_env`, `tags` and `data` in any order (`uploads.md`, 3.1).
//!
//! [`EnvelopeScanner`] finds the values of the top-level keys while the body is still arriving, so that the run is known
//! before the last byte; `data` is not parsed here, only located. Of several equal keys the last counts.

mod entries;
mod machine;

use std::borrow::Cow;

use proctor_core::run_env::RunEnv;

pub use entries::run_env_entry_of_text;

use crate::encoding::to_text;
use crate::error::ParseError;
use machine::{Machine, is_utf16};

/// What an envelope holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Envelope<'a> {
    /// `format` when it is a string.
    pub format: Option<Cow<'a, str>>,
    /// `run_env`; empty when absent, null or not an object. At most one entry more than
    /// [`proctor_core::limits::RUN_ENV_ENTRIES_MAX`] is read: enough to see that there are too many.
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
    /// A JSON array or object: its bytes in the body, brackets included; a copy in UTF-8 if the body is in UTF-16.
    Json(Cow<'a, [u8]>),
    /// A string: the document itself.
    Text(Cow<'a, str>),
    /// A number or a boolean.
    Scalar,
}

/// Whether a body or a form part can be an envelope: its first character that is not blank is `{`.
#[must_use]
pub fn looks_like_envelope(bytes: &[u8]) -> bool {
    let start = bytes.strip_prefix(b"\xEF\xBB\xBF").or(bytes.strip_prefix(b"\xFF\xFE")).or(bytes.strip_prefix(b"\xFE\xFF"));
    // In UTF-16 a NUL stands before or after each of these characters.
    let mut characters = start.unwrap_or(bytes).iter().filter(|byte| !byte.is_ascii_whitespace() && **byte != 0);
    characters.next() == Some(&b'{')
}

/// Follows the top level of a JSON object while its bytes arrive.
#[derive(Debug, Default)]
pub struct EnvelopeScanner {
    machine: Machine,
}

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
        self.machine.advance(body).map_err(|error| error.in_text(body))
    }

    /// `run_env`, once its value has arrived in full; `None` before that, and for bodies not in UTF-8.
    ///
    /// A body that names `run_env` a second time will be known only to [`Self::finish`].
    #[must_use]
    pub fn run_env(&self, body: &[u8]) -> Option<RunEnv> {
        let run_env = body.get(self.machine.found.run_env.clone()?)?;
        Some(entries::run_env(run_env))
    }

    /// Reads the whole body after its last byte: `body` is the same buffer as in [`Self::advance`], which need not have been called.
    ///
    /// # Errors
    /// When the body is not one JSON object.
    pub fn finish(self, body: &[u8]) -> Result<Envelope<'_>, ParseError> {
        if is_utf16(body) {
            let text = to_text(body);
            return Machine::default().finish(text.as_bytes()).map(Envelope::into_owned).map_err(|error| error.in_text(text.as_bytes()));
        }
        self.machine.finish(body).map_err(|error| error.in_text(body))
    }
}

impl Envelope<'_> {
    /// The envelope without its body.
    #[must_use]
    pub fn into_owned(self) -> Envelope<'static> {
        let Self { format, run_env, tags, tags_not_text, data } = self;
        Envelope {
            format: format.map(owned),
            run_env,
            tags: tags.into_iter().map(|(key, value)| (owned(key), owned(value))).collect(),
            tags_not_text: tags_not_text.into_iter().map(owned).collect(),
            data: match data {
                EnvelopeData::Missing => EnvelopeData::Missing,
                EnvelopeData::Json(json) => EnvelopeData::Json(Cow::Owned(json.into_owned())),
                EnvelopeData::Text(text) => EnvelopeData::Text(owned(text)),
                EnvelopeData::Scalar => EnvelopeData::Scalar,
            },
        }
    }
}

fn owned(text: Cow<'_, str>) -> Cow<'static, str> {
    Cow::Owned(text.into_owned())
}
