//! What compaction asks of the catalog, and the swap.

use proctor_core::id::{RunId, SuiteId};
use proctor_core::time::Timestamp;
use rustc_hash::{FxHashMap, FxHashSet};
use sqlx::AnyConnection;

use super::day_files::{NamedFile, named};
use crate::StoreError;
use crate::compaction::{DayState, FileState, Waiting};
use crate::database::{Columns, Connections, Engine, Statement, Value, WriteTransaction};
use crate::executions::UploadSeq;
use crate::executions::day_files::{DayFileId, FileUpload, SegmentInput};

/// How long a server may work on one rewrite before another one may take over the suite, in milliseconds.
const LEASE_MS: i64 = 120_000;
/// Names in one statement.
const NAMES_MAX: usize = 1_000;

/// A day of a suite that may have to be compacted.
#[derive(Clone, Debug)]
pub(crate) struct SuiteDay {
    pub(crate) suite: SuiteId,
    /// Days since 1970, UTC.
    pub(crate) day: i64,
    pub(crate) waiting: Waiting,
    /// Segments that are not to be taken yet: workflows have to look at them first, for which a segment is quicker to read than a file.
    pub(crate) held_back: u64,
    pub(crate) files: Vec<DatedFile>,
}

/// A file, and when it was written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DatedFile {
    pub(crate) named: NamedFile,
    written_at: Timestamp,
}

impl SuiteDay {
    pub(crate) fn state(&self) -> DayState {
        let state_of = |file: &DatedFile| FileState { id: file.named.id, executions: file.named.executions, written_at: file.written_at };
        DayState { day: self.day, waiting: self.waiting, files: self.files.iter().map(state_of).collect() }
    }
}

/// Every day with segments or more than one file, those of a suite together. Segments received after `evaluated_before` of which workflows
/// have not looked at the upload are held back.
pub(crate) async fn suite_days(connections: &Connections, evaluated_before: Timestamp) -> Result<Vec<SuiteDay>, StoreError> {
    let waiting = Statement::fixed(
        "SELECT s.suite_id, s.day, s.held_back, s.segments, s.executions, u.received_at FROM \
         (SELECT suite_id, day, CAST(SUM(held) AS BIGINT) AS held_back, CAST(COUNT(*) - SUM(held) AS BIGINT) AS segments, \
         CAST(SUM((1 - held) * executions) AS BIGINT) AS executions, MIN(CASE held WHEN 0 THEN upload_seq END) AS oldest FROM \
         (SELECT g.suite_id, g.day, g.upload_seq, g.executions, CASE WHEN p.upload_seq IS NULL THEN 0 ELSE 1 END AS held FROM segments g \
         LEFT JOIN pending_evaluations p ON p.suite_id = g.suite_id AND p.upload_seq = g.upload_seq AND p.received_at > $1) each_segment \
         GROUP BY suite_id, day) s LEFT JOIN uploads u ON u.seq = s.oldest ORDER BY s.suite_id, s.day",
    )
    .with(evaluated_before);
    let files = Statement::fixed(
        "SELECT suite_id, id, day, executions, byte_count, written_at FROM day_files WHERE (suite_id, day) IN \
         (SELECT suite_id, day FROM segments UNION SELECT suite_id, day FROM day_files GROUP BY suite_id, day HAVING COUNT(*) > 1) \
         ORDER BY suite_id, day",
    );
    let mut connection = connections.read().await?;
    let mut days: Vec<SuiteDay> = Vec::new();
    let mut places: FxHashMap<(SuiteId, i64), usize> = FxHashMap::default();
    let mut place = |days: &mut Vec<SuiteDay>, suite: SuiteId, day: i64| {
        *places.entry((suite, day)).or_insert_with(|| {
            days.push(SuiteDay { suite, day, waiting: Waiting::default(), held_back: 0, files: Vec::new() });
            days.len() - 1
        })
    };
    for row in waiting.all(&mut connection).await? {
        let at = place(&mut days, row.id("suite_id", SuiteId::from_bytes)?, row.int("day")?);
        let (segments, executions) = (row.count("segments")?, row.count("executions")?);
        days[at].waiting = Waiting { segments, executions, oldest_at: row.maybe_time("received_at")? };
        days[at].held_back = row.count("held_back")?;
    }
    for row in files.all(&mut connection).await? {
        let suite = row.id("suite_id", SuiteId::from_bytes)?;
        let at = place(&mut days, suite, row.int("day")?);
        days[at].files.push(DatedFile { named: named(&row, suite)?, written_at: row.time("written_at")? });
    }
    days.sort_by_key(|day| (day.suite, day.day));
    Ok(days)
}

