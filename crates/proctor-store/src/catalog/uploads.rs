//! Uploads: announced, completed or rejected; and their receipts.

use proctor_core::format::ReportFormat;
use proctor_core::id::{RunId, SuiteId, UploadId};
use proctor_core::receipt::{Notice, Rejection};
use proctor_core::run::RunDetails;
use proctor_core::suite::IdenticalUploads;
use proctor_core::tags::TagSet;
use proctor_core::time::Timestamp;

use super::receipts::receipt_of;
use super::run_row::counts_of;
use crate::commit::Command;
use crate::database::{Columns, Statement};
use crate::executions::{Segment, read_tags};
use crate::{Store, StoreError};

/// An upload whose run is known, although it has not arrived or not been read in full.
#[derive(Clone, Debug)]
pub struct Announcement {
    /// The suite.
    pub suite_id: SuiteId,
    /// The id that the upload will have.
    pub upload_id: UploadId,
    /// `run_env[key]`.
    pub run_key: String,
    /// What is known of the run.
    pub run: RunDetails,
    /// Now, or the imported receive time.
    pub at: Timestamp,
}

/// An upload that has been read, to be stored in one commit.
#[derive(Clone, Debug)]
pub struct CompletedUpload {
    /// The suite.
    pub suite_id: SuiteId,
    /// The upload's id: a UUIDv7 of the receive time.
    pub upload_id: UploadId,
    /// Whether [`Store::announce_upload`] has been called for it.
    pub announced: Announced,
    /// `run_env[key]`.
    pub run_key: String,
    /// What the upload says of its run.
    pub run: RunDetails,
    /// `run_env` as a JSON object, as received.
    pub run_env_json: String,
    /// The checked upload-level tags.
    pub tags: TagSet,
    /// The format.
    pub format: ReportFormat,
    /// When its last byte was read; for imported history what the importer said.
    pub received_at: Timestamp,
    /// Whether its branch is the suite's default branch: its locations are preferred.
    pub on_default_branch: OnDefaultBranch,
    /// SHA-256 over what makes uploads identical (`uploads.md`, 13.3).
    pub digest: [u8; 32],
    /// What to do with an identical earlier upload.
    pub identical: IdenticalUploads,
    /// Uploads received at or after this count as earlier ones.
    pub identical_since: Timestamp,
    /// Bytes of the body on the wire.
    pub body_bytes: u64,
    /// What the receiver says about it.
    pub receipt: ReceiptLines,
    /// The tags from which labels are copied; empty unless the suite copies some and the upload is of its default branch.
    pub deciding_tags: Vec<DecidingTags>,
    /// The executions.
    pub segment: Segment,
}

/// The tags of the execution of a test that decides on its labels: the last one of the upload that is neither pending nor skipped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecidingTags {
    /// The segment's own number of the test.
    pub test: u32,
    /// The tags of that execution, as far as the suite copies them.
    pub tags: TagSet,
}

/// Whether an upload was announced before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Announced {
    /// Yes: the run exists and counts the upload as in flight.
    Yes,
    /// No: one commit does both.
    No,
}

/// Whether an upload comes from the suite's default branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnDefaultBranch {
    /// It does.
    Yes,
    /// It does not, or nobody knows.
    No,
}

/// What the receiver says about an upload. The lists are bounded by [`proctor_core::limits::RECEIPT_LINES_MAX`]; the counts are not.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReceiptLines {
    /// Records left out.
    pub problems: Vec<Rejection>,
    /// How many records were left out.
    pub skipped: u64,
    /// Remarks: index, stable code, message.
    pub warnings: Vec<WarningLine>,
    /// How many remarks there were.
    pub warnings_total: u64,
    /// Trouble outside of tests.
    pub notices: Vec<Notice>,
}

/// A remark as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WarningLine {
    /// Position of the record.
    pub index: Option<u64>,
    /// Stable code.
    pub code: String,
    /// One sentence.
    pub message: String,
}

/// An upload that was refused: it is listed, but no run knows it.
#[derive(Clone, Debug)]
pub struct RejectedUpload {
    /// The suite.
    pub suite_id: SuiteId,
    /// Its id.
    pub upload_id: UploadId,
    /// Whether it had been announced: then its run no longer counts it, and goes if nothing else ever belonged to it.
    pub announced: Announced,
    /// `rejected` for what is the sender's doing, `failed` for what is ours.
    pub status: UploadStatus,
    /// The stable code (`uploads.md`, 13.2).
    pub reason_code: String,
    /// The message of the answer.
    pub message: String,
    /// The format that was named, if known.
    pub format: Option<ReportFormat>,
    /// When.
    pub received_at: Timestamp,
    /// Bytes of the body that arrived.
    pub body_bytes: u64,
}

/// Where an upload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UploadStatus {
    /// Announced, not yet completed.
    Processing,
    /// Stored.
    Succeeded,
    /// Refused for what is in it.
    Rejected,
    /// Broken off by the server.
    Failed,
}

impl UploadStatus {
    /// The word used on the wire and on disk.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Processing => "processing",
            Self::Succeeded => "succeeded",
            Self::Rejected => "rejected",
            Self::Failed => "failed",
        }
    }

    /// Reads [`Self::as_str`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Processing, Self::Succeeded, Self::Rejected, Self::Failed].into_iter().find(|status| status.as_str() == word)
    }
}

