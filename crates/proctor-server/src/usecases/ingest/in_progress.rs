//! The record of one upload while it is being received and read.
//!
//! An announced run shows as running until its upload is completed or refused. So whatever happens to the task that holds an
//! [`InProgress`] (an error, a panic, an abort), dropping it takes the announcement back.

use std::sync::Arc;
use std::time::Duration;

use proctor_core::format::ReportFormat;
use proctor_core::id::{SuiteId, UploadId, Uuid};
use proctor_core::run::RunDetails;
use proctor_core::run_env::RunEnv;
use proctor_core::time::Timestamp;
use proctor_store::catalog::uploads::{Announced, Announcement, Completed, CompletedUpload, RejectedUpload};
use proctor_store::{Store, StoreError};
use tokio::sync::oneshot;

use super::prepare::{Job, Prepared, checked_run_key};
use super::receive::Uploader;
use super::scan::Scan;
use super::stored::Summary;
use super::{Ingest, Refusal, Resend, Stored};

/// How often taking back an announcement is tried while the storage is away; the pauses double from a quarter of a second to
/// about four minutes. Should all fail, the sweep of the next start ends the upload.
const TAKE_BACK_TRIES: u32 = 11;

/// One upload while it is being received and read.
#[derive(Debug)]
pub(super) struct InProgress {
    ingest: Arc<Ingest>,
    uploader: Uploader,
    id: Option<UploadId>,
    announced: Announced,
    format: Option<ReportFormat>,
    body_bytes: u64,
    received_at: Option<Timestamp>,
    is_ended: bool,
}

impl InProgress {
    pub(super) fn new(ingest: Arc<Ingest>, uploader: Uploader) -> Self {
        Self { ingest, uploader, id: None, announced: Announced::No, format: None, body_bytes: 0, received_at: None, is_ended: false }
    }

    pub(super) fn suite_id(&self) -> SuiteId {
        self.uploader.suite.id
    }

    /// Bytes on the wire so far.
    pub(super) fn body_bytes(&self) -> u64 {
        self.body_bytes
    }

    pub(super) fn count_bytes(&mut self, bytes: usize) {
        self.body_bytes += bytes as u64;
    }

    pub(super) fn set_format(&mut self, format: Option<ReportFormat>) {
        self.format = format;
    }

    /// The last byte of the body has been read: this moment is `created_at` of everything in it (`uploads.md`, section 11).
    pub(super) fn received(&mut self) {
        self.received_at = Some(self.now());
    }

    /// What the body's reading depends on.
    pub(super) fn job(&self, body: Vec<u8>, scan: Scan, run_known: oneshot::Sender<RunEnv>) -> Job {
        let suite = &self.uploader.suite;
        Job {
            body,
            scan,
            suite_id: suite.id,
            default_branch: suite.settings.default_branch.clone(),
            identical: suite.settings.identical_uploads,
            label_tag_keys: suite.settings.label_tag_keys.clone(),
            imported_at: self.uploader.imported_at,
            records_max: self.ingest.settings.records_max,
            run_known,
        }
    }

    /// Lets other readers see the run as running. Nothing here may keep the upload from being stored: without an announcement
    /// the completing commit makes the run.
    pub(super) async fn announce(&mut self, run_env: &RunEnv) {
        let Ok(run_key) = checked_run_key(run_env) else { return };
        if self.announced == Announced::Yes {
            return;
        }
        let announcement = Announcement {
            suite_id: self.suite_id(),
            upload_id: self.id(),
            run_key: run_key.to_owned(),
            run: RunDetails::of(run_env),
            at: self.now(),
        };
        // Noted whatever the commit comes to, even if it is cut short: at worst something is taken back that never was.
        self.announced = Announced::Yes;
        if let Err(error) = self.ingest.store.announce_upload(announcement).await {
            tracing::warn!(%error, "an upload could not be announced");
        }
    }

