//! Uploads that no workflow has looked at yet.

use crate::StoreError;
use crate::database::{Statement, WriteTransaction};
use crate::executions::NewSegment;

/// Takes note of uploads, in the transaction that stores them: after a crash they are evaluated all the same.
pub(crate) async fn enqueue(transaction: &mut WriteTransaction, segments: &[NewSegment<'_>]) -> Result<(), StoreError> {
    if segments.is_empty() {
        return Ok(());
    }
    let insert = "INSERT INTO pending_evaluations (suite_id, upload_seq, run_id, received_at, executions) VALUES ";
    let mut insert = Statement::built(transaction.engine(), insert);
    for segment in segments {
        insert.row(&[
            segment.suite.bytes().into(),
            segment.seq.0.into(),
            segment.run.bytes().into(),
            segment.received_at.into(),
            segment.counts.total().into(),
        ]);
    }
    insert.execute(transaction.connection()).await.map(drop)
}
