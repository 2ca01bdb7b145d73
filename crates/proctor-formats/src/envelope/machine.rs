//! The state machine that follows an envelope byte by byte. Each byte is looked at once, however the body is cut up.

use std::ops::Range;

use proctor_core::limits::NESTING_DEPTH_MAX;

use super::Envelope;
use super::entries::{envelope, text_of};
use crate::json::{Fault, JsonError, Reader, special};

/// Bytes after which the encoding of the body is known.
const ENCODING_BYTES: usize = 4;
const BOM: &[u8] = b"\xEF\xBB\xBF";

/// Where the machine is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// The encoding is not known.
    #[default]
    Encoding,
    /// The body is in UTF-16, which only the end of the body makes readable.
    Foreign,
    /// Before the `{` of the envelope.
    Start,
    /// After the `{`.
    FirstKey,
    /// After a comma.
    Key,
    /// Inside a key.
    InKey,
    Colon,
    /// Before a value.
    Value,
    /// Inside a value that is a string.
    InString,
    /// Inside a value that is a number or a word.
    InScalar,
    /// Inside a value that is an array or an object.
    InNested,
    /// Inside a string in there.
    InNestedString,
    /// After a value.
    AfterValue,
    /// After the `}` of the envelope.
    End,
}

/// The places of the values of the keys that mean something, the last of each.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    pub(super) format: Option<Range<usize>>,
    pub(super) run_env: Option<Range<usize>>,
    pub(super) tags: Option<Range<usize>>,
    pub(super) data: Option<Range<usize>>,
}

/// The key whose value is being followed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Key {
    Format,
    RunEnv,
    Tags,
    Data,
    #[default]
    Other,
}

#[derive(Debug, Default)]
pub(super) struct Machine {
    pub(super) found: Found,
    state: State,
    /// Bytes looked at.
    at: usize,
    /// Where the key or value began that is being followed.
    start: usize,
    key: Key,
    /// Brackets open inside the value.
    open: Vec<u8>,
}

/// Whether a body is in UTF-16: it has a mark, or NUL bytes between the two characters that any JSON begins with.
pub(super) fn is_utf16(body: &[u8]) -> bool {
    matches!(body, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [1..=255, 0, 1..=255, 0, ..] | [0, 1..=255, 0, 1..=255, ..])
}

impl Machine {
    /// Follows the bytes that have arrived since the last call.
    pub(super) fn advance(&mut self, body: &[u8]) -> Result<(), JsonError> {
        if self.state == State::Encoding {
            if body.len() < ENCODING_BYTES {
                return Ok(());
            }
            self.decide_encoding(body);
        }
        if self.state == State::Foreign {
            return Ok(());
        }
        while self.at < body.len() {
            let before = (self.at, self.state);
            self.step(body)?;
            if before == (self.at, self.state) {
                // A backslash whose other half has not arrived.
                break;
            }
        }
        Ok(())
    }

