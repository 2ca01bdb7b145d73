//! The upload rows of one transaction, and the segments that go with them.

use proctor_core::format::ReportFormat;
use proctor_core::id::{RunId, SuiteId, UploadId};
use proctor_core::result::{ResultCounts, TestResult};
use proctor_core::suite::IdenticalUploads;
use proctor_core::time::Timestamp;
use rustc_hash::FxHashMap;

use crate::StoreError;
use crate::catalog::receipts::{receipt_text, tags_text};
use crate::catalog::uploads::{Announcement, CompletedUpload, RejectedUpload, UploadStatus};
use crate::database::{Columns, Statement, Value, WriteTransaction};
use crate::executions::{NewSegment, UploadSeq};

/// The rows to be written.
#[derive(Debug)]
pub(super) struct UploadRows<'a> {
    node: [u8; 16],
    rows: Vec<UploadRow<'a>>,
    segments: Vec<PendingSegment<'a>>,
    taken_back: Vec<UploadId>,
    resent: Vec<(UploadId, Timestamp)>,
    lost_replies: Vec<(SuiteId, UploadId)>,
}

#[derive(Debug)]
struct PendingSegment<'a> {
    upload: &'a CompletedUpload,
    run: RunId,
    test_ordinals: Vec<u32>,
}

/// A row of `uploads`. Columns that are not named here keep their defaults.
#[derive(Debug)]
struct UploadRow<'a> {
    id: UploadId,
    suite: SuiteId,
    run: Option<RunId>,
    status: UploadStatus,
    reason_code: Option<&'a str>,
    message: Option<&'a str>,
    format: Option<ReportFormat>,
    received_at: Timestamp,
    body_bytes: u64,
    run_env: Option<&'a str>,
    tags: Option<String>,
    branch: Option<&'a str>,
    commit_sha: Option<&'a str>,
    counts: ResultCounts,
    records_skipped: u64,
    warnings_total: u64,
    receipt: Option<String>,
    digest: Option<&'a [u8; 32]>,
    is_answer: bool,
}

impl<'a> UploadRow<'a> {
    fn new(id: UploadId, suite: SuiteId, status: UploadStatus, received_at: Timestamp) -> Self {
        Self {
            id,
            suite,
            run: None,
            status,
            reason_code: None,
            message: None,
            format: None,
            received_at,
            body_bytes: 0,
            run_env: None,
            tags: None,
            branch: None,
            commit_sha: None,
            counts: ResultCounts::default(),
            records_skipped: 0,
            warnings_total: 0,
            receipt: None,
            digest: None,
            is_answer: false,
        }
    }

    /// In the order of [`INSERT`].
    fn values<'v>(&'v self, node: &'v [u8; 16]) -> [Value<'v>; 24] {
        [
            self.id.bytes().into(),
            self.suite.bytes().into(),
            self.run.as_ref().map(|run| run.bytes().as_slice()).into(),
            node.into(),
            self.status.as_str().into(),
            self.reason_code.into(),
            self.message.into(),
            self.format.map(ReportFormat::as_str).into(),
            self.received_at.into(),
            self.body_bytes.into(),
            self.run_env.into(),
            self.tags.as_deref().into(),
            self.branch.into(),
            self.commit_sha.into(),
            self.counts.of(TestResult::Passed).into(),
            self.counts.of(TestResult::Failed).into(),
            self.counts.of(TestResult::Skipped).into(),
            self.counts.of(TestResult::Pending).into(),
            self.counts.of(TestResult::Unknown).into(),
            self.records_skipped.into(),
            self.warnings_total.into(),
            self.receipt.as_deref().into(),
            self.digest.map(<[u8; 32]>::as_slice).into(),
            self.is_answer.into(),
        ]
    }
}

const INSERT: &str = "INSERT INTO uploads (id, suite_id, run_id, node_id, status, reason_code, message, format, received_at, body_bytes, \
     run_env, tags, branch, commit_sha, passed, failed, skipped, pending, unknown, records_skipped, warnings_total, receipt, digest, \
     is_answer) VALUES ";

/// An announced upload has a row already. One that is stored is never written again, and neither is another upload whose id differs
/// only in the part that its executions' ids replace: such a row is missing from what is returned.
const UPSERT: &str = " ON CONFLICT (substr(id, 1, 13)) DO UPDATE SET run_id = excluded.run_id, status = excluded.status, \
     reason_code = excluded.reason_code, message = excluded.message, format = excluded.format, received_at = excluded.received_at, \
     body_bytes = excluded.body_bytes, run_env = excluded.run_env, tags = excluded.tags, branch = excluded.branch, \
     commit_sha = excluded.commit_sha, passed = excluded.passed, failed = excluded.failed, skipped = excluded.skipped, \
     pending = excluded.pending, unknown = excluded.unknown, records_skipped = excluded.records_skipped, \
     warnings_total = excluded.warnings_total, receipt = excluded.receipt, digest = excluded.digest, is_answer = excluded.is_answer \
     WHERE uploads.id = excluded.id AND uploads.suite_id = excluded.suite_id AND uploads.status <> 'succeeded' RETURNING seq, id";

impl<'a> UploadRows<'a> {
    pub(super) const fn new(node: [u8; 16]) -> Self {
        Self { node, rows: Vec::new(), segments: Vec::new(), taken_back: Vec::new(), resent: Vec::new(), lost_replies: Vec::new() }
    }

