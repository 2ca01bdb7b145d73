//! Compaction: the segments of a suite and a day are rewritten into few day files, sorted by test.
//!
//! Nobody waits for it. What to rewrite is a pure decision (`policy`); the rewriting happens outside of any transaction; a short
//! transaction then swaps the new file for what it was made of, and only if all of that is still there: a suite that was deleted, or
//! another server that was faster, wins.

mod compactor;
mod job;
mod options;
mod policy;
mod report;
mod stage;
mod task;

pub use options::CompactionOptions;
pub use report::CompactionReport;
pub use stage::Stage;

pub(crate) use compactor::{Compactor, Role};
pub(crate) use policy::{DayState, FileState, Waiting};
