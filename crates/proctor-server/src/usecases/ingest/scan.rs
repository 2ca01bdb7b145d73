//! Following a body of either shape while it arrives.

use proctor_core::run_env::RunEnv;
use proctor_formats::envelope::{EnvelopeScanner, looks_like_envelope};

use super::Refusal;
use super::contents::{Contents, run_env_of};
use super::form::{FormScanner, boundary_of};

/// What the content type says of a body (`uploads.md`, section 1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// `application/json`.
    Json,
    /// `multipart/form-data` with this boundary.
    Form {
        /// The boundary.
        boundary: String,
    },
    /// Anything else: read as JSON if it begins with `{`.
    Unnamed,
}

impl Shape {
    /// Reads the value of `Content-Type`.
    ///
    /// # Errors
    /// When a form names no boundary.
    pub fn from_header(content_type: Option<&str>) -> Result<Self, Refusal> {
        let content_type = content_type.unwrap_or_default();
        let media_type = content_type.split(';').next().unwrap_or_default().trim();
        if media_type.eq_ignore_ascii_case("application/json") {
            Ok(Self::Json)
        } else if media_type.eq_ignore_ascii_case("multipart/form-data") {
            let boundary = boundary_of(content_type);
            let boundary =
                boundary.ok_or_else(|| Refusal::Malformed("the content type multipart/form-data names no boundary".to_owned()))?;
            Ok(Self::Form { boundary })
        } else {
            Ok(Self::Unnamed)
        }
    }
}

/// Follows a body while it arrives.
#[derive(Debug)]
pub(super) enum Scan {
    Json(EnvelopeScanner),
    /// JSON that has yet to show its `{`.
    Unnamed(EnvelopeScanner),
    Form(FormScanner),
}

impl Scan {
    pub(super) fn new(shape: &Shape) -> Self {
        match shape {
            Shape::Json => Self::Json(EnvelopeScanner::new()),
            Shape::Unnamed => Self::Unnamed(EnvelopeScanner::new()),
            Shape::Form { boundary } => Self::Form(FormScanner::new(boundary)),
        }
    }

    /// Looks at the start of the body, for bodies that do not say what they are.
    pub(super) fn check_start(&self, body: &[u8]) -> Result<(), Refusal> {
        let is_settled = !matches!(self, Self::Unnamed(_)) || looks_like_envelope(body) || body.iter().all(u8::is_ascii_whitespace);
        if is_settled { Ok(()) } else { Err(unsupported()) }
    }

    /// Looks at what has arrived since the last call. `body` is everything received so far; it only ever grows.
    pub(super) fn advance(&mut self, body: &[u8]) -> Result<(), Refusal> {
        match self {
            Self::Json(scanner) | Self::Unnamed(scanner) => scanner.advance(body).map_err(|error| not_an_envelope(&error)),
            Self::Form(scanner) => scanner.advance(body),
        }
    }

    /// What is known of the run so far.
    pub(super) fn run_env(&self, body: &[u8]) -> Option<RunEnv> {
        match self {
            Self::Json(scanner) | Self::Unnamed(scanner) => scanner.run_env(body),
            Self::Form(scanner) => Some(run_env_of(scanner.parts(), body)).filter(|run_env| run_env.key().is_some()),
        }
    }

    /// Reads the whole body, after its last byte.
    pub(super) fn finish(self, body: &[u8]) -> Result<Contents<'_>, Refusal> {
        match self {
            Self::Unnamed(_) if !looks_like_envelope(body) => Err(unsupported()),
            Self::Json(scanner) | Self::Unnamed(scanner) => {
                scanner.finish(body).map(Contents::of_envelope).map_err(|error| not_an_envelope(&error))
            }
            Self::Form(scanner) => Ok(Contents::of_form(&scanner.finish(body)?, body)),
        }
    }
}

fn not_an_envelope(error: &dyn std::fmt::Display) -> Refusal {
    Refusal::Malformed(format!("Request body must be a JSON object: {error}"))
}

fn unsupported() -> Refusal {
    Refusal::UnsupportedMediaType("send application/json or multipart/form-data".to_owned())
}
