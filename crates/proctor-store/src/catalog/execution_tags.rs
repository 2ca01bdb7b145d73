//! Mutable tags of executions (`rest-api.md`, 3.6). Readers of executions lay them over what was uploaded.

use proctor_core::id::{ExecutionId, OrganizationId, SuiteId, UploadId};
use proctor_core::identity::{execution_index, upload_id_range};
use proctor_core::tags::TagSet;
use proctor_core::time::Timestamp;
use rustc_hash::{FxHashMap, FxHashSet};

use super::receipts::tags_text;
use super::run_row::counts_of;
use crate::database::{Columns, Statement, Value, WriteTransaction};
use crate::{Store, StoreError};

/// Rows of one statement.
const ROWS_PER_STATEMENT_MAX: usize = 2_000;

/// The mutable tags that an execution is to have from now on; none: it has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExecutionTags {
    /// The execution.
    pub execution: ExecutionId,
    /// All of its mutable tags.
    pub tags: TagSet,
}

/// What a change of execution tags came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TagsChange {
    /// It is done.
    Done,
    /// The organization made one less than the interval ago; nothing was changed. The next is welcome after so many milliseconds.
    TooSoon {
        /// At least 1.
        wait_ms: i64,
    },
}

impl Store {
    /// Replaces the mutable tags of executions, all in one transaction. Of an execution that is named twice the last set counts;
    /// executions that the suite does not have are left out. `interval_ms`: how long an organization waits between two changes.
    ///
    /// # Errors
    /// When the catalog cannot be written; then nothing is.
    pub async fn set_execution_tags(
        &self,
        organization: OrganizationId,
        suite: SuiteId,
        changes: &[ExecutionTags],
        interval_ms: i64,
        now: Timestamp,
    ) -> Result<TagsChange, StoreError> {
        let mut transaction = self.connections().write().await?;
        if let Some(wait_ms) = take_turn(&mut transaction, organization, interval_ms, now).await? {
            transaction.rollback().await;
            return Ok(TagsChange::TooSoon { wait_ms });
        }
        let uploads = uploads_of(&mut transaction, suite, changes).await?;
        let mut rows: FxHashMap<(i64, u32), &TagSet> = FxHashMap::default();
        for ExecutionTags { execution, tags } in changes {
            let index = execution_index(*execution);
            let upload = uploads.get(&prefix(*execution)).filter(|upload| u64::from(index) < upload.records);
            rows.extend(upload.map(|upload| ((upload.seq, index), tags)));
        }
        // In the order of the table, so that two servers that change the same executions cannot wait for each other.
        let mut rows: Vec<_> = rows.into_iter().collect();
        rows.sort_unstable_by_key(|(place, _)| *place);
        for some in rows.chunks(ROWS_PER_STATEMENT_MAX) {
            write(&mut transaction, suite, some).await?;
        }
        transaction.commit().await?;
        Ok(TagsChange::Done)
    }

    /// All mutable tags of the suite's executions: sequence number of the upload, position in it, JSON object; in this order.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    #[doc(hidden)]
    pub async fn execution_tags(&self, suite: SuiteId) -> Result<Vec<(i64, u32, String)>, StoreError> {
        let select = "SELECT upload_seq, idx, tags FROM execution_tags WHERE suite_id = $1 ORDER BY upload_seq, idx";
        let rows = Statement::fixed(select).with(suite.bytes()).all(&mut *self.connections().read().await?).await?;
        let index = |index| u32::try_from(index).map_err(|_| StoreError::Corrupt("position of an execution".to_owned()));
        rows.iter().map(|row| Ok((row.int("upload_seq")?, index(row.int("idx")?)?, row.text("tags")?))).collect()
    }
}

