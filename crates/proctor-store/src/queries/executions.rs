//! Single executions: of a test, the newest, the longest, by name.

use proctor_core::id::SuiteId;
use proctor_core::result::TestResult;

use super::{ExecutionRef, LightExecution, Selected};
use crate::executions::{First, Question, Spans, StoredExecution, Wish};
use crate::{Page, PageRequest, Store, StoreError};

/// None of the newest executions.
const NEWEST: Wish = Wish { first: First::Newest, limit: 0, results: None, spans: Spans::Ignored };

impl Store {
    /// The selected executions of a test, newest first: the reverse of (receive time, upload sequence, index).
    ///
    /// # Errors
    /// [`StoreError::TooExpensive`], or when the catalog or the columns cannot be read.
    pub async fn executions_of_test(
        &self,
        suite: SuiteId,
        ordinal: u32,
        selected: Selected<'_>,
        page: PageRequest,
    ) -> Result<Page<StoredExecution>, StoreError> {
        let question = Question::new(suite, selected).of_test(ordinal);
        let offset = usize::try_from(page.offset).unwrap_or(usize::MAX);
        let limit = offset.saturating_add(page.limit as usize);
        let (mut first, total) = self.executions().first(&question, Wish { limit, ..NEWEST }).await?;
        first.drain(..offset.min(first.len()));
        Ok(Page { items: self.executions_at(suite, &refs_of(&first)).await?, total })
    }

    /// Executions by upload and position, in the order of `refs`; those that the suite does not have are left out.
    ///
    /// # Errors
    /// When the catalog or the columns cannot be read.
    pub async fn executions_by_ref(&self, suite: SuiteId, refs: &[ExecutionRef]) -> Result<Vec<StoredExecution>, StoreError> {
        self.executions_at(suite, refs).await
    }

    /// The newest selected executions, at most `limit`, newest first.
    ///
    /// # Errors
    /// [`StoreError::TooExpensive`], or when the catalog or the columns cannot be read.
    pub async fn light_executions(&self, suite: SuiteId, selected: Selected<'_>, limit: usize) -> Result<Vec<LightExecution>, StoreError> {
        Ok(self.executions().first(&Question::new(suite, selected), Wish { limit, spans: Spans::Looked, ..NEWEST }).await?.0)
    }

    /// The selected executions with the longest durations, at most `limit`, longest first, of equal ones the newest first.
    ///
    /// # Errors
    /// [`StoreError::TooExpensive`], or when the catalog or the columns cannot be read.
    pub async fn slowest_executions(
        &self,
        suite: SuiteId,
        selected: Selected<'_>,
        limit: usize,
    ) -> Result<Vec<LightExecution>, StoreError> {
        Ok(self
            .executions()
            .first(&Question::new(suite, selected), Wish { limit, first: First::Longest, spans: Spans::Looked, ..NEWEST })
            .await?
            .0)
    }

    /// The newest selected executions that failed, at most `limit`, newest first, in full.
    ///
    /// # Errors
    /// [`StoreError::TooExpensive`], or when the catalog or the columns cannot be read.
    pub async fn failed_executions(
        &self,
        suite: SuiteId,
        selected: Selected<'_>,
        limit: usize,
    ) -> Result<Vec<StoredExecution>, StoreError> {
        let failed = [TestResult::Failed].into_iter().collect();
        let first = self.executions().first(&Question::new(suite, selected), Wish { limit, results: Some(failed), ..NEWEST }).await?.0;
        self.executions_at(suite, &refs_of(&first)).await
    }
}

fn refs_of(executions: &[LightExecution]) -> Vec<ExecutionRef> {
    executions.iter().map(|execution| ExecutionRef { upload: execution.upload, index: execution.index }).collect()
}
