//! The segments that questions read, and their uploads.

use std::sync::Arc;

use proctor_core::id::{RunId, SuiteId, UploadId};
use rustc_hash::FxHashMap;

use crate::StoreError;
use crate::database::{Columns, Connections, Statement, Value};
use crate::executions::{BlockUpload, UploadSeq};

/// Uploads that one statement asks for.
const UPLOADS_PER_STATEMENT_MAX: usize = 500;

/// The body of a segment.
#[derive(Clone, Debug)]
pub(crate) struct SegmentBody {
    /// The ordinal in the suite of each of the segment's own test numbers.
    pub(crate) test_ordinals: Vec<u32>,
    pub(crate) body: Vec<u8>,
}

/// What questions look at of uploads; one that is gone is left out.
pub(crate) async fn block_uploads(
    connections: &Connections,
    suite: SuiteId,
    seqs: &[UploadSeq],
) -> Result<FxHashMap<UploadSeq, BlockUpload>, StoreError> {
    let mut uploads = FxHashMap::default();
    if seqs.is_empty() {
        return Ok(uploads);
    }
    let mut connection = connections.read().await?;
    for some in seqs.chunks(UPLOADS_PER_STATEMENT_MAX) {
        let select = "SELECT seq, id, run_id, received_at, branch, commit_sha FROM uploads WHERE suite_id = ";
        let mut select = Statement::built(connections.engine(), select);
        select.value(suite.bytes()).push(" AND seq IN ").list(some.iter().map(|seq| Value::from(seq.0)));
        for row in select.all(&mut connection).await? {
            let upload = BlockUpload {
                seq: UploadSeq(row.int("seq")?),
                id: row.id("id", UploadId::from_bytes)?,
                run: row.id("run_id", RunId::from_bytes)?,
                received_at: row.time("received_at")?,
                branch: row.maybe_text("branch")?.map(Arc::from),
                commit_sha: row.maybe_text("commit_sha")?.map(Arc::from),
            };
            uploads.insert(upload.seq, upload);
        }
    }
    Ok(uploads)
}

/// The bodies of segments; one that is gone is left out.
pub(crate) async fn segment_bodies(
    connections: &Connections,
    suite: SuiteId,
    seqs: impl Iterator<Item = UploadSeq>,
) -> Result<FxHashMap<UploadSeq, SegmentBody>, StoreError> {
    let select = "SELECT upload_seq, test_ordinals, body FROM segments WHERE suite_id = ";
    let mut select = Statement::built(connections.engine(), select);
    select.value(suite.bytes()).push(" AND upload_seq IN ").list(seqs.map(|seq| Value::from(seq.0)));
    let mut bodies = FxHashMap::default();
    for row in select.all(&mut *connections.read().await?).await? {
        let (ordinals, odd) = row.bytes("test_ordinals")?.as_chunks::<4>();
        if !odd.is_empty() {
            return Err(StoreError::Corrupt("segment: test ordinals".to_owned()));
        }
        let test_ordinals = ordinals.iter().map(|ordinal| u32::from_le_bytes(*ordinal)).collect();
        bodies.insert(UploadSeq(row.int("upload_seq")?), SegmentBody { test_ordinals, body: row.bytes("body")?.to_vec() });
    }
    Ok(bodies)
}