    /// Stores the upload.
    pub(super) async fn complete(&mut self, prepared: Prepared) -> Result<Stored, Refusal> {
        self.format = Some(prepared.format);
        let received_at = self.received_at.unwrap_or_else(|| self.now());
        let window_ms = i64::try_from(self.ingest.settings.identical_window.as_millis()).unwrap_or(i64::MAX);
        let Prepared { run_key, run, run_env_json, tags, format, on_default_branch, digest, receipt, deciding_tags, segment } = prepared;
        let summary = Summary::of(segment.counts.total(), &receipt);
        let id = self.id();
        let upload = CompletedUpload {
            suite_id: self.suite_id(),
            upload_id: id,
            announced: self.announced,
            run_key,
            run,
            run_env_json,
            tags,
            format,
            received_at,
            on_default_branch,
            digest,
            identical: self.uploader.suite.settings.identical_uploads,
            identical_since: received_at.plus_millis(window_ms.saturating_neg()),
            body_bytes: self.body_bytes,
            receipt,
            deciding_tags,
            segment,
        };
        let completed = self.ingest.store.complete_upload(upload).await?;
        self.is_ended = true;
        self.ingest.evaluator.wake();
        match completed {
            Completed::Stored { run_id } => Ok(summary.stored(id, run_id, Resend::No)),
            Completed::Identical { upload_id, run_id } => {
                let earlier = self.ingest.store.upload(self.suite_id(), upload_id).await?;
                let earlier = earlier.ok_or(StoreError::Missing("upload"))?;
                Ok(Summary::of(earlier.queued, &earlier.receipt).stored(upload_id, run_id, Resend::OfEarlierUpload))
            }
        }
    }

    /// Lists the upload as refused, and takes its announcement back.
    pub(super) async fn refuse(&mut self, refusal: &Refusal) {
        // Completed already, only its answer could not be made.
        if std::mem::replace(&mut self.is_ended, true) {
            return;
        }
        let rejected = self.rejected(refusal);
        if let Err(error) = self.ingest.store.reject_upload(rejected.clone()).await {
            tracing::error!(%error, reason = rejected.reason_code, "a refused upload could not be listed");
            if rejected.announced == Announced::Yes {
                tokio::spawn(take_back(self.ingest.store.clone(), rejected));
            }
        }
    }

    fn rejected(&mut self, refusal: &Refusal) -> RejectedUpload {
        RejectedUpload {
            suite_id: self.suite_id(),
            upload_id: self.id(),
            announced: self.announced,
            status: refusal.upload_status(),
            reason_code: refusal.reason_code().to_owned(),
            message: refusal.to_string(),
            format: self.format,
            received_at: self.received_at.unwrap_or_else(|| self.now()),
            body_bytes: self.body_bytes,
        }
    }

    /// Now, or the time that an importer gave.
    fn now(&self) -> Timestamp {
        self.uploader.imported_at.unwrap_or_else(|| self.ingest.clock.now())
    }

    /// The upload's id, made when it is first needed: its time is that of the announcement, else that of the last byte.
    fn id(&mut self) -> UploadId {
        let at = self.received_at.unwrap_or_else(|| self.now());
        *self.id.get_or_insert_with(|| new_id(at))
    }
}

impl Drop for InProgress {
    fn drop(&mut self) {
        if std::mem::replace(&mut self.is_ended, true) {
            return;
        }
        let rejected = self.rejected(&Refusal::Internal);
        // Without a runtime the process is ending, and the sweep of the next start does this.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(take_back(self.ingest.store.clone(), rejected));
        }
    }
}

/// A UUIDv7 of this time.
fn new_id(at: Timestamp) -> UploadId {
    let millis = u64::try_from(at.millis()).unwrap_or(0);
    UploadId::new(uuid::Builder::from_unix_timestamp_millis(millis, &rand::random()).into_uuid() as Uuid)
}

async fn take_back(store: Store, rejected: RejectedUpload) {
    let mut pause = Duration::from_millis(250);
    for _ in 0..TAKE_BACK_TRIES {
        match store.reject_upload(rejected.clone()).await {
            Ok(()) => return,
            Err(error) => tracing::warn!(%error, upload = %rejected.upload_id, "failed to take an announcement back, trying again"),
        }
        tokio::time::sleep(pause).await;
        pause *= 2;
    }
    tracing::error!(upload = %rejected.upload_id, "failed to take an announcement back; its run shows as running until the next start");
}
