//! Single executions in full, from segments and day files.

use std::sync::Arc;

use proctor_core::id::SuiteId;
use rustc_hash::FxHashMap;

use super::block::Needs;
use super::block_read::uploads_of_file;
use super::cache::{BlockKey, CachedBlock, PassNumber};
use super::day_files::OpenDayFile;
use super::read::SegmentReader;
use super::sources::FileSource;
use super::{EmbeddedExecutions, ExecutionRow, UploadSeq, Wanted};
use crate::StoreError;
use crate::catalog::sources::{SegmentBody, segment_bodies};

/// Uploads whose bodies one statement fetches.
const UPLOADS_PER_FETCH_MAX: usize = 16;
/// The column by which rows of a file are told apart.
const INDEX: Needs = Needs { index: true, file_name: false, selector: false, spans: false };

impl EmbeddedExecutions {
    /// For each upload those of the wanted rows that are there, in their order.
    pub(super) async fn rows_at(self: &Arc<Self>, suite: SuiteId, wanted: &[Wanted]) -> Result<Vec<Vec<ExecutionRow>>, StoreError> {
        let mut rows: Vec<Option<Vec<ExecutionRow>>> = vec![None; wanted.len()];
        for (some, rows) in wanted.chunks(UPLOADS_PER_FETCH_MAX).zip(rows.chunks_mut(UPLOADS_PER_FETCH_MAX)) {
            let mut bodies = segment_bodies(self.connections(), suite, some.iter().map(|wanted| wanted.upload)).await?;
            let some: Vec<_> = some.iter().map(|wanted| (wanted.clone(), bodies.remove(&wanted.upload))).collect();
            let decoded = in_thread(move || some.iter().map(rows_of_segment).collect::<Result<Vec<_>, _>>()).await?;
            rows.iter_mut().zip(decoded).for_each(|(rows, decoded)| *rows = decoded);
        }
        // Segments first: what is compacted between the two questions is then found in a file.
        let compacted: Vec<Wanted> =
            wanted.iter().zip(&rows).filter(|(_, rows)| rows.is_none()).map(|(wanted, _)| wanted.clone()).collect();
        let mut in_files = self.rows_in_files(suite, compacted).await?;
        let merge =
            |(wanted, rows): (&Wanted, Option<Vec<ExecutionRow>>)| rows.or_else(|| in_files.remove(&wanted.upload)).unwrap_or_default();
        Ok(wanted.iter().zip(rows).map(merge).collect())
    }

    async fn rows_in_files(
        self: &Arc<Self>,
        suite: SuiteId,
        wanted: Vec<Wanted>,
    ) -> Result<FxHashMap<UploadSeq, Vec<ExecutionRow>>, StoreError> {
        if wanted.is_empty() {
            return Ok(FxHashMap::default());
        }
        let uploads: Vec<UploadSeq> = wanted.iter().map(|wanted| wanted.upload).collect();
        let files = self.day_files().of_uploads(suite, &uploads).await?;
        let executions = Arc::clone(self);
        let pass = self.cache().begin();
        in_thread(move || {
            let mut found = FxHashMap::default();
            for file in files {
                let here: Vec<&Wanted> = wanted.iter().filter(|wanted| file.has_upload(wanted.upload)).collect();
                if !here.is_empty() {
                    executions.rows_in_file(&file, &here, pass, &mut found)?;
                }
            }
            Ok(found)
        })
        .await
    }

    fn rows_in_file(
        &self,
        file: &Arc<OpenDayFile>,
        wanted: &[&Wanted],
        pass: PassNumber,
        found: &mut FxHashMap<UploadSeq, Vec<ExecutionRow>>,
    ) -> Result<(), StoreError> {
        let key = BlockKey::File(file.id());
        let cached = match self.cache().get(key, pass).filter(|cached| cached.block.needs.cover(INDEX)) {
            Some(cached) => cached,
            None => self.load_file(&FileSource { uploads: uploads_of_file(file), file: Arc::clone(file) }, INDEX, pass)?,
        };
        let positions = positions_of(&cached, wanted);
        if !positions.is_empty() {
            for (upload, row) in file.read_rows(&positions)? {
                found.entry(upload).or_default().push(row);
            }
            // Positions are in the order of tests.
            found.values_mut().for_each(|rows| rows.sort_unstable_by_key(|row| row.index));
        }
        Ok(())
    }
}

fn positions_of(cached: &CachedBlock, wanted: &[&Wanted]) -> Vec<u32> {
    let block = &cached.block;
    let indexes_of = |seq| wanted.iter().find(|wanted| wanted.upload == seq).map(|wanted| wanted.indexes.as_slice());
    let indexes: Vec<Option<&[u32]>> = block.uploads.iter().map(|upload| indexes_of(upload.seq)).collect();
    let is_wanted = |row: &u32| {
        let indexes = indexes[block.upload.get(*row as usize)];
        indexes.is_some_and(|indexes| indexes.binary_search(&block.index_of(*row as usize)).is_ok())
    };
    (0..).take(block.result.len()).filter(is_wanted).collect()
}

/// `None`: there is no such segment.
fn rows_of_segment((wanted, body): &(Wanted, Option<SegmentBody>)) -> Result<Option<Vec<ExecutionRow>>, StoreError> {
    let Some(SegmentBody { test_ordinals, body }) = body else { return Ok(None) };
    let reader = SegmentReader::open(body, None)?;
    reader.rows(&reader.positions_of(&wanted.indexes)?, test_ordinals).map(Some)
}

/// Decoding is work for a processor, not for the threads that serve sockets.
async fn in_thread<T: Send + 'static>(work: impl FnOnce() -> Result<T, StoreError> + Send + 'static) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| StoreError::Internal(format!("reading executions: {error}")))?
}
