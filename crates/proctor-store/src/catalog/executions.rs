//! Executions read through the uploads that brought them.

use proctor_core::id::{RunId, SuiteId, TestId, UploadId};
use proctor_core::identity::execution_id;
use proctor_core::result::TestResult;
use proctor_core::time::Timestamp;
use rustc_hash::{FxHashMap, FxHashSet};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::run_row::counts_of;
use crate::database::{Columns, Statement, Value};
use crate::executions::{ExecutionRow, Selection, StoredExecution, UploadSeq};
use crate::{Page, PageRequest, Store, StoreError};

impl Store {
    /// Executions of a run, newest first: the reverse of (receive time, upload sequence, index). `result`: only those with it.
    /// Takes work in proportion to the page and to the number of uploads of the run.
    ///
    /// # Errors
    /// When the catalog or a segment cannot be read.
    pub async fn executions_of_run(
        &self,
        suite: SuiteId,
        run: RunId,
        result: Option<TestResult>,
        page: PageRequest,
    ) -> Result<Page<StoredExecution>, StoreError> {
        let uploads = {
            let mut connection = self.connections().read().await?;
            let select = Statement::fixed(
                "SELECT seq, id, received_at, branch, commit_sha, passed, failed, skipped, pending, unknown FROM uploads \
                 WHERE run_id = $1 AND suite_id = $2 AND status = 'succeeded' ORDER BY received_at DESC, seq DESC",
            );
            select.with(run.bytes()).with(suite.bytes()).all(&mut connection).await?
        };
        let (mut total, mut skip, mut left) = (0_u64, page.offset, u64::from(page.limit));
        let mut selections = Vec::new();
        let mut sources = Vec::new();
        for row in &uploads {
            let counts = counts_of(row)?;
            let here = result.map_or_else(|| counts.total(), |result| counts.of(result));
            total += here;
            let passed_over = skip.min(here);
            skip -= passed_over;
            let taken = left.min(here - passed_over);
            left -= taken;
            if taken > 0 {
                selections.push(Selection { upload: UploadSeq(row.int("seq")?), result, skip: passed_over, limit: taken });
                sources.push(Source::of(row, run)?);
            }
        }
        let items = self.read_executions(suite, &selections, sources).await?;
        Ok(Page { items, total })
    }

    /// All executions of one upload, by index.
    ///
    /// # Errors
    /// When the catalog or a segment cannot be read.
    pub async fn executions_of_upload(&self, suite: SuiteId, upload: UploadId) -> Result<Vec<StoredExecution>, StoreError> {
        let row = {
            let mut connection = self.connections().read().await?;
            let select = Statement::fixed(
                "SELECT seq, id, run_id, received_at, branch, commit_sha, passed, failed, skipped, pending, unknown FROM uploads \
                 WHERE substr(id, 1, 13) = $1 AND id = $2 AND suite_id = $3 AND status = 'succeeded'",
            );
            select.with(&upload.bytes()[..13]).with(upload.bytes()).with(suite.bytes()).optional(&mut connection).await?
        };
        let Some(row) = row else { return Ok(Vec::new()) };
        let limit = counts_of(&row)?.total();
        if limit == 0 {
            return Ok(Vec::new());
        }
        let source = Source::of(&row, row.id("run_id", RunId::from_bytes)?)?;
        let selection = Selection { upload: UploadSeq(row.int("seq")?), result: None, skip: 0, limit };
        let mut executions = self.read_executions(suite, &[selection], vec![source]).await?;
        executions.reverse();
        Ok(executions)
    }

    async fn read_executions(
        &self,
        suite: SuiteId,
        selections: &[Selection],
        sources: Vec<Source>,
    ) -> Result<Vec<StoredExecution>, StoreError> {
        if selections.is_empty() {
            return Ok(Vec::new());
        }
        let rows = self.executions().read(suite, selections).await?;
        let ordinals: FxHashSet<u32> = rows.iter().flatten().map(|row| row.test_ordinal).collect();
        let mut connection = self.connections().read().await?;
        let tests = self.tests_of(&mut connection, suite, ordinals).await?;
        let runs = self.envs_of(&mut connection, &sources).await?;
        drop(connection);
        let mut executions = Vec::with_capacity(rows.iter().map(Vec::len).sum());
        for (rows, source) in rows.into_iter().zip(sources) {
            let source = source.or(runs.get(&source.run));
            for row in rows {
                let test = tests.get(&row.test_ordinal).ok_or_else(|| StoreError::Corrupt("an execution of no test".to_owned()))?;
                executions.push(stored(row, &source, test));
            }
        }
        Ok(executions)
    }

