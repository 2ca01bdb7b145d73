//! Group commit: one writer owns all that happens to uploads, so that those that wait together share one durable transaction.
//!
//! A transaction is a small unit of work: lock the suites, load what the members touch, apply them one after another in memory, and
//! write the outcome with a few statements of many rows.

mod batch;
mod command;
mod earlier;
mod existing;
mod failures;
mod owners;
mod queue;
mod runs;
mod suites;
mod tag_labels;
mod test_cache;
mod tests;
mod uploads;

pub(crate) use command::Command;
pub(crate) use queue::{CommitQueue, Committer};
