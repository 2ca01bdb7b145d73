//! What lists and overviews ask for: many tests at once, never more than they show.

use std::collections::HashMap;

use proctor_core::filter::TestFilters;
use proctor_core::id::SuiteId;
use proctor_core::metrics::Metrics;
use proctor_core::window::Window;

use super::{Contradiction, FailureCost, GroupBy, HistoryPoint, LightExecution, Percentiles, Selected, SuiteDay, TagGroup};
use crate::executions::{First, Question, Spans, Wish};
use crate::{Store, StoreError};

impl Store {
    /// The newest selected executions of each of these tests, at most `limit` a test, newest first; all in one question.
    ///
    /// # Errors
    /// [`StoreError::TooExpensive`], or when the catalog or the columns cannot be read.
    pub async fn newest_of_tests(
        &self,
        suite: SuiteId,
        ordinals: &[u32],
        selected: Selected<'_>,
        limit: usize,
    ) -> Result<HashMap<u32, Vec<LightExecution>>, StoreError> {
        if ordinals.is_empty() {
            return Ok(HashMap::new());
        }
        let found = self.executions().newest_of(&Question::new(suite, selected), ordinals, limit).await?;
        Ok(found.into_iter().collect())
    }

    /// The newest selected executions of one test, at most `limit`, newest first.
    ///
    /// # Errors
    /// [`StoreError::TooExpensive`], or when the catalog or the columns cannot be read.
    pub async fn newest_of_test(
        &self,
        suite: SuiteId,
        ordinal: u32,
        selected: Selected<'_>,
        limit: usize,
    ) -> Result<Vec<LightExecution>, StoreError> {
        let wish = Wish { first: First::Newest, limit, results: None, spans: Spans::Ignored };
        Ok(self.executions().first(&Question::new(suite, selected).of_test(ordinal), wish).await?.0)
    }

    /// Metrics and percentiles of each of these tests, zero counts where nothing is selected; all in one question.
    ///
    /// # Errors
    /// [`StoreError::TooExpensive`], or when the catalog or the columns cannot be read.
    pub async fn metrics_of_tests(
        &self,
        suite: SuiteId,
        ordinals: &[u32],
        selected: Selected<'_>,
    ) -> Result<HashMap<u32, (Metrics, Percentiles)>, StoreError> {
        if ordinals.is_empty() {
            return Ok(HashMap::new());
        }
        Ok(self.executions().metrics_of(&Question::new(suite, selected), ordinals).await?.into_iter().collect())
    }

    /// What the selected failures of each of these tests cost, by ascending ordinal.
    ///
    /// # Errors
    /// [`StoreError::TooExpensive`], or when the catalog or the columns cannot be read.
    pub async fn failure_costs(&self, suite: SuiteId, ordinals: &[u32], selected: Selected<'_>) -> Result<Vec<FailureCost>, StoreError> {
        if ordinals.is_empty() {
            return Ok(Vec::new());
        }
        self.executions().failure_costs(&Question::new(suite, selected), ordinals).await
    }

    /// When which test came to have passed and failed on one commit (in one run where no commit is known), by time, then ordinal: once for
    /// each commit of each test.
    ///
    /// # Errors
    /// [`StoreError::TooExpensive`], or when the catalog or the columns cannot be read.
    pub async fn contradictions(&self, suite: SuiteId, window: Window) -> Result<Vec<Contradiction>, StoreError> {
        let filters = TestFilters::default();
        let selected = Selected { window, filters: &filters, runs: None };
        self.executions().contradictions(&Question { looks_at_commits: true, ..Question::new(suite, selected) }).await
    }

    /// The days (UTC) with selected executions, oldest first. Of days whose executions retention has deleted the number of tests is not
    /// known; they are left out where aggregates cannot answer, as in [`Self::history_of_suite`].
    ///
    /// # Errors
    /// [`StoreError::TooExpensive`], or when the catalog or the columns cannot be read.
    pub async fn days_of_suite(&self, suite: SuiteId, selected: Selected<'_>) -> Result<Vec<SuiteDay>, StoreError> {
        let days = self.executions().days(&Question::new(suite, selected)).await?;
        let tests: HashMap<_, _> = days.iter().map(|day| (day.day, day.tests)).collect();
        let point = |day: SuiteDay| HistoryPoint { day: day.day, group: None, metrics: day.metrics, percentiles: Percentiles::default() };
        let points = days.into_iter().map(point).collect();
        let points = self.with_aggregates(suite, None, selected, &GroupBy::Nothing, points).await?;
        let day = |point: HistoryPoint| SuiteDay {
            day: point.day,
            metrics: point.metrics,
            tests: tests.get(&point.day).copied().unwrap_or_default(),
        };
        Ok(points.into_iter().map(day).collect())
    }

    /// The selected executions of a test by the value of a tag, derived ones included: no value first, then in the order of bytes.
    ///
    /// # Errors
    /// [`StoreError::TooExpensive`], or when the catalog or the columns cannot be read.
    pub async fn groups_of_test(
        &self,
        suite: SuiteId,
        ordinal: u32,
        selected: Selected<'_>,
        key: &str,
    ) -> Result<Vec<TagGroup>, StoreError> {
        let question = Question { group: Some(key.to_owned()), ..Question::new(suite, selected).of_test(ordinal) };
        self.executions().groups(&question).await
    }
}
