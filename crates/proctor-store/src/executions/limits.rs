//! What questions may take.

use crate::StoreError;

/// What questions about executions may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueryLimits {
    /// Bytes that one answer may take while it is gathered; what is decoded at the moment comes on top.
    pub memory_bytes_max: usize,
    /// Milliseconds from a question to its answer.
    pub time_ms_max: u64,
    /// Bytes of decoded columns that are kept in memory for the next question, over all suites.
    pub cache_bytes_max: usize,
}

/// 256 MiB, 30 seconds, and 160 MiB of decoded columns.
impl Default for QueryLimits {
    fn default() -> Self {
        Self { memory_bytes_max: 256 << 20, time_ms_max: 30_000, cache_bytes_max: 160 << 20 }
    }
}

impl QueryLimits {
    pub(crate) fn memory_exceeded(self) -> StoreError {
        StoreError::TooExpensive { what: format!("{} MiB of memory", self.memory_bytes_max.div_ceil(1 << 20)) }
    }

    pub(super) fn time_exceeded(self) -> StoreError {
        StoreError::TooExpensive { what: format!("{} milliseconds", self.time_ms_max) }
    }
}
