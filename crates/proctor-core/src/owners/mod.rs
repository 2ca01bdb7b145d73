//! Owners of tests: the TESTOWNERS file of a suite (`uploads.md`, section 15).
//!
//! The patterns look like those of gitignore, but are not: a pattern that ends in `/*` does not reach below the files it
//! matches (`spec/features/*` owns no file of `spec/features/sub/`), patterns apply to the files of tests alone, and
//! nothing is ever taken back: `!` lines and lines without a team are no rules. With gitignore's own rules, as the `ignore`
//! crate has them, a matched directory always takes everything below it along, so the matcher here is our own.

mod class;
mod file;
mod line;
mod location;
mod pattern;

pub use file::{IgnoredLine, OwnerRule, OwnersFile, OwnersFileError, TESTOWNERS_BYTES_MAX, TESTOWNERS_RULES_MAX};
pub use line::IgnoreReason;
pub use location::owned_path;
pub use pattern::{Pattern, PatternError};

#[cfg(test)]
mod tests;
