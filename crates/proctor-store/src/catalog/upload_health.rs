//! Whether uploads arrived, and what became of those that did not (`workflows.md`, section 9).

use proctor_core::id::{SuiteId, UploadId};
use proctor_core::time::Timestamp;

use super::uploads::UploadStatus;
use crate::database::{Columns, Statement};
use crate::{Store, StoreError};

/// Successful uploads with one number of executions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UploadSize {
    /// Executions in each of them.
    pub executions: u64,
    /// How many uploads.
    pub uploads: u64,
}

/// An upload that was rejected or that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadProblem {
    /// Its id.
    pub id: UploadId,
    /// Rejected or failed.
    pub status: UploadStatus,
    /// The stable code of the reason; empty when there is none.
    pub code: String,
    /// The message; empty when there is none.
    pub message: String,
    /// When it was received.
    pub received_at: Timestamp,
}

impl Store {
    /// How many executions the successful uploads from `since` on had: one entry for each number, ascending.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn upload_sizes(&self, suite: SuiteId, since: Timestamp) -> Result<Vec<UploadSize>, StoreError> {
        let select = Statement::fixed(
            "SELECT passed + failed + skipped + pending + unknown AS executions, COUNT(*) AS uploads FROM uploads \
             WHERE suite_id = $1 AND received_at >= $2 AND status = 'succeeded' \
             GROUP BY passed + failed + skipped + pending + unknown ORDER BY 1",
        );
        let rows = select.with(suite.bytes()).with(since).all(&mut *self.connections().read().await?).await?;
        rows.iter().map(|row| Ok(UploadSize { executions: row.count("executions")?, uploads: row.count("uploads")? })).collect()
    }

    /// The uploads from `since` on that were rejected or that failed, newest first, at most `limit`.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn upload_problems(&self, suite: SuiteId, since: Timestamp, limit: u32) -> Result<Vec<UploadProblem>, StoreError> {
        let select = Statement::fixed(
            "SELECT id, status, reason_code, message, received_at FROM uploads WHERE suite_id = $1 AND received_at >= $2 \
             AND status IN ('rejected', 'failed') ORDER BY received_at DESC, seq DESC LIMIT $3",
        );
        let select = select.with(suite.bytes()).with(since).with(limit);
        let rows = select.all(&mut *self.connections().read().await?).await?;
        rows.iter()
            .map(|row| {
                Ok(UploadProblem {
                    id: row.id("id", UploadId::from_bytes)?,
                    status: row.word("status", UploadStatus::from_word)?,
                    code: row.maybe_text("reason_code")?.unwrap_or_default(),
                    message: row.maybe_text("message")?.unwrap_or_default(),
                    received_at: row.time("received_at")?,
                })
            })
            .collect()
    }
}