/// Notes that the organization changes tags now. `Some`: it may not yet.
async fn take_turn(
    transaction: &mut WriteTransaction,
    organization: OrganizationId,
    interval_ms: i64,
    now: Timestamp,
) -> Result<Option<i64>, StoreError> {
    let since = now.plus_millis(-interval_ms);
    // A time in the future was written by a server whose clock went wrong: it does not count.
    let update = Statement::fixed(
        "UPDATE organizations SET execution_tags_at = $1 \
         WHERE id = $2 AND (execution_tags_at IS NULL OR execution_tags_at <= $3 OR execution_tags_at > $4)",
    );
    let update = update.with(now).with(organization.bytes()).with(since).with(now);
    if update.execute(transaction.connection()).await? > 0 {
        return Ok(None);
    }
    let select = Statement::fixed("SELECT execution_tags_at FROM organizations WHERE id = $1").with(organization.bytes());
    let last = match select.optional(transaction.connection()).await? {
        Some(row) => row.maybe_time("execution_tags_at")?,
        None => return Err(StoreError::Missing("organization")),
    };
    Ok(Some(last.map_or(1, |last| last.millis() + interval_ms - now.millis()).max(1)))
}

/// An upload whose executions are named.
struct Upload {
    seq: i64,
    /// Its records, those left out included: no index is higher.
    records: u64,
}

type Prefix = [u8; 13];

/// What an execution's id shares with that of its upload.
fn prefix(execution: ExecutionId) -> Prefix {
    let mut prefix = [0; 13];
    prefix.copy_from_slice(&upload_id_range(execution).0.bytes()[..13]);
    prefix
}

async fn uploads_of(
    transaction: &mut WriteTransaction,
    suite: SuiteId,
    changes: &[ExecutionTags],
) -> Result<FxHashMap<Prefix, Upload>, StoreError> {
    let prefixes: FxHashSet<Prefix> = changes.iter().map(|change| prefix(change.execution)).collect();
    let prefixes: Vec<Prefix> = prefixes.into_iter().collect();
    let mut uploads = FxHashMap::default();
    for some in prefixes.chunks(ROWS_PER_STATEMENT_MAX) {
        // By their ids alone, so that no other index looks better to SQLite.
        let select = "SELECT seq, id, suite_id, passed, failed, skipped, pending, unknown, records_skipped FROM uploads \
                      WHERE status = 'succeeded' AND substr(id, 1, 13) IN ";
        let mut select = Statement::built(transaction.engine(), select);
        select.list(some.iter().map(|prefix| Value::from(prefix.as_slice())));
        for row in select.all(transaction.connection()).await? {
            if row.id("suite_id", SuiteId::from_bytes)? != suite {
                continue;
            }
            let id = row.id("id", UploadId::from_bytes)?;
            let mut prefix = [0; 13];
            prefix.copy_from_slice(&id.bytes()[..13]);
            let records = counts_of(&row)?.total() + row.count("records_skipped")?;
            uploads.insert(prefix, Upload { seq: row.int("seq")?, records });
        }
    }
    Ok(uploads)
}

async fn write(transaction: &mut WriteTransaction, suite: SuiteId, rows: &[((i64, u32), &TagSet)]) -> Result<(), StoreError> {
    let mut delete = Statement::built(transaction.engine(), "DELETE FROM execution_tags WHERE suite_id = ");
    delete.value(suite.bytes()).push(" AND (upload_seq, idx) IN (VALUES ");
    let mut insert = Statement::built(transaction.engine(), "INSERT INTO execution_tags (suite_id, upload_seq, idx, tags) VALUES ");
    let (mut deleted, mut inserted) = (false, false);
    for ((seq, index), tags) in rows {
        match tags_text(tags) {
            None => {
                delete.row(&[(*seq).into(), (*index).into()]);
                deleted = true;
            }
            Some(text) => {
                insert.row(&[suite.bytes().into(), (*seq).into(), (*index).into(), (&text).into()]);
                inserted = true;
            }
        }
    }
    if deleted {
        delete.push(")");
        delete.execute(transaction.connection()).await?;
    }
    if inserted {
        insert.push(" ON CONFLICT (suite_id, upload_seq, idx) DO UPDATE SET tags = excluded.tags");
        insert.execute(transaction.connection()).await?;
    }
    Ok(())
}
