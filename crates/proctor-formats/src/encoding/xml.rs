//! The encoding of an XML document: its byte-order mark, else its declaration, unless the bytes prove the declaration wrong.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::text::{utf16_to_text, without_bom, without_nul};

/// How far from the start a declaration is looked for: log lines may come before it.
const DECLARATION_WITHIN_BYTES: usize = 4 * 1024;

/// Reads an XML document in the encoding that it declares. Borrows from valid UTF-8.
///
/// Declarations that cannot be true are overruled: "utf-16" over single bytes (a .NET `StringWriter` written to a file), a
/// single-byte encoding over valid UTF-8 (a fixed declaration in front of the program's own strings), UTF-8 over Latin-1.
pub(crate) fn xml_to_text(document: &[u8]) -> Cow<'_, str> {
    if let Some(text) = utf16_to_text(document) {
        return text;
    }
    let bytes = without_bom(document);
    let has_bom = bytes.len() < document.len();
    let declared = if has_bom { None } else { declared_encoding(bytes) };
    without_nul(match declared {
        Some(encoding) if !encoding.is_single_byte() => decode(encoding, bytes),
        Some(encoding) => simdutf8::basic::from_utf8(bytes).map_or_else(|_| decode(encoding, bytes), Cow::Borrowed),
        None => match simdutf8::basic::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) if !has_bom && looks_like_latin1(bytes) => decode(WINDOWS_1252, bytes),
            Err(_) => String::from_utf8_lossy(bytes),
        },
    })
}

fn decode<'a>(encoding: &'static Encoding, bytes: &'a [u8]) -> Cow<'a, str> {
    let (text, _had_errors) = encoding.decode_without_bom_handling(bytes);
    text
}

/// The encoding named in the declaration; `None` for UTF-8, for names that nobody knows, and for UTF-16, which bytes that
/// let themselves be read as ASCII up to here are not.
fn declared_encoding(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(DECLARATION_WITHIN_BYTES)];
    let declaration = &head[memchr::memmem::find(head, b"<?xml")?..];
    let declaration = &declaration[..memchr::memmem::find(declaration, b"?>")?];
    let after_key = &declaration[memchr::memmem::find(declaration, b"encoding")? + b"encoding".len()..];
    let value = after_key.trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let (quote, value) = value.split_first()?;
    if !matches!(quote, b'"' | b'\'') {
        return None;
    }
    let label = &value[..memchr::memchr(*quote, value)?];
    Encoding::for_label_no_replacement(label).filter(|encoding| *encoding != UTF_8 && *encoding != UTF_16LE && *encoding != UTF_16BE)
}

/// Whether bytes that are not UTF-8 are Latin-1 text rather than UTF-8 with a damaged spot: not one valid sequence of
/// several bytes, and every high byte a letter next to an ASCII letter.
fn looks_like_latin1(bytes: &[u8]) -> bool {
    let mut high_bytes = bytes.iter().enumerate().filter(|(_, byte)| !byte.is_ascii()).peekable();
    let is_letter_at = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_alphabetic);
    high_bytes.peek().is_some()
        && high_bytes.all(|(at, byte)| {
            let is_latin1_letter = *byte >= 0xC0 && !matches!(*byte, 0xD7 | 0xF7);
            is_latin1_letter && (is_letter_at(at.checked_sub(1)) || is_letter_at(Some(at + 1)))
        })
}
