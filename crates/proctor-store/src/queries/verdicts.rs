//! What executions say about tests: in their runs, and on their commits.

use proctor_core::filter::TestFilters;
use proctor_core::id::SuiteId;
use proctor_core::window::Window;

use super::{FlakyTest, RunTest, Selected};
use crate::executions::Question;
use crate::{Store, StoreError};

impl Store {
    /// How the tests of runs ended: one entry per run and test with a selected execution, by run and ordinal.
    ///
    /// # Errors
    /// [`StoreError::TooExpensive`], or when the catalog or the columns cannot be read.
    pub async fn run_tests(&self, suite: SuiteId, selected: Selected<'_>) -> Result<Vec<RunTest>, StoreError> {
        self.executions().run_tests(&Question::new(suite, selected)).await
    }

    /// The tests with a commit (a run where no commit is known) on which they both passed and failed, by ascending ordinal.
    /// `branch`: only executions on exactly this branch are looked at.
    ///
    /// # Errors
    /// [`StoreError::TooExpensive`], or when the catalog or the columns cannot be read.
    pub async fn flaky_tests(&self, suite: SuiteId, window: Window, branch: Option<&str>) -> Result<Vec<FlakyTest>, StoreError> {
        let filters = TestFilters::default();
        let selected = Selected { window, filters: &filters, runs: None };
        let question = Question { looks_at_commits: true, only_branch: branch.map(str::to_owned), ..Question::new(suite, selected) };
        self.executions().flaky_tests(&question).await
    }
}
