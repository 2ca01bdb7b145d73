//! What a pass has to look at: blocks that are at hand, and segments and day files to be decoded.

use std::sync::Arc;

use super::EmbeddedExecutions;
use super::block::{Block, BlockUpload, Needs};
use super::block_read::{block_near_test, block_of_file, uploads_of_file};
use super::cache::{BlockKey, CachedBlock, PassNumber};
use super::day_files::{OpenDayFile, SegmentRef, Snapshot};
use super::question::{Facts, Question};
use crate::StoreError;
use crate::catalog::facts::facts_for;
use crate::catalog::sources::block_uploads;

/// What a row of a day file takes in memory once it is decoded, about.
const BYTES_PER_ROW: usize = 14;

/// One part of a snapshot.
#[derive(Debug)]
pub(super) enum Source {
    Ready(BlockKey, Arc<CachedBlock>),
    File(FileSource),
    Segment(SegmentSource),
}

/// A day file to be decoded.
#[derive(Debug)]
pub(super) struct FileSource {
    pub(super) file: Arc<OpenDayFile>,
    pub(super) uploads: Arc<[BlockUpload]>,
}

/// A segment to be fetched and decoded.
#[derive(Debug)]
pub(super) struct SegmentSource {
    pub(super) upload: BlockUpload,
    pub(super) executions: u64,
    pub(super) bytes: u64,
}

impl Source {
    fn uploads(&self) -> &[BlockUpload] {
        match self {
            Self::Ready(_, cached) => &cached.block.uploads,
            Self::File(file) => &file.uploads,
            Self::Segment(segment) => std::slice::from_ref(&segment.upload),
        }
    }

    /// How many executions it holds.
    pub(super) fn executions(&self) -> u64 {
        match self {
            Self::Ready(_, cached) => cached.block.result.len() as u64,
            Self::File(source) => u64::from(source.file.rows()),
            Self::Segment(source) => source.executions,
        }
    }
}

/// The sources of a question as of one moment, without those that hold nothing selected, and what the catalog knows of them.
#[derive(Debug)]
pub(super) struct Sources {
    pub(super) sources: Vec<Source>,
    pub(super) facts: Facts,
}

impl EmbeddedExecutions {
    /// `needs`: the columns that are looked at. Large sources come first.
    pub(super) async fn sources(&self, question: &Question, needs: Needs, pass: PassNumber) -> Result<Sources, StoreError> {
        let days = question.days();
        if days.is_empty() {
            return Ok(Sources { sources: Vec::new(), facts: Facts::default() });
        }
        let Snapshot { segments, files } = self.day_files().snapshot(question.suite, days).await?;
        let mut sources = Vec::with_capacity(segments.len() + files.len());
        for file in files {
            let key = BlockKey::File(file.id());
            sources.push(match self.at_hand(key, needs, pass) {
                Some(cached) => Source::Ready(key, cached),
                None => Source::File(FileSource { uploads: uploads_of_file(&file), file }),
            });
        }
        let mut unknown: Vec<SegmentRef> = Vec::new();
        for segment in segments {
            let key = BlockKey::Segment(segment.seq);
            match self.at_hand(key, needs, pass) {
                Some(cached) => sources.push(Source::Ready(key, cached)),
                None => unknown.push(segment),
            }
        }
        let seqs: Vec<_> = unknown.iter().map(|segment| segment.seq).collect();
        let mut uploads = block_uploads(self.connections(), question.suite, &seqs).await?;
        for SegmentRef { seq, executions, byte_count: bytes, .. } in unknown {
            // An upload that is gone takes its segment along.
            if let Some(upload) = uploads.remove(&seq) {
                sources.push(Source::Segment(SegmentSource { upload, executions, bytes }));
            }
        }
        sources.retain(|source| source.uploads().iter().any(|upload| question.concerns(upload)));
        let uploads = sources.iter().flat_map(Source::uploads).filter(|upload| question.concerns(upload));
        let facts = facts_for(self.connections(), question, uploads, self.limits()).await?;
        sources.retain(|source| source.uploads().iter().any(|upload| facts.accepts(question, upload)));
        Ok(Sources { sources, facts })
    }

    /// A block that has the columns.
    fn at_hand(&self, key: BlockKey, needs: Needs, pass: PassNumber) -> Option<Arc<CachedBlock>> {
        self.cache().get(key, pass).filter(|cached| cached.block.needs.cover(needs))
    }

    /// Decodes a file, and keeps it for the next question. Work for a thread that may block.
    pub(super) fn load_file(&self, source: &FileSource, needs: Needs, pass: PassNumber) -> Result<Arc<CachedBlock>, StoreError> {
        let key = BlockKey::File(source.file.id());
        // Lists and single executions ask for it sooner or later, and decoding all again costs more than two bytes a row.
        let needs = self.cache().needs(key, needs).and(Needs { index: true, ..Needs::default() });
        let block = block_of_file(&source.file, Arc::clone(&source.uploads), needs)?;
        Ok(self.keep(key, block, pass))
    }

    /// What a file has of one test, for a question that is about it alone. `None`: nothing. Where there is room for all of the file it is
    /// decoded and kept, else only the pages of the test are read. Work for a thread that may block.
    pub(super) fn load_test(
        &self,
        source: &FileSource,
        needs: Needs,
        pass: PassNumber,
        ordinal: u32,
    ) -> Result<Option<Arc<CachedBlock>>, StoreError> {
        if self.cache().has_room(source.file.rows() as usize * BYTES_PER_ROW) {
            return self.load_file(source, needs, pass).map(Some);
        }
        let block = block_near_test(&source.file, Arc::clone(&source.uploads), needs, ordinal)?;
        Ok(block.map(|block| Arc::new(CachedBlock::new(block))))
    }

    /// Keeps a block for the next question.
    pub(super) fn keep(&self, key: BlockKey, block: Block, pass: PassNumber) -> Arc<CachedBlock> {
        let cached = Arc::new(CachedBlock::new(block));
        self.cache().put(key, &cached, pass);
        cached
    }
}
