//! Teams (`rest-api.md`, 3.9).

pub mod body;
pub mod create;
mod input;
pub mod list;
pub mod one;
pub mod suites;
