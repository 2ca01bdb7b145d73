//! Strings: borrowed when they hold no escape, which is nearly always.

use std::borrow::Cow;

use super::fault::{Fault, JsonError};
use super::reader::Reader;
use super::scan::special;

impl<'a> Reader<'a> {
    /// Takes a string.
    #[inline]
    pub(crate) fn string(&mut self) -> Result<Cow<'a, str>, JsonError> {
        if self.peek_byte() != Some(b'"') {
            return Err(self.expected("a string"));
        }
        let start = self.at + 1;
        let end = special(self.bytes, start);
        if self.bytes.get(end) == Some(&b'"') {
            self.at = end + 1;
            return Ok(Cow::Borrowed(&self.text[start..end]));
        }
        self.string_with_escapes(start, end).map(Cow::Owned)
    }

    #[inline(never)]
    fn string_with_escapes(&mut self, start: usize, first: usize) -> Result<String, JsonError> {
        let mut out = String::with_capacity(first - start + 64);
        let mut from = start;
        let mut end = first;
        loop {
            out.push_str(&self.text[from..end]);
            match self.bytes.get(end) {
                Some(b'"') => {
                    self.at = end + 1;
                    return Ok(out);
                }
                Some(b'\\') => {
                    let (character, next) = self.escape(end)?;
                    out.push(character);
                    from = next;
                }
                Some(_) => {
                    out.push(char::REPLACEMENT_CHARACTER);
                    from = end + 1;
                }
                None => return Err(JsonError { fault: Fault::EndOfText, offset: end }),
            }
            end = special(self.bytes, from);
        }
    }

    /// Takes a string without building it.
    #[inline]
    pub(super) fn skip_string(&mut self) -> Result<(), JsonError> {
        let mut from = self.at + 1;
        loop {
            let end = special(self.bytes, from);
            match self.bytes.get(end) {
                Some(b'"') => {
                    self.at = end + 1;
                    return Ok(());
                }
                Some(b'\\') => from = self.escape(end)?.1,
                Some(_) => from = end + 1,
                None => return Err(JsonError { fault: Fault::EndOfText, offset: end }),
            }
        }
    }

    /// The character that the escape at `at` stands for, and the byte after it.
    #[inline]
    fn escape(&self, at: usize) -> Result<(char, usize), JsonError> {
        let character = match self.bytes.get(at + 1) {
            Some(b'n') => '\n',
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b't') => '\t',
            Some(b'r') => '\r',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{C}',
            Some(b'u') => return self.unicode_escape(at),
            Some(_) => return Err(JsonError { fault: Fault::Escape, offset: at }),
            None => return Err(JsonError { fault: Fault::EndOfText, offset: at }),
        };
        Ok((character, at + 2))
    }

    fn unicode_escape(&self, at: usize) -> Result<(char, usize), JsonError> {
        let Some(unit) = self.hexadecimal(at + 2) else {
            let fault = if at + 6 > self.bytes.len() { Fault::EndOfText } else { Fault::Escape };
            return Err(JsonError { fault, offset: at });
        };
        let after = at + 6;
        if (0xD800..0xDC00).contains(&unit)
            && self.bytes.get(after..after + 2) == Some(b"\\u")
            && let Some(low @ 0xDC00..0xE000) = self.hexadecimal(after + 2)
        {
            let code = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
            return Ok((char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), after + 6));
        }
        let character = char::from_u32(unit).filter(|character| *character != '\0').unwrap_or(char::REPLACEMENT_CHARACTER);
        Ok((character, after))
    }

    fn hexadecimal(&self, at: usize) -> Option<u32> {
        let digits = self.bytes.get(at..at + 4)?;
        digits.iter().try_fold(0, |unit, digit| Some(unit << 4 | char::from(*digit).to_digit(16)?))
    }
}
