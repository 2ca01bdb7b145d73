//! Retention: executions of old days are replaced by aggregates, and these are deleted in their turn.
//!
//! What is due is decided by [`proctor_core::retention`]. The runs, the uploads and their receipts stay, with their counts; a mark on an
//! upload says that its executions are gone.

mod aggregate_day;
mod apply;
mod delete_day;
mod history;

pub use apply::RetentionReport;
