//! Format `jest-json`: Jest's JSON output, which Vitest writes as well (`uploads.md`, 7.2).

use std::borrow::Cow;

use proctor_core::limits::PATH_BYTES_MAX;
use proctor_core::receipt::WarningKind;
use proctor_core::record::{FailureDetail, Record, RecordSink};
use proctor_core::result::TestResult;

use crate::error::ParseError;
use crate::json::{Halt, Kind, Reader, Records, Remarks, Slot, first_line, lines, read_report, shared, texts, without_ansi};

/// Reads a report and hands its assertions to `sink`.
pub(crate) fn parse(document: &[u8], sink: &mut dyn RecordSink) -> Result<(), ParseError> {
    read_report(document, b"{", "a Jest report, an object with `testResults`", sink, |reader, sink| {
        let [files] = reader.fields(["testResults"])?;
        let Some(files) = files.filter(|files| files.kind() == Kind::Array) else { return Ok(false) };
        let mut records = Records::new(sink);
        let mut reader = files.reader();
        reader.enter_array()?;
        while reader.item()? {
            if reader.peek()? == Kind::Object {
                read_file(&mut reader, &mut records)?;
            } else {
                reader.skip()?;
                records.wrong_type("an entry of testResults is not an object");
            }
        }
        Ok(true)
    })
}

fn read_file(reader: &mut Reader<'_>, records: &mut Records<'_>) -> Result<(), Halt> {
    let [name, status, message, assertions] = reader.fields(["name", "status", "message", "assertionResults"])?;
    let file = name.and_then(Slot::text).map(|file| shared(file, PATH_BYTES_MAX));
    let mut is_empty = true;
    if let Some(assertions) = assertions.filter(|assertions| assertions.kind() == Kind::Array) {
        let mut reader = assertions.reader();
        reader.enter_array()?;
        while reader.item()? {
            is_empty = false;
            if records.is_object(&mut reader)? {
                read_assertion(&mut reader, file.as_ref(), records)?;
            }
        }
    }
    if is_empty && status.and_then(Slot::string).as_deref() == Some("failed") {
        let detail = message.and_then(Slot::text).unwrap_or_default();
        let reason = first_line(&without_ansi(detail.clone())).unwrap_or_default().into_owned();
        records.notice(format!("{}: {reason}", file.as_deref().unwrap_or("a test file failed to run")), &detail);
    }
    Ok(())
}

fn read_assertion<'a>(reader: &mut Reader<'a>, file: Option<&Cow<'a, str>>, records: &mut Records<'_>) -> Result<(), Halt> {
    let names = ["ancestorTitles", "title", "status", "duration", "location", "failureMessages", "invocations"];
    let [ancestors, title, status, duration, location, messages, invocations] = reader.fields(names)?;
    let remarks = &mut records.remarks;
    let name = remarks.text(title, "title is not a text").unwrap_or_default();
    let result = result_of(status, remarks);
    let mut record = Record::new(texts(ancestors).join(" "), name, result);
    record.duration = remarks.seconds(duration, 1_000.0);
    record.file_name = file.cloned();
    record.location = location_of(file, location);
    let messages = texts_whole(messages);
    if result == TestResult::Failed {
        record.failure_reason = messages.first().and_then(|message| first_line(&without_ansi(message.clone())));
    }
    // Vitest keeps the messages of the attempts that failed before the one that passed; Jest counts the attempts.
    let attempts = invocations.and_then(Slot::number).unwrap_or(1.0);
    record.runner_retried = result == TestResult::Passed && (attempts > 1.0 || !messages.is_empty());
    record.failure_expanded = messages.iter().map(failure_of).collect();
    records.accept(record)
}

/// The texts of an array, or one text; unlike [`texts`], a text stays in one piece.
fn texts_whole(field: Option<Slot<'_>>) -> Vec<Cow<'_, str>> {
    let Some(field) = field else { return Vec::new() };
    match field.string() {
        Some(text) => vec![text],
        None => field.items().filter_map(Slot::text).collect(),
    }
}

fn result_of(status: Option<Slot<'_>>, remarks: &mut Remarks) -> TestResult {
    match status.and_then(Slot::string).as_deref() {
        Some("passed") => TestResult::Passed,
        Some("failed") => TestResult::Failed,
        Some("pending" | "skipped" | "todo" | "disabled") => TestResult::Skipped,
        _ => {
            remarks.add(WarningKind::UnknownResult, "status is none of passed, failed, pending, skipped, todo, disabled");
            TestResult::Unknown
        }
    }
}

fn location_of<'a>(file: Option<&Cow<'a, str>>, location: Option<Slot<'a>>) -> Option<Cow<'a, str>> {
    let file = file?;
    let [line] = location.map_or([None], |location| location.fields(["line"]));
    Some(match line.and_then(Slot::text) {
        Some(line) => Cow::Owned(format!("{file}:{line}")),
        None => file.clone(),
    })
}

/// Splits a message into its text and the frames of its stack, which are indented and begin with `at`.
fn failure_of<'a>(message: &Cow<'a, str>) -> FailureDetail<'a> {
    let (backtrace, expanded) = lines(message).into_iter().partition(|line| {
        let plain = without_ansi(Cow::Borrowed(line));
        plain.starts_with([' ', '\t']) && plain.trim_start().starts_with("at ")
    });
    FailureDetail { expanded, backtrace }
}