/// The segments that wait and are not held back (see [`suite_days`]), oldest first, and the bytes of their bodies.
pub(crate) async fn waiting_segments(
    connections: &Connections,
    day: &SuiteDay,
    segments_max: usize,
    evaluated_before: Timestamp,
) -> Result<Vec<(UploadSeq, u64)>, StoreError> {
    let select = "SELECT upload_seq, byte_count FROM segments WHERE suite_id = $1 AND day = $2 AND NOT EXISTS \
                  (SELECT 1 FROM pending_evaluations p WHERE p.suite_id = segments.suite_id AND p.upload_seq = segments.upload_seq \
                  AND p.received_at > $3) ORDER BY upload_seq LIMIT $4";
    let limit = u64::try_from(segments_max).unwrap_or(u64::MAX);
    let select = Statement::fixed(select).with(day.suite.bytes()).with(day.day).with(evaluated_before).with(limit);
    let rows = select.all(&mut *connections.read().await?).await?;
    rows.iter().map(|row| Ok((UploadSeq(row.int("upload_seq")?), row.count("byte_count")?))).collect()
}

/// Segments with their bodies and what is to be known of their uploads. Those that are gone are left out.
pub(crate) async fn segment_inputs(
    connections: &Connections,
    suite: SuiteId,
    segments: &[UploadSeq],
) -> Result<Vec<SegmentInput>, StoreError> {
    let mut select = Statement::built(
        connections.engine(),
        "SELECT s.upload_seq, s.upload_id, s.run_id, s.test_ordinals, s.body, u.received_at, u.branch, u.commit_sha, r.branch AS run_branch \
         FROM segments s JOIN uploads u ON u.seq = s.upload_seq LEFT JOIN runs r ON r.id = s.run_id WHERE s.suite_id = ",
    );
    select.value(suite.bytes()).push(" AND s.upload_seq IN ").list(segments.iter().map(|seq| Value::from(seq.0)));
    select.push(" ORDER BY s.upload_seq");
    let rows = select.all(&mut *connections.read().await?).await?;
    let input_of = |row: &sqlx::any::AnyRow| {
        let (ordinals, odd) = row.bytes("test_ordinals")?.as_chunks::<4>();
        if !odd.is_empty() {
            return Err(StoreError::Corrupt("segment: test ordinals".to_owned()));
        }
        let branch = row.maybe_text("branch")?;
        Ok(SegmentInput {
            branch: branch.clone().map_or_else(|| row.maybe_text("run_branch"), |branch| Ok(Some(branch)))?,
            upload: FileUpload {
                seq: UploadSeq(row.int("upload_seq")?),
                upload: row.id("upload_id", proctor_core::id::UploadId::from_bytes)?,
                run: row.id("run_id", RunId::from_bytes)?,
                received_at: row.time("received_at")?,
                branch,
                commit_sha: row.maybe_text("commit_sha")?,
            },
            test_ordinals: ordinals.iter().map(|ordinal| u32::from_le_bytes(*ordinal)).collect(),
            body: row.bytes("body")?.to_vec(),
        })
    };
    rows.iter().map(input_of).collect()
}

/// A new file for what it was made of.
#[derive(Debug)]
pub(crate) struct Swap<'a> {
    pub(crate) file: NamedFile,
    pub(crate) written_at: Timestamp,
    pub(crate) segments: &'a [UploadSeq],
    pub(crate) replaced: &'a [NamedFile],
}

/// What came of a swap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Swapped {
    /// The new file is named, what it replaces is not.
    Done,
    /// Something of what it was made of is gone: nothing was changed.
    Superseded,
}

/// Swaps in one transaction, if everything that the file was made of is still there. `parts`: of its body, if the database keeps it.
pub(crate) async fn swap(
    connections: &Connections,
    swap: &Swap<'_>,
    parts: Option<impl Iterator<Item = Result<Vec<u8>, StoreError>>>,
) -> Result<Swapped, StoreError> {
    let Swap { file, written_at, segments, replaced } = swap;
    let mut transaction = connections.write().await?;
    // Before the suite is locked: uploads to it do not wait for the body.
    for (number, part) in (0_i64..).zip(parts.into_iter().flatten()) {
        let insert = Statement::fixed("INSERT INTO day_file_parts (file_id, part, body) VALUES ($1, $2, $3)");
        insert.with(file.id.bytes()).with(number).with(part?.as_slice()).execute(transaction.connection()).await?;
    }
    if !lock_suite(&mut transaction, file.suite).await? {
        transaction.rollback().await;
        return Ok(Swapped::Superseded);
    }
    let mut missing = segments.len() + replaced.len();
    for some in segments.chunks(NAMES_MAX) {
        let mut delete = Statement::built(transaction.engine(), "DELETE FROM segments WHERE suite_id = ");
        delete.value(file.suite.bytes()).push(" AND upload_seq IN ").list(some.iter().map(|seq| Value::from(seq.0)));
        missing -= deleted(delete.execute(transaction.connection()).await?).min(missing);
    }
    let replaced: Vec<DayFileId> = replaced.iter().map(|file| file.id).collect();
    missing -= delete_files(&mut transaction, file.suite, &replaced).await?.min(missing);
    if missing > 0 {
        transaction.rollback().await;
        return Ok(Swapped::Superseded);
    }
    let insert =
        Statement::fixed("INSERT INTO day_files (id, suite_id, day, executions, byte_count, written_at) VALUES ($1, $2, $3, $4, $5, $6)");
    let insert = insert.with(file.id.bytes()).with(file.suite.bytes()).with(file.day);
    insert.with(file.executions).with(file.bytes).with(*written_at).execute(transaction.connection()).await?;
    transaction.commit().await?;
    Ok(Swapped::Done)
}

