//! An execution as it is read back.

use proctor_core::execution::ExecutionFlags;
use proctor_core::id::{ExecutionId, RunId, TestId, UploadId};
use proctor_core::record::{FailureDetail, Span};
use proctor_core::result::TestResult;
use proctor_core::tags::TagSet;
use proctor_core::time::Timestamp;

/// An execution with everything that is kept of it.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredExecution {
    /// Its id.
    pub id: ExecutionId,
    /// The run.
    pub run_id: RunId,
    /// The upload.
    pub upload_id: UploadId,
    /// The test.
    pub test_id: TestId,
    /// Scope of the test.
    pub scope: String,
    /// Name of the test.
    pub name: String,
    /// Branch of its upload, else of its run.
    pub branch: Option<String>,
    /// Commit of its upload, else of its run.
    pub commit_sha: Option<String>,
    /// Receive time of its upload.
    pub created_at: Timestamp,
    /// The result.
    pub result: TestResult,
    /// Seconds.
    pub duration: Option<f64>,
    /// The sender's own clock.
    pub start_at: Option<f64>,
    /// The sender's own clock.
    pub end_at: Option<f64>,
    /// Where the test is.
    pub location: Option<String>,
    /// In which file.
    pub file_name: Option<String>,
    /// Why it failed.
    pub failure_reason: Option<String>,
    /// Why it failed, in detail.
    pub failure_expanded: Vec<FailureDetail<'static>>,
    /// Its spans.
    pub spans: Vec<Span<'static>>,
    /// Tags of upload and execution, merged.
    pub tags: TagSet,
    /// `test.selector.primary`, unless it is among the tags.
    pub selector: Option<String>,
    /// The sender's `id`.
    pub client_id: Option<String>,
    /// The sender's `external_id`.
    pub external_id: Option<String>,
    /// The sender's `trace_id`.
    pub trace_id: Option<String>,
    /// Marks.
    pub flags: ExecutionFlags,
}
