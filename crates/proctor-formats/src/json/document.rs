//! Finding the report in a document that may have other text around it: runners print it to a standard output that
//! package managers and coverage tools print to as well.

use proctor_core::receipt::{Warning, WarningKind};
use proctor_core::record::RecordSink;

use super::fault::{Fault, Halt, JsonError};
use super::reader::Reader;
use crate::encoding::to_text;
use crate::error::ParseError;

/// Finds the report in `document` and has `read` take it, the whole value. `read` says whether the value is a report at all:
/// if it is not, a log line in JSON perhaps, the search goes on behind it.
///
/// `openings` are the brackets that a report may begin with; `what` names the report for the message that there is none.
pub(crate) fn read_report(
    document: &[u8],
    openings: &[u8],
    what: &'static str,
    sink: &mut dyn RecordSink,
    mut read: impl FnMut(&mut Reader<'_>, &mut dyn RecordSink) -> Result<bool, Halt>,
) -> Result<(), ParseError> {
    let text = to_text(document);
    let first = first_opening(&text, openings);
    let mut start = Some(first);
    while let Some(offset) = start {
        let mut reader = Reader::at(&text, offset);
        if read(&mut reader, sink).map_err(|halt| halt.in_text(&text))? {
            let around = [&text[..offset], &text[reader.offset()..]];
            if around.into_iter().any(|noise| !noise.trim_ascii().is_empty()) {
                sink.warn(noise_skipped());
            }
            return Ok(());
        }
        start = next_opening(&text, reader.offset(), openings);
    }
    Err(JsonError { fault: Fault::Expected(what), offset: first }.in_text(text.as_bytes()))
}

fn noise_skipped() -> Warning {
    Warning { index: None, kind: WarningKind::NoiseSkipped, message: "text around the report was skipped".into() }
}

/// Where the report begins: at the first byte that is not blank, unless that looks like noise and something else like JSON.
fn first_opening(text: &str, openings: &[u8]) -> usize {
    let blanks = text.len() - text.trim_ascii_start().len();
    let bytes = &text.as_bytes()[blanks..];
    let inside = bytes.get(1..).unwrap_or_default().trim_ascii_start().first();
    let is_json = match bytes.first() {
        Some(b'{') => openings.contains(&b'{') && matches!(inside, Some(b'"' | b'}') | None),
        Some(b'[') => openings.contains(&b'[') && matches!(inside, Some(b'{' | b']') | None),
        _ => false,
    };
    if is_json { blanks } else { next_opening(text, 0, openings).unwrap_or(blanks) }
}

/// The next bracket that looks like the start of JSON: before a key, or before an object.
fn next_opening(text: &str, from: usize, openings: &[u8]) -> Option<usize> {
    let bytes = text.as_bytes();
    memchr::memchr2_iter(b'{', b'[', &bytes[from..]).map(|at| from + at).find(|at| {
        let inside = bytes[at + 1..].trim_ascii_start().first();
        openings.contains(&bytes[*at]) && inside == Some(if bytes[*at] == b'{' { &b'"' } else { &b'{' })
    })
}
