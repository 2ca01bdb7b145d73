//! Readers of test reports.
//!
//! [`parse`] reads one document in a format that the sender named and hands its records, one by one, to a
//! [`RecordSink`]. A reader tolerates what real tools write, reports what it had to
//! repair, rejects single records without losing their neighbours, and never panics.

pub mod context;
pub mod envelope;
pub mod error;
pub mod sniff;

mod buildkite;
mod cucumber;
mod encoding;
mod go_jsonl;
mod jest;
mod json;
mod junit;
mod playwright;
mod rspec;

use proctor_core::format::ReportFormat;
use proctor_core::record::RecordSink;

pub use context::ParseContext;
pub use error::{ParseError, Position};

/// Reads `document` as `format` and hands each record to `sink`.
///
/// `document` is what the sender sent, after transfer and content codings are undone: any of the character encodings named
/// in `report-formats.md`, with or without a byte-order mark. The format is trusted, never guessed.
///
/// # Errors
/// When the document as a whole cannot be read, with the place where reading ended; records handed over before that
/// belong to a document that is to be refused. [`ParseError::TooManyRecords`] when the sink would take no more.
pub fn parse(format: ReportFormat, document: &[u8], context: &ParseContext<'_>, sink: &mut dyn RecordSink) -> Result<(), ParseError> {
    match format {
        ReportFormat::Json => buildkite::parse(document, sink),
        ReportFormat::Junit => junit::parse(document, context, sink),
        ReportFormat::RspecJson => rspec::parse(document, sink),
        ReportFormat::JestJson => jest::parse(document, sink),
        ReportFormat::PlaywrightJson => playwright::parse(document, context, sink),
        ReportFormat::CucumberJson => cucumber::parse(document, sink),
        ReportFormat::GoJsonl => go_jsonl::parse(document, sink),
    }
}
