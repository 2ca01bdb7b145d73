//! What holds the executions of some days, as of one moment.

use std::sync::Arc;

use proctor_core::id::{RunId, UploadId};

use super::OpenDayFile;
use crate::executions::UploadSeq;

/// Segments and day files that together hold each execution of some days of a suite exactly once.
#[derive(Debug)]
pub(crate) struct Snapshot {
    /// Not yet compacted. Their bodies are in the table `segments`, unless a compaction takes them away meanwhile: then another
    /// snapshot is needed.
    pub(crate) segments: Vec<SegmentRef>,
    /// Ascending by day.
    pub(crate) files: Vec<Arc<OpenDayFile>>,
}

/// A segment, without its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SegmentRef {
    pub(crate) seq: UploadSeq,
    pub(crate) upload: UploadId,
    pub(crate) run: RunId,
    /// Days since 1970, UTC.
    pub(crate) day: i64,
    pub(crate) executions: u64,
    pub(crate) byte_count: u64,
}
