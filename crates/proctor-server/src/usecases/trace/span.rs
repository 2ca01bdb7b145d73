//! One span of a trace.

use proctor_core::id::ExecutionId;
use sha2::{Digest, Sha256};

use super::category::Category;

/// One span of a trace. Times are whole nanoseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceSpan {
    /// Sixteen hex digits, the same at every read.
    pub id: String,
    /// The id of the span that it is inside of.
    pub parent: Option<String>,
    /// What kind of work it is.
    pub category: Category,
    /// What the sender calls it.
    pub name: String,
    /// The library that made it; `""` when the sender does not say.
    pub scope_name: String,
    /// Its name in a few capitals.
    pub badge: String,
    /// One line about it.
    pub label: String,
    /// All about it.
    pub detail: String,
    /// Start, from that of the trace.
    pub start_ns: u64,
    /// How long it took; 0 when nobody knows.
    pub duration_ns: u64,
    /// The duration without those of its children, not below 0.
    pub self_time_ns: u64,
}

/// The id of the span at `position`, counted depth first, of an execution.
pub(super) fn span_id(execution: ExecutionId, position: usize) -> String {
    let digest = Sha256::new().chain_update(execution.bytes()).chain_update((position as u64).to_be_bytes()).finalize();
    digest[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}
