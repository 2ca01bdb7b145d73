//! Multipart forms, read in place (`uploads.md`, 3.2; RFC 7578).
//!
//! [`FormScanner`] follows a form while its bytes arrive and only notes where each part lies in the body, so that a report of
//! many megabytes is never copied, and the run is known as soon as its field has come. Libraries for this hand out copies of
//! each part, and buffer as much as arrives in between.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memmem;
use proctor_core::limits;
use proctor_core::text::cut;

use super::Refusal;

mod disposition;

/// Bytes of the headers of one part.
const PART_HEADERS_BYTES_MAX: usize = 16 * 1024;
/// Bytes of a boundary: RFC 2046 allows 70.
const BOUNDARY_BYTES_MAX: usize = 256;

/// The boundary that a `multipart/form-data` content type names.
#[must_use]
pub(super) fn boundary_of(content_type: &str) -> Option<String> {
    let boundary = disposition::parameter(content_type.as_bytes(), "boundary")?;
    Some(boundary).filter(|boundary| (1..=BOUNDARY_BYTES_MAX).contains(&boundary.len()))
}

/// The content of a field in a whole form; of several with the name the last. `None`: there is none.
///
/// # Errors
/// When the body is no form, or a field other than `data` is longer than [`limits::FIELD_BYTES_MAX`].
pub fn form_field<'b>(content_type: &str, body: &'b [u8], name: &str) -> Result<Option<&'b [u8]>, Refusal> {
    let boundary = boundary_of(content_type).ok_or_else(|| malformed("the content type names no boundary"))?;
    let parts = FormScanner::new(&boundary).finish(body)?;
    Ok(parts.iter().rev().find(|part| part.name == name).map(|part| &body[part.content.clone()]))
}

/// One part of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// The `name` of its disposition; empty when it has none.
    pub(super) name: String,
    /// Where its content lies in the body.
    pub(super) content: Range<usize>,
}

impl Part {
    /// The content as text. What is not UTF-8, and NUL, becomes U+FFFD (`uploads.md`, 6.4).
    pub(super) fn text<'b>(&self, body: &'b [u8]) -> Cow<'b, str> {
        match String::from_utf8_lossy(&body[self.content.clone()]) {
            text if text.contains('\0') => Cow::Owned(text.replace('\0', "\u{FFFD}")),
            text => text,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Before the first boundary.
    Preamble,
    /// Behind a boundary: `--` ends the form, a line end begins a part.
    Boundary,
    /// In the headers of a part, which begin here.
    Headers(usize),
    /// In the content of a part, which begins here.
    Content(usize),
    /// Behind the last boundary.
    End,
}

/// Follows a form while its bytes arrive.
#[derive(Debug)]
pub(super) struct FormScanner {
    /// `\r\n--boundary`.
    delimiter: Vec<u8>,
    stage: Stage,
    /// Everything before this offset has been looked at.
    at: usize,
    parts: Vec<Part>,
    name: String,
}

impl FormScanner {
    pub(super) fn new(boundary: &str) -> Self {
        let delimiter = format!("\r\n--{boundary}").into_bytes();
        Self { delimiter, stage: Stage::Preamble, at: 0, parts: Vec::new(), name: String::new() }
    }

    /// The parts that have arrived in full, in order.
    pub(super) fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Looks at what has arrived since the last call. `body` is everything received so far; it only ever grows.
    pub(super) fn advance(&mut self, body: &[u8]) -> Result<(), Refusal> {
        while self.step(body)? == Step::Done {}
        Ok(())
    }

    /// All parts, after the last byte.
    pub(super) fn finish(mut self, body: &[u8]) -> Result<Vec<Part>, Refusal> {
        self.advance(body)?;
        if self.stage == Stage::End { Ok(self.parts) } else { Err(malformed("the multipart body has no end")) }
    }

    fn step(&mut self, body: &[u8]) -> Result<Step, Refusal> {
        match self.stage {
            Stage::Preamble => Ok(self.preamble(body)),
            Stage::Boundary => self.boundary(body),
            Stage::Headers(start) => self.headers(body, start),
            Stage::Content(start) => self.content(body, start),
            Stage::End => Ok(Step::NeedsMore),
        }
    }

