//! Runs as pages list them: filtered, a page at a time, without a count of all.

use proctor_core::id::SuiteId;
use proctor_core::lifecycle::RunResult;
use proctor_core::run::Run;

use super::run_row::{RUN_COLUMNS, run_of};
use crate::database::{Columns, Statement};
use crate::{PageRequest, Store, StoreError};

/// Which runs of a suite are wanted. The default wants all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunSearch {
    /// Of this branch.
    pub branch: Option<String>,
    /// With this result, as it was when the last upload was processed.
    pub result: Option<RunResult>,
    /// Of this commit, or of one that begins so.
    pub commit: Option<String>,
}

impl Store {
    /// Runs of the suite, newest first; one more than the page's limit when there is another page.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn search_runs(&self, suite: SuiteId, search: &RunSearch, page: PageRequest) -> Result<Vec<Run>, StoreError> {
        let mut select = Statement::built(self.connections().engine(), format!("SELECT {RUN_COLUMNS} FROM runs WHERE suite_id = "));
        select.value(suite.bytes());
        if let Some(branch) = &search.branch {
            select.push(" AND branch = ").value(branch);
        }
        if let Some(result) = search.result {
            select.push(" AND result = ").value(i64::from(result.code()));
        }
        if let Some(commit) = &search.commit {
            let length = u64::try_from(commit.chars().count()).unwrap_or(u64::MAX);
            select.push(" AND substr(commit_sha, 1, CAST(").value(length).push(" AS INTEGER)) = ").value(commit);
        }
        select.push(" ORDER BY created_at DESC, id DESC LIMIT ").value(u64::from(page.limit) + 1).push(" OFFSET ").value(page.offset);
        select.all(&mut *self.connections().read().await?).await?.iter().map(run_of).collect()
    }

    /// The branches of the suite's newest thousand runs, most runs first, at most 50.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn recent_branches(&self, suite: SuiteId) -> Result<Vec<String>, StoreError> {
        let select = Statement::fixed(
            "SELECT branch, COUNT(*) AS runs FROM (SELECT branch FROM runs WHERE suite_id = $1 ORDER BY created_at DESC, id DESC \
             LIMIT 1000) AS newest WHERE branch IS NOT NULL GROUP BY branch ORDER BY 2 DESC, 1 LIMIT 50",
        );
        let rows = select.with(suite.bytes()).all(&mut *self.connections().read().await?).await?;
        rows.iter().map(|row| row.text("branch")).collect()
    }
}
