//! Segments and day files of one day, merged into a new day file.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::super::read::SegmentReader;
use super::super::view::{Origin, View};
use super::gather::{Gather, RowRef};
use super::layout::Layout;
use super::open::{Batches, OpenDayFile};
use super::uploads::FileUpload;
use super::write::Writer;
use crate::StoreError;

/// Rows that are read, gathered and handed to the writer together.
const ROWS_PER_BATCH_MAX: usize = if cfg!(test) { 3 } else { 8_192 };
/// Bytes of text that are gathered together; one row may be larger.
const BYTES_PER_BATCH_MAX: usize = 8 << 20;

/// A segment to be merged.
#[derive(Debug)]
pub(crate) struct SegmentInput {
    pub(crate) upload: FileUpload,
    /// Of the upload, else of its run.
    pub(crate) branch: Option<String>,
    /// The ordinal in the suite of each of the segment's own test numbers.
    pub(crate) test_ordinals: Vec<u32>,
    pub(crate) body: Vec<u8>,
}

/// What has been written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Merged {
    pub(crate) rows: u64,
    pub(crate) bytes: u64,
}

/// Sources to be merged. Segments are held in memory; files are read batch by batch.
#[derive(Default)]
pub(crate) struct Merge {
    sources: Vec<Source>,
    /// What each source shows at the moment; none when it has ended.
    views: Vec<Option<View>>,
    uploads: Vec<FileUpload>,
    layout: Option<Layout>,
}

impl Merge {
    /// Takes a segment in; how many bytes of memory it takes.
    pub(crate) fn add_segment(&mut self, segment: SegmentInput) -> Result<usize, StoreError> {
        let SegmentInput { upload, branch, test_ordinals, body } = segment;
        let reader = SegmentReader::open(&body, None)?;
        let origin = Origin::One { upload: upload.seq, received_at: upload.received_at.millis(), branch };
        let view = reader.view(&test_ordinals, origin)?;
        let rows = u32::try_from(view.rows()).map_err(|_| StoreError::Internal("a segment of too many rows".to_owned()))?;
        let mut order: Vec<u32> = (0..rows).collect();
        order.sort_unstable_by_key(|row| (view.test[*row as usize], view.index(*row as usize)));
        self.needs(Layout::of_view(&view));
        self.uploads.push(upload);
        let bytes = reader.memory_bytes() + order.len() * (size_of::<u32>() + size_of::<u32>());
        self.sources.push(Source { order: Some(order), cursor: 0, batches: None });
        self.views.push(Some(view));
        Ok(bytes)
    }

    /// Takes a file in.
    pub(crate) fn add_file(&mut self, file: &Arc<OpenDayFile>) -> Result<(), StoreError> {
        let mut batches = file.batches(ROWS_PER_BATCH_MAX, BYTES_PER_BATCH_MAX)?;
        self.needs(Layout::of_schema(file.schema()));
        self.uploads.extend_from_slice(file.uploads());
        self.views.push(batches.next_view()?);
        self.sources.push(Source { order: None, cursor: 0, batches: Some(batches) });
        Ok(())
    }

    fn needs(&mut self, layout: Layout) {
        self.layout = Some(self.layout.map_or(layout, |known| known.with(&layout)));
    }

    /// Writes the file. Its content is durable afterwards, its name is not.
    ///
    /// [`StoreError::Unavailable`] when `stop` becomes true meanwhile.
    pub(crate) fn write(mut self, path: &Path, stop: &AtomicBool) -> Result<Merged, StoreError> {
        let layout = self.layout.unwrap_or(Layout::EMPTY);
        let gather = Gather::new(&layout);
        let mut writer = Writer::create(path, layout.schema())?;
        let mut heap: BinaryHeap<Reverse<Key>> = (0..self.sources.len()).filter_map(|source| self.key(source)).map(Reverse).collect();
        let mut pending: Vec<RowRef> = Vec::with_capacity(ROWS_PER_BATCH_MAX);
        let (mut pending_bytes, mut rows) = (0, 0_u64);
        while let Some(mut first) = heap.peek_mut() {
            let source = first.0.source;
            let row = self.row(source);
            pending_bytes += self.text_bytes(row);
            pending.push(row);
            rows += 1;
            self.sources[source as usize].cursor += 1;
            let mut next = self.key(source as usize);
            let is_full = pending.len() >= ROWS_PER_BATCH_MAX || pending_bytes >= BYTES_PER_BATCH_MAX;
            // What waits points into the batch that ends here.
            if is_full || next.is_none() {
                if stop.load(Ordering::Relaxed) {
                    return Err(StoreError::Unavailable("the store is being closed".to_owned()));
                }
                writer.write(&gather.batch(&self.views, &pending)?)?;
                pending.clear();
                pending_bytes = 0;
            }
            if next.is_none() {
                self.advance(source as usize)?;
                next = self.key(source as usize);
            }
            match next {
                Some(key) => *first = Reverse(key),
                None => drop(std::collections::binary_heap::PeekMut::pop(first)),
            }
        }
        self.uploads.sort_unstable_by_key(|upload| upload.seq);
        self.uploads.dedup_by_key(|upload| upload.seq);
        let bytes = writer.finish(path, &self.uploads)?;
        Ok(Merged { rows, bytes })
    }

    /// The key of the next row of a source, unless its batch has ended.
    fn key(&self, source: usize) -> Option<Key> {
        let view = self.views.get(source)?.as_ref()?;
        let row = self.sources.get(source)?.row()?;
        if row >= view.rows() {
            return None;
        }
        Some(Key {
            test: view.test[row],
            received_at: view.received_at(row),
            upload: view.upload(row).0,
            index: view.index(row),
            source: u32::try_from(source).unwrap_or(u32::MAX),
        })
    }

    fn row(&self, source: u32) -> RowRef {
        let row = self.sources.get(source as usize).and_then(Source::row).unwrap_or_default();
        RowRef { source, row: u32::try_from(row).unwrap_or(u32::MAX) }
    }

    /// Bytes of those texts that can be large.
    fn text_bytes(&self, row: RowRef) -> usize {
        let Some(view) = self.views.get(row.source as usize).and_then(Option::as_ref) else { return 0 };
        let large =
            [&view.failure_reason, &view.failure_expanded, &view.spans, &view.location, &view.file_name, &view.selector, &view.tags];
        large.into_iter().filter_map(|column| column.plain(row.row as usize)).map(str::len).sum()
    }

    /// Goes on to the next batch of a file; a segment has none.
    fn advance(&mut self, source: usize) -> Result<(), StoreError> {
        let next = match self.sources[source].batches.as_mut() {
            Some(batches) => batches.next_view()?,
            None => None,
        };
        // The memory of what has been written is free from here on.
        self.views[source] = next;
        self.sources[source].order = None;
        self.sources[source].cursor = 0;
        Ok(())
    }
}

struct Source {
    /// The rows of the view in the order of the file; none: as they stand.
    order: Option<Vec<u32>>,
    cursor: usize,
    batches: Option<Batches>,
}

impl Source {
    fn row(&self) -> Option<usize> {
        match &self.order {
            None => Some(self.cursor),
            Some(order) => order.get(self.cursor).map(|row| *row as usize),
        }
    }
}

/// The order of rows in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    test: u32,
    received_at: i64,
    upload: i64,
    index: u32,
    source: u32,
}
