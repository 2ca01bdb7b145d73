//! Executions in memory: the number columns of many, as questions read them.

use std::sync::Arc;

use proctor_core::id::{RunId, UploadId};
use proctor_core::result::TestResult;
use proctor_core::tags::TagSet;
use proctor_core::time::Timestamp;

use super::UploadSeq;
use super::duration_column::DurationColumn;
use super::small_ints::SmallInts;
use crate::queries::LightExecution;

/// What branch and commit of an upload take in memory, about; branches are shared.
const UPLOAD_TEXT_BYTES: usize = 64;

/// An upload, as far as questions look at it. Nothing of this changes once the upload is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BlockUpload {
    pub(crate) seq: UploadSeq,
    pub(crate) id: UploadId,
    pub(crate) run: RunId,
    pub(crate) received_at: Timestamp,
    /// What the upload itself says; its run may know more.
    pub(crate) branch: Option<Arc<str>>,
    /// What the upload itself says; its run may know more.
    pub(crate) commit_sha: Option<Arc<str>>,
}

/// The ordinals of the tests.
#[derive(Debug)]
pub(crate) enum TestColumn {
    /// Rows are sorted by test: those of `ordinals[n]` begin at `starts[n]` and end at `starts[n + 1]`.
    Sorted { ordinals: Vec<u32>, starts: Vec<u32> },
    /// Rows stand in the order of their upload.
    PerRow(Vec<u32>),
}

/// Text with few distinct values.
#[derive(Debug, Default)]
pub(crate) struct TextCodes {
    pub(crate) values: Vec<Box<str>>,
    /// Into `values`; their number where a row has none. `None`: no row has any.
    pub(crate) codes: Option<SmallInts>,
}

impl TextCodes {
    /// The code of a row's value: that of [`Self::none`] where it has none.
    pub(crate) fn code(&self, row: usize) -> usize {
        self.codes.as_ref().map_or_else(|| self.none(), |codes| codes.get(row))
    }

    /// The code of no value.
    pub(crate) const fn none(&self) -> usize {
        self.values.len()
    }

    fn bytes(&self) -> usize {
        self.codes.as_ref().map_or(0, SmallInts::bytes) + self.values.iter().map(|value| value.len() + 16).sum::<usize>()
    }
}

/// Columns that only some questions look at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Needs {
    pub(crate) index: bool,
    pub(crate) file_name: bool,
    pub(crate) selector: bool,
    pub(crate) spans: bool,
}

impl Needs {
    /// What either of them needs.
    pub(crate) const fn and(self, other: Self) -> Self {
        Self {
            index: self.index || other.index,
            file_name: self.file_name || other.file_name,
            selector: self.selector || other.selector,
            spans: self.spans || other.spans,
        }
    }

    /// Whether everything that `other` needs is among these.
    pub(crate) fn cover(self, other: Self) -> bool {
        self.and(other) == self
    }
}

/// The number columns of many executions. All columns are of one length.
#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) uploads: Arc<[BlockUpload]>,
    pub(crate) tag_sets: Vec<TagSet>,
    pub(crate) test: TestColumn,
    /// Into `uploads`.
    pub(crate) upload: SmallInts,
    /// Into `tag_sets`.
    pub(crate) tag_set: SmallInts,
    /// [`TestResult::code`].
    pub(crate) result: Vec<u8>,
    pub(crate) duration: DurationColumn,
    /// The positions of executions in their uploads; those of rows in the block where it is left out. Only if it was asked for, as all
    /// that follow.
    pub(crate) index: Option<SmallInts>,
    pub(crate) file_name: Option<TextCodes>,
    pub(crate) selector: Option<TextCodes>,
    /// Whether a row has spans; empty: none has.
    pub(crate) has_spans: Option<Vec<bool>>,
    /// Which of these columns were asked for.
    pub(crate) needs: Needs,
}

impl Block {
    /// The upload of a row.
    pub(crate) fn upload_of(&self, row: usize) -> &BlockUpload {
        &self.uploads[self.upload.get(row)]
    }

    /// The result of a row.
    pub(crate) fn result_of(&self, row: usize) -> TestResult {
        TestResult::from_code(self.result[row]).unwrap_or(TestResult::Unknown)
    }

    /// The position of a row in its upload.
    pub(crate) fn index_of(&self, row: usize) -> u32 {
        let index = self.index.as_ref().map_or(row, |index| index.get(row));
        u32::try_from(index).unwrap_or(u32::MAX)
    }

    /// Everything about a row that is no text.
    pub(crate) fn light(&self, ordinal: u32, row: usize) -> LightExecution {
        let upload = self.upload_of(row);
        LightExecution {
            ordinal,
            result: self.result_of(row),
            duration: self.duration.get(row),
            run: upload.run,
            upload: upload.id,
            index: self.index_of(row),
            created_at: upload.received_at,
            has_spans: self.has_spans.as_ref().is_some_and(|has_spans| has_spans.get(row).copied().unwrap_or(false)),
        }
    }

    /// What it takes in memory, roughly.
    pub(crate) fn bytes(&self) -> usize {
        let test = match &self.test {
            TestColumn::Sorted { ordinals, starts } => (ordinals.len() + starts.len()) * 4,
            TestColumn::PerRow(ordinals) => ordinals.len() * 4,
        };
        let index = self.index.as_ref().map_or(0, SmallInts::bytes);
        let tags: usize = self.tag_sets.iter().flat_map(|set| set.as_slice()).map(|(key, value)| key.len() + value.len() + 48).sum();
        let texts = self.file_name.as_ref().map_or(0, TextCodes::bytes) + self.selector.as_ref().map_or(0, TextCodes::bytes);
        let spans = self.has_spans.as_ref().map_or(0, Vec::len);
        let columns = self.upload.bytes() + self.tag_set.bytes() + self.result.len() + self.duration.bytes();
        let uploads = self.uploads.len() * (size_of::<BlockUpload>() + UPLOAD_TEXT_BYTES);
        uploads + tags + test + index + texts + spans + columns + size_of::<Self>()
    }
}
