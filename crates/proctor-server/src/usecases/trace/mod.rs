//! The trace of an execution: its spans laid out in time and summed up by category (`rest-api.md`, 3.7).
//!
//! Senders' clocks are no times of day (`uploads.md`, 6.2). A span has a position only when it fits into its execution by the sender's own
//! clock; any other starts where its parent does. The trace as a whole begins at the receive time of the execution, the one time that is
//! known: distances in it are right, the time of day is that of the upload.

mod category;
mod describe;
mod layout;
mod span;

pub use category::Category;
pub use layout::{CategoryTotal, SLOWEST_SPANS_MAX, SPANS_SHOWN_MAX, Trace};
pub use span::TraceSpan;
