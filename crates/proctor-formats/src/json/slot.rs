//! Values that were passed over once and are read later, so that the order of keys does not matter and no tree is built.

use std::borrow::Cow;

use super::fault::JsonError;
use super::field::Scalar;
use super::reader::{Kind, Reader};

/// The place of a value in a document. The value has been passed over, so it is known to be well-formed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slot<'a> {
    text: &'a str,
    start: usize,
}

impl<'a> Reader<'a> {
    /// Passes over one value and keeps its place.
    pub(crate) fn slot(&mut self) -> Result<Slot<'a>, JsonError> {
        self.peek_byte();
        let start = self.at;
        self.skip()?;
        Ok(Slot { text: self.text, start })
    }

    /// Passes over an object and keeps the places of the values of `names`. A null is as if it were absent; of several
    /// equal keys the last counts. Any other value than an object has none of them.
    pub(crate) fn fields<const N: usize>(&mut self, names: [&str; N]) -> Result<[Option<Slot<'a>>; N], JsonError> {
        let mut found = [None; N];
        if self.peek()? != Kind::Object {
            self.skip()?;
            return Ok(found);
        }
        self.enter_object()?;
        while let Some(key) = self.key()? {
            match names.iter().position(|name| *name == key) {
                Some(index) if self.peek()? == Kind::Null => {
                    self.null()?;
                    found[index] = None;
                }
                Some(index) => found[index] = Some(self.slot()?),
                None => self.skip()?,
            }
        }
        Ok(found)
    }
}

impl<'a> Slot<'a> {
    /// A reader before the value.
    pub(crate) fn reader(self) -> Reader<'a> {
        Reader::at(self.text, self.start)
    }

    /// Where the value begins in its document, in bytes.
    pub(crate) fn offset(self) -> usize {
        self.start
    }

    /// What kind of value it is.
    pub(crate) fn kind(self) -> Kind {
        self.reader().peek().unwrap_or(Kind::Null)
    }

    /// The text of a string; `None` for any other value.
    pub(crate) fn string(self) -> Option<Cow<'a, str>> {
        self.reader().string().ok()
    }

    /// The text of a string, a number or a boolean.
    pub(crate) fn text(self) -> Option<Cow<'a, str>> {
        self.reader().scalar().ok().and_then(Scalar::into_text)
    }

    /// The number, when it is one and finite.
    pub(crate) fn number(self) -> Option<f64> {
        if self.kind() != Kind::Number {
            return None;
        }
        self.reader().number().ok().filter(|number| number.is_finite())
    }

    /// The places of the values of `names`, as [`Reader::fields`].
    pub(crate) fn fields<const N: usize>(self, names: [&str; N]) -> [Option<Slot<'a>>; N] {
        self.reader().fields(names).unwrap_or([None; N])
    }

    /// The items of an array; none for any other value.
    pub(crate) fn items(self) -> Items<'a> {
        let mut reader = self.reader();
        let reader = reader.enter_array().is_ok().then_some(reader);
        Items { reader }
    }
}

/// The items of an array.
pub(crate) struct Items<'a> {
    reader: Option<Reader<'a>>,
}

impl<'a> Iterator for Items<'a> {
    type Item = Slot<'a>;

    fn next(&mut self) -> Option<Slot<'a>> {
        let reader = self.reader.as_mut()?;
        match reader.item() {
            Ok(true) => reader.slot().ok(),
            _ => {
                self.reader = None;
                None
            }
        }
    }
}
