//! Day files and the segments that wait to be compacted into them.

use std::ops::RangeInclusive;

use proctor_core::id::{RunId, SuiteId, UploadId};
use proctor_core::time::Timestamp;
use rustc_hash::FxHashSet;
use sqlx::any::AnyRow;

use crate::StoreError;
use crate::database::{Columns, Connections, Statement, Value};
use crate::executions::UploadSeq;
use crate::executions::day_files::{DayFileId, SegmentRef};

/// A file as the catalog names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NamedFile {
    pub(crate) id: DayFileId,
    pub(crate) suite: SuiteId,
    /// Days since 1970, UTC.
    pub(crate) day: i64,
    pub(crate) executions: u64,
    pub(crate) bytes: u64,
}

/// The segments and files of some days, by one statement.
pub(crate) async fn snapshot(
    connections: &Connections,
    suite: SuiteId,
    days: &RangeInclusive<i64>,
) -> Result<(Vec<SegmentRef>, Vec<NamedFile>), StoreError> {
    let select = Statement::fixed(
        "SELECT upload_seq, upload_id AS id, run_id, day, executions, byte_count FROM segments \
         WHERE suite_id = $1 AND day >= $2 AND day <= $3 \
         UNION ALL SELECT NULL, id, NULL, day, executions, byte_count FROM day_files \
         WHERE suite_id = $1 AND day >= $2 AND day <= $3 ORDER BY day, upload_seq",
    );
    let select = select.with(suite.bytes()).with(*days.start()).with(*days.end());
    let (mut segments, mut files) = (Vec::new(), Vec::new());
    for row in select.all(&mut *connections.read().await?).await? {
        match row.maybe_int("upload_seq")? {
            None => files.push(named(&row, suite)?),
            Some(seq) => segments.push(SegmentRef {
                seq: UploadSeq(seq),
                upload: row.id("id", UploadId::from_bytes)?,
                run: row.id("run_id", RunId::from_bytes)?,
                day: row.int("day")?,
                executions: row.count("executions")?,
                byte_count: row.count("byte_count")?,
            }),
        }
    }
    Ok((segments, files))
}

/// When uploads were received.
pub(crate) async fn receive_times(connections: &Connections, suite: SuiteId, uploads: &[UploadSeq]) -> Result<Vec<Timestamp>, StoreError> {
    let mut select = Statement::built(connections.engine(), "SELECT received_at FROM uploads WHERE suite_id = ");
    select.value(suite.bytes()).push(" AND seq IN ").list(uploads.iter().map(|upload| Value::from(upload.0)));
    select.all(&mut *connections.read().await?).await?.iter().map(|row| row.time("received_at")).collect()
}

/// The files of some days.
pub(crate) async fn files_of_days(connections: &Connections, suite: SuiteId, days: &FxHashSet<i64>) -> Result<Vec<NamedFile>, StoreError> {
    if days.is_empty() {
        return Ok(Vec::new());
    }
    let mut select = Statement::built(connections.engine(), "SELECT id, day, executions, byte_count FROM day_files WHERE suite_id = ");
    select.value(suite.bytes()).push(" AND day IN ").list(days.iter().map(|day| Value::from(*day)));
    select.all(&mut *connections.read().await?).await?.iter().map(|row| named(row, suite)).collect()
}

/// A part of a body. `None`: it has no more, or none at all.
pub(crate) async fn part(connections: &Connections, file: DayFileId, part: i64) -> Result<Option<Vec<u8>>, StoreError> {
    let select = Statement::fixed("SELECT body FROM day_file_parts WHERE file_id = $1 AND part = $2").with(file.bytes()).with(part);
    let row = select.optional(&mut *connections.read().await?).await?;
    row.map(|row| row.bytes("body").map(<[u8]>::to_vec)).transpose()
}

pub(crate) fn named(row: &AnyRow, suite: SuiteId) -> Result<NamedFile, StoreError> {
    Ok(NamedFile {
        id: row.id("id", DayFileId::from_bytes)?,
        suite,
        day: row.int("day")?,
        executions: row.count("executions")?,
        bytes: row.count("byte_count")?,
    })
}
