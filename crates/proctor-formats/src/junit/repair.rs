//! Raw text of the document as the text that it stands for, repaired where XML forbids what is there.

use std::borrow::Cow;

use proctor_core::receipt::{Warning, WarningKind};

use super::attributes::{Attributes, Key};

/// What was wrong with a document that was read all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// A character, or a reference to one, that XML 1.0 does not allow (behave and libtest write raw escape sequences).
    ForbiddenCharacter,
    /// A reference to an entity other than the five predefined ones.
    UnknownEntity,
    /// `<`, `&` or `]]>` that should have been escaped (Surefire 2.22.3, Jest's `<<computed>>`).
    UnescapedMarkup,
    /// An attribute given twice.
    RepeatedAttribute,
    /// A tag inside a text that nothing closes or opens.
    UnbalancedText,
}

impl Fault {
    const ALL: [Self; 5] =
        [Self::ForbiddenCharacter, Self::UnknownEntity, Self::UnescapedMarkup, Self::RepeatedAttribute, Self::UnbalancedText];

    const fn message(self) -> &'static str {
        match self {
            Self::ForbiddenCharacter => "characters that XML forbids were replaced by U+FFFD",
            Self::UnknownEntity => "references to entities other than the predefined ones were kept as text",
            Self::UnescapedMarkup => "markup characters without their escapes were read as text",
            Self::RepeatedAttribute => "of attributes given twice the first was kept",
            Self::UnbalancedText => "tags inside a text without their counterparts were skipped",
        }
    }
}

/// Turns raw text into text and remembers what it had to repair.
#[derive(Debug)]
pub(super) struct Repair {
    /// Whether the document holds any forbidden character at all; most do not, and need no look at single values.
    has_forbidden: bool,
    /// XML 1.1 allows references to control characters.
    allows_control_references: bool,
    found: [bool; Fault::ALL.len()],
}

impl Repair {
    /// For the values of `document`.
    pub(super) fn of(document: &str) -> Self {
        let has_forbidden = has_forbidden(document.as_bytes());
        let mut repair = Self { has_forbidden, allows_control_references: false, found: [false; Fault::ALL.len()] };
        if has_forbidden {
            // Worth a remark even where nobody looks at the text they are in.
            repair.note(Fault::ForbiddenCharacter);
        }
        repair
    }

    /// Whether a fault was noted before.
    pub(super) fn is_noted(&self, fault: Fault) -> bool {
        self.found[fault as usize]
    }

    /// Notes a fault.
    pub(super) fn note(&mut self, fault: Fault) {
        self.found[fault as usize] = true;
    }

    /// Takes note of the XML declaration.
    pub(super) fn declare(&mut self, declaration: &str) {
        self.allows_control_references = declaration.contains("\"1.1\"") || declaration.contains("'1.1'");
    }

    /// One warning for each kind of fault found.
    pub(super) fn warnings(&self) -> impl Iterator<Item = Warning> {
        Fault::ALL.into_iter().zip(self.found).filter(|(_, found)| *found).map(|(fault, _)| Warning {
            index: None,
            kind: WarningKind::Repaired,
            message: Cow::Borrowed(fault.message()),
        })
    }

