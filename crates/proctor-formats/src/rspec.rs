//! Format `rspec-json`: what RSpec's JSON formatter writes (`uploads.md`, 7.1).

use std::borrow::Cow;

use proctor_core::receipt::WarningKind;
use proctor_core::record::{FailureDetail, Record, RecordSink};
use proctor_core::result::TestResult;

use crate::error::ParseError;
use crate::json::{Halt, Kind, Reader, Records, Remarks, Slot, first_line, lines, read_report, texts};

/// Reads a report and hands its examples to `sink`.
pub(crate) fn parse(document: &[u8], sink: &mut dyn RecordSink) -> Result<(), ParseError> {
    read_report(document, b"{", "an RSpec report, an object with `examples`", sink, |reader, sink| {
        let [examples, messages, summary] = reader.fields(["examples", "messages", "summary"])?;
        let Some(examples) = examples.filter(|examples| examples.kind() == Kind::Array) else { return Ok(false) };
        let mut records = Records::new(sink);
        let mut reader = examples.reader();
        reader.enter_array()?;
        while reader.item()? {
            if records.is_object(&mut reader)? {
                read_example(&mut reader, &mut records)?;
            }
        }
        notice_errors_outside(summary, messages, &mut records);
        Ok(true)
    })
}

fn read_example(reader: &mut Reader<'_>, records: &mut Records<'_>) -> Result<(), Halt> {
    let names = ["id", "description", "full_description", "status", "file_path", "line_number", "run_time", "exception"];
    let [id, description, full_description, status, file_path, line, run_time, exception] = reader.fields(names)?;
    let remarks = &mut records.remarks;
    let name = remarks.text(description, "description is not a text").unwrap_or_default();
    let full = remarks.text(full_description, "full_description is not a text").unwrap_or_default();
    let result = result_of(status, remarks);
    let mut record = Record::new(scope_of(full, &name), name, result);
    let file_path = remarks.text(file_path, "file_path is not a text");
    record.location = file_path.as_ref().map(|path| match line.and_then(Slot::text) {
        Some(line) => Cow::Owned(format!("{path}:{line}")),
        None => path.clone(),
    });
    record.file_name = id.and_then(Slot::string).and_then(path_in_id).or(file_path);
    record.duration = remarks.seconds(run_time, 1.0);
    if let Some(exception) = exception {
        read_exception(exception, &mut record);
    }
    records.accept(record)
}

fn result_of(status: Option<Slot<'_>>, remarks: &mut Remarks) -> TestResult {
    match status.and_then(Slot::string).as_deref() {
        Some("passed") => TestResult::Passed,
        Some("failed") => TestResult::Failed,
        Some("pending") => TestResult::Skipped,
        _ => {
            remarks.add(WarningKind::UnknownResult, "status is none of passed, failed, pending");
            TestResult::Unknown
        }
    }
}

/// The full description without the description at its end; unchanged if it does not end in it.
fn scope_of<'a>(full: Cow<'a, str>, description: &str) -> Cow<'a, str> {
    let Some(scope) = full.strip_suffix(description).and_then(|scope| scope.strip_suffix(' ')) else { return full };
    let length = scope.len();
    match full {
        Cow::Borrowed(full) => Cow::Borrowed(&full[..length]),
        Cow::Owned(mut full) => {
            full.truncate(length);
            Cow::Owned(full)
        }
    }
}

/// The path of `./spec/cart_spec.rb[1:2]`: for a shared example, the file that includes it.
fn path_in_id(id: Cow<'_, str>) -> Option<Cow<'_, str>> {
    let length = id.rfind('[').filter(|length| *length > 0)?;
    Some(match id {
        Cow::Borrowed(id) => Cow::Borrowed(&id[..length]),
        Cow::Owned(mut id) => {
            id.truncate(length);
            Cow::Owned(id)
        }
    })
}

fn read_exception<'a>(exception: Slot<'a>, record: &mut Record<'a>) {
    let [class, message, backtrace] = exception.fields(["class", "message", "backtrace"]);
    let class = class.and_then(Slot::text);
    let message = message.and_then(Slot::text);
    record.failure_reason = message.as_ref().and_then(first_line).or_else(|| class.clone());
    let mut expanded: Vec<_> = class.into_iter().collect();
    expanded.extend(message.iter().flat_map(lines));
    record.failure_expanded = vec![FailureDetail { expanded, backtrace: texts(backtrace) }];
}

/// Files that failed to load and hooks around everything are told of in `messages`, and counted in the summary.
fn notice_errors_outside(summary: Option<Slot<'_>>, messages: Option<Slot<'_>>, records: &mut Records<'_>) {
    let [count] = summary.map_or([None], |summary| summary.fields(["errors_outside_of_examples_count"]));
    let count = count.and_then(Slot::number).unwrap_or(0.0);
    if count > 0.0 {
        let errors = if count == 1.0 { "1 error".to_owned() } else { format!("{count} errors") };
        let detail: Vec<_> = messages.into_iter().flat_map(Slot::items).filter_map(Slot::text).collect();
        records.notice(format!("{errors} occurred outside of examples"), detail.join("\n").trim());
    }
}
