//! A segment: the executions of one upload as a record batch, encoded once.

use proctor_core::execution::Execution;
use proctor_core::id::{SuiteId, TestId};
use proctor_core::result::ResultCounts;
use proctor_core::tags::TagSet;

use crate::StoreError;

/// An encoded segment and what the catalog keeps beside it.
#[derive(Clone, Debug)]
pub struct Segment {
    /// Executions by result.
    pub counts: ResultCounts,
    /// The tests that occur, in the order of their first execution: the segment's own numbering of them.
    pub tests: Vec<SegmentTest>,
    /// The encoded columns.
    pub bytes: Vec<u8>,
}

/// A test as one segment knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentTest {
    /// Its id.
    pub id: TestId,
    /// Its scope.
    pub scope: String,
    /// Its name.
    pub name: String,
    /// The last location sent for it.
    pub location: Option<String>,
    /// The last file sent for it.
    pub file_name: Option<String>,
    /// Whether its executions in this upload have different locations (`uploads.md`, section 8).
    pub collision: bool,
}

/// Takes in the executions of one upload, column by column.
#[derive(Debug)]
pub struct SegmentBuilder {
    suite: SuiteId,
}

impl SegmentBuilder {
    /// A builder for an upload to `suite`.
    #[must_use]
    pub fn new(suite: SuiteId) -> Self {
        Self { suite }
    }

    /// Adds an execution.
    pub fn push(&mut self, execution: &Execution<'_>) {
        let _ = (self.suite, execution);
    }

    /// How many executions there are.
    #[must_use]
    pub fn len(&self) -> usize {
        0
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Encodes the segment. `tag_sets`: what [`Execution::tag_set`] points into.
    ///
    /// # Errors
    /// When the columns cannot be encoded.
    pub fn finish(self, tag_sets: &[TagSet]) -> Result<Segment, StoreError> {
        let _ = tag_sets;
        Err(StoreError::Internal("skeleton".to_owned()))
    }
}
