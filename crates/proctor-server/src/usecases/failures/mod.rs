//! Why is it red, and is it me? Failures by fingerprint, of a run or over a window.
//!
//! Fingerprints are made of the text of the failed executions when somebody asks; only when a group was first and last seen in the
//! suite is kept ([`proctor_store::catalog::failures`]). So a better rule of fingerprints needs no migration.

mod groups;
mod looked_at;
mod of_run;
mod of_window;
mod past;

pub use groups::{Failure, Group, Groups};
pub use looked_at::FAILURES_LOOKED_AT_MAX;
pub use of_run::{RunFailures, RunGroup, RunGroupTest, failures_of_run};
pub use of_window::{WindowFailures, WindowGroup, WindowGroupTest, failures_of_window};
pub use past::{DEFAULT_BRANCH_RUNS_MAX, PAST_DAYS};

/// Tests of a group that are listed; all are counted.
pub const TESTS_LISTED_MAX: usize = 20;