    async fn tests_of(
        &self,
        connection: &mut AnyConnection,
        suite: SuiteId,
        ordinals: FxHashSet<u32>,
    ) -> Result<FxHashMap<u32, TestName>, StoreError> {
        let mut tests = FxHashMap::default();
        let ordinals: Vec<u32> = ordinals.into_iter().collect();
        for some in ordinals.chunks(500) {
            let select = "SELECT ordinal, id, scope, name FROM tests WHERE suite_id = ";
            let mut select = Statement::built(self.connections().engine(), select);
            select.value(suite.bytes()).push(" AND ordinal IN ").list(some.iter().map(|ordinal| Value::from(*ordinal)));
            for row in select.all(connection).await? {
                let ordinal = u32::try_from(row.int("ordinal")?).map_err(|_| StoreError::Corrupt("ordinal of a test".to_owned()))?;
                let test = TestName { id: row.id("id", TestId::from_bytes)?, scope: row.text("scope")?, name: row.text("name")? };
                tests.insert(ordinal, test);
            }
        }
        Ok(tests)
    }

    /// Branch and commit of the runs of those uploads that do not say them.
    async fn envs_of(&self, connection: &mut AnyConnection, sources: &[Source]) -> Result<FxHashMap<RunId, RunEnv>, StoreError> {
        let is_silent = |source: &&Source| source.env.branch.is_none() || source.env.commit_sha.is_none();
        let runs: FxHashSet<RunId> = sources.iter().filter(is_silent).map(|source| source.run).collect();
        let mut envs = FxHashMap::default();
        for run in runs {
            let select = Statement::fixed("SELECT branch, commit_sha FROM runs WHERE id = $1").with(run.bytes());
            if let Some(row) = select.optional(connection).await? {
                envs.insert(run, RunEnv { branch: row.maybe_text("branch")?, commit_sha: row.maybe_text("commit_sha")? });
            }
        }
        Ok(envs)
    }
}

/// What an upload or a run says about where it comes from.
#[derive(Clone, Debug, Default)]
struct RunEnv {
    branch: Option<String>,
    commit_sha: Option<String>,
}

/// The upload that brought executions.
#[derive(Clone, Debug)]
struct Source {
    upload: UploadId,
    run: RunId,
    received_at: Timestamp,
    env: RunEnv,
}

impl Source {
    fn of(row: &AnyRow, run: RunId) -> Result<Self, StoreError> {
        Ok(Self {
            upload: row.id("id", UploadId::from_bytes)?,
            run,
            received_at: row.time("received_at")?,
            env: RunEnv { branch: row.maybe_text("branch")?, commit_sha: row.maybe_text("commit_sha")? },
        })
    }

    /// With gaps filled from the run.
    fn or(&self, run: Option<&RunEnv>) -> Self {
        let mut source = self.clone();
        if let Some(RunEnv { branch, commit_sha }) = run {
            source.env.branch = source.env.branch.or_else(|| branch.clone());
            source.env.commit_sha = source.env.commit_sha.or_else(|| commit_sha.clone());
        }
        source
    }
}

struct TestName {
    id: TestId,
    scope: String,
    name: String,
}

fn stored(row: ExecutionRow, source: &Source, test: &TestName) -> StoredExecution {
    let ExecutionRow {
        index,
        test_ordinal: _,
        result,
        duration,
        start_at,
        end_at,
        location,
        file_name,
        selector,
        tags,
        failure_reason,
        failure_expanded,
        spans,
        client_id,
        external_id,
        trace_id,
        flags,
    } = row;
    StoredExecution {
        id: execution_id(source.upload, index),
        run_id: source.run,
        upload_id: source.upload,
        test_id: test.id,
        scope: test.scope.clone(),
        name: test.name.clone(),
        branch: source.env.branch.clone(),
        commit_sha: source.env.commit_sha.clone(),
        created_at: source.received_at,
        result,
        duration,
        start_at,
        end_at,
        location,
        file_name,
        failure_reason,
        failure_expanded,
        spans,
        tags,
        selector,
        client_id,
        external_id,
        trace_id,
        flags,
    }
}