    /// Follows the rest of a body that is complete and not in UTF-16, and reads what was found.
    pub(super) fn finish(mut self, body: &[u8]) -> Result<Envelope<'_>, JsonError> {
        if self.state == State::Encoding {
            self.decide_encoding(body);
        }
        self.advance(body)?;
        if self.state != State::End {
            return Err(JsonError { fault: Fault::EndOfText, offset: body.len() });
        }
        envelope(self.found, body)
    }

    fn decide_encoding(&mut self, body: &[u8]) {
        self.state = if is_utf16(body) { State::Foreign } else { State::Start };
        while body[self.at..].starts_with(BOM) {
            self.at += BOM.len();
        }
    }

    /// Takes one byte outside of values, or as much of a value as there is.
    fn step(&mut self, body: &[u8]) -> Result<(), JsonError> {
        let byte = body[self.at];
        match self.state {
            State::InKey => self.in_key(body),
            State::InString => self.in_string(body),
            State::InScalar => self.in_scalar(body),
            State::InNested => self.in_nested(body),
            State::InNestedString => {
                self.at = self.string_end(body, self.at);
                Ok(())
            }
            State::Encoding | State::Foreign => Ok(()),
            _ if matches!(byte, b' ' | b'\n' | b'\r' | b'\t') => {
                self.at += 1;
                Ok(())
            }
            State::Start => self.punctuation(byte == b'{', State::FirstKey, "an object"),
            State::FirstKey if byte == b'}' => self.punctuation(true, State::End, ""),
            State::FirstKey | State::Key => {
                self.start = self.at;
                self.punctuation(byte == b'"', State::InKey, "a key in double quotes")
            }
            State::Colon => self.punctuation(byte == b':', State::Value, "`:`"),
            State::Value => self.begin_value(byte),
            State::AfterValue if byte == b',' => self.punctuation(true, State::Key, ""),
            State::AfterValue => self.punctuation(byte == b'}', State::End, "`,` or `}`"),
            State::End => self.punctuation(false, State::End, "the end of the body"),
        }
    }

    fn punctuation(&mut self, is_there: bool, next: State, what: &'static str) -> Result<(), JsonError> {
        if !is_there {
            return Err(JsonError { fault: Fault::Expected(what), offset: self.at });
        }
        self.at += 1;
        self.state = next;
        Ok(())
    }

    fn begin_value(&mut self, byte: u8) -> Result<(), JsonError> {
        self.start = self.at;
        match byte {
            b'"' => self.punctuation(true, State::InString, ""),
            b'{' | b'[' => {
                self.state = State::InNested;
                Ok(())
            }
            b'-' | b'0'..=b'9' | b'a'..=b'z' | b'I' | b'N' => self.punctuation(true, State::InScalar, ""),
            _ => self.punctuation(false, State::Value, "a value"),
        }
    }

    /// Follows a string from `from`, inside it, to the byte after its end; while the end has not arrived, to where the next
    /// call has to go on, which is before a backslash whose other half is missing. Leaves strings that end.
    fn string_end(&mut self, body: &[u8], from: usize) -> usize {
        let mut at = from;
        loop {
            at = special(body, at);
            match body.get(at) {
                Some(b'"') => {
                    self.state = match self.state {
                        State::InKey => State::Colon,
                        State::InString => State::AfterValue,
                        _ => State::InNested,
                    };
                    return at + 1;
                }
                Some(b'\\') if at + 1 == body.len() => return at,
                Some(b'\\') => at += 2,
                Some(_) => at += 1,
                None => return body.len(),
            }
        }
    }

    fn in_key(&mut self, body: &[u8]) -> Result<(), JsonError> {
        self.at = self.string_end(body, self.at);
        if self.state == State::Colon {
            let raw = text_of(&body[self.start..self.at]);
            let key = Reader::new(&raw).string().map_err(|error| self.in_body(error))?;
            self.key = match &*key {
                "format" => Key::Format,
                "run_env" => Key::RunEnv,
                "tags" => Key::Tags,
                "data" => Key::Data,
                _ => Key::Other,
            };
        }
        Ok(())
    }

    fn in_string(&mut self, body: &[u8]) -> Result<(), JsonError> {
        self.at = self.string_end(body, self.at);
        if self.state == State::AfterValue { self.complete(body) } else { Ok(()) }
    }

    fn in_scalar(&mut self, body: &[u8]) -> Result<(), JsonError> {
        while let Some(byte) = body.get(self.at) {
            if matches!(byte, b',' | b'}' | b' ' | b'\n' | b'\r' | b'\t') {
                return self.complete(body);
            }
            self.at += 1;
        }
        Ok(())
    }

    fn in_nested(&mut self, body: &[u8]) -> Result<(), JsonError> {
        let mut at = self.at;
        while let Some(byte) = body.get(at) {
            at += 1;
            match byte {
                b'"' => {
                    self.state = State::InNestedString;
                    at = self.string_end(body, at);
                    if self.state == State::InNestedString {
                        break;
                    }
                }
                b'{' | b'[' => {
                    if self.open.len() == NESTING_DEPTH_MAX {
                        return Err(JsonError { fault: Fault::TooDeep, offset: at - 1 });
                    }
                    self.open.push(*byte);
                }
                b'}' | b']' => {
                    // In ASCII, each closing bracket is two after its opening one.
                    if self.open.pop() != Some(byte - 2) {
                        return Err(JsonError { fault: Fault::Expected("the bracket that closes the value"), offset: at - 1 });
                    }
                    if self.open.is_empty() {
                        self.at = at;
                        return self.complete(body);
                    }
                }
                _ => {}
            }
        }
        self.at = at;
        Ok(())
    }

    /// Places a fault of the value at the cursor. The value has ended, so nothing that it lacks is still to come.
    fn in_body(&self, error: JsonError) -> JsonError {
        let fault = if error.fault == Fault::EndOfText { Fault::Expected("a value") } else { error.fault };
        JsonError { fault, offset: self.start + error.offset }
    }

    /// Notes the value that ends at the cursor. All but the contents of `data` must be well-formed.
    fn complete(&mut self, body: &[u8]) -> Result<(), JsonError> {
        self.state = State::AfterValue;
        let place = self.start..self.at;
        let value = &body[place.clone()];
        let is_left_to_data = self.key == Key::Data && matches!(value.first(), Some(b'[' | b'{' | b'"'));
        if !is_left_to_data {
            let text = text_of(value);
            let mut reader = Reader::new(&text);
            let checked = reader.skip().and_then(|()| reader.end());
            checked.map_err(|error| self.in_body(error))?;
        }
        match self.key {
            Key::Format => self.found.format = Some(place),
            Key::RunEnv => self.found.run_env = Some(place),
            Key::Tags => self.found.tags = Some(place),
            Key::Data => self.found.data = Some(place),
            Key::Other => {}
        }
        Ok(())
    }
}
