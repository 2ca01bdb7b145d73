//! The encoding of a document that does not name it.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};

const REPLACEMENT: &str = "\u{FFFD}";

const UTF8_BOM: &[u8] = b"\xEF\xBB\xBF";
const UTF16LE_BOM: &[u8] = b"\xFF\xFE";
const UTF16BE_BOM: &[u8] = b"\xFE\xFF";

/// Reads a document that does not name its encoding (JSON, a log): UTF-8, or UTF-16 when a byte-order mark or the NUL bytes
/// between ASCII characters say so. Borrows from valid UTF-8.
pub(crate) fn to_text(document: &[u8]) -> Cow<'_, str> {
    match utf16_to_text(document) {
        Some(text) => text,
        None => without_nul(utf8_lossy(without_bom(document))),
    }
}

/// Reads a document in UTF-16; `None` when it is in another encoding.
///
/// Without a mark, two ASCII characters with a NUL each decide: JSON and XML cannot begin otherwise (RFC 4627, section 3).
pub(super) fn utf16_to_text(document: &[u8]) -> Option<Cow<'_, str>> {
    let (encoding, bytes): (&'static Encoding, &[u8]) = if let Some(bytes) = document.strip_prefix(UTF16LE_BOM) {
        (UTF_16LE, bytes)
    } else if let Some(bytes) = document.strip_prefix(UTF16BE_BOM) {
        (UTF_16BE, bytes)
    } else {
        match document {
            [first, 0, second, 0, ..] if *first != 0 && *second != 0 => (UTF_16LE, document),
            [0, first, 0, second, ..] if *first != 0 && *second != 0 => (UTF_16BE, document),
            _ => return None,
        }
    };
    let (text, _had_errors) = encoding.decode_without_bom_handling(bytes);
    Some(without_nul(text))
}

/// Takes byte-order marks off the start: a tool that appends a file with a mark to an empty one with a mark leaves two.
pub(super) fn without_bom(mut document: &[u8]) -> &[u8] {
    while let Some(rest) = document.strip_prefix(UTF8_BOM) {
        document = rest;
    }
    document
}

/// NUL as U+FFFD: neither databases nor browsers keep it.
pub(super) fn without_nul(text: Cow<'_, str>) -> Cow<'_, str> {
    match memchr::memchr(0, text.as_bytes()) {
        None => text,
        Some(_) => Cow::Owned(text.replace('\0', REPLACEMENT)),
    }
}

fn utf8_lossy(bytes: &[u8]) -> Cow<'_, str> {
    match simdutf8::basic::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(bytes),
    }
}
