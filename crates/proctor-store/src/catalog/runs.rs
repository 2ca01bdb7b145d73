//! Runs, and the executions read through them.

use proctor_core::id::{RunId, SuiteId, UploadId, Uuid};
use proctor_core::result::TestResult;
use proctor_core::run::Run;

use crate::executions::StoredExecution;
use crate::{Page, PageRequest, Store, StoreError};

/// Which runs of a suite are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RunFilter {
    /// Only runs of this build.
    pub build_id: Option<Uuid>,
    /// Only this run and those after it in the list's order (older ones): what keeps pages in place while new runs arrive.
    /// An unknown run filters nothing.
    pub through: Option<RunId>,
}

impl Store {
    /// Runs of the suite, newest first: by creation time, then id, descending.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn runs(&self, suite: SuiteId, filter: RunFilter, page: PageRequest) -> Result<Page<Run>, StoreError> {
        let _ = (suite, filter, page);
        Ok(Page { items: Vec::new(), total: 0 })
    }

    /// The run with this id in the suite.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn run(&self, suite: SuiteId, run: RunId) -> Result<Option<Run>, StoreError> {
        let _ = (suite, run);
        Ok(None)
    }

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
        let _ = (suite, run, result, page);
        Ok(Page { items: Vec::new(), total: 0 })
    }

    /// All executions of one upload, by index.
    ///
    /// # Errors
    /// When the catalog or a segment cannot be read.
    pub async fn executions_of_upload(&self, suite: SuiteId, upload: UploadId) -> Result<Vec<StoredExecution>, StoreError> {
        let _ = (suite, upload);
        Ok(Vec::new())
    }
}
