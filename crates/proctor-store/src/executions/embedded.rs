//! Executions in the catalog's own database, one row of `segments` for each upload, until they are compacted into day files.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use proctor_core::day::DAY_MS;
use proctor_core::id::SuiteId;
use rustc_hash::FxHashMap;
use tokio::sync::Semaphore;

use super::cache::BlockCache;
use super::day_files::{DayFiles, OpenDayFile};
use super::read::SegmentReader;
use super::remembered::Remembered;
use super::{ExecutionRow, ExecutionStore, NewSegment, QueryLimits, SegmentBody, Selection, UploadSeq};
use crate::StoreError;
use crate::database::{Columns, Connections, Engine, Statement, Value, WriteTransaction};

/// Segments that one statement fetches; each can be large.
const SEGMENTS_PER_READ_MAX: usize = 16;
/// Uploads that one statement names.
const UPLOADS_PER_STATEMENT_MAX: usize = 500;

/// Passes over blocks that run at the same time; others wait for their turn.
const PASSES_MAX: usize = 8;

/// The embedded implementation.
#[derive(Debug)]
pub(crate) struct EmbeddedExecutions {
    connections: Connections,
    day_files: Arc<DayFiles>,
    limits: QueryLimits,
    cache: BlockCache,
    remembered: Remembered,
    /// Passes that may run at the same time.
    passes: Semaphore,
}

impl EmbeddedExecutions {
    pub(crate) fn new(connections: Connections, day_files: Arc<DayFiles>, limits: QueryLimits) -> Self {
        let cache = BlockCache::new(limits.cache_bytes_max);
        Self { connections, day_files, limits, cache, remembered: Remembered::default(), passes: Semaphore::new(PASSES_MAX) }
    }

    pub(super) const fn connections(&self) -> &Connections {
        &self.connections
    }

    pub(super) const fn day_files(&self) -> &Arc<DayFiles> {
        &self.day_files
    }

    pub(super) const fn cache(&self) -> &BlockCache {
        &self.cache
    }

    pub(super) const fn remembered(&self) -> &Remembered {
        &self.remembered
    }

    pub(super) const fn passes(&self) -> &Semaphore {
        &self.passes
    }

