//! One upload from its first byte to the commit.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::Stream;
use proctor_core::organization::Organization;
use proctor_core::run_env::RunEnv;
use proctor_core::suite::Suite;
use proctor_core::time::Timestamp;
use tokio::sync::oneshot;

use super::arrival::Arrival;
use super::in_progress::InProgress;
use super::prepare::{Job, Prepared, prepare};
use super::{Admission, Coding, Ingest, Refusal, Shape, Stored, Undelivered};

/// Bodies above this size take long enough to read that their run is announced before.
const ANNOUNCED_BODY_BYTES: usize = 1024 * 1024;

/// Who uploads, and where to.
#[derive(Clone, Debug)]
pub struct Uploader {
    /// The organization of the suite.
    pub organization: Organization,
    /// The suite.
    pub suite: Suite,
    /// The receive time that an importer of history gave; `None`: now.
    pub imported_at: Option<Timestamp>,
}

/// What the headers say of the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadHead {
    /// From the content type.
    pub shape: Shape,
    /// From the content coding.
    pub coding: Coding,
    /// `Content-Length`.
    pub declared_bytes: Option<u64>,
}

impl Ingest {
    /// Refuses an upload that is known to be larger than what is taken.
    ///
    /// # Errors
    /// [`Refusal::BodyTooLarge`].
    pub fn check_declared(&self, declared_bytes: Option<u64>) -> Result<(), Refusal> {
        let bytes_max = self.settings.body_bytes_max;
        if declared_bytes.is_some_and(|bytes| bytes > bytes_max) { Err(Refusal::BodyTooLarge { bytes_max }) } else { Ok(()) }
    }

    /// Lists an upload that is refused for what its headers say.
    pub async fn refuse_head(self: &Arc<Self>, uploader: Uploader, refusal: &Refusal) {
        InProgress::new(Arc::clone(self), uploader).refuse(refusal).await;
    }

    /// Receives, reads and stores an upload.
    ///
    /// Run this in a task of its own: a sender that hangs up after its last byte still gets its upload stored. When this returns,
    /// the upload is durable, or it is listed as refused, or the store cannot be written.
    ///
    /// # Errors
    /// Why the upload was refused; nothing of it is stored then.
    pub async fn receive<S, E>(
        self: &Arc<Self>,
        uploader: Uploader,
        head: &UploadHead,
        stream: &mut S,
        admission: Admission,
    ) -> Result<(Stored, Undelivered), Refusal>
    where
        S: Stream<Item = Result<Bytes, E>> + Unpin,
    {
        let mut upload = InProgress::new(Arc::clone(self), uploader);
        let outcome = self.receive_and_store(&mut upload, head, stream).await;
        if let Err(refusal) = &outcome {
            upload.refuse(refusal).await;
        }
        drop(admission);
        let stored = outcome?;
        let undelivered = Undelivered::new(self.store.clone(), upload.suite_id(), stored.upload_id);
        Ok((stored, undelivered))
    }

    async fn receive_and_store<S, E>(&self, upload: &mut InProgress, head: &UploadHead, stream: &mut S) -> Result<Stored, Refusal>
    where
        S: Stream<Item = Result<Bytes, E>> + Unpin,
    {
        let mut share = self.budget.share();
        let arrival = Arrival { settings: &self.settings, head, share: &mut share, upload };
        let (body, scan) = arrival.receive(stream).await?;
        upload.received();
        let (run_known, known_run) = oneshot::channel();
        let body_bytes = body.len();
        let job = upload.job(body, scan, run_known);
        let prepared = self.prepare_and_announce(upload, body_bytes, job, known_run).await?;
        // The body is freed by now; what waits for the commit is the segment.
        share.shrink_to(prepared.segment.bytes.len());
        upload.complete(prepared).await
    }

    async fn prepare_and_announce(
        &self,
        upload: &mut InProgress,
        body_bytes: usize,
        job: Job,
        known_run: oneshot::Receiver<RunEnv>,
    ) -> Result<Prepared, Refusal> {
        let reading = self.pool.run(body_bytes, move || prepare(job));
        let outcome = if body_bytes > ANNOUNCED_BODY_BYTES {
            let announcing = async {
                if let Ok(run_env) = known_run.await {
                    upload.announce(&run_env).await;
                }
            };
            tokio::join!(reading, announcing).0
        } else {
            reading.await
        };
        outcome?.map_err(|unusable| {
            upload.set_format(unusable.format);
            unusable.refusal
        })
    }
}
