//! One start tag, read in one pass.

use super::attributes::{Attributes, RawValue};

/// A start tag, `<name ...>` or `<name .../>`; its attributes are kept apart.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tag<'a> {
    /// The name, with its namespace prefix.
    pub(super) name: &'a str,
    /// Where it ends in the text: behind its `>`.
    pub(super) end: usize,
    /// It closes itself.
    pub(super) is_empty: bool,
}

impl<'a> Tag<'a> {
    /// Reads the tag at `at` in `text` and fills in `attributes`; `None` when nothing closes it.
    ///
    /// Nearly all tags are as they should be, and one pass finds both the attributes and the end. Where a tag is not, the
    /// end is the first `>` outside of quotes, and the attributes are whatever can be made of what is before it.
    pub(super) fn read(text: &'a str, at: usize, attributes: &mut Attributes<'a>) -> Option<Self> {
        attributes.clear();
        if let Some(tag) = Self::read_regular(text, at, attributes) {
            return Some(tag);
        }
        attributes.clear();
        let tag = Self::read_without_attributes(text, at)?;
        attributes.add_all(&text[at..tag.end]);
        Some(tag)
    }

    /// Reads the tag at `at` in `text`, whose attributes are of no interest.
    pub(super) fn read_without_attributes(text: &'a str, at: usize) -> Option<Self> {
        let end = tag_end(text, at)?;
        let tag = &text[at..end];
        Some(Self { name: name_of(&tag[1..]), end, is_empty: tag.ends_with("/>") })
    }

    /// Whether the value of an attribute stands for itself.
    pub(super) fn is_plain(value: &str) -> bool {
        memchr::memchr3(b'&', b'<', b'\r', value.as_bytes()).is_none()
    }

    /// `None` unless each attribute is `name="value"`, with or without blanks around, and nothing else is in the tag.
    fn read_regular(text: &'a str, at: usize, attributes: &mut Attributes<'a>) -> Option<Self> {
        let bytes = text.as_bytes();
        let name_end = end_of_word(bytes, at + 1);
        let name = &text[at + 1..name_end];
        let mut next = name_end;
        loop {
            let start = end_of_blanks(bytes, next);
            match *bytes.get(start)? {
                b'>' => return Some(Self { name, end: start + 1, is_empty: false }),
                b'/' if bytes.get(start + 1) == Some(&b'>') => return Some(Self { name, end: start + 2, is_empty: true }),
                _ => {}
            }
            let end = end_of_word(bytes, start);
            let equals = end_of_blanks(bytes, end);
            if end == start || *bytes.get(equals)? != b'=' {
                return None;
            }
            let opening = end_of_blanks(bytes, equals + 1);
            let quote = *bytes.get(opening)?;
            if !matches!(quote, b'"' | b'\'') {
                return None;
            }
            let (closing, is_plain) = closing_quote(bytes, opening + 1, quote)?;
            attributes.add(&bytes[start..end], RawValue { text: &text[opening + 1..closing], is_plain });
            next = closing + 1;
        }
    }
}

/// Where the tag at `at` ends: behind the first `>` outside of quotes.
pub(super) fn tag_end(text: &str, at: usize) -> Option<usize> {
    let mut open_quote = None;
    let bytes = &text.as_bytes()[at..];
    for hit in memchr::memchr3_iter(b'>', b'\'', b'"', bytes) {
        match (open_quote, bytes[hit]) {
            (None, b'>') => return Some(at + hit + 1),
            (None, quote) => open_quote = Some(quote),
            (Some(quote), byte) if quote == byte => open_quote = None,
            _ => {}
        }
    }
    None
}

/// The name at the start of the inside of a tag.
pub(super) fn name_of(inside: &str) -> &str {
    let end = inside.bytes().position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/'));
    &inside[..end.unwrap_or(inside.len())]
}

/// Whether a byte ends a name.
const ENDS_WORD: [bool; 256] = {
    let mut ends = [false; 256];
    let bytes = b"=>/\"' \t\n\r\x0C";
    let mut at = 0;
    while at < bytes.len() {
        ends[bytes[at] as usize] = true;
        at += 1;
    }
    ends
};

/// Where the name that starts at `at` ends.
///
/// What ends a name is below `@` in ASCII, and what is in a name nearly never: eight bytes at a time rule the latter out.
fn end_of_word(bytes: &[u8], mut at: usize) -> usize {
    while let Some(word) = eight_bytes(bytes, at) {
        let below_at_sign = !(word | (word << 1)) & HIGH_BITS;
        if below_at_sign == 0 {
            at += 8;
            continue;
        }
        at += below_at_sign.trailing_zeros() as usize / 8;
        if bytes.get(at).is_some_and(|byte| ENDS_WORD[usize::from(*byte)]) {
            return at;
        }
        at += 1;
    }
    while bytes.get(at).is_some_and(|byte| !ENDS_WORD[usize::from(*byte)]) {
        at += 1;
    }
    at
}

/// Where the blanks at `at` end.
pub(super) fn end_of_blanks(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
        at += 1;
    }
    at
}

/// The next `quote` from `at` on, and whether the value before it stands for itself.
///
/// Values are short, and a call of memchr costs more than they do; eight bytes at a time find the quote and all that makes
/// a value less than plain at once.
fn closing_quote(bytes: &[u8], mut at: usize, quote: u8) -> Option<(usize, bool)> {
    while let Some(word) = eight_bytes(bytes, at) {
        let hits = has_byte(word, quote) | has_byte(word, b'&') | has_byte(word, b'<') | has_byte(word, b'\r');
        if hits != 0 {
            at += hits.trailing_zeros() as usize / 8;
            break;
        }
        at += 8;
    }
    let rest = &bytes[at..];
    match rest.first()? {
        byte if *byte == quote => Some((at, true)),
        _ => {
            let length = memchr::memchr(quote, rest)?;
            let is_plain = memchr::memchr3(b'&', b'<', b'\r', &rest[..length]).is_none();
            Some((at + length, is_plain))
        }
    }
}

const LOW_BITS: u64 = u64::from_le_bytes([0x01; 8]);
const HIGH_BITS: u64 = u64::from_le_bytes([0x80; 8]);

/// The eight bytes from `at` on, the first one lowest.
fn eight_bytes(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|eight| u64::from_le_bytes(*eight))
}

/// The high bit of each byte of `word` that equals `byte`. Bits above the lowest one may be wrong.
const fn has_byte(word: u64, byte: u8) -> u64 {
    let zeros = word ^ (LOW_BITS * byte as u64);
    zeros.wrapping_sub(LOW_BITS) & !zeros & HIGH_BITS
}
