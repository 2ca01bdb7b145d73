//! One attempt at a test.

use std::borrow::Cow;

use proctor_core::receipt::WarningKind;
use proctor_core::record::{FailureDetail, Record};
use proctor_core::result::TestResult;

use crate::json::{JsonError, Reader, Remarks, Slot, first_line, lines, without_ansi};

/// Tags read from one spec: every attempt gets a copy, and the rules of tags keep ten.
const TAGS_READ_MAX: usize = 64;
/// Bytes of one tag; the rules of tags drop anything that is nearly as long.
const TAG_BYTES_MAX: usize = 1024;

/// Digits of a line or a column.
const LINE_DIGITS_MAX: usize = 20;

/// What the attempts of one spec share.
pub(super) struct SpecFields<'a> {
    pub(super) title: Cow<'a, str>,
    pub(super) file: Option<Cow<'a, str>>,
    pub(super) line: Option<Slot<'a>>,
    pub(super) column: Option<Slot<'a>>,
    pub(super) tags: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

/// Reads an attempt of a test that is expected to end in `expected`.
pub(super) fn read_attempt<'r, 'a: 'r>(
    reader: &mut Reader<'a>,
    spec: &SpecFields<'a>,
    scope: &'r str,
    expected: &str,
    remarks: &mut Remarks,
) -> Result<Record<'r>, JsonError> {
    let [status, duration, error, errors] = reader.fields(["status", "duration", "error", "errors"])?;
    let mut record = Record::new(scope, spec.title.clone(), result_of(status, expected, remarks));
    record.duration = remarks.seconds(duration, 1_000.0);
    record.location = location_of(spec);
    record.file_name.clone_from(&spec.file);
    record.tags.clone_from(&spec.tags);
    let mut failures: Vec<Slot<'_>> = errors.into_iter().flat_map(Slot::items).collect();
    let first = error.or(failures.first().copied());
    if failures.is_empty() {
        failures.extend(error);
    }
    record.failure_reason = first.and_then(message_of).and_then(|message| first_line(&without_ansi(message)));
    record.failure_expanded = failures.into_iter().map(failure_of).collect();
    Ok(record)
}

fn result_of(status: Option<Slot<'_>>, expected: &str, remarks: &mut Remarks) -> TestResult {
    match status.and_then(Slot::string).as_deref() {
        Some("skipped") => TestResult::Skipped,
        Some("interrupted") => TestResult::Unknown,
        Some(status @ ("passed" | "failed" | "timedOut")) => {
            if status == expected {
                TestResult::Passed
            } else {
                TestResult::Failed
            }
        }
        _ => {
            remarks.add(WarningKind::UnknownResult, "status is none of passed, failed, timedOut, skipped, interrupted");
            TestResult::Unknown
        }
    }
}

fn location_of<'a>(spec: &SpecFields<'a>) -> Option<Cow<'a, str>> {
    let file = spec.file.as_ref()?;
    let [line, column] = [spec.line, spec.column].map(|place| place.and_then(Slot::text).filter(|digits| digits.len() <= LINE_DIGITS_MAX));
    Some(match (line, column) {
        (Some(line), Some(column)) => Cow::Owned(format!("{file}:{line}:{column}")),
        (Some(line), None) => Cow::Owned(format!("{file}:{line}")),
        (None, _) => file.clone(),
    })
}

/// The tags of the form `@key:value` or `key:value`; other tags of Playwright are words that mean nothing here.
pub(super) fn tags_of<'a>(tags: Option<Slot<'a>>) -> Vec<(Cow<'a, str>, Cow<'a, str>)> {
    let texts = tags.into_iter().flat_map(Slot::items).filter_map(Slot::string);
    texts.filter(|tag| tag.len() <= TAG_BYTES_MAX).filter_map(tag_of).take(TAGS_READ_MAX).collect()
}

fn tag_of(tag: Cow<'_, str>) -> Option<(Cow<'_, str>, Cow<'_, str>)> {
    let (key, value) = tag.strip_prefix('@').unwrap_or(&tag).split_once(':')?;
    if key.is_empty() || value.is_empty() || value.contains(':') {
        return None;
    }
    Some((Cow::Owned(key.to_owned()), Cow::Owned(value.to_owned())))
}

/// The message of an error, or what was thrown instead of one.
fn message_of(error: Slot<'_>) -> Option<Cow<'_, str>> {
    let [message, value] = error.fields(["message", "value"]);
    message.and_then(Slot::text).or_else(|| value.and_then(Slot::text)).or_else(|| error.string())
}

fn failure_of(error: Slot<'_>) -> FailureDetail<'_> {
    let [snippet, stack] = error.fields(["snippet", "stack"]).map(|part| part.and_then(Slot::text));
    let message = message_of(error);
    let mut expanded: Vec<_> = message.iter().flat_map(lines).collect();
    expanded.extend(snippet.iter().flat_map(lines));
    // JavaScript stacks begin with the message, which is there already.
    let frames = stack.map(|stack| match message.as_deref().and_then(|message| stack.strip_prefix(message)) {
        Some(frames) => Cow::Owned(frames.trim_start_matches(['\r', '\n']).to_owned()),
        None => stack,
    });
    FailureDetail { expanded, backtrace: frames.iter().flat_map(lines).collect() }
}
