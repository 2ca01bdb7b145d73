//! The stored history of a suite, as monitors read it.

use proctor_core::day::DAY_MS;
use proctor_core::id::{RunId, SuiteId, UploadId, WorkflowId};
use proctor_core::monitors::backtest::RunTimes;
use proctor_core::monitors::filter::TagFilters;
use proctor_core::monitors::history::{DerivedTags, History, Incidental, Needs};
use proctor_core::monitors::new_test::Origin;
use proctor_core::run_env::{RunEnv, RunEnvEntry};
use proctor_core::time::Timestamp;
use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::{Map, Value};
use sqlx::any::AnyRow;

use crate::database::{Columns, Statement, Value as Argument};
use crate::executions::{HistoryReader, HistorySource, UploadSeq, WantedTests};
use crate::{Store, StoreError};

/// Segments that are fetched while others are decoded.
const SEGMENTS_PER_STEP_MAX: usize = 16;
/// Uploads, or tests, named in one statement.
const ROWS_PER_STATEMENT_MAX: usize = 500;

/// A day with executions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistoryDay {
    /// Days since 1970, UTC, of the receive time.
    pub day: i64,
    /// How many executions there are.
    pub executions: u64,
}

/// What is to be read.
#[derive(Clone, Debug, Default)]
pub struct HistoryQuery {
    /// The parts of executions that are read.
    pub needs: Needs,
    /// The tests.
    pub tests: WantedTests,
    /// The uploads.
    pub uploads: HistoryUploads,
    /// Uploads that are part of a mass failure, beside those of which the catalog knows it, by sequence number.
    pub incidents: Vec<u64>,
}

/// Which uploads are read. An upload is seen together with the fact that it waits, so none is ever taken for evaluated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum HistoryUploads {
    /// All.
    #[default]
    All,
    /// Those that no longer wait to be evaluated, and these, by sequence number.
    EvaluatedAnd(Vec<u64>),
}

/// What tests are to a workflow that looks for new ones.
#[derive(Clone, Debug, Default)]
pub struct TestOrigins {
    created_at: FxHashMap<u32, Timestamp>,
    first_run_at: FxHashSet<i64>,
}

impl TestOrigins {
    /// What a test is to a workflow that was made then. Unknown ones are known to the workflow, so that nothing is reported.
    #[must_use]
    pub fn of(&self, ordinal: u32, workflow_created_at: Timestamp) -> Origin {
        match self.created_at.get(&ordinal) {
            Some(at) if *at >= workflow_created_at && !self.first_run_at.contains(&at.millis()) => Origin::New,
            _ => Origin::Known,
        }
    }
}

const SOURCES: &str = "SELECT uploads.seq AS seq, uploads.id AS id, uploads.run_id AS run_id, uploads.received_at AS received_at, \
     uploads.run_env AS run_env, runs.branch AS branch, runs.commit_sha AS commit_sha, \
     (SELECT COUNT(*) FROM incidents WHERE incidents.suite_id = uploads.suite_id AND incidents.upload_seq = uploads.seq) AS incident \
     FROM uploads JOIN runs ON runs.id = uploads.run_id WHERE uploads.suite_id = ";

