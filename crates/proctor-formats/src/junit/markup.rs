//! Markup other than tags: where it ends, and what quick-xml makes of what is rare.

use std::sync::LazyLock;

use memchr::memmem::Finder;
use quick_xml::Reader;
use quick_xml::events::Event;

/// Put together once: for a short text that takes longer than the search.
static COMMENT_END: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("-->"));
static CDATA_END: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("]]>"));

/// How a section of character data begins.
const CDATA_START: &str = "<![CDATA[";

/// Markup that begins with `<!` or `<?`. All of them say where they end in the text.
#[derive(Debug)]
pub(super) enum Special<'a> {
    /// A comment or a processing instruction.
    Nothing {
        /// The end.
        end: usize,
    },
    /// The XML declaration.
    Declaration {
        /// The end.
        end: usize,
    },
    /// A section of character data.
    Characters {
        /// What is in it.
        raw: &'a str,
        /// The end.
        end: usize,
    },
    /// A document type declaration.
    DocumentType {
        /// All of it.
        declaration: &'a str,
        /// The end.
        end: usize,
    },
    /// `<!` in front of something that is no declaration, found out without a search.
    LoneBang,
    /// Something that nobody can read, or that nothing closes.
    Unreadable,
}

impl<'a> Special<'a> {
    /// Reads what begins at `at` in `text` with `<!` or `<?`.
    pub(super) fn read(text: &'a str, at: usize) -> Self {
        let rest = &text[at..];
        match rest.as_bytes() {
            [_, b'?', ..] => instruction(text, at),
            [_, _, b'-', b'-', ..] => match COMMENT_END.find(&rest.as_bytes()[4..]) {
                Some(length) => Self::Nothing { end: at + length + 7 },
                None => Self::Unreadable,
            },
            [_, _, b'[', ..] if rest.starts_with(CDATA_START) => {
                let inside = &rest[CDATA_START.len()..];
                match CDATA_END.find(inside.as_bytes()) {
                    Some(length) => Self::Characters { raw: &inside[..length], end: at + CDATA_START.len() + length + 3 },
                    None => Self::Unreadable,
                }
            }
            [_, _, b'D' | b'd', ..] => document_type(text, at),
            [_, _, b'-' | b'[', ..] | [_, _] => Self::Unreadable,
            _ => Self::LoneBang,
        }
    }
}

/// Why the markup at `at` in `text` cannot be read, and where exactly. Searches to the end of the text.
pub(super) fn complaint(text: &str, at: usize) -> (String, usize) {
    let mut reader = Reader::from_str(&text[at..]);
    match reader.read_event() {
        Err(error) => (error.to_string(), at + offset(reader.error_position())),
        Ok(_) => ("markup that cannot be read".to_owned(), at),
    }
}

/// Whether a text that holds no `<` holds what should have been escaped: a bare `&`, or `]]>`.
pub(super) fn has_unescaped(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(found) = memchr::memchr2(b'&', b'>', &bytes[at..]) {
        let rest = &bytes[at + found + 1..];
        if bytes[at + found] == b'>' {
            if bytes[..at + found].ends_with(b"]]") {
                return true;
            }
            at += found + 1;
        } else {
            match memchr::memchr2(b';', b'&', rest) {
                Some(length) if rest[length] == b';' => at += found + length + 2,
                _ => return true,
            }
        }
    }
    false
}

fn instruction(text: &str, at: usize) -> Special<'_> {
    match memchr::memmem::find(&text.as_bytes()[at + 1..], b"?>") {
        // `<?>` has one question mark for two.
        None | Some(0) => Special::Unreadable,
        Some(length) => {
            let end = at + length + 3;
            let after_xml = text[at + 2..end - 2].strip_prefix("xml").map(str::as_bytes);
            if matches!(after_xml, Some([] | [b' ' | b'\t' | b'\r' | b'\n', ..])) {
                Special::Declaration { end }
            } else {
                Special::Nothing { end }
            }
        }
    }
}

/// Few documents have one, and its rules for quotes, brackets and comments are many: quick-xml knows them.
fn document_type(text: &str, at: usize) -> Special<'_> {
    let mut reader = Reader::from_str(&text[at..]);
    match reader.read_event() {
        Ok(Event::DocType(_)) => {
            let end = at + offset(reader.buffer_position());
            Special::DocumentType { declaration: &text[at..end], end }
        }
        _ => Special::Unreadable,
    }
}

/// A position in a text that is in memory.
fn offset(position: u64) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}