    pub(super) const fn limits(&self) -> QueryLimits {
        self.limits
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
            let uploads: Vec<UploadSeq> = some.iter().map(|selection| selection.upload).collect();
            let segments = self.fetch(suite, &uploads).await?;
            // Segments first: what is compacted between the two questions is then found in a file.
            let compacted: Vec<UploadSeq> = uploads.into_iter().filter(|upload| !segments.contains_key(upload)).collect();
            let files = if compacted.is_empty() { Vec::new() } else { self.day_files.of_uploads(suite, &compacted).await? };
            let some = some.to_vec();
            // Decoding is work for a processor, not for the threads that serve sockets.
            let decoded = tokio::task::spawn_blocking(move || decode(&some, &segments, &files)).await;
            rows.append(&mut decoded.map_err(|error| StoreError::Internal(format!("reading segments: {error}")))??);
        }
        Ok(rows)
    }

    async fn fetch(&self, suite: SuiteId, uploads: &[UploadSeq]) -> Result<FxHashMap<UploadSeq, StoredSegment>, StoreError> {
        let select = "SELECT upload_seq, test_ordinals, body FROM segments WHERE suite_id = ";
        let mut select = Statement::built(self.connections.engine(), select);
        let seqs = uploads.iter().map(|upload| Value::from(upload.0));
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

impl ExecutionStore for Arc<EmbeddedExecutions> {
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

    fn uploads_in_segments<'a>(&'a self, suite: SuiteId, uploads: &'a [UploadSeq]) -> BoxFuture<'a, Result<Vec<UploadSeq>, StoreError>> {
        let named = async move {
            let mut seqs = Vec::new();
            for some in uploads.chunks(UPLOADS_PER_STATEMENT_MAX) {
                let mut select = Statement::built(self.connections.engine(), "SELECT upload_seq FROM segments WHERE suite_id = ");
                select.value(suite.bytes()).push(" AND upload_seq IN ").list(some.iter().map(|upload| Value::from(upload.0)));
                for row in select.all(&mut *self.connections.read().await?).await? {
                    seqs.push(UploadSeq(row.int("upload_seq")?));
                }
            }
            Ok(seqs)
        };
        named.boxed()
    }

    fn files_of<'a>(&'a self, suite: SuiteId, uploads: &'a [UploadSeq]) -> BoxFuture<'a, Result<Vec<Arc<OpenDayFile>>, StoreError>> {
        let named = async move {
            let mut files: Vec<Arc<OpenDayFile>> = Vec::new();
            for some in uploads.chunks(UPLOADS_PER_STATEMENT_MAX) {
                for file in self.day_files.of_uploads(suite, some).await? {
                    if !files.iter().any(|known| known.id() == file.id()) && some.iter().any(|upload| file.has_upload(*upload)) {
                        files.push(file);
                    }
                }
            }
            Ok(files)
        };
        named.boxed()
    }

    fn segments<'a>(&'a self, suite: SuiteId, uploads: &'a [UploadSeq]) -> BoxFuture<'a, Result<Vec<SegmentBody>, StoreError>> {
        let fetched = async move {
            let mut bodies = Vec::with_capacity(uploads.len());
            for some in uploads.chunks(SEGMENTS_PER_READ_MAX) {
                let segments = self.fetch(suite, some).await?;
                let body_of = |(seq, segment): (UploadSeq, StoredSegment)| {
                    let StoredSegment { test_ordinals, body } = segment;
                    SegmentBody { seq, test_ordinals, body }
                };
                bodies.extend(segments.into_iter().map(body_of));
            }
            Ok(bodies)
        };
        fetched.boxed()
    }

    fn delete_suite<'a>(&'a self, transaction: &'a mut WriteTransaction, suite: SuiteId) -> BoxFuture<'a, Result<(), StoreError>> {
        async move {
            if transaction.engine() == Engine::Postgres {
                let delete = "DELETE FROM day_file_parts WHERE file_id IN (SELECT id FROM day_files WHERE suite_id = $1)";
                Statement::fixed(delete).with(suite.bytes()).execute(transaction.connection()).await?;
            }
            for delete in [
                "DELETE FROM segments WHERE suite_id = $1",
                "DELETE FROM day_files WHERE suite_id = $1",
                "DELETE FROM deleted_days WHERE suite_id = $1",
                "INSERT INTO deleted_suites (suite_id) VALUES ($1)",
            ] {
                Statement::fixed(delete).with(suite.bytes()).execute(transaction.connection()).await?;
            }
            Ok(())
        }
        .boxed()
    }

    fn suite_deleted<'a>(&'a self, suite: SuiteId) -> BoxFuture<'a, Result<(), StoreError>> {
        self.day_files.forget_suite(suite);
        // What the segments took goes back to the file system.
        self.connections.give_back(0).boxed()
    }
}

struct StoredSegment {
    test_ordinals: Vec<u32>,
    body: Vec<u8>,
}

fn decode(
    selections: &[Selection],
    segments: &FxHashMap<UploadSeq, StoredSegment>,
    files: &[Arc<OpenDayFile>],
) -> Result<Vec<Vec<ExecutionRow>>, StoreError> {
    let mut rows = Vec::with_capacity(selections.len());
    // Where in which file the rows of which selections are: each file is read once.
    let mut wanted: Vec<Vec<(usize, Vec<u32>)>> = vec![Vec::new(); files.len()];
    for (at, selection) in selections.iter().enumerate() {
        if let Some(segment) = segments.get(&selection.upload) {
            let reader = SegmentReader::open(&segment.body, None)?;
            rows.push(reader.rows(&selection.of(reader.positions(selection.result)?), &segment.test_ordinals)?);
            continue;
        }
        let missing = || StoreError::Corrupt(format!("executions: none for upload {}", selection.upload.0));
        let (file, wanted) = files.iter().zip(&mut wanted).find(|(file, _)| file.has_upload(selection.upload)).ok_or_else(missing)?;
        wanted.push((at, selection.of(file.positions_of(selection.upload, selection.result)?)));
        rows.push(Vec::new());
    }
    for (file, wanted) in files.iter().zip(wanted) {
        let positions: Vec<u32> = wanted.iter().flat_map(|(_, positions)| positions).copied().collect();
        if positions.is_empty() {
            continue;
        }
        let mut read = file.read_rows(&positions)?.into_iter().map(|(_, row)| row);
        for (at, positions) in wanted {
            rows[at].extend(read.by_ref().take(positions.len()));
        }
    }
    Ok(rows)
}

impl Selection {
    /// Its part of the rows of an upload, which come by index.
    fn of<T>(&self, rows: Vec<T>) -> Vec<T> {
        let usize_of = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        rows.into_iter().rev().skip(usize_of(self.skip)).take(usize_of(self.limit)).collect()
    }
}
