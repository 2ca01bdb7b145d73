//! Metrics and percentiles of tests.

use proctor_core::id::SuiteId;
use proctor_core::metrics::Metrics;

use super::{Percentile, Percentiles, Selected, TestMetrics};
use crate::executions::Question;
use crate::{Store, StoreError};

impl Store {
    /// The metrics of every test with at least one selected execution, by ascending ordinal: those of
    /// [`proctor_core::naive`], to the last bit.
    ///
    /// # Errors
    /// [`StoreError::TooExpensive`], or when the catalog or the columns cannot be read.
    pub async fn test_metrics(&self, suite: SuiteId, selected: Selected<'_>) -> Result<Vec<TestMetrics>, StoreError> {
        self.executions().test_metrics(&Question::new(suite, selected)).await
    }

    /// The metrics of one test and the percentiles of its durations; zero counts if nothing is selected.
    ///
    /// # Errors
    /// [`StoreError::TooExpensive`], or when the catalog or the columns cannot be read.
    pub async fn metrics_of_test(
        &self,
        suite: SuiteId,
        ordinal: u32,
        selected: Selected<'_>,
    ) -> Result<(Metrics, Percentiles), StoreError> {
        self.executions().metrics(&Question::new(suite, selected).of_test(ordinal)).await
    }

    /// One percentile, in seconds, of each test with a selected execution that has a duration, by ascending ordinal.
    ///
    /// # Errors
    /// [`StoreError::TooExpensive`], or when the catalog or the columns cannot be read.
    pub async fn percentile_by_test(
        &self,
        suite: SuiteId,
        selected: Selected<'_>,
        percentile: Percentile,
    ) -> Result<Vec<(u32, f64)>, StoreError> {
        let quantile = match percentile {
            Percentile::P50 => 0.5,
            Percentile::P90 => 0.9,
            Percentile::P95 => 0.95,
            Percentile::P99 => 0.99,
        };
        self.executions().percentile_by_test(&Question::new(suite, selected), quantile).await
    }
}
