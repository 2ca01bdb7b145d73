//! Metrics and durations of everything selected.

use proctor_core::metrics::{Metrics, counted};
use proctor_core::percentile::percentile;

use super::Collect;
use crate::executions::block::Block;
use crate::executions::question::Facts;
use crate::executions::verdicts::Verdicts;
use crate::queries::Percentiles;

/// Metrics, and all durations for their percentiles.
#[derive(Debug, Default)]
pub(crate) struct OfTest {
    pub(crate) metrics: Metrics,
    durations: Vec<f64>,
}

impl OfTest {
    pub(crate) fn add(&mut self, block: &Block, row: usize) {
        let duration = block.duration.get(row);
        self.metrics.add(block.result_of(row), duration);
        self.durations.extend(duration.and_then(counted));
    }

    pub(crate) fn append(&mut self, mut other: Self) {
        self.metrics.merge(&other.metrics);
        self.durations.append(&mut other.durations);
    }

    pub(crate) fn finish(mut self) -> (Metrics, Percentiles) {
        let mut of = |quantile| percentile(&mut self.durations, quantile);
        let percentiles = Percentiles { p50: of(0.5), p90: of(0.9), p95: of(0.95), p99: of(0.99) };
        (self.metrics, percentiles)
    }

    pub(crate) const fn memory(&self) -> usize {
        self.durations.capacity() * size_of::<f64>() + size_of::<Self>()
    }
}

impl Collect for OfTest {
    fn take(&mut self, block: &Block, verdicts: Verdicts<'_>, _: &Facts) {
        verdicts.for_each(|_, row| self.add(block, row));
    }

    fn merge(&mut self, other: Self) {
        self.append(other);
    }

    fn bytes(&self) -> usize {
        self.memory()
    }
}
