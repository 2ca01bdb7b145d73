//! What a compaction did.

/// What has been rewritten.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CompactionReport {
    /// New day files.
    pub files_written: u64,
    /// Day files that were replaced.
    pub files_replaced: u64,
    /// Segments that were replaced.
    pub segments_replaced: u64,
    /// Executions in the new files.
    pub executions_written: u64,
    /// Bytes of the new files.
    pub bytes_written: u64,
    /// Rewrites that came to nothing because their suite was deleted, or another server was faster.
    pub superseded: u64,
}

impl CompactionReport {
    pub(super) fn add(&mut self, other: &Self) {
        let Self { files_written, files_replaced, segments_replaced, executions_written, bytes_written, superseded } = *other;
        self.files_written += files_written;
        self.files_replaced += files_replaced;
        self.segments_replaced += segments_replaced;
        self.executions_written += executions_written;
        self.bytes_written += bytes_written;
        self.superseded += superseded;
    }
}