    fn preamble(&mut self, body: &[u8]) -> Step {
        // The first boundary mostly opens the body; then no line end stands before it.
        let dashes = &self.delimiter[2..];
        if body.len() < dashes.len() {
            return Step::NeedsMore;
        }
        if self.at == 0 && body.starts_with(dashes) {
            return self.enter(Stage::Boundary, dashes.len());
        }
        match memmem::find(&body[self.at..], &self.delimiter) {
            Some(found) => self.enter(Stage::Boundary, self.at + found + self.delimiter.len()),
            None => {
                self.at = self.at.max(body.len().saturating_sub(self.delimiter.len() - 1));
                Step::NeedsMore
            }
        }
    }

    fn boundary(&mut self, body: &[u8]) -> Result<Step, Refusal> {
        match after_boundary(&body[self.at..]) {
            After::End => Ok(self.enter(Stage::End, body.len())),
            After::Line(bytes) => {
                let start = self.at + bytes;
                Ok(self.enter(Stage::Headers(start), start))
            }
            After::Unknown => Ok(Step::NeedsMore),
            After::Other => Err(malformed("a multipart boundary is followed by something else than a line end")),
        }
    }

    fn headers(&mut self, body: &[u8], start: usize) -> Result<Step, Refusal> {
        if self.parts.len() == limits::RUN_ENV_ENTRIES_MAX {
            return Err(Refusal::TooManyFields);
        }
        // Without any header the empty line comes first.
        let (headers, content_start) = match memmem::find(&body[start..], b"\r\n\r\n") {
            _ if body[start..].starts_with(b"\r\n") => (&body[start..start], start + 2),
            Some(length) => (&body[start..start + length], start + length + 4),
            None if body.len() - start > PART_HEADERS_BYTES_MAX => return Err(malformed("the headers of a multipart field do not end")),
            None => return Ok(Step::NeedsMore),
        };
        self.name = disposition::field_name(headers).unwrap_or_default();
        // An empty content may share its line end with that of the headers.
        Ok(self.enter(Stage::Content(content_start), content_start - 2))
    }

    fn content(&mut self, body: &[u8], start: usize) -> Result<Step, Refusal> {
        let end = match memmem::find(&body[self.at..], &self.delimiter) {
            Some(found) => self.at + found,
            None => {
                self.at = self.at.max(body.len().saturating_sub(self.delimiter.len() - 1));
                self.check_length(start, body.len())?;
                return Ok(Step::NeedsMore);
            }
        };
        match after_boundary(&body[end + self.delimiter.len()..]) {
            // The boundary of a form inside this form may begin with that of this one.
            After::Other => Ok(self.enter(self.stage, end + 1)),
            After::Unknown => Ok(Step::NeedsMore),
            After::Line(_) | After::End => {
                let content = start..end.max(start);
                self.check_length(start, content.end)?;
                self.parts.push(Part { name: std::mem::take(&mut self.name), content });
                Ok(self.enter(Stage::Boundary, end + self.delimiter.len()))
            }
        }
    }

    fn check_length(&self, start: usize, end: usize) -> Result<(), Refusal> {
        if self.name == "data" || end.saturating_sub(start) <= limits::FIELD_BYTES_MAX {
            return Ok(());
        }
        Err(Refusal::FieldTooLong { field: cut(&self.name, 128).to_owned() })
    }

    fn enter(&mut self, stage: Stage, at: usize) -> Step {
        self.stage = stage;
        self.at = at;
        Step::Done
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Done,
    NeedsMore,
}

enum After {
    /// `--`.
    End,
    /// Blanks and a line end, this many bytes.
    Line(usize),
    Unknown,
    Other,
}

fn after_boundary(rest: &[u8]) -> After {
    let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    match &rest[blanks..] {
        [b'\r', b'\n', ..] => After::Line(blanks + 2),
        [b'-', b'-', ..] if blanks == 0 => After::End,
        [] | [b'\r'] | [b'-'] => After::Unknown,
        _ => After::Other,
    }
}

fn malformed(message: &str) -> Refusal {
    Refusal::Malformed(message.to_owned())
}

#[cfg(test)]
mod tests;
