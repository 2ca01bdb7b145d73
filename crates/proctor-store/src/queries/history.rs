//! How tests and suites fare over time.

use proctor_core::id::SuiteId;

use super::{GroupBy, HistoryPoint, Selected};
use crate::executions::Question;
use crate::{Store, StoreError};

impl Store {
    /// The days (UTC) on which a test has selected executions, split by `group`: by day, then value, no value first. Of days whose
    /// executions retention has deleted there are metrics without percentiles, unless tags, a result or runs are asked for.
    ///
    /// # Errors
    /// [`StoreError::TooExpensive`], or when the catalog or the columns cannot be read.
    pub async fn history_of_test(
        &self,
        suite: SuiteId,
        ordinal: u32,
        selected: Selected<'_>,
        group: &GroupBy,
    ) -> Result<Vec<HistoryPoint>, StoreError> {
        let points = self.executions().history(&split_by(Question::new(suite, selected).of_test(ordinal), group)).await?;
        self.with_aggregates(suite, Some(ordinal), selected, group, points).await
    }

    /// The days (UTC) with selected executions of any test, split by `group`: by day, then value, no value first. Of days whose
    /// executions retention has deleted: as [`Self::history_of_test`].
    ///
    /// # Errors
    /// [`StoreError::TooExpensive`], or when the catalog or the columns cannot be read.
    pub async fn history_of_suite(&self, suite: SuiteId, selected: Selected<'_>, group: &GroupBy) -> Result<Vec<HistoryPoint>, StoreError> {
        let points = self.executions().history(&split_by(Question::new(suite, selected), group)).await?;
        self.with_aggregates(suite, None, selected, group, points).await
    }
}

fn split_by(question: Question, group: &GroupBy) -> Question {
    let group = match group {
        GroupBy::Nothing => None,
        GroupBy::Tag(key) => Some(key.clone()),
    };
    Question { group, ..question }
}
