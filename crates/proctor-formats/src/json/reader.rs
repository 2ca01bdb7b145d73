//! The pull reader: a cursor over a JSON text.

use std::borrow::Cow;

use proctor_core::limits::NESTING_DEPTH_MAX;

use super::fault::{Fault, JsonError};

/// What kind of value comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Object,
    Array,
    String,
    Number,
    Bool,
    Null,
}

/// A cursor over a JSON text. An object is read by [`Reader::enter_object`] and then [`Reader::key`] until it gives `None`,
/// with one value read or skipped after each key; an array by [`Reader::enter_array`] and [`Reader::item`].
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    pub(super) text: &'a str,
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
    depth: usize,
    /// Whether the innermost array or object has been entered and nothing in it been read yet.
    fresh: bool,
    /// Brackets that are open while a value is skipped; kept for its memory.
    pub(super) open: Vec<u8>,
}

impl<'a> Reader<'a> {
    /// A reader at the start of `text`.
    pub(crate) fn new(text: &'a str) -> Self {
        Self::at(text, 0)
    }

    /// A reader at the byte `offset` of `text`: faults are placed in the whole text.
    pub(crate) fn at(text: &'a str, offset: usize) -> Self {
        Self { text, bytes: text.as_bytes(), at: offset, depth: 0, fresh: false, open: Vec::new() }
    }

    /// Bytes read so far.
    pub(crate) fn offset(&self) -> usize {
        self.at
    }

    pub(super) fn depth(&self) -> usize {
        self.depth
    }

    /// A fault at the cursor; at the end of the text it is always that.
    #[cold]
    pub(crate) fn expected(&self, what: &'static str) -> JsonError {
        let fault = if self.at < self.bytes.len() { Fault::Expected(what) } else { Fault::EndOfText };
        JsonError { fault, offset: self.at }
    }

    #[cold]
    pub(super) fn too_deep(&self) -> JsonError {
        JsonError { fault: Fault::TooDeep, offset: self.at }
    }

    /// The next byte that is not blank.
    #[inline]
    pub(crate) fn peek_byte(&mut self) -> Option<u8> {
        loop {
            let byte = *self.bytes.get(self.at)?;
            if byte > b' ' || !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Some(byte);
            }
            self.at += 1;
        }
    }

    /// The kind of the value that comes next.
    #[inline]
    pub(crate) fn peek(&mut self) -> Result<Kind, JsonError> {
        match self.peek_byte() {
            Some(b'"') => Ok(Kind::String),
            Some(b'{') => Ok(Kind::Object),
            Some(b'[') => Ok(Kind::Array),
            Some(b'-' | b'0'..=b'9' | b'N' | b'I') => Ok(Kind::Number),
            Some(b't' | b'f') => Ok(Kind::Bool),
            Some(b'n') => Ok(Kind::Null),
            _ => Err(self.expected("a value")),
        }
    }

    /// Takes the `{` of an object.
    pub(crate) fn enter_object(&mut self) -> Result<(), JsonError> {
        if self.peek_byte() == Some(b'{') { self.enter() } else { Err(self.expected("an object")) }
    }

    /// Takes the `[` of an array.
    pub(crate) fn enter_array(&mut self) -> Result<(), JsonError> {
        if self.peek_byte() == Some(b'[') { self.enter() } else { Err(self.expected("an array")) }
    }

    #[inline]
    fn enter(&mut self) -> Result<(), JsonError> {
        if self.depth == NESTING_DEPTH_MAX {
            return Err(self.too_deep());
        }
        self.at += 1;
        self.depth += 1;
        self.fresh = true;
        Ok(())
    }

    #[inline]
    fn leave(&mut self) {
        self.at += 1;
        self.depth = self.depth.saturating_sub(1);
        self.fresh = false;
    }

    /// The next key of the object, its colon taken too; `None` after its last, its `}` taken.
    #[inline]
    pub(crate) fn key(&mut self) -> Result<Option<Cow<'a, str>>, JsonError> {
        let mut byte = self.peek_byte();
        match byte {
            Some(b'}') => {
                self.leave();
                return Ok(None);
            }
            Some(b',') if !self.fresh => {
                self.at += 1;
                byte = self.peek_byte();
            }
            _ if !self.fresh => return Err(self.expected("`,` or `}`")),
            _ => {}
        }
        self.fresh = false;
        if byte != Some(b'"') {
            return Err(self.expected("a key in double quotes"));
        }
        let key = self.string()?;
        self.colon()?;
        Ok(Some(key))
    }

    #[inline]
    pub(super) fn colon(&mut self) -> Result<(), JsonError> {
        if self.peek_byte() != Some(b':') {
            return Err(self.expected("`:`"));
        }
        self.at += 1;
        Ok(())
    }

    /// Whether another item of the array follows; at its end the `]` is taken.
    #[inline]
    pub(crate) fn item(&mut self) -> Result<bool, JsonError> {
        match self.peek_byte() {
            Some(b']') => {
                self.leave();
                return Ok(false);
            }
            Some(b',') if !self.fresh => {
                self.at += 1;
                if self.peek_byte() == Some(b']') {
                    return Err(self.expected("a value"));
                }
            }
            _ if !self.fresh => return Err(self.expected("`,` or `]`")),
            _ => {}
        }
        self.fresh = false;
        Ok(true)
    }

    /// Takes `true` or `false`.
    pub(crate) fn boolean(&mut self) -> Result<bool, JsonError> {
        match self.peek_byte() {
            Some(b't') => self.literal("true").map(|()| true),
            _ => self.literal("false").map(|()| false),
        }
    }

    /// Takes `null`.
    pub(crate) fn null(&mut self) -> Result<(), JsonError> {
        self.peek_byte();
        self.literal("null")
    }

    pub(super) fn literal(&mut self, word: &'static str) -> Result<(), JsonError> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        if !rest.starts_with(word.as_bytes()) {
            // A literal that the text cuts off ends the text, wherever the letters stop.
            let fault = if word.as_bytes().starts_with(rest) { Fault::EndOfText } else { Fault::Expected("a value") };
            return Err(JsonError { fault, offset: self.at });
        }
        self.at += word.len();
        Ok(())
    }

    /// That nothing but blanks follows.
    pub(crate) fn end(&mut self) -> Result<(), JsonError> {
        match self.peek_byte() {
            None => Ok(()),
            Some(_) => Err(self.expected("the end of the document")),
        }
    }
}
