//! Where documents begin: reports come with log lines before them, after them, and one after another.

/// The start of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Start {
    /// Where its first `<` is.
    pub(crate) offset: usize,
    /// Whether there is more than white space before it.
    pub(crate) is_after_noise: bool,
}

/// How a report can begin.
const MARKERS: [&[u8]; 4] = [b"<?xml", b"<testsuite", b"<testcase", b"<!DOCTYPE"];

/// The root elements of a report. Compared as XML does, with their case.
pub(super) const ROOTS: [&str; 3] = ["testsuites", "testsuite", "testcase"];

/// Finds the start of the next document in `text` from `from` on. `None` when only noise or nothing is left.
///
/// White space and marks are skipped (tools print a blank line first); after anything else only what looks like a report
/// counts, for a log has its angle brackets too.
pub(crate) fn find_start(text: &str, from: usize) -> Option<Start> {
    let rest = &text[from..];
    let content = rest.trim_start_matches(is_blank);
    let offset = text.len() - content.len();
    if begins_markup(content) {
        return Some(Start { offset, is_after_noise: false });
    }
    find_marker(text, offset).map(|offset| Start { offset, is_after_noise: true })
}

/// Finds what looks like the start of a report.
pub(super) fn find_marker(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'<', &bytes[from..]).map(|at| from + at).find(|at| MARKERS.iter().any(|marker| bytes[*at..].starts_with(marker)))
}

/// Whether `text` holds nothing to speak of.
pub(super) fn is_blank_text(text: &str) -> bool {
    text.chars().all(is_blank)
}

/// Whether a `<` at the start of `text` is one, and not a smaller-than sign.
pub(super) fn begins_markup(text: &str) -> bool {
    match text.as_bytes() {
        [b'<', next, ..] => next.is_ascii_alphabetic() || matches!(next, b'_' | b':' | b'/' | b'!' | b'?' | 0x80..),
        _ => false,
    }
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == '\u{FEFF}'
}
