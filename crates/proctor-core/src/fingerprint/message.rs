//! What a failure says, in a few lines.

use super::blank::blanked;
use super::frame::{is_frame, source_of};
use crate::text::cut;

/// How many lines of the message enter a fingerprint.
const LINES_MAX: usize = 3;
/// How many bytes of a line do.
const LINE_BYTES_MAX: usize = 2_048;

/// The first lines of the message, blanked; from the reason if it says something, else or in addition from the details.
pub(super) fn message_of(reason: &str, details: &str) -> Vec<String> {
    let mut lines = lines_of(reason);
    if lines.first().is_none_or(|line| is_vague(line)) {
        lines.extend(lines_of(details));
        lines.truncate(LINES_MAX);
    }
    lines
}

/// Whether what happened is in the details: RSpec's reason is the failing line of code or a count, Jest's says which
/// matcher it was.
pub(super) fn is_vague(line: &str) -> bool {
    is_code(line) || line.contains("expect(received)")
}

/// Whether a line is RSpec's own and no part of a message.
pub(super) fn is_code(line: &str) -> bool {
    line.starts_with("Failure/Error:") || (line.starts_with("Got <n> failures") && line.contains("failure aggregation block"))
}

fn lines_of(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for line in from_start(text).map(str::trim).filter(|line| !line.is_empty()) {
        if is_frame(line) || is_header(line) {
            if lines.is_empty() {
                continue;
            }
            break;
        }
        let line = blanked(cut(said(line), LINE_BYTES_MAX));
        if !line.is_empty() {
            lines.push(line);
        }
        if lines.len() == LINES_MAX {
            break;
        }
    }
    lines
}

/// The lines from where the message begins.
fn from_start(text: &str) -> Box<dyn Iterator<Item = &str> + '_> {
    let is_panic = |line: &&str| {
        let line = line.trim_start();
        line.starts_with("panic: ") || (line.starts_with("thread '") && line.contains("panicked at "))
    };
    if text.lines().any(|line| is_panic(&line)) {
        return Box::new(text.lines().skip_while(move |line| !is_panic(line)));
    }
    // pytest marks what was raised; above it is the source of the test.
    if text.lines().any(|line| line.starts_with("E  ")) {
        return Box::new(text.lines().filter_map(|line| line.strip_prefix("E  ")));
    }
    // A Python traceback ends with what was raised.
    if text.trim_start().starts_with("Traceback (most recent call last):") {
        let raised = text.lines().rfind(|line| !line.is_empty() && !line.starts_with(char::is_whitespace));
        return Box::new(raised.into_iter());
    }
    Box::new(text.lines())
}

/// Lines that runners put around every message.
fn is_header(line: &str) -> bool {
    [
        "=== ",
        "--- FAIL",
        "--- SKIP",
        "--- PASS",
        "stack backtrace:",
        "Stack trace:",
        "Stacktrace:",
        "Backtrace:",
        "Traceback",
        "goroutine ",
        "Error Trace:",
    ]
    .iter()
    .any(|start| line.starts_with(start))
        || line == "FAIL"
}

/// A line without the place that it begins with: `calc_test.go:11: got 3`, `thread 'x' panicked at src/lib.rs:10:70:`.
fn said(line: &str) -> &str {
    if let Some((_, rest)) = line.split_once("panicked at ")
        && line.starts_with("thread '")
    {
        let is_place = rest.ends_with(':') && source_of(rest).is_some();
        return if is_place { "" } else { rest };
    }
    match source_of(line) {
        Some(source) if source.before.is_empty() => source.after.trim_start_matches([':', ' ']),
        _ => line,
    }
}
