//! JUnit XML, by any of its many producers (`uploads.md`, section 7.6, and `report-formats.md`, section 1).
//!
//! One pass over the text, iterative, borrowing from it. What XML forbids but tools write is repaired where it is met, so
//! that no record is handed over twice and nothing but an ill-formed document pays for its repair. Tags and texts are told
//! apart here rather than by quick-xml, which would look at each tag once more than we have to, and at what we pass over
//! as closely as at what we keep; what is rare is left to it.

mod attributes;
mod builder;
mod case;
mod doctype;
mod failure;
mod markup;
mod prolog;
mod reader;
mod repair;
mod selector;
mod suite;
mod tag;
mod time;

pub(crate) use prolog::find_start;
pub(crate) use reader::parse;