    /// The first value of an attribute; a second one is noted. Line breaks stay line breaks, although XML would make them
    /// blanks: bktec, which has to compute the same identities, leaves them too.
    #[inline]
    pub(super) fn attribute<'a>(&mut self, attributes: &Attributes<'a>, key: Key) -> Option<Cow<'a, str>> {
        let raw = attributes.get(key)?;
        if attributes.is_repeated(key) {
            self.note(Fault::RepeatedAttribute);
        }
        Some(if raw.is_plain && !self.has_forbidden { Cow::Borrowed(raw.text) } else { self.value(raw.text) })
    }

    fn value<'a>(&mut self, raw: &'a str) -> Cow<'a, str> {
        let raw = match self.text(raw) {
            Cow::Borrowed(raw) => raw,
            Cow::Owned(scrubbed) => return Cow::Owned(self.resolve(&scrubbed).unwrap_or(scrubbed)),
        };
        self.resolve(raw).map_or(Cow::Borrowed(raw), Cow::Owned)
    }

    /// A text without references. Borrowed unless it holds forbidden characters.
    pub(super) fn text<'a>(&mut self, raw: &'a str) -> Cow<'a, str> {
        if !self.has_forbidden || !has_forbidden(raw.as_bytes()) {
            return Cow::Borrowed(raw);
        }
        self.note(Fault::ForbiddenCharacter);
        Cow::Owned(raw.chars().map(|c| if is_forbidden(c) { char::REPLACEMENT_CHARACTER } else { c }).collect())
    }

    /// The character that the reference `&name;` stands for; `None` when it is to stay as it is.
    pub(super) fn reference(&mut self, name: &str) -> Option<char> {
        match name {
            "lt" => return Some('<'),
            "gt" => return Some('>'),
            "amp" => return Some('&'),
            "quot" => return Some('"'),
            "apos" => return Some('\''),
            _ => {}
        }
        let Some(number) = name.strip_prefix('#') else {
            self.note(if is_entity_name(name) { Fault::UnknownEntity } else { Fault::UnescapedMarkup });
            return None;
        };
        let code = match number.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16),
            None => number.parse(),
        };
        let character = code.ok().and_then(char::from_u32);
        match character {
            Some(c) if !is_forbidden(c) || (self.allows_control_references && c != '\0' && c.is_control()) => Some(c),
            _ => {
                self.note(Fault::ForbiddenCharacter);
                Some(char::REPLACEMENT_CHARACTER)
            }
        }
    }

    /// References resolved and line ends made `\n`; `None` when there is nothing to change.
    fn resolve(&mut self, raw: &str) -> Option<String> {
        let first = memchr::memchr3(b'&', b'<', b'\r', raw.as_bytes())?;
        let mut text = String::with_capacity(raw.len());
        let mut rest = raw;
        let mut next = Some(first);
        while let Some(at) = next {
            let (before, special) = rest.split_at(at);
            text.push_str(before);
            rest = self.resolve_special(special, &mut text);
            next = memchr::memchr3(b'&', b'<', b'\r', rest.as_bytes());
        }
        text.push_str(rest);
        Some(text)
    }

    /// Resolves the special character that `special` begins with and returns what comes after.
    fn resolve_special<'a>(&mut self, special: &'a str, text: &mut String) -> &'a str {
        let rest = &special[1..];
        match special.as_bytes() {
            [b'\r', ..] => {
                text.push('\n');
                return rest.strip_prefix('\n').unwrap_or(rest);
            }
            [b'<', ..] => {
                self.note(Fault::UnescapedMarkup);
                text.push('<');
                return rest;
            }
            _ => {}
        }
        // A bare ampersand must not send the search for its end through a megabyte each time.
        let window = &rest.as_bytes()[..rest.len().min(REFERENCE_BYTES_MAX)];
        let Some(end) = memchr::memchr2(b';', b'&', window).filter(|end| window[*end] == b';') else {
            self.note(Fault::UnescapedMarkup);
            text.push('&');
            return rest;
        };
        let Some(character) = self.reference(&rest[..end]) else {
            text.push('&');
            return rest;
        };
        text.push(character);
        &rest[end + 1..]
    }
}

/// Longer than any reference that could mean something.
const REFERENCE_BYTES_MAX: usize = 64;

fn is_entity_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_alphabetic() || c == '_') && name.chars().all(|c| c.is_alphanumeric() || ".-_:".contains(c))
}

/// What XML 1.0 does not allow (section 2.2, production `Char`); surrogates cannot occur in a `char`.
const fn is_forbidden(c: char) -> bool {
    matches!(c, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')
}

fn has_forbidden(bytes: &[u8]) -> bool {
    // Without a branch inside of a chunk, the compiler makes vector instructions of this; `if` for `u8::from` undoes that.
    let control = |byte: &u8| u8::from((*byte < 0x20) & (*byte != b'\t') & (*byte != b'\n') & (*byte != b'\r'));
    let has_control = bytes.chunks(4096).any(|chunk| chunk.iter().fold(0, |found, byte| found | control(byte)) != 0);
    has_control || memchr::memchr_iter(0xEF, bytes).any(|at| matches!(bytes.get(at + 1..at + 3), Some([0xBF, 0xBE | 0xBF])))
}
