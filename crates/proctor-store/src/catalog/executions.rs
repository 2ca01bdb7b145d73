//! Executions read through the uploads that brought them.

use proctor_core::id::{ExecutionId, RunId, SuiteId, TestId, UploadId};
use proctor_core::identity::{execution_id, execution_index};
use proctor_core::result::TestResult;
use proctor_core::time::Timestamp;
use rustc_hash::{FxHashMap, FxHashSet};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::facts::{later_tags, run_facts};
use super::run_row::counts_of;
use crate::database::{Columns, Statement, Value};
use crate::executions::{ExecutionRow, RunFacts, Selection, StoredExecution, UploadSeq, Wanted};
use crate::queries::ExecutionRef;
use crate::{Page, PageRequest, Store, StoreError};

impl Store {
    /// Executions of a run, newest first: the reverse of (receive time, upload sequence, index). `result`: only those with it.
    /// Those that retention has deleted are not counted.
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
        match self.try_executions_of_run(suite, run, result, page).await {
            // Retention may have deleted them between the two questions; the second time it is known.
            Err(StoreError::Corrupt(_)) => self.try_executions_of_run(suite, run, result, page).await,
            read => read,
        }
    }

    async fn try_executions_of_run(
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
                 WHERE run_id = $1 AND suite_id = $2 AND status = 'succeeded' AND executions_deleted = 0 AND NOT EXISTS (SELECT 1 FROM deleted_days \
                 WHERE deleted_days.suite_id = uploads.suite_id AND uploads.received_at < deleted_days.before_day * 86400000) ORDER BY received_at DESC, seq DESC",
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

    /// All executions of one upload, by index; none once retention has deleted them.
    ///
    /// # Errors
    /// When the catalog or a segment cannot be read.
    pub async fn executions_of_upload(&self, suite: SuiteId, upload: UploadId) -> Result<Vec<StoredExecution>, StoreError> {
        let row = {
            let mut connection = self.connections().read().await?;
            let select = Statement::fixed(
                "SELECT seq, id, run_id, received_at, branch, commit_sha, passed, failed, skipped, pending, unknown FROM uploads \
                 WHERE substr(id, 1, 13) = $1 AND id = $2 AND suite_id = $3 AND status = 'succeeded' AND executions_deleted = 0 AND NOT EXISTS (SELECT 1 FROM deleted_days \
                 WHERE deleted_days.suite_id = uploads.suite_id AND uploads.received_at < deleted_days.before_day * 86400000)",
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
        self.stored(suite, rows, sources).await
    }

    /// Executions by upload and position, in the order of `refs`; those that are not there are left out.
    pub(crate) async fn executions_at(&self, suite: SuiteId, refs: &[ExecutionRef]) -> Result<Vec<StoredExecution>, StoreError> {
        let sources = self.sources_of(suite, refs).await?;
        let mut wanted: FxHashMap<UploadId, Vec<u32>> = FxHashMap::default();
        for one in refs.iter().filter(|one| sources.contains_key(&one.upload)) {
            wanted.entry(one.upload).or_default().push(one.index);
        }
        let mut of_uploads = Vec::with_capacity(wanted.len());
        let mut found_in = Vec::with_capacity(wanted.len());
        for (upload, mut indexes) in wanted {
            if let Some(source) = sources.get(&upload) {
                indexes.sort_unstable();
                indexes.dedup();
                of_uploads.push(Wanted { upload: source.seq, indexes });
                found_in.push(source.clone());
            }
        }
        let rows = self.executions().rows(suite, &of_uploads).await?;
        let stored = self.stored(suite, rows, found_in).await?;
        let by_id: FxHashMap<ExecutionId, StoredExecution> = stored.into_iter().map(|execution| (execution.id, execution)).collect();
        Ok(refs.iter().filter_map(|one| by_id.get(&execution_id(one.upload, one.index)).cloned()).collect())
    }

    /// One execution.
    ///
    /// # Errors
    /// When the catalog or the columns cannot be read.
    pub async fn execution(&self, suite: SuiteId, id: ExecutionId) -> Result<Option<StoredExecution>, StoreError> {
        // The upload that an execution's id leads to shares its first 13 bytes.
        let at = ExecutionRef { upload: UploadId::new(id.uuid()), index: execution_index(id) };
        let mut connection = self.connections().read().await?;
        let select = Statement::fixed("SELECT id FROM uploads WHERE substr(id, 1, 13) = $1 AND suite_id = $2 AND status = 'succeeded'");
        let row = select.with(&at.upload.bytes()[..13]).with(suite.bytes()).optional(&mut connection).await?;
        drop(connection);
        let Some(row) = row else { return Ok(None) };
        let at = ExecutionRef { upload: row.id("id", UploadId::from_bytes)?, ..at };
        Ok(self.executions_at(suite, &[at]).await?.pop())
    }

    /// Executions by id, in the order of `ids`; those that the suite does not have are left out. One question for all of them: each file is
    /// looked at once.
    ///
    /// # Errors
    /// When the catalog or the columns cannot be read.
    pub async fn executions_by_id(&self, suite: SuiteId, ids: &[ExecutionId]) -> Result<Vec<StoredExecution>, StoreError> {
        let led_to = |id: &ExecutionId| ExecutionRef { upload: UploadId::new(id.uuid()), index: execution_index(*id) };
        let refs: Vec<ExecutionRef> = ids.iter().map(led_to).collect();
        // The upload that an execution's id leads to shares its first 13 bytes.
        let prefix = |upload: &UploadId| upload.bytes()[..13].to_vec();
        let known: FxHashMap<Vec<u8>, UploadId> = self.sources_of(suite, &refs).await?.into_keys().map(|id| (prefix(&id), id)).collect();
        let found = |one: ExecutionRef| known.get(&prefix(&one.upload)).map(|upload| ExecutionRef { upload: *upload, ..one });
        let refs: Vec<ExecutionRef> = refs.into_iter().filter_map(found).collect();
        self.executions_at(suite, &refs).await
    }

    async fn sources_of(&self, suite: SuiteId, refs: &[ExecutionRef]) -> Result<FxHashMap<UploadId, Source>, StoreError> {
        let uploads: FxHashSet<UploadId> = refs.iter().map(|one| one.upload).collect();
        let uploads: Vec<UploadId> = uploads.into_iter().collect();
        let mut sources = FxHashMap::default();
        if uploads.is_empty() {
            return Ok(sources);
        }
        let mut connection = self.connections().read().await?;
        for some in uploads.chunks(500) {
            let select = "SELECT seq, id, run_id, received_at, branch, commit_sha FROM uploads WHERE status = 'succeeded' AND suite_id = ";
            let mut select = Statement::built(self.connections().engine(), select);
            select
                .value(suite.bytes())
                .push(" AND substr(id, 1, 13) IN ")
                .list(some.iter().map(|upload| Value::from(&upload.bytes()[..13])));
            for row in select.all(&mut connection).await? {
                let source = Source::of(&row, row.id("run_id", RunId::from_bytes)?)?;
                sources.insert(source.upload, source);
            }
        }
        Ok(sources)
    }

    /// Rows with what the catalog knows about them: for each source its rows.
    async fn stored(&self, suite: SuiteId, rows: Vec<Vec<ExecutionRow>>, sources: Vec<Source>) -> Result<Vec<StoredExecution>, StoreError> {
        if rows.iter().all(Vec::is_empty) {
            return Ok(Vec::new());
        }
        let ordinals: FxHashSet<u32> = rows.iter().flatten().map(|row| row.test_ordinal).collect();
        let places = rows.iter().zip(&sources).flat_map(|(rows, source)| rows.iter().map(|row| (source.seq, row.index)));
        let places: Vec<_> = places.collect();
        let engine = self.connections().engine();
        let mut connection = self.connections().read().await?;
        let tests = self.tests_of(&mut connection, suite, ordinals).await?;
        let is_silent = |source: &&Source| source.branch.is_none() || source.commit_sha.is_none();
        let runs = run_facts(&mut connection, engine, sources.iter().filter(is_silent).map(|source| source.run).collect()).await?;
        let later = later_tags(&mut connection, engine, suite, &places).await?;
        drop(connection);
        let mut executions = Vec::with_capacity(places.len());
        for (rows, source) in rows.into_iter().zip(sources) {
            let source = source.or(runs.get(&source.run));
            for mut row in rows {
                let test = tests.get(&row.test_ordinal).ok_or_else(|| StoreError::Corrupt("an execution of no test".to_owned()))?;
                if let Some(later) = later.get(&(source.seq, row.index)) {
                    row.tags = row.tags.overlaid_with(later);
                }
                executions.push(stored(row, &source, test));
            }
        }
        Ok(executions)
    }

    /// The tests with these ordinals.
    pub(crate) async fn tests_of(
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
}

/// The upload that brought executions.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    seq: UploadSeq,
    upload: UploadId,
    run: RunId,
    received_at: Timestamp,
    branch: Option<String>,
    commit_sha: Option<String>,
}

impl Source {
    pub(super) fn of(row: &AnyRow, run: RunId) -> Result<Self, StoreError> {
        Ok(Self {
            seq: UploadSeq(row.int("seq")?),
            upload: row.id("id", UploadId::from_bytes)?,
            run,
            received_at: row.time("received_at")?,
            branch: row.maybe_text("branch")?,
            commit_sha: row.maybe_text("commit_sha")?,
        })
    }

    /// With gaps filled from the run.
    fn or(&self, run: Option<&RunFacts>) -> Self {
        let mut source = self.clone();
        if let Some(RunFacts { branch, commit_sha }) = run {
            source.branch = source.branch.or_else(|| branch.as_deref().map(str::to_owned));
            source.commit_sha = source.commit_sha.or_else(|| commit_sha.as_deref().map(str::to_owned));
        }
        source
    }
}

#[derive(Clone, Debug)]
pub(crate) struct TestName {
    id: TestId,
    scope: String,
    name: String,
}

pub(crate) fn stored(row: ExecutionRow, source: &Source, test: &TestName) -> StoredExecution {
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
        branch: source.branch.clone(),
        commit_sha: source.commit_sha.clone(),
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
