//! One result object (`uploads.md`, 6.1 and 6.2).

use std::borrow::Cow;

use proctor_core::receipt::WarningKind;
use proctor_core::record::Record;
use proctor_core::result::TestResult;

use super::failure::read_failures;
use super::span::Spans;
use super::tags::read_tags;
use crate::json::{JsonError, Kind, Reader, Remarks, Scalar};

type Text<'a> = Option<Cow<'a, str>>;

/// Reads a result object; its name is blank when it has no usable one.
pub(super) fn read_record<'a>(reader: &mut Reader<'a>, remarks: &mut Remarks) -> Result<Record<'a>, JsonError> {
    let mut record = Record::new("", "", TestResult::Unknown);
    reader.enter_object()?;
    while let Some(key) = reader.key()? {
        match &*key {
            "name" => record.name = word(reader, remarks, "name is not a text")?.unwrap_or_default(),
            "scope" => record.scope = word(reader, remarks, "scope is not a text")?.unwrap_or_default(),
            "location" => record.location = text(reader, remarks, "location is not a text")?,
            "file_name" => record.file_name = text(reader, remarks, "file_name is not a text")?,
            "result" => record.result = read_result(reader, remarks)?,
            "failure_reason" => record.failure_reason = word(reader, remarks, "failure_reason is not a text")?,
            "failure_expanded" => record.failure_expanded = read_failures(reader, remarks)?,
            "history" => read_history(reader, &mut record, remarks)?,
            "tags" => record.tags = read_tags(reader, remarks)?,
            "id" => record.client_id = read_id(reader)?,
            "external_id" => record.external_id = read_id(reader)?,
            "trace_id" => record.trace_id = read_id(reader)?,
            _ => reader.skip()?,
        }
    }
    Ok(record)
}

/// A text; null is `None`, and so is, with a remark, anything else.
fn text<'a>(reader: &mut Reader<'a>, remarks: &mut Remarks, message: &'static str) -> Result<Text<'a>, JsonError> {
    match reader.scalar()? {
        Scalar::Text(text) => Ok(Some(text)),
        Scalar::Null => Ok(None),
        Scalar::Number(_) | Scalar::Bool(_) | Scalar::Nested(_) => {
            remarks.wrong_type(message);
            Ok(None)
        }
    }
}

/// As [`text`], but numbers and booleans become text: a scope of 7 must not be lost, it is half of the identity.
fn word<'a>(reader: &mut Reader<'a>, remarks: &mut Remarks, message: &'static str) -> Result<Text<'a>, JsonError> {
    let scalar = reader.scalar()?;
    if matches!(scalar, Scalar::Nested(_)) {
        remarks.wrong_type(message);
    }
    Ok(scalar.into_text())
}

/// The sender's own id, which may be anything; arrays and objects stay JSON text.
fn read_id<'a>(reader: &mut Reader<'a>) -> Result<Text<'a>, JsonError> {
    Ok(match reader.scalar()? {
        Scalar::Nested(raw) => Some(Cow::Borrowed(raw)),
        scalar => scalar.into_text(),
    })
}

fn read_result(reader: &mut Reader<'_>, remarks: &mut Remarks) -> Result<TestResult, JsonError> {
    match reader.scalar()? {
        Scalar::Text(word) => {
            let known = TestResult::from_wire(&word);
            if known.is_none() && !word.trim().is_empty() {
                remarks.add(WarningKind::UnknownResult, "result is none of passed, failed, skipped, pending, unknown");
            }
            Ok(known.unwrap_or(TestResult::Unknown))
        }
        Scalar::Null => Ok(TestResult::Unknown),
        Scalar::Number(_) | Scalar::Bool(_) | Scalar::Nested(_) => {
            remarks.wrong_type("result is not a text");
            Ok(TestResult::Unknown)
        }
    }
}

fn read_history<'a>(reader: &mut Reader<'a>, record: &mut Record<'a>, remarks: &mut Remarks) -> Result<(), JsonError> {
    match reader.peek()? {
        Kind::Object => reader.enter_object()?,
        Kind::Null => return reader.null(),
        _ => {
            remarks.wrong_type("history is not an object");
            return reader.skip();
        }
    }
    while let Some(key) = reader.key()? {
        match &*key {
            "start_at" => record.start_at = clock(reader, remarks)?,
            "end_at" => record.end_at = clock(reader, remarks)?,
            "duration" => record.duration = duration(reader, remarks)?,
            "children" => record.spans = Spans::new(remarks).read(reader)?,
            _ => reader.skip()?,
        }
    }
    Ok(())
}

/// A reading of the sender's clock, in the sender's unit.
pub(super) fn clock(reader: &mut Reader<'_>, remarks: &mut Remarks) -> Result<Option<f64>, JsonError> {
    match reader.peek()? {
        Kind::Number => Ok(Some(reader.number()?).filter(|value| value.is_finite())),
        Kind::Null => reader.null().map(|()| None),
        _ => {
            remarks.wrong_type("start_at or end_at is not a number");
            reader.skip().map(|()| None)
        }
    }
}

/// Seconds; null is unknown, and so is, with a remark, what cannot be a duration.
pub(super) fn duration(reader: &mut Reader<'_>, remarks: &mut Remarks) -> Result<Option<f64>, JsonError> {
    let value = match reader.peek()? {
        Kind::Number => reader.number()?,
        Kind::Null => return reader.null().map(|()| None),
        _ => {
            reader.skip()?;
            f64::NAN
        }
    };
    if value.is_finite() && value >= 0.0 {
        return Ok(Some(value.abs()));
    }
    remarks.add(WarningKind::DurationUnreadable, "duration is negative or not a number");
    Ok(None)
}
