//! The groups of failures of one transaction.

use std::collections::BTreeMap;

use proctor_core::fingerprint::FingerprintId;
use proctor_core::id::{RunId, SuiteId};
use proctor_core::time::Timestamp;

use crate::StoreError;
use crate::catalog::uploads::CompletedUpload;
use crate::database::{Statement, WriteTransaction};
use crate::executions::SegmentFailure;

/// Rows in one statement.
const ROWS_PER_STATEMENT_MAX: usize = 500;

/// What the transaction's uploads add to groups of failures, in the order of the table's key.
#[derive(Debug, Default)]
pub(super) struct FailureRows<'a> {
    rows: BTreeMap<(SuiteId, FingerprintId), FailureRow<'a>>,
}

#[derive(Debug)]
struct FailureRow<'a> {
    title: &'a str,
    sample: &'a str,
    executions: u64,
    first: Seen,
    last: Seen,
}

/// When and in which run a group was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Seen {
    at: Timestamp,
    run: RunId,
}

impl<'a> FailureRows<'a> {
    /// Adds the failures of an upload to this run.
    pub(super) fn add(&mut self, upload: &'a CompletedUpload, run: RunId) {
        let seen = Seen { at: upload.received_at, run };
        for failure in &upload.segment.failures {
            let SegmentFailure { fingerprint, title, sample, executions } = failure;
            let row = FailureRow { title, sample, executions: 0, first: seen, last: seen };
            let row = self.rows.entry((upload.suite_id, *fingerprint)).or_insert(row);
            row.executions += executions;
            row.first = row.first.min(seen);
            row.last = row.last.max(seen);
        }
    }

    /// Writes the new groups, and adds to the known ones. Imported history comes in any order, so a later commit may be an earlier sight.
    pub(super) async fn write(&self, transaction: &mut WriteTransaction) -> Result<(), StoreError> {
        let rows: Vec<_> = self.rows.iter().collect();
        for some in rows.chunks(ROWS_PER_STATEMENT_MAX) {
            let insert = "INSERT INTO failure_groups (suite_id, fingerprint, title, sample, first_seen_at, last_seen_at, executions, \
                          first_run_id, last_run_id) VALUES ";
            let mut insert = Statement::built(transaction.engine(), insert);
            for ((suite, fingerprint), row) in some {
                insert.row(&[
                    suite.bytes().into(),
                    fingerprint.bytes().into(),
                    row.title.into(),
                    row.sample.into(),
                    row.first.at.into(),
                    row.last.at.into(),
                    row.executions.into(),
                    row.first.run.bytes().into(),
                    row.last.run.bytes().into(),
                ]);
            }
            insert.push(
                " ON CONFLICT (suite_id, fingerprint) DO UPDATE SET \
                 first_run_id = CASE WHEN excluded.first_seen_at < failure_groups.first_seen_at \
                 THEN excluded.first_run_id ELSE failure_groups.first_run_id END, \
                 first_seen_at = CASE WHEN excluded.first_seen_at < failure_groups.first_seen_at \
                 THEN excluded.first_seen_at ELSE failure_groups.first_seen_at END, \
                 last_run_id = CASE WHEN excluded.last_seen_at >= failure_groups.last_seen_at \
                 THEN excluded.last_run_id ELSE failure_groups.last_run_id END, \
                 last_seen_at = CASE WHEN excluded.last_seen_at >= failure_groups.last_seen_at \
                 THEN excluded.last_seen_at ELSE failure_groups.last_seen_at END, \
                 executions = failure_groups.executions + excluded.executions",
            );
            insert.execute(transaction.connection()).await?;
        }
        Ok(())
    }
}
