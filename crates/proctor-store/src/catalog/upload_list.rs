//! Uploads as pages list them.

use proctor_core::format::ReportFormat;
use proctor_core::id::{RunId, SuiteId, UploadId};
use proctor_core::result::ResultCounts;
use proctor_core::time::Timestamp;

use super::run_row::counts_of;
use super::uploads::UploadStatus;
use crate::database::{Columns, Statement};
use crate::{PageRequest, Store, StoreError};

/// Which uploads of a suite are wanted. The default wants all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UploadSearch {
    /// With this status.
    pub status: Option<UploadStatus>,
    /// Of this run.
    pub run: Option<RunId>,
}

/// An upload in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadLine {
    /// Its id.
    pub id: UploadId,
    /// Its run; `None` for a refused upload.
    pub run: Option<RunId>,
    /// Where it is.
    pub status: UploadStatus,
    /// The stable code of a refusal.
    pub reason_code: Option<String>,
    /// The message of a refusal.
    pub message: Option<String>,
    /// Its format, if known.
    pub format: Option<ReportFormat>,
    /// When it was received.
    pub received_at: Timestamp,
    /// Bytes of its body on the wire.
    pub body_bytes: u64,
    /// Its executions.
    pub counts: ResultCounts,
    /// Records left out.
    pub skipped: u64,
    /// Remarks.
    pub warnings: u64,
}

/// Uploads of one hour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UploadHour {
    /// Hours since 1970, UTC.
    pub hour: i64,
    /// Stored.
    pub succeeded: u64,
    /// Refused for what was in them.
    pub rejected: u64,
    /// Broken off by the server.
    pub failed: u64,
}

impl Store {
    /// Uploads of the suite, newest first; one more than the page's limit when there is another page.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn search_uploads(&self, suite: SuiteId, search: UploadSearch, page: PageRequest) -> Result<Vec<UploadLine>, StoreError> {
        let select = "SELECT id, run_id, status, reason_code, message, format, received_at, body_bytes, passed, failed, skipped, pending, \
                      unknown, records_skipped, warnings_total FROM uploads WHERE suite_id = ";
        let mut select = Statement::built(self.connections().engine(), select);
        select.value(suite.bytes());
        if let Some(run) = &search.run {
            select.push(" AND run_id = ").value(run.bytes());
        }
        if let Some(status) = search.status {
            select.push(" AND status = ").value(status.as_str());
        }
        select.push(" ORDER BY received_at DESC, seq DESC LIMIT ").value(u64::from(page.limit) + 1).push(" OFFSET ").value(page.offset);
        let rows = select.all(&mut *self.connections().read().await?).await?;
        rows.iter()
            .map(|row| {
                Ok(UploadLine {
                    id: row.id("id", UploadId::from_bytes)?,
                    run: row.maybe_id("run_id", RunId::from_bytes)?,
                    status: row.word("status", UploadStatus::from_word)?,
                    reason_code: row.maybe_text("reason_code")?,
                    message: row.maybe_text("message")?,
                    format: row.maybe_text("format")?.as_deref().and_then(ReportFormat::from_wire),
                    received_at: row.time("received_at")?,
                    body_bytes: row.count("body_bytes")?,
                    counts: counts_of(row)?,
                    skipped: row.count("records_skipped")?,
                    warnings: row.count("warnings_total")?,
                })
            })
            .collect()
    }

    /// Uploads by hour from `since` on; hours without uploads are left out.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn uploads_by_hour(&self, suite: SuiteId, since: Timestamp) -> Result<Vec<UploadHour>, StoreError> {
        let select = Statement::fixed(
            "SELECT received_at / 3600000 AS hour, SUM(CASE WHEN status = 'succeeded' THEN 1 ELSE 0 END) AS succeeded, \
             SUM(CASE WHEN status = 'rejected' THEN 1 ELSE 0 END) AS rejected, \
             SUM(CASE WHEN status = 'failed' THEN 1 ELSE 0 END) AS failed \
             FROM uploads WHERE suite_id = $1 AND received_at >= $2 GROUP BY received_at / 3600000 ORDER BY 1",
        );
        let rows = select.with(suite.bytes()).with(since).all(&mut *self.connections().read().await?).await?;
        rows.iter()
            .map(|row| {
                let (hour, succeeded) = (row.int("hour")?, row.count("succeeded")?);
                Ok(UploadHour { hour, succeeded, rejected: row.count("rejected")?, failed: row.count("failed")? })
            })
            .collect()
    }
}
