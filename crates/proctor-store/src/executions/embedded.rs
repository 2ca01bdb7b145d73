//! Executions in the catalog's own database: one row of `segments` for each upload.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use proctor_core::id::SuiteId;
use rustc_hash::FxHashMap;

use super::read::SegmentReader;
use super::{ExecutionRow, ExecutionStore, NewSegment, Selection, UploadSeq};
use crate::StoreError;
use crate::database::{Columns, Connections, Statement, Value, WriteTransaction};

const DAY_MS: i64 = 86_400_000;
/// Segments that one statement fetches; each can be large.
const SEGMENTS_PER_READ_MAX: usize = 16;

/// The embedded implementation.
#[derive(Debug)]
pub(crate) struct EmbeddedExecutions {
    connections: Connections,
}

impl EmbeddedExecutions {
    pub(crate) const fn new(connections: Connections) -> Self {
        Self { connections }
    }

    async fn append_all(&self, transaction: &mut WriteTransaction, segments: &[NewSegment<'_>]) -> Result<(), StoreError> {
        if segments.is_empty() {
            return Ok(());
        }
        let insert =
            "INSERT INTO segments (upload_seq, suite_id, run_id, upload_id, day, executions, byte_count, test_ordinals, body) VALUES ";
        let mut insert = Statement::built(transaction.engine(), insert);
        for segment in segments {
            let NewSegment { suite, run, upload, seq, received_at, counts, test_ordinals, bytes } = segment;
            let ordinals: Vec<u8> = test_ordinals.iter().flat_map(|ordinal| ordinal.to_le_bytes()).collect();
            insert.row(&[
                seq.0.into(),
                suite.bytes().into(),
                run.bytes().into(),
                upload.bytes().into(),
                received_at.millis().div_euclid(DAY_MS).into(),
                counts.total().into(),
                u64::try_from(bytes.len()).unwrap_or(u64::MAX).into(),
                ordinals.as_slice().into(),
                (*bytes).into(),
            ]);
        }
        insert.execute(transaction.connection()).await?;
        Ok(())
    }

    async fn read_all(&self, suite: SuiteId, selections: &[Selection]) -> Result<Vec<Vec<ExecutionRow>>, StoreError> {
        let mut rows = Vec::with_capacity(selections.len());
        for some in selections.chunks(SEGMENTS_PER_READ_MAX) {
            let segments = self.fetch(suite, some).await?;
            let some = some.to_vec();
            // Decoding is work for a processor, not for the threads that serve sockets.
            let decoded = tokio::task::spawn_blocking(move || decode(&some, &segments)).await;
            rows.append(&mut decoded.map_err(|error| StoreError::Internal(format!("reading segments: {error}")))??);
        }
        Ok(rows)
    }

    async fn fetch(&self, suite: SuiteId, selections: &[Selection]) -> Result<FxHashMap<UploadSeq, StoredSegment>, StoreError> {
        let select = "SELECT upload_seq, test_ordinals, body FROM segments WHERE suite_id = ";
        let mut select = Statement::built(self.connections.engine(), select);
        let seqs = selections.iter().map(|selection| Value::from(selection.upload.0));
        select.value(suite.bytes()).push(" AND upload_seq IN ").list(seqs);
        let mut segments = FxHashMap::default();
        for row in select.all(&mut *self.connections.read().await?).await? {
            let (ordinals, odd) = row.bytes("test_ordinals")?.as_chunks::<4>();
            if !odd.is_empty() {
                return Err(StoreError::Corrupt("segment: test ordinals".to_owned()));
            }
            let test_ordinals = ordinals.iter().map(|ordinal| u32::from_le_bytes(*ordinal)).collect();
            segments.insert(UploadSeq(row.int("upload_seq")?), StoredSegment { test_ordinals, body: row.bytes("body")?.to_vec() });
        }
        Ok(segments)
    }
}

impl ExecutionStore for EmbeddedExecutions {
    fn append<'a>(
        &'a self,
        transaction: &'a mut WriteTransaction,
        segments: &'a [NewSegment<'a>],
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        self.append_all(transaction, segments).boxed()
    }

    fn read<'a>(&'a self, suite: SuiteId, selections: &'a [Selection]) -> BoxFuture<'a, Result<Vec<Vec<ExecutionRow>>, StoreError>> {
        self.read_all(suite, selections).boxed()
    }

    fn delete_suite<'a>(&'a self, transaction: &'a mut WriteTransaction, suite: SuiteId) -> BoxFuture<'a, Result<(), StoreError>> {
        let delete = Statement::fixed("DELETE FROM segments WHERE suite_id = $1").with(suite.bytes());
        async move { delete.execute(transaction.connection()).await.map(drop) }.boxed()
    }
}

struct StoredSegment {
    test_ordinals: Vec<u32>,
    body: Vec<u8>,
}

fn decode(selections: &[Selection], segments: &FxHashMap<UploadSeq, StoredSegment>) -> Result<Vec<Vec<ExecutionRow>>, StoreError> {
    let rows_of = |selection: &Selection| {
        let missing = || StoreError::Corrupt(format!("segment: none for upload {}", selection.upload.0));
        let segment = segments.get(&selection.upload).ok_or_else(missing)?;
        let reader = SegmentReader::open(&segment.body, None)?;
        let positions = reader.positions(selection.result)?;
        let usize_of = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let wanted: Vec<usize> = positions.into_iter().rev().skip(usize_of(selection.skip)).take(usize_of(selection.limit)).collect();
        reader.rows(&wanted, &segment.test_ordinals)
    };
    selections.iter().map(rows_of).collect()
}