/// Whether the suite is there. If so, neither its deletion nor another change to its executions overlaps with the transaction.
pub(crate) async fn lock_suite(transaction: &mut WriteTransaction, suite: SuiteId) -> Result<bool, StoreError> {
    let mut lock = Statement::built(transaction.engine(), "SELECT id FROM suites WHERE id = ");
    let for_update = transaction.engine().for_update();
    lock.value(suite.bytes()).push(for_update);
    Ok(lock.optional(transaction.connection()).await?.is_some())
}

/// Takes names of files away, and what the database has of their bodies. How many there were.
pub(super) async fn delete_files(transaction: &mut WriteTransaction, suite: SuiteId, files: &[DayFileId]) -> Result<usize, StoreError> {
    let mut count = 0;
    for some in files.chunks(NAMES_MAX) {
        let engine = transaction.engine();
        let names = || some.iter().map(|id| Value::from(id.bytes()));
        if engine == Engine::Postgres {
            let mut delete = Statement::built(engine, "DELETE FROM day_file_parts WHERE file_id IN ");
            delete.list(names());
            delete.execute(transaction.connection()).await?;
        }
        let mut delete = Statement::built(engine, "DELETE FROM day_files WHERE suite_id = ");
        delete.value(suite.bytes()).push(" AND id IN ").list(names());
        count += deleted(delete.execute(transaction.connection()).await?);
    }
    Ok(count)
}

fn deleted(rows: u64) -> usize {
    usize::try_from(rows).unwrap_or(usize::MAX)
}

/// All files of a suite.
pub(super) async fn files_of_suite(connection: &mut AnyConnection, suite: SuiteId) -> Result<Vec<NamedFile>, StoreError> {
    let select = Statement::fixed("SELECT id, day, executions, byte_count FROM day_files WHERE suite_id = $1").with(suite.bytes());
    select.all(connection).await?.iter().map(|row| named(row, suite)).collect()
}

/// The ids of all files.
pub(crate) async fn named_files(connections: &Connections) -> Result<FxHashSet<DayFileId>, StoreError> {
    let rows = Statement::fixed("SELECT id FROM day_files").all(&mut *connections.read().await?).await?;
    rows.iter().map(|row| row.id("id", DayFileId::from_bytes)).collect()
}

/// The suites that are or were this store's: only their folders are its own.
pub(crate) async fn known_suites(connections: &Connections) -> Result<FxHashSet<SuiteId>, StoreError> {
    let select = Statement::fixed("SELECT id FROM suites UNION SELECT suite_id FROM deleted_suites");
    let rows = select.all(&mut *connections.read().await?).await?;
    rows.iter().map(|row| row.id("id", SuiteId::from_bytes)).collect()
}

/// The database's own clock.
pub(crate) async fn now(connections: &Connections) -> Result<Timestamp, StoreError> {
    let select = Statement::built(connections.engine(), format!("SELECT {} AS now", connections.engine().now_ms()));
    select.one(&mut *connections.read().await?).await?.time("now")
}

/// Takes the turn at a suite, or keeps it. Whether it is `node`'s.
pub(crate) async fn lease(connections: &Connections, suite: SuiteId, node: &[u8; 16]) -> Result<bool, StoreError> {
    let engine = connections.engine();
    let mut upsert = Statement::built(engine, "INSERT INTO compactions (suite_id, node_id, lease_until) VALUES (");
    upsert.value(suite.bytes()).push(", ").value(node).push(", ").push(engine.now_ms()).push(" + ").value(LEASE_MS);
    upsert.push(") ON CONFLICT (suite_id) DO UPDATE SET node_id = excluded.node_id, lease_until = excluded.lease_until");
    upsert.push(" WHERE compactions.node_id = excluded.node_id OR compactions.lease_until < ").push(engine.now_ms());
    Ok(upsert.execute(&mut *connections.writer().await?).await? > 0)
}

/// Gives the turn away.
pub(crate) async fn release(connections: &Connections, suite: SuiteId, node: &[u8; 16]) -> Result<(), StoreError> {
    let delete = Statement::fixed("DELETE FROM compactions WHERE suite_id = $1 AND node_id = $2").with(suite.bytes()).with(node);
    delete.execute(&mut *connections.writer().await?).await.map(drop)
}
