//! Values of fields whose type a sender may have got wrong, and the lines of texts.

use std::borrow::Cow;

use super::fault::JsonError;
use super::reader::{Kind, Reader};
use super::slot::Slot;

/// A value with its type; arrays and objects are passed over.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Scalar<'a> {
    Text(Cow<'a, str>),
    /// As it is written.
    Number(&'a str),
    Bool(bool),
    Null,
    /// An array or an object, as it is written.
    Nested(&'a str),
}

impl<'a> Scalar<'a> {
    /// The text of a string; numbers and booleans as they are written; `None` for null, arrays and objects.
    pub(crate) fn into_text(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Text(text) => Some(text),
            Self::Number(number) => Some(Cow::Borrowed(number)),
            Self::Bool(value) => Some(Cow::Borrowed(if value { "true" } else { "false" })),
            Self::Null | Self::Nested(_) => None,
        }
    }
}

impl<'a> Reader<'a> {
    /// Takes a value of any kind.
    #[inline]
    pub(crate) fn scalar(&mut self) -> Result<Scalar<'a>, JsonError> {
        Ok(match self.peek()? {
            Kind::String => Scalar::Text(self.string()?),
            Kind::Number => Scalar::Number(self.number_text()?),
            Kind::Bool => Scalar::Bool(self.boolean()?),
            Kind::Null => {
                self.null()?;
                Scalar::Null
            }
            Kind::Object | Kind::Array => Scalar::Nested(self.raw()?),
        })
    }
}

/// The lines of `text` without their ends; a last line that is empty does not count.
pub(crate) fn lines<'a>(text: &Cow<'a, str>) -> Vec<Cow<'a, str>> {
    match text {
        Cow::Borrowed(text) => text.lines().map(Cow::Borrowed).collect(),
        Cow::Owned(text) => text.lines().map(|line| Cow::Owned(line.to_owned())).collect(),
    }
}

/// The first line of `text` that is not blank, without the blanks around it.
pub(crate) fn first_line<'a>(text: &Cow<'a, str>) -> Option<Cow<'a, str>> {
    let of = |line: &&str| !line.trim().is_empty();
    match text {
        Cow::Borrowed(text) => text.lines().find(of).map(|line| Cow::Borrowed(line.trim())),
        Cow::Owned(text) => text.lines().find(of).map(|line| Cow::Owned(line.trim().to_owned())),
    }
}

/// The texts of an array, or the lines of a single text.
pub(crate) fn texts(field: Option<Slot<'_>>) -> Vec<Cow<'_, str>> {
    let Some(field) = field else { return Vec::new() };
    match field.string() {
        Some(text) => lines(&text),
        None => field.items().filter_map(Slot::text).collect(),
    }
}
