//! What a suite takes, with the keys of the API.

use serde::{Deserialize, Serialize};

/// A suite.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct StorageView {
    /// Its id.
    pub(crate) suite_id: String,
    /// Its name in addresses.
    pub(crate) suite: String,
    /// For how many days executions are kept; none: for ever.
    pub(crate) retention_days: Option<u32>,
    /// The same of aggregates.
    pub(crate) aggregates_days: Option<u32>,
    /// All days together.
    #[serde(flatten)]
    pub(crate) total: Amount,
    /// Ascending.
    pub(crate) days: Vec<DayView>,
}

/// A day.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct DayView {
    /// `2026-04-09`.
    pub(crate) day: String,
    /// What it takes.
    #[serde(flatten)]
    pub(crate) amount: Amount,
}

/// Executions and the bytes they take.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Amount {
    /// Executions that are there one by one.
    pub(crate) executions: u64,
    /// Of day files and segments.
    pub(crate) bytes: u64,
    /// None without executions.
    pub(crate) bytes_per_execution: Option<f64>,
    /// Day files.
    pub(crate) files: u64,
    /// Segments that wait for compaction.
    pub(crate) segments_waiting: u64,
    /// Their bytes.
    pub(crate) segment_bytes: u64,
    /// Executions that are there as aggregates only.
    pub(crate) aggregated_executions: u64,
    /// Bytes of aggregates.
    pub(crate) aggregate_bytes: u64,
}