    pub(super) fn announce(&mut self, announcement: &'a Announcement, run: RunId) {
        let Announcement { suite_id, upload_id, run_key: _, run: details, at } = announcement;
        self.rows.push(UploadRow {
            run: Some(run),
            branch: details.branch.as_deref(),
            commit_sha: details.commit_sha.as_deref(),
            ..UploadRow::new(*upload_id, *suite_id, UploadStatus::Processing, *at)
        });
    }

    pub(super) fn complete(&mut self, upload: &'a CompletedUpload, run: RunId, test_ordinals: Vec<u32>) {
        self.rows.push(UploadRow {
            run: Some(run),
            format: Some(upload.format),
            body_bytes: upload.body_bytes,
            run_env: Some(&upload.run_env_json),
            tags: tags_text(&upload.tags),
            branch: upload.run.branch.as_deref(),
            commit_sha: upload.run.commit_sha.as_deref(),
            counts: upload.segment.counts,
            records_skipped: upload.receipt.skipped,
            warnings_total: upload.receipt.warnings_total,
            receipt: receipt_text(&upload.receipt),
            digest: Some(&upload.digest),
            is_answer: upload.identical == IdenticalUploads::Always,
            ..UploadRow::new(upload.upload_id, upload.suite_id, UploadStatus::Succeeded, upload.received_at)
        });
        if upload.segment.counts.total() > 0 {
            self.segments.push(PendingSegment { upload, run, test_ordinals });
        }
    }

    pub(super) fn reject(&mut self, upload: &'a RejectedUpload) {
        let RejectedUpload { suite_id, upload_id, announced: _, status, reason_code, message, format, received_at, body_bytes } = upload;
        self.rows.push(UploadRow {
            reason_code: Some(reason_code),
            message: Some(message),
            format: *format,
            body_bytes: *body_bytes,
            ..UploadRow::new(*upload_id, *suite_id, *status, *received_at)
        });
    }

    /// An announced upload turned out to be the same as an earlier one.
    pub(super) fn take_back(&mut self, upload: UploadId) {
        self.taken_back.push(upload);
    }

    pub(super) fn resent(&mut self, earlier: UploadId, at: Timestamp) {
        self.resent.push((earlier, at));
    }

    pub(super) fn reply_lost(&mut self, suite: SuiteId, upload: UploadId) {
        self.lost_replies.push((suite, upload));
    }

    /// Writes the rows, and gives the segments with the sequence numbers that their uploads got.
    pub(super) async fn write(&mut self, transaction: &mut WriteTransaction) -> Result<Vec<NewSegment<'a>>, StoreError> {
        let seqs = self.write_rows(transaction).await?;
        for upload in &self.taken_back {
            let delete = "DELETE FROM uploads WHERE substr(id, 1, 13) = $1 AND id = $2 AND status = 'processing'";
            let delete = Statement::fixed(delete).with(prefix(upload)).with(upload.bytes());
            delete.execute(transaction.connection()).await?;
        }
        for (earlier, at) in &self.resent {
            let update = "UPDATE uploads SET resends = resends + 1, last_resent_at = $1 WHERE substr(id, 1, 13) = $2 AND id = $3";
            let update = Statement::fixed(update).with(*at).with(prefix(earlier)).with(earlier.bytes());
            update.execute(transaction.connection()).await?;
        }
        for (suite, upload) in &self.lost_replies {
            let update = "UPDATE uploads SET reply_lost = 1, is_answer = 1 \
                          WHERE substr(id, 1, 13) = $1 AND id = $2 AND suite_id = $3 AND status = 'succeeded'";
            let update = Statement::fixed(update).with(prefix(upload)).with(upload.bytes()).with(suite.bytes());
            update.execute(transaction.connection()).await?;
        }
        let segment_of = |pending: PendingSegment<'a>| {
            let PendingSegment { upload, run, test_ordinals } = pending;
            let seq = seqs.get(&upload.upload_id).copied();
            Ok(NewSegment {
                suite: upload.suite_id,
                run,
                upload: upload.upload_id,
                seq: seq.ok_or_else(|| StoreError::Internal("an upload got no sequence number".to_owned()))?,
                received_at: upload.received_at,
                counts: upload.segment.counts,
                test_ordinals,
                bytes: &upload.segment.bytes,
            })
        };
        std::mem::take(&mut self.segments).into_iter().map(segment_of).collect()
    }

    async fn write_rows(&self, transaction: &mut WriteTransaction) -> Result<FxHashMap<UploadId, UploadSeq>, StoreError> {
        let mut seqs = FxHashMap::default();
        if self.rows.is_empty() {
            return Ok(seqs);
        }
        let mut insert = Statement::built(transaction.engine(), INSERT);
        for row in &self.rows {
            insert.row(&row.values(&self.node));
        }
        insert.push(UPSERT);
        for row in insert.all(transaction.connection()).await? {
            seqs.insert(row.id("id", UploadId::from_bytes)?, UploadSeq(row.int("seq")?));
        }
        // Fails the transaction: tried alone, only the upload whose id was taken fails.
        if seqs.len() == self.rows.len() { Ok(seqs) } else { Err(StoreError::Internal("another upload has this id".to_owned())) }
    }
}

/// The part of an upload's id that is in the index.
fn prefix(upload: &UploadId) -> &[u8] {
    &upload.bytes()[..13]
}
