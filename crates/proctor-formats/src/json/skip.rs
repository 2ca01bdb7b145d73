//! Passing over values: iterative, and as strict as reading them.

use proctor_core::limits::NESTING_DEPTH_MAX;

use super::fault::JsonError;
use super::reader::Reader;

impl<'a> Reader<'a> {
    /// Passes over one value of any kind.
    #[inline]
    pub(crate) fn skip(&mut self) -> Result<(), JsonError> {
        match self.peek_byte() {
            Some(b'{' | b'[') => self.skip_container(),
            byte => self.skip_scalar(byte),
        }
    }

    /// Passes over one value and gives its text.
    pub(crate) fn raw(&mut self) -> Result<&'a str, JsonError> {
        self.peek_byte();
        let start = self.at;
        self.skip()?;
        Ok(&self.text[start..self.at])
    }

    #[inline]
    fn skip_scalar(&mut self, first: Option<u8>) -> Result<(), JsonError> {
        match first {
            Some(b'"') => self.skip_string(),
            Some(b'n') => self.literal("null"),
            Some(b't') => self.literal("true"),
            Some(b'f') => self.literal("false"),
            Some(b'-' | b'0'..=b'9' | b'N' | b'I') => self.skip_number(),
            _ => Err(self.expected("a value")),
        }
    }

    fn skip_container(&mut self) -> Result<(), JsonError> {
        let mut open = std::mem::take(&mut self.open);
        open.clear();
        let skipped = self.skip_nested(&mut open);
        self.open = open;
        skipped
    }

    /// Passes over the array or object at the cursor; `open` holds the brackets around the cursor.
    fn skip_nested(&mut self, open: &mut Vec<u8>) -> Result<(), JsonError> {
        loop {
            // A value starts here.
            match self.peek_byte() {
                Some(bracket @ (b'{' | b'[')) => {
                    if self.depth() + open.len() >= NESTING_DEPTH_MAX {
                        return Err(self.too_deep());
                    }
                    self.at += 1;
                    open.push(bracket);
                    if !self.closes(bracket) {
                        self.skip_key(bracket)?;
                        continue;
                    }
                    open.pop();
                }
                byte => self.skip_scalar(byte)?,
            }
            // A value has ended here.
            loop {
                let Some(bracket) = open.last().copied() else { return Ok(()) };
                if self.peek_byte() == Some(b',') {
                    self.at += 1;
                    self.skip_key(bracket)?;
                    break;
                }
                if !self.closes(bracket) {
                    return Err(self.expected(if bracket == b'{' { "`,` or `}`" } else { "`,` or `]`" }));
                }
                open.pop();
            }
        }
    }

    /// Takes the bracket that closes `bracket`, if it is next.
    #[inline]
    fn closes(&mut self, bracket: u8) -> bool {
        let closing = if bracket == b'{' { b'}' } else { b']' };
        let closes = self.peek_byte() == Some(closing);
        self.at += usize::from(closes);
        closes
    }

    /// Inside an object, passes over a key and its colon.
    #[inline]
    fn skip_key(&mut self, bracket: u8) -> Result<(), JsonError> {
        if bracket == b'[' {
            return Ok(());
        }
        if self.peek_byte() != Some(b'"') {
            return Err(self.expected("a key in double quotes"));
        }
        self.skip_string()?;
        self.colon()
    }
}
