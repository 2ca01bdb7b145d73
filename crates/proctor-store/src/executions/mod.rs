//! Executions in columns.

mod segment;
mod stored;

pub use segment::{Segment, SegmentBuilder, SegmentTest};
pub use stored::StoredExecution;
