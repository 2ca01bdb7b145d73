//! JSON as test tools really write it: a pull reader for one pass over a document, and slots for values that are read later.
//!
//! The reader is strict about the grammar and tolerant about texts: control characters inside strings are taken as they
//! are, NUL and unpaired surrogates become U+FFFD (`uploads.md`, 6.4), and `NaN` and `Infinity`, which Python writes, are
//! numbers that are not finite. Nothing recurses over the document, so that no nesting can exhaust the stack.

mod ansi;
mod document;
mod encode;
mod fault;
mod field;
mod number;
mod reader;
mod records;
mod scan;
mod skip;
mod slot;
mod string;
#[cfg(test)]
mod tests;

pub(crate) use ansi::without_ansi;
pub(crate) use document::read_report;
pub(crate) use encode::{encode_string, normalised};
pub(crate) use fault::{Fault, Halt, JsonError};
pub(crate) use field::{Scalar, first_line, lines, texts};
pub(crate) use reader::{Kind, Reader};
pub(crate) use records::{Records, Remarks, shared};
pub(crate) use scan::special;
pub(crate) use slot::Slot;
