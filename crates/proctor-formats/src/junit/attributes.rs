//! The attributes of a start tag that mean something to us, without their references resolved.

use super::tag::Tag;

/// The attributes that are kept; all others are passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// `classname` of a case.
    Classname,
    /// `name` of a case or suite.
    Name,
    /// `file` of a case or suite.
    File,
    /// `filepath` of a suite.
    Filepath,
    /// `line` of a case.
    Line,
    /// `time` of a case.
    Time,
    /// `message` of a failure.
    Message,
}

/// How many keys there are.
const KEYS: usize = 7;
/// What `status` or `result` say of a case that did not run (ctest, GoogleTest).
const DID_NOT_RUN: [&str; 5] = ["skipped", "disabled", "notrun", "ignored", "suppressed"];

/// A value as it stands in the document.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct RawValue<'a> {
    /// Everything between the quotes.
    pub(super) text: &'a str,
    /// It stands for itself: no reference, no `<`, no carriage return in it.
    pub(super) is_plain: bool,
}

/// The attributes of one start tag: of each key the first value, and whether there were more.
///
/// Filled anew for each tag, so that reading a tag takes no memory however many attributes it has.
#[derive(Debug, Default)]
pub(super) struct Attributes<'a> {
    /// Only those in `present` are of this tag.
    values: [RawValue<'a>; KEYS],
    /// A bit for each key.
    present: u8,
    /// A bit for each key.
    repeated: u8,
    /// Whether a `status` or `result` says so.
    pub(super) did_not_run: bool,
}

impl<'a> Attributes<'a> {
    /// Forgets the attributes of the tag before.
    pub(super) fn clear(&mut self) {
        self.present = 0;
        self.repeated = 0;
        self.did_not_run = false;
    }

    /// The first value of `key`.
    #[inline]
    pub(super) fn get(&self, key: Key) -> Option<RawValue<'a>> {
        (self.present & bit(key) != 0).then(|| self.values[key as usize])
    }

    /// Whether `key` was given twice.
    pub(super) fn is_repeated(&self, key: Key) -> bool {
        self.repeated & bit(key) != 0
    }

    /// Takes in one attribute.
    #[inline]
    pub(super) fn add(&mut self, name: &[u8], value: RawValue<'a>) {
        let key = match name {
            b"name" => Key::Name,
            b"time" => Key::Time,
            b"classname" => Key::Classname,
            b"file" => Key::File,
            b"line" => Key::Line,
            b"message" => Key::Message,
            b"filepath" => Key::Filepath,
            b"status" | b"result" => {
                self.did_not_run |= DID_NOT_RUN.iter().any(|word| value.text.trim().eq_ignore_ascii_case(word));
                return;
            }
            _ => return,
        };
        if self.present & bit(key) == 0 {
            self.present |= bit(key);
            self.values[key as usize] = value;
        } else {
            self.repeated |= bit(key);
        }
    }

    /// Takes in the attributes of `tag`, which is `<name ...>` or `<name .../>`. Quotes may be missing, and so may values:
    /// what is there is read. [`Tag::read`] needs this only for tags that are not as they should be.
    pub(super) fn add_all(&mut self, tag: &'a str) {
        let inside = tag.strip_prefix('<').unwrap_or(tag);
        let inside = inside.strip_suffix('>').unwrap_or(inside);
        let inside = inside.strip_suffix('/').unwrap_or(inside);
        let name_end = inside.bytes().position(|byte| byte.is_ascii_whitespace()).unwrap_or(inside.len());
        let mut rest = inside[name_end..].trim_ascii_start();
        while !rest.is_empty() {
            let (name, value, after) = split_first(rest);
            self.add(name.as_bytes(), RawValue { text: value, is_plain: Tag::is_plain(value) });
            rest = after.trim_ascii_start();
        }
    }
}

const fn bit(key: Key) -> u8 {
    1 << key as u8
}

/// The name and the value of the attribute that `text` begins with, and what comes after it.
fn split_first(text: &str) -> (&str, &str, &str) {
    let name_end = text.bytes().position(|byte| byte == b'=' || byte.is_ascii_whitespace()).unwrap_or(text.len());
    let (name, after_name) = text.split_at(name_end);
    let Some(value) = after_name.trim_ascii_start().strip_prefix('=') else {
        return (name, "", after_name);
    };
    let value = value.trim_ascii_start();
    let bytes = value.as_bytes();
    let (start, end, next) = match bytes.first() {
        Some(quote @ (b'"' | b'\'')) => {
            let end = memchr::memchr(*quote, &bytes[1..]).map_or(bytes.len(), |at| at + 1);
            (1, end, (end + 1).min(bytes.len()))
        }
        _ => {
            let end = bytes.iter().position(u8::is_ascii_whitespace).unwrap_or(bytes.len());
            (0, end, end)
        }
    };
    (name, &value[start..end], &value[next..])
}
