//! How executions are compacted.

use std::path::PathBuf;
use std::time::Duration;

/// When segments are rewritten into day files, and at what cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompactionOptions {
    /// Executions of one suite and day that may wait in segments; more are compacted, apart from those that workflows have yet to look at.
    pub rows_min: u64,
    /// How long an execution waits in a segment at the most, in milliseconds.
    pub age_ms_max: i64,
    /// Decoded bytes that one compaction holds in memory, about.
    pub memory_bytes_max: usize,
    /// How often a server looks for something to do. `None`: only when asked to by [`crate::Store::compact`].
    pub interval: Option<Duration>,
    /// Where copies of day files are kept that the database holds (PostgreSQL); with SQLite the files are beside the database.
    /// `None`: a folder of this process among the temporary files of the system, which goes when the store is closed.
    pub cache_directory: Option<PathBuf>,
}

impl Default for CompactionOptions {
    /// 100,000 executions, ten minutes, 96 MiB, every ten seconds.
    fn default() -> Self {
        Self {
            rows_min: 100_000,
            age_ms_max: 10 * 60_000,
            memory_bytes_max: 96 << 20,
            interval: Some(Duration::from_secs(10)),
            cache_directory: None,
        }
    }
}
