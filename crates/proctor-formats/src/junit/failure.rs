//! The text of a failure: the message in its attribute, and its body line by line.

use std::borrow::Cow;

use proctor_core::limits;
use proctor_core::receipt::Notice;
use proctor_core::record::FailureDetail;

use super::attributes::{Attributes, Key};
use super::repair::Repair;

/// Bytes of the line of a notice.
const NOTICE_MESSAGE_BYTES_MAX: usize = 1024;

/// A `failure` or `error` element that is being read.
#[derive(Debug, Default)]
pub(super) struct Failure<'a> {
    message: Option<Cow<'a, str>>,
    body: Lines<'a>,
}

impl<'a> Failure<'a> {
    /// Reads the start tag; the body may have as many lines as `lines_max`.
    pub(super) fn read(attributes: &Attributes<'a>, lines_max: usize, repair: &mut Repair) -> Self {
        let message = repair.attribute(attributes, Key::Message).filter(|message| !message.trim().is_empty());
        Self { message, body: Lines { left: lines_max, ..Lines::default() } }
    }

    /// Adds a piece of the body.
    pub(super) fn push(&mut self, piece: Cow<'a, str>) {
        match piece {
            Cow::Borrowed(text) => self.body.push(text, Cow::Borrowed),
            Cow::Owned(text) => self.body.push(&text, |line| Cow::Owned(line.to_owned())),
        }
    }

    /// Adds one character of the body.
    pub(super) fn push_char(&mut self, c: char) {
        self.body.push(c.encode_utf8(&mut [0; 4]), |line| Cow::Owned(line.to_owned()));
    }

    /// Whether lines were left out.
    pub(super) fn is_cut(&self) -> bool {
        self.body.is_cut
    }

    /// The failure in short, if it says anything, and in detail.
    ///
    /// An element without a body tells everything in its message, which only the first one's record would keep.
    pub(super) fn finish(self, is_reason_known: bool) -> (Option<Cow<'a, str>>, FailureDetail<'a>) {
        let Self { message, body } = self;
        let mut expanded = body.finish();
        if expanded.is_empty() && is_reason_known {
            if let Some(message) = message {
                expanded = message.lines().map(|line| Cow::Owned(line.to_owned())).collect();
            }
            return (None, FailureDetail { expanded, backtrace: Vec::new() });
        }
        let reason = message.or_else(|| expanded.first().map(trimmed));
        (reason, FailureDetail { expanded, backtrace: Vec::new() })
    }

    /// The trouble of a suite as a remark on the upload.
    pub(super) fn into_notice(self, suite_name: &str) -> Notice {
        let Self { message, body } = self;
        let lines = body.finish();
        let text = message.as_deref().or_else(|| lines.first().map(|line| &**line)).unwrap_or("failed outside of its tests");
        let first_line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or(text);
        let message = if suite_name.is_empty() { first_line.to_owned() } else { format!("{suite_name}: {first_line}") };
        Notice { message: cut(message, NOTICE_MESSAGE_BYTES_MAX), detail: cut(lines.join("\n"), limits::FAILURE_REASON_BYTES_MAX) }
    }
}

fn trimmed<'a>(line: &Cow<'a, str>) -> Cow<'a, str> {
    match line {
        Cow::Borrowed(line) => Cow::Borrowed(line.trim()),
        Cow::Owned(line) => Cow::Owned(line.trim().to_owned()),
    }
}

fn cut(mut text: String, bytes_max: usize) -> String {
    text.truncate(text.floor_char_boundary(bytes_max));
    text
}

/// Lines that borrow from the document wherever a line is one piece of it.
#[derive(Debug, Default)]
struct Lines<'a> {
    lines: Vec<Cow<'a, str>>,
    /// Whether the last line goes on.
    is_open: bool,
    left: usize,
    is_cut: bool,
}

impl<'a> Lines<'a> {
    fn push<'t>(&mut self, text: &'t str, keep: impl Fn(&'t str) -> Cow<'a, str>) {
        let mut rest = text;
        while let Some(line_end) = memchr::memchr(b'\n', rest.as_bytes()) {
            self.extend(&rest[..line_end], &keep);
            self.close();
            rest = &rest[line_end + 1..];
        }
        if !rest.is_empty() {
            self.extend(rest, &keep);
        }
    }

    fn extend<'t>(&mut self, part: &'t str, keep: impl Fn(&'t str) -> Cow<'a, str>) {
        match self.lines.last_mut().filter(|_| self.is_open) {
            Some(line) if line.is_empty() => *line = keep(part),
            Some(line) => line.to_mut().push_str(part),
            None if self.left == 0 => self.is_cut = true,
            None => {
                self.left -= 1;
                self.lines.push(keep(part));
                self.is_open = true;
            }
        }
    }

    fn close(&mut self) {
        match self.lines.last_mut().filter(|_| self.is_open) {
            Some(Cow::Borrowed(line)) => *line = line.strip_suffix('\r').unwrap_or(line),
            Some(Cow::Owned(line)) if line.ends_with('\r') => line.truncate(line.len() - 1),
            _ => {}
        }
        self.is_open = false;
    }

    /// The lines without the blank ones that only lay the document out, before and after the text.
    fn finish(mut self) -> Vec<Cow<'a, str>> {
        let is_text = |line: &Cow<'_, str>| !line.trim().is_empty();
        let Some(last) = self.lines.iter().rposition(is_text) else {
            return Vec::new();
        };
        self.lines.truncate(last + 1);
        let first = self.lines.iter().position(is_text).unwrap_or_default();
        self.lines.drain(..first);
        self.lines
    }
}
