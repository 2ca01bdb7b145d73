//! Format `json`: Test Engine results, an array of result objects (`uploads.md`, section 6).
//!
//! Nearly all uploads are in this format, so it is read in one pass, without looking at anything twice.

mod failure;
mod record;
mod span;
mod tags;

use proctor_core::record::RecordSink;

use crate::encoding::to_text;
use crate::error::ParseError;
use crate::json::{Fault, Halt, JsonError, Kind, Reader, Records};
use record::read_record;

/// Reads results and hands them to `sink`.
///
/// Besides the bare array, this takes a whole envelope (curl users put one into `data`) and an array inside a JSON string.
pub(crate) fn parse(document: &[u8], sink: &mut dyn RecordSink) -> Result<(), ParseError> {
    let text = to_text(document);
    read_document(&text, sink).map_err(|halt| halt.in_text(&text))
}

fn read_document(text: &str, sink: &mut dyn RecordSink) -> Result<(), Halt> {
    let mut reader = Reader::new(text);
    match reader.peek()? {
        Kind::Array => read_results(&mut reader, sink)?,
        Kind::Object => {
            let [data] = reader.fields(["data"])?;
            let data = data.ok_or(JsonError { fault: Fault::Expected("an array of results"), offset: 0 })?;
            match data.string() {
                Some(inner) => read_results_of_text(&inner, data.offset(), sink)?,
                None => read_results(&mut data.reader(), sink)?,
            }
        }
        Kind::String => {
            let offset = reader.offset();
            let inner = reader.string()?;
            read_results_of_text(&inner, offset, sink)?;
        }
        _ => return Err(reader.expected("an array of results").into()),
    }
    Ok(reader.end()?)
}

/// Results inside a JSON string, which begins at `offset`: faults are placed there, for there is no better place.
fn read_results_of_text(text: &str, offset: usize, sink: &mut dyn RecordSink) -> Result<(), Halt> {
    let mut reader = Reader::new(text);
    let read = read_results(&mut reader, sink).and_then(|()| Ok(reader.end()?));
    read.map_err(|halt| match halt {
        Halt::Json(error) => Halt::Json(JsonError { offset, ..error }),
        Halt::Sink(_) => halt,
    })
}

fn read_results(reader: &mut Reader<'_>, sink: &mut dyn RecordSink) -> Result<(), Halt> {
    if reader.peek()? != Kind::Array {
        return Err(reader.expected("an array of results").into());
    }
    reader.enter_array()?;
    let mut records = Records::new(sink);
    while reader.item()? {
        if records.is_object(reader)? {
            let record = read_record(reader, &mut records.remarks)?;
            records.accept(record)?;
        }
    }
    Ok(())
}
