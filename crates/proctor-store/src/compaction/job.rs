//! One rewrite, from reading to the swap.

use std::sync::Arc;

use proctor_core::time::Timestamp;

use super::compactor::Compactor;
use super::policy::{Rewrite, Segments};
use super::{CompactionReport, Stage};
use crate::StoreError;
use crate::catalog::compaction::{self as catalog, SuiteDay, Swap, Swapped};
use crate::catalog::day_files::NamedFile;
use crate::executions::UploadSeq;
use crate::executions::day_files::{Merge, Merged, NewDayFile, Opened};

/// Segments of one rewrite: the swap deletes them in one transaction, which others wait for.
const SEGMENTS_MAX: usize = 2_000;
/// Bytes of their bodies, for the same reason; one segment may be larger.
const SEGMENT_BYTES_MAX: u64 = 32 << 20;
/// Bytes of bodies that are fetched by one statement; one segment may be larger.
const FETCH_BYTES_MAX: u64 = 8 << 20;

impl Compactor {
    /// Makes one new file of what `rewrite` names, up to `until`. `None`: there was nothing to be made, or something was faster.
    pub(super) async fn rewrite(
        &self,
        day: &SuiteDay,
        rewrite: &Rewrite,
        now: Timestamp,
        until: Stage,
    ) -> Result<Option<CompactionReport>, StoreError> {
        let replaced: Vec<NamedFile> = day.files.iter().map(|file| file.named).filter(|file| rewrite.files.contains(&file.id)).collect();
        let mut merge = Merge::default();
        let mut segments = Vec::new();
        if rewrite.segments == Segments::Taken {
            (merge, segments) = self.read_segments(day, merge, now).await?;
        }
        if segments.is_empty() && replaced.len() < 2 {
            return Ok(None);
        }
        let files = match self.day_files.open_all(&replaced).await? {
            Opened::All(files) => files,
            Opened::Gone(file) => {
                tracing::warn!(suite = %day.suite, day = day.day, file = ?file.id, "a day was not compacted: one of its files is gone");
                return Ok(None);
            }
        };
        let file = self.day_files.begin(day.suite, day.day)?;
        let (stop, path) = (Arc::clone(&self.stop), file.unfinished.clone());
        let written = blocking(move || {
            files.iter().try_for_each(|file| merge.add_file(file))?;
            merge.write(&path, &stop)
        });
        let written = match written.await {
            Ok(written) => written,
            Err(error) => {
                self.day_files.discard(&file);
                return Err(error);
            }
        };
        if until == Stage::Written {
            return Ok(Some(CompactionReport::default()));
        }
        self.day_files.publish(&file)?;
        if until == Stage::Published {
            return Ok(Some(CompactionReport::default()));
        }
        self.swap(&file, written, &segments, &replaced, now, until).await
    }

    async fn swap(
        &self,
        file: &NewDayFile,
        written: Merged,
        segments: &[UploadSeq],
        replaced: &[NamedFile],
        now: Timestamp,
        until: Stage,
    ) -> Result<Option<CompactionReport>, StoreError> {
        let Merged { rows, bytes } = written;
        let named = NamedFile { id: file.id, suite: file.suite, day: file.day, executions: rows, bytes };
        let swap = Swap { file: named, written_at: now, segments, replaced };
        // When it fails, its commit may have come through all the same: the file stays, and the next sweep looks whether it is named.
        if catalog::swap(&self.connections, &swap, self.day_files.parts(file)).await? == Swapped::Superseded {
            self.day_files.discard(file);
            return Ok(Some(CompactionReport { superseded: 1, ..CompactionReport::default() }));
        }
        if until == Stage::Done {
            self.day_files.retire(replaced);
        }
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        Ok(Some(CompactionReport {
            files_written: 1,
            files_replaced: count(replaced.len()),
            segments_replaced: count(segments.len()),
            executions_written: rows,
            bytes_written: bytes,
            superseded: 0,
        }))
    }

    /// Reads waiting segments, oldest first, until memory is used up.
    async fn read_segments(&self, day: &SuiteDay, mut merge: Merge, now: Timestamp) -> Result<(Merge, Vec<UploadSeq>), StoreError> {
        let waiting = catalog::waiting_segments(&self.connections, day, SEGMENTS_MAX, self.evaluated_before(now)).await?;
        let mut bytes = 0;
        let fits = |(_, size): &&(UploadSeq, u64)| {
            bytes += *size;
            bytes == *size || bytes <= SEGMENT_BYTES_MAX
        };
        let mut waiting = waiting.iter().take_while(fits).copied().peekable();
        let mut taken = Vec::new();
        let mut memory = 0;
        while memory < self.options.memory_bytes_max && waiting.peek().is_some() {
            let (mut together, mut size) = (Vec::new(), 0);
            while let Some((seq, bytes)) = waiting.next_if(|(_, bytes)| size == 0 || size + bytes <= FETCH_BYTES_MAX) {
                together.push(seq);
                size += bytes.max(1);
            }
            let inputs = catalog::segment_inputs(&self.connections, day.suite, &together).await?;
            taken.extend(inputs.iter().map(|input| input.upload.seq));
            let added;
            (merge, added) = blocking(move || {
                let mut added = 0;
                for input in inputs {
                    added += merge.add_segment(input)?;
                }
                Ok((merge, added))
            })
            .await?;
            memory += added;
        }
        Ok((merge, taken))
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, StoreError> + Send + 'static) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| StoreError::Internal(format!("compaction: {error}")))?
}
