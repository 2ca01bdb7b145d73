//! What is neither XML nor JSON.

use super::Shape;

/// Lines looked at: enough to get past the banner of a tool.
const LINES_MAX: usize = 200;

/// The name of an archive or a compressed file.
pub(super) fn archive(document: &[u8]) -> Option<&'static str> {
    match document {
        [0x1F, 0x8B, ..] => Some("a gzip file"),
        [b'P', b'K', 3, 4, ..] => Some("a zip archive"),
        [0x28, 0xB5, 0x2F, 0xFD, ..] => Some("a zstd file"),
        _ => None,
    }
}

/// Recognises formats made of lines.
pub(super) fn shape_of(text: &str) -> Option<Shape> {
    text.lines().take(LINES_MAX).find_map(|line| name_of(line.trim_end())).map(Shape::Named)
}

fn name_of(line: &str) -> Option<&'static str> {
    if line.starts_with("TAP version ") || is_tap_plan(line) || is_tap_point(line) {
        Some("TAP")
    } else if line.starts_with("##teamcity[") {
        Some("TeamCity service messages")
    } else if line.starts_with("=== RUN ") {
        Some("the output of go test -v (go test -json can be read)")
    } else {
        None
    }
}

/// `1..4`
fn is_tap_plan(line: &str) -> bool {
    let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    line.split_once("..").is_some_and(|(first, last)| is_number(first) && is_number(last))
}

/// `ok 1 - name`, `not ok 2`
fn is_tap_point(line: &str) -> bool {
    let point = line.strip_prefix("not ").unwrap_or(line);
    point.strip_prefix("ok ").is_some_and(|number| number.starts_with(|c: char| c.is_ascii_digit()))
}
