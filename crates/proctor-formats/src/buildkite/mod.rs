//! Format `json`: Test Engine results, an array of result objects (`uploads.md`, section 6).
//!
//! Nearly all uploads are in this format, so it is read in one pass, without looking at anything twice.

mod failure;
mod record;
mod span;
mod tags;

use proctor_core::receipt::{RejectReason, Rejection, Warning, WarningKind};
use proctor_core::record::{Record, RecordSink};

use crate::encoding::to_text;
use crate::error::ParseError;
use crate::json::{Fault, Halt, JsonError, Kind, Reader};

pub(crate) use tags::read_tags;

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
    let mut index = 0;
    let mut remarks = Remarks::default();
    while reader.item()? {
        if reader.peek()? == Kind::Object {
            let record = record::read_record(reader, &mut remarks)?;
            hand_over(record, index, &mut remarks, sink)?;
        } else {
            reader.skip()?;
            sink.reject(Rejection { index, reason: RejectReason::NotAnObject, message: "the result is not an object".to_owned() })?;
        }
        index += 1;
    }
    Ok(())
}

/// Accepts the record if it has a name, and rejects it if not. Remarks about a rejected record are dropped.
fn hand_over(record: Option<Record<'_>>, index: u64, remarks: &mut Remarks, sink: &mut dyn RecordSink) -> Result<(), Halt> {
    let Some(record) = record else {
        remarks.0.clear();
        return Ok(sink.reject(Rejection { index, reason: RejectReason::NameMissing, message: "name is missing".to_owned() })?);
    };
    for (kind, message) in remarks.0.drain(..) {
        sink.warn(Warning { index: Some(index), kind, message: message.into() });
    }
    Ok(sink.accept(index, record)?)
}

/// Remarks about the record that is being read; kept until it is known whether it is taken in.
#[derive(Debug, Default)]
pub(crate) struct Remarks(Vec<(WarningKind, &'static str)>);

impl Remarks {
    pub(crate) fn add(&mut self, kind: WarningKind, message: &'static str) {
        // One line of each sort is enough, and it bounds what a record full of trouble costs.
        if !self.0.contains(&(kind, message)) {
            self.0.push((kind, message));
        }
    }

    pub(crate) fn wrong_type(&mut self, message: &'static str) {
        self.add(WarningKind::WrongType, message);
    }
}
