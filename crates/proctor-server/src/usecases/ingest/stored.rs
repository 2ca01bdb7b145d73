//! What the sender of a stored upload is told (`uploads.md`, 13.1).

use proctor_core::id::{RunId, UploadId};
use proctor_core::limits::ANSWER_ERRORS_MAX;
use proctor_store::catalog::uploads::ReceiptLines;

/// What the sender of a stored upload is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The upload: this one, or the earlier one with the same bytes.
    pub upload_id: UploadId,
    /// Its run.
    pub run_id: RunId,
    /// Executions taken in.
    pub queued: u64,
    /// Records left out.
    pub skipped: u64,
    /// One line for each of the first records left out.
    pub errors: Vec<String>,
    /// Whether an earlier upload answers for this one.
    pub resend: Resend,
}

/// Whether an earlier upload answers for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resend {
    /// The same bytes had been stored before; nothing was stored now.
    OfEarlierUpload,
    /// It is stored itself.
    No,
}

/// What a receipt says in an answer.
pub(super) struct Summary {
    queued: u64,
    skipped: u64,
    errors: Vec<String>,
}

impl Summary {
    pub(super) fn of(queued: u64, receipt: &ReceiptLines) -> Self {
        let listed = receipt.problems.iter().take(ANSWER_ERRORS_MAX);
        let errors = listed.map(|problem| format!("data[{}]: {}", problem.index, problem.message)).collect();
        Self { queued, skipped: receipt.skipped, errors }
    }

    pub(super) fn stored(self, upload_id: UploadId, run_id: RunId, resend: Resend) -> Stored {
        let Self { queued, skipped, errors } = self;
        Stored { upload_id, run_id, queued, skipped, errors, resend }
    }
}
