//! How a run stands in its row.

use proctor_core::id::{RunId, SuiteId, Uuid};
use proctor_core::lifecycle::{RunResult, RunStatus};
use proctor_core::result::{ResultCounts, TestResult};
use proctor_core::run::{Run, RunDetails};
use sqlx::any::AnyRow;

use crate::StoreError;
use crate::database::Columns;

/// What [`run_of`] reads: all columns.
pub(crate) const RUN_COLUMNS: &str = "id, suite_id, run_key, branch, commit_sha, url, number, message, ci, build_id, created_at, \
     uploads_in_flight, result, last_activity_at, passed, failed, skipped, pending, unknown";

pub(crate) fn run_of(row: &AnyRow) -> Result<Run, StoreError> {
    let corrupt = |column: &str| StoreError::Corrupt(format!("column {column} of a run"));
    Ok(Run {
        id: row.id("id", RunId::from_bytes)?,
        suite_id: row.id("suite_id", SuiteId::from_bytes)?,
        key: row.text("run_key")?,
        details: RunDetails {
            branch: row.maybe_text("branch")?,
            commit_sha: row.maybe_text("commit_sha")?,
            url: row.maybe_text("url")?,
            number: row.maybe_text("number")?,
            message: row.maybe_text("message")?,
            ci: row.maybe_text("ci")?,
            build_id: row.maybe_id("build_id", |bytes| Uuid::from_slice(bytes).ok())?,
        },
        status: RunStatus {
            uploads_in_flight: u32::try_from(row.int("uploads_in_flight")?).map_err(|_| corrupt("uploads_in_flight"))?,
            result: RunResult::from_code(row.int("result")?).ok_or_else(|| corrupt("result"))?,
            last_activity_at: row.time("last_activity_at")?,
        },
        counts: counts_of(row)?,
        created_at: row.time("created_at")?,
    })
}

/// The counts by result, as runs and uploads have them.
pub(crate) fn counts_of(row: &AnyRow) -> Result<ResultCounts, StoreError> {
    let mut counts = ResultCounts::default();
    for result in TestResult::ALL {
        counts.add_many(result, row.count(result.as_str())?);
    }
    Ok(counts)
}
