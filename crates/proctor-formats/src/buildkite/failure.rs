//! `failure_expanded` in all the forms that senders give it (`uploads.md`, 6.3).

use std::borrow::Cow;

use proctor_core::record::FailureDetail;

use crate::json::{JsonError, Kind, Reader, Remarks, Scalar};

/// Reads the failures of a record: an array of objects, and the forms that stand in for one.
pub(super) fn read_failures<'a>(reader: &mut Reader<'a>, remarks: &mut Remarks) -> Result<Vec<FailureDetail<'a>>, JsonError> {
    let mut failures = Vec::new();
    if reader.peek()? == Kind::Array {
        reader.enter_array()?;
        while reader.item()? {
            failures.extend(read_failure(reader, remarks)?);
        }
    } else {
        failures.extend(read_failure(reader, remarks)?);
    }
    Ok(failures)
}

fn read_failure<'a>(reader: &mut Reader<'a>, remarks: &mut Remarks) -> Result<Option<FailureDetail<'a>>, JsonError> {
    if reader.peek()? != Kind::Object {
        let line = read_line(reader, remarks)?;
        return Ok(line.map(|line| FailureDetail { expanded: vec![line], backtrace: Vec::new() }));
    }
    let mut failure = FailureDetail::default();
    reader.enter_object()?;
    while let Some(key) = reader.key()? {
        match &*key {
            "expanded" => failure.expanded = read_lines(reader, remarks)?,
            "backtrace" => failure.backtrace = read_lines(reader, remarks)?,
            _ => reader.skip()?,
        }
    }
    Ok(Some(failure))
}

/// An array of lines, a single line, or null.
fn read_lines<'a>(reader: &mut Reader<'a>, remarks: &mut Remarks) -> Result<Vec<Cow<'a, str>>, JsonError> {
    let mut lines = Vec::new();
    if reader.peek()? == Kind::Array {
        reader.enter_array()?;
        while reader.item()? {
            lines.extend(read_line(reader, remarks)?);
        }
    } else {
        lines.extend(read_line(reader, remarks)?);
    }
    Ok(lines)
}

fn read_line<'a>(reader: &mut Reader<'a>, remarks: &mut Remarks) -> Result<Option<Cow<'a, str>>, JsonError> {
    let scalar = reader.scalar()?;
    if matches!(scalar, Scalar::Nested(_)) {
        remarks.wrong_type("a line of failure_expanded is not a text");
    }
    Ok(scalar.into_text())
}
