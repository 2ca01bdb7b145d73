//! The seam behind which executions live.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use proctor_core::id::{RunId, SuiteId, UploadId};
use proctor_core::result::{ResultCounts, TestResult};
use proctor_core::time::Timestamp;

use super::day_files::OpenDayFile;
use super::{ExecutionQueries, ExecutionRow, SegmentBody};
use crate::StoreError;
use crate::database::WriteTransaction;

/// The sequence number of an upload in its store: the tiebreaker of everything received in one millisecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct UploadSeq(pub(crate) i64);

/// A segment to be stored: the executions of one upload.
#[derive(Debug)]
pub(crate) struct NewSegment<'a> {
    pub(crate) suite: SuiteId,
    pub(crate) run: RunId,
    pub(crate) upload: UploadId,
    pub(crate) seq: UploadSeq,
    pub(crate) received_at: Timestamp,
    pub(crate) counts: ResultCounts,
    /// The ordinal in the suite of each of the segment's own test numbers.
    pub(crate) test_ordinals: Vec<u32>,
    pub(crate) bytes: &'a [u8],
}

/// Which executions of one upload are wanted. They are numbered from the last of the upload to its first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Selection {
    pub(crate) upload: UploadSeq,
    /// Only those with this result; the others are not counted.
    pub(crate) result: Option<TestResult>,
    /// How many to leave out.
    pub(crate) skip: u64,
    /// How many to give at the most.
    pub(crate) limit: u64,
}

/// Where executions are kept. The catalog's transaction is handed in, so that an implementation in the same database commits with it;
/// one elsewhere must have made the segments durable, though not visible, before it returns.
pub(crate) trait ExecutionStore: ExecutionQueries + Send + Sync + std::fmt::Debug {
    /// Stores segments as part of the transaction.
    fn append<'a>(&'a self, transaction: &'a mut WriteTransaction, segments: &'a [NewSegment<'a>])
    -> BoxFuture<'a, Result<(), StoreError>>;

    /// The wanted executions of several uploads of one suite: for each selection its rows, last of the upload first.
    fn read<'a>(&'a self, suite: SuiteId, selections: &'a [Selection]) -> BoxFuture<'a, Result<Vec<Vec<ExecutionRow>>, StoreError>>;

    /// Which of these uploads of one suite have a segment. The others were compacted, or had no executions.
    fn uploads_in_segments<'a>(&'a self, suite: SuiteId, uploads: &'a [UploadSeq]) -> BoxFuture<'a, Result<Vec<UploadSeq>, StoreError>>;

    /// The segments of these uploads of one suite, those that still have any.
    fn segments<'a>(&'a self, suite: SuiteId, uploads: &'a [UploadSeq]) -> BoxFuture<'a, Result<Vec<SegmentBody>, StoreError>>;

    /// The day files that hold executions of these uploads.
    fn files_of<'a>(&'a self, suite: SuiteId, uploads: &'a [UploadSeq]) -> BoxFuture<'a, Result<Vec<Arc<OpenDayFile>>, StoreError>>;

    /// Deletes everything of a suite as part of the transaction.
    fn delete_suite<'a>(&'a self, transaction: &'a mut WriteTransaction, suite: SuiteId) -> BoxFuture<'a, Result<(), StoreError>>;

    /// Frees the room of a suite, after that transaction was committed.
    fn suite_deleted<'a>(&'a self, suite: SuiteId) -> BoxFuture<'a, Result<(), StoreError>>;
}