impl Store {
    /// The days with executions, in order.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn history_days(&self, suite: SuiteId) -> Result<Vec<HistoryDay>, StoreError> {
        let select = "SELECT received_at / 86400000 AS day, CAST(SUM(passed + failed + skipped + pending + unknown) AS BIGINT) AS executions \
                      FROM uploads WHERE suite_id = $1 AND status = 'succeeded' GROUP BY received_at / 86400000 ORDER BY day";
        let rows = Statement::fixed(select).with(suite.bytes()).all(&mut *self.connections().read().await?).await?;
        rows.iter().map(|row| Ok(HistoryDay { day: row.int("day")?, executions: row.count("executions")? })).collect()
    }

    /// The executions of one day, sorted.
    ///
    /// # Errors
    /// When the catalog or a segment cannot be read.
    pub async fn history_of_day(&self, suite: SuiteId, day: i64, query: &HistoryQuery) -> Result<History, StoreError> {
        let mut select = Statement::built(self.connections().engine(), SOURCES);
        select.value(suite.bytes()).push(" AND uploads.status = 'succeeded' AND uploads.received_at >= ").value(day * DAY_MS);
        select.push(" AND uploads.received_at < ").value((day + 1) * DAY_MS);
        if let HistoryUploads::EvaluatedAnd(others) = &query.uploads {
            select.push(" AND (NOT EXISTS (SELECT 1 FROM pending_evaluations WHERE pending_evaluations.suite_id = uploads.suite_id");
            select.push(" AND pending_evaluations.upload_seq = uploads.seq)");
            if !others.is_empty() {
                select.push(" OR uploads.seq IN ").list(others.iter().map(|seq| Argument::from(*seq)));
            }
            select.push(")");
        }
        select.push(" ORDER BY uploads.received_at, uploads.seq");
        let rows = select.all(&mut *self.connections().read().await?).await?;
        let mut sources: Vec<HistorySource> = rows.iter().map(source_of).collect::<Result<_, _>>()?;
        for source in sources.iter_mut().filter(|source| query.incidents.contains(&source.seq.0.unsigned_abs())) {
            source.incident = Incidental::Yes;
        }
        let all = sources.iter().map(|source| source.seq).collect();
        self.read_history(suite, sources, all, query).await
    }

    /// The executions of these uploads, sorted. `passing`: all uploads are named, but those are not read of which no execution can pass
    /// any of these filters.
    ///
    /// # Errors
    /// When the catalog or a segment cannot be read.
    pub async fn history_of_uploads(
        &self,
        suite: SuiteId,
        uploads: &[u64],
        needs: Needs,
        passing: Option<&[&TagFilters]>,
    ) -> Result<History, StoreError> {
        let mut sources = Vec::with_capacity(uploads.len());
        for some in uploads.chunks(ROWS_PER_STATEMENT_MAX) {
            let mut select = Statement::built(self.connections().engine(), SOURCES);
            select.value(suite.bytes()).push(" AND uploads.seq IN ").list(some.iter().map(|seq| Argument::from(*seq)));
            let rows = select.all(&mut *self.connections().read().await?).await?;
            for row in &rows {
                sources.push(source_of(row)?);
            }
        }
        sources.sort_unstable_by_key(|source| (source.received_at, source.seq));
        let may_pass = |source: &&HistorySource| passing.is_none_or(|any| any.iter().any(|filters| source.derived.may_pass(filters)));
        let read = sources.iter().filter(may_pass).map(|source| source.seq).collect();
        self.read_history(suite, sources, read, &HistoryQuery { needs, ..HistoryQuery::default() }).await
    }

    /// The executions of the sources `seqs`. Segments first: what is compacted meanwhile is then found in a file.
    async fn read_history(
        &self,
        suite: SuiteId,
        sources: Vec<HistorySource>,
        seqs: Vec<UploadSeq>,
        query: &HistoryQuery,
    ) -> Result<History, StoreError> {
        let mut reader = HistoryReader::new(sources, query.needs, query.tests.clone());
        let in_segments = self.executions().uploads_in_segments(suite, &seqs).await?;
        let mut compacted: FxHashSet<UploadSeq> = seqs.into_iter().collect();
        let mut fetched = Vec::new();
        for some in in_segments.chunks(SEGMENTS_PER_STEP_MAX).map(Some).chain([None]) {
            let segments = std::mem::take(&mut fetched);
            // Some are decoded while the next ones are fetched.
            let decoding = tokio::task::spawn_blocking(move || {
                for segment in &segments {
                    reader.take_segment(segment)?;
                }
                Ok::<_, StoreError>(reader)
            });
            if let Some(some) = some {
                fetched = self.executions().segments(suite, some).await?;
                fetched.iter().for_each(|segment| _ = compacted.remove(&segment.seq));
            }
            reader = decoding.await.map_err(broken_off)??;
        }
        let names: Vec<UploadSeq> = compacted.iter().copied().collect();
        let files = if names.is_empty() { Vec::new() } else { self.executions().files_of(suite, &names).await? };
        let reading = tokio::task::spawn_blocking(move || {
            for file in &files {
                reader.take_file(file, &compacted)?;
            }
            Ok(reader.finish())
        });
        reading.await.map_err(broken_off)?
    }

    /// What tests are to workflows that look for new ones; `ordinals`: only of these.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn test_origins(&self, suite: SuiteId, ordinals: Option<&[u32]>) -> Result<TestOrigins, StoreError> {
        let connection = &mut *self.connections().read().await?;
        let engine = self.connections().engine();
        let mut origins = TestOrigins::default();
        let first_run = "SELECT received_at FROM uploads WHERE suite_id = $1 AND status = 'succeeded' AND run_id = \
                         (SELECT id FROM runs WHERE suite_id = $2 ORDER BY created_at, id LIMIT 1)";
        for row in Statement::fixed(first_run).with(suite.bytes()).with(suite.bytes()).all(connection).await? {
            origins.first_run_at.insert(row.int("received_at")?);
        }
        let some_or_all: Vec<Option<&[u32]>> = match ordinals {
            Some(ordinals) => ordinals.chunks(ROWS_PER_STATEMENT_MAX).map(Some).collect(),
            None => vec![None],
        };
        for some in some_or_all {
            let mut select = Statement::built(engine, "SELECT ordinal, created_at FROM tests WHERE suite_id = ");
            select.value(suite.bytes());
            if let Some(some) = some {
                select.push(" AND ordinal IN ").list(some.iter().map(|ordinal| Argument::from(*ordinal)));
            }
            for row in select.all(connection).await? {
                let ordinal = u32::try_from(row.int("ordinal")?).map_err(|_| StoreError::Corrupt("ordinal of a test".to_owned()))?;
                origins.created_at.insert(ordinal, row.time("created_at")?);
            }
        }
        Ok(origins)
    }

    /// The sequence numbers of the stored uploads of a run.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn upload_seqs_of_run(&self, suite: SuiteId, run: RunId) -> Result<Vec<u64>, StoreError> {
        let select = "SELECT seq FROM uploads WHERE suite_id = $1 AND run_id = $2 AND status = 'succeeded' ORDER BY seq";
        let select = Statement::fixed(select).with(suite.bytes()).with(run.bytes());
        select.all(&mut *self.connections().read().await?).await?.iter().map(|row| row.count("seq")).collect()
    }

    /// When the runs of the suite were made.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn run_times(&self, suite: SuiteId) -> Result<RunTimes, StoreError> {
        let select = Statement::fixed("SELECT id, created_at FROM runs WHERE suite_id = $1").with(suite.bytes());
        let rows = select.all(&mut *self.connections().read().await?).await?;
        rows.iter().map(|row| Ok((row.id("id", RunId::from_bytes)?, row.time("created_at")?))).collect()
    }

    /// Since when tests are alarmed under a workflow, by ordinal.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn alarmed_tests(&self, suite: SuiteId, workflow: WorkflowId) -> Result<FxHashMap<u32, Timestamp>, StoreError> {
        Ok(self.open_alarms(suite, Some(workflow)).await?.into_iter().map(|alarm| (alarm.ordinal, alarm.since)).collect())
    }
}

