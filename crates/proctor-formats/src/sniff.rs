//! Guessing the format of a report from its content, for senders that were not told it.
//!
//! Only `proctor upload --format auto` guesses. The server never does: it trusts the format that the sender names
//! (`uploads.md`, section 3.3). The marks of each format are those of `report-formats.md`, section 3.

mod json;
mod text;
mod xml;

use proctor_core::format::ReportFormat;

use crate::encoding;

/// What a document looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// A format that we read.
    Read(ReportFormat),
    /// Something that we know by name only.
    Named(&'static str),
}

/// The format that `document` looks to be in; `None` when it is in none that [`crate::parse`] reads.
///
/// Text in front of the report is skipped, as the readers do. Reading ends at the first mark that decides.
#[must_use]
pub fn detect(document: &[u8]) -> Option<ReportFormat> {
    match shape_of(document)? {
        Shape::Read(format) => Some(format),
        Shape::Named(_) => None,
    }
}

/// A name for what `document` is when it is recognised, but is nothing that [`crate::parse`] reads: `NUnit 3 XML`.
#[must_use]
pub fn describe(document: &[u8]) -> Option<&'static str> {
    match shape_of(document)? {
        Shape::Read(_) => None,
        Shape::Named(name) => Some(name),
    }
}

fn shape_of(document: &[u8]) -> Option<Shape> {
    if let Some(name) = text::archive(document) {
        return Some(Shape::Named(name));
    }
    let text = encoding::to_text(document);
    // A bracket may also be the start of a log line in front of anything else.
    match text.trim_start().as_bytes().first()? {
        b'<' => xml::shape_of(&text),
        b'{' | b'[' => json::shape_of(&text).or_else(|| text::shape_of(&text)).or_else(|| xml::shape_of(&text)),
        _ => text::shape_of(&text).or_else(|| json::shape_of(&text)).or_else(|| xml::shape_of(&text)),
    }
}