/// What completing an upload came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completed {
    /// It is stored.
    Stored {
        /// The run it belongs to.
        run_id: RunId,
    },
    /// An earlier upload holds the same bytes: that one answers, nothing was stored, its receipt counts the resend.
    Identical {
        /// The earlier upload.
        upload_id: UploadId,
        /// The run it belongs to.
        run_id: RunId,
    },
}

/// An upload as its receipt shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Upload {
    /// Its id.
    pub id: UploadId,
    /// Its suite.
    pub suite_id: SuiteId,
    /// Its run; `None` for a refused upload.
    pub run_id: Option<RunId>,
    /// `run_env` as a JSON object, as received.
    pub run_env_json: String,
    /// The checked upload-level tags.
    pub tags: TagSet,
    /// When it was received.
    pub received_at: Timestamp,
    /// Its format, if known.
    pub format: Option<ReportFormat>,
    /// Where it is.
    pub status: UploadStatus,
    /// The stable code of a refusal.
    pub reason_code: Option<String>,
    /// The message of a refusal.
    pub message: Option<String>,
    /// Executions taken in.
    pub queued: u64,
    /// What the receiver says about it.
    pub receipt: ReceiptLines,
    /// How often the same bytes were sent again and not stored again.
    pub resends: u64,
    /// When they last were.
    pub last_resent_at: Option<Timestamp>,
}

impl Store {
    /// Makes an upload known before it is complete: its run exists from now on and is `running`.
    ///
    /// # Errors
    /// When the commit fails: nothing is known then. [`StoreError::Missing`] when the suite is gone.
    pub async fn announce_upload(&self, announcement: Announcement) -> Result<RunId, StoreError> {
        self.commits().commit(Command::Announce(announcement)).await?.run()
    }

    /// Stores a complete upload: run, upload, receipt, new tests and segment in one durable commit, shared with the uploads that wait beside it.
    ///
    /// # Errors
    /// When the commit fails: nothing of it is stored then, and an announcement stays until it is rejected.
    /// [`StoreError::Missing`] when the suite is gone.
    pub async fn complete_upload(&self, upload: CompletedUpload) -> Result<Completed, StoreError> {
        self.commits().commit(Command::Complete(Box::new(upload))).await?.completed()
    }

    /// Lists an upload as refused, and takes back its announcement. One that is stored stays so.
    ///
    /// # Errors
    /// When the commit fails. [`StoreError::Missing`] when the suite is gone.
    pub async fn reject_upload(&self, upload: RejectedUpload) -> Result<(), StoreError> {
        self.commits().commit(Command::Reject(upload)).await.map(drop)
    }

    /// Notes that the answer to an upload did not reach its sender: under `lost_reply` the same bytes then get this upload's answer.
    ///
    /// # Errors
    /// When the commit fails. [`StoreError::Missing`] when the suite is gone.
    pub async fn reply_was_lost(&self, suite: SuiteId, upload: UploadId) -> Result<(), StoreError> {
        self.commits().commit(Command::ReplyLost { suite, upload }).await.map(drop)
    }

    /// The upload with this id in the suite.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn upload(&self, suite: SuiteId, upload: UploadId) -> Result<Option<Upload>, StoreError> {
        let statement = Statement::fixed(
            "SELECT run_id, run_env, tags, received_at, format, status, reason_code, message, passed, failed, skipped, pending, unknown, \
             records_skipped, warnings_total, receipt, resends, last_resent_at FROM uploads \
             WHERE substr(id, 1, 13) = $1 AND id = $2 AND suite_id = $3",
        );
        let statement = statement.with(&upload.bytes()[..13]).with(upload.bytes()).with(suite.bytes());
        let Some(row) = statement.optional(&mut *self.connections().read().await?).await? else { return Ok(None) };
        let format = row.maybe_text("format")?;
        Ok(Some(Upload {
            id: upload,
            suite_id: suite,
            run_id: row.maybe_id("run_id", RunId::from_bytes)?,
            run_env_json: row.maybe_text("run_env")?.unwrap_or_else(|| "{}".to_owned()),
            tags: row.maybe_text("tags")?.map(|tags| read_tags(&tags)).transpose()?.unwrap_or_default(),
            received_at: row.time("received_at")?,
            format: format.as_deref().and_then(ReportFormat::from_wire),
            status: row.word("status", UploadStatus::from_word)?,
            reason_code: row.maybe_text("reason_code")?,
            message: row.maybe_text("message")?,
            queued: counts_of(&row)?.total(),
            receipt: receipt_of(row.maybe_text("receipt")?.as_deref(), row.count("records_skipped")?, row.count("warnings_total")?)?,
            resends: row.count("resends")?,
            last_resent_at: row.maybe_time("last_resent_at")?,
        }))
    }

    /// How many uploads of the suite have ever been stored: the demo and the bootstrap ask.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn upload_count(&self, suite: SuiteId) -> Result<u64, StoreError> {
        let statement = Statement::fixed("SELECT upload_count FROM suites WHERE id = $1").with(suite.bytes());
        let row = statement.optional(&mut *self.connections().read().await?).await?;
        row.map_or(Ok(0), |row| row.count("upload_count"))
    }
}
