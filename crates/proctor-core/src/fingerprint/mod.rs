//! Fingerprints of failures: which failures are the same one, in spite of other numbers, ids, paths and times.
//!
//! A fingerprint is made of the first lines of the message, with ANSI escapes removed and volatile parts blanked, and of
//! the files of the project's own code where the failure came up. Lines, columns and function names of frames do not enter:
//! an edit above the failing line moves the former, and runtimes disagree with themselves about the latter.
//!
//! The frames that count are those from the top down to the first one in a test, without it; a failure that comes up in a
//! test itself has that frame. So a fault of the product is one group over all tests that meet it.

mod ansi;
mod blank;
mod failure;
mod frame;
mod lexeme;
mod message;
mod sample;

pub use ansi::without_ansi;
pub use failure::{Fingerprint, FingerprintId, TITLE_CHARACTERS_MAX, fingerprint_of};
pub use frame::is_foreign_frame;
pub use sample::{SAMPLE_BYTES_MAX, sample_of};

#[cfg(test)]
mod tests;