fn source_of(row: &AnyRow) -> Result<HistorySource, StoreError> {
    let run_env = row.maybe_text("run_env")?.map_or_else(|| Ok(RunEnv::default()), |text| run_env_of(&text))?;
    let (branch, commit_sha) = (row.maybe_text("branch")?, row.maybe_text("commit_sha")?);
    Ok(HistorySource {
        seq: UploadSeq(row.int("seq")?),
        id: row.id("id", UploadId::from_bytes)?,
        run: row.id("run_id", RunId::from_bytes)?,
        received_at: row.time("received_at")?,
        incident: if row.int("incident")? > 0 { Incidental::Yes } else { Incidental::No },
        derived: DerivedTags::of(&run_env, branch.as_deref(), commit_sha.as_deref()),
    })
}

/// `run_env` as it was received: texts stand for themselves, other values as they are written.
fn run_env_of(text: &str) -> Result<RunEnv, StoreError> {
    let object: Map<String, Value> = serde_json::from_str(text).map_err(|_| StoreError::Corrupt("run_env of an upload".to_owned()))?;
    let entry_of = |(key, value): (String, Value)| {
        let text = match value {
            Value::Null => String::new(),
            Value::String(text) => text,
            other => other.to_string(),
        };
        RunEnvEntry { key, text, json: String::new() }
    };
    Ok(RunEnv::new(object.into_iter().map(entry_of)))
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
fn broken_off(error: tokio::task::JoinError) -> StoreError {
    StoreError::Internal(format!("reading history: {error}"))
}
