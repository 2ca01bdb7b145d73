//! The commits on which executions ran.

use std::collections::BTreeSet;

use proctor_core::id::{ExecutionId, SuiteId, UploadId};
use proctor_core::identity::upload_id_range;
use rustc_hash::FxHashMap;
use sqlx::AnyConnection;

use crate::database::{Columns, Engine, Statement, Value};
use crate::{Store, StoreError};

/// Uploads named in one statement.
const ROWS_PER_STATEMENT_MAX: usize = 500;

/// `scm.commit_sha` of executions, by their ids.
pub type Commits = FxHashMap<ExecutionId, String>;

impl Store {
    /// The commits of these executions of the suite: that of their upload, else that of its run. Executions without, and those of
    /// unknown uploads, are left out.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn commits_of(&self, suite: SuiteId, executions: &[ExecutionId]) -> Result<Commits, StoreError> {
        let engine = self.connections().engine();
        commits_of(&mut *self.connections().read().await?, engine, suite, executions).await
    }
}

/// As [`Store::commits_of`], in a transaction.
pub(crate) async fn commits_of(
    connection: &mut AnyConnection,
    engine: Engine,
    suite: SuiteId,
    executions: &[ExecutionId],
) -> Result<Commits, StoreError> {
    // The part of an upload's id that its executions share is indexed.
    let prefix = |id: UploadId| id.bytes()[..13].to_vec();
    let prefix_of = |execution: &ExecutionId| prefix(upload_id_range(*execution).0);
    let wanted: Vec<Vec<u8>> = executions.iter().map(prefix_of).collect::<BTreeSet<_>>().into_iter().collect();
    let mut commits: FxHashMap<Vec<u8>, String> = FxHashMap::default();
    for some in wanted.chunks(ROWS_PER_STATEMENT_MAX) {
        let select = "SELECT uploads.id AS id, uploads.suite_id AS suite_id, uploads.commit_sha AS own, runs.commit_sha AS of_run \
                      FROM uploads JOIN runs ON runs.id = uploads.run_id WHERE substr(uploads.id, 1, 13) IN ";
        let mut select = Statement::built(engine, select);
        select.list(some.iter().map(|prefix| Value::from(prefix.as_slice())));
        for row in select.all(connection).await? {
            let commit = match row.maybe_text("own")? {
                Some(own) => Some(own),
                None => row.maybe_text("of_run")?,
            };
            if row.id("suite_id", SuiteId::from_bytes)? == suite
                && let Some(commit) = commit
            {
                commits.insert(prefix(row.id("id", UploadId::from_bytes)?), commit);
            }
        }
    }
    Ok(executions.iter().filter_map(|execution| Some((*execution, commits.get(&prefix_of(execution))?.clone()))).collect())
}
