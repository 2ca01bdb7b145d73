//! One row of a segment.

use proctor_core::execution::ExecutionFlags;
use proctor_core::record::{FailureDetail, Span};
use proctor_core::result::TestResult;
use proctor_core::tags::TagSet;

/// An execution as the columns hold it: its test by ordinal, nothing of its upload.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ExecutionRow {
    /// Position in the upload.
    pub(crate) index: u32,
    /// The test's ordinal in the suite.
    pub(crate) test_ordinal: u32,
    pub(crate) result: TestResult,
    pub(crate) duration: Option<f64>,
    pub(crate) start_at: Option<f64>,
    pub(crate) end_at: Option<f64>,
    pub(crate) location: Option<String>,
    pub(crate) file_name: Option<String>,
    pub(crate) selector: Option<String>,
    pub(crate) tags: TagSet,
    pub(crate) failure_reason: Option<String>,
    pub(crate) failure_expanded: Vec<FailureDetail<'static>>,
    pub(crate) spans: Vec<Span<'static>>,
    pub(crate) client_id: Option<String>,
    pub(crate) external_id: Option<String>,
    pub(crate) trace_id: Option<String>,
    pub(crate) flags: ExecutionFlags,
}
