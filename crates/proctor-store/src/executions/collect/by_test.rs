//! Metrics of every test.

use proctor_core::metrics::Metrics;

use super::{Collect, TestTable};
use crate::executions::block::{Block, TestColumn};
use crate::executions::question::Facts;
use crate::executions::verdicts::Verdicts;
use crate::queries::TestMetrics;

/// Metrics by test.
#[derive(Debug, Default)]
pub(crate) struct ByTest {
    tests: TestTable<Metrics>,
}

impl ByTest {
    /// Those with at least one execution, by ascending ordinal.
    pub(crate) fn finish(self) -> Vec<TestMetrics> {
        let has_any = |(_, metrics): &(u32, Metrics)| metrics.counts.total() > 0;
        self.tests.into_values().filter(has_any).map(|(ordinal, metrics)| TestMetrics { ordinal, metrics }).collect()
    }
}

impl Collect for ByTest {
    fn take(&mut self, block: &Block, verdicts: Verdicts<'_>, _: &Facts) {
        if matches!(block.test, TestColumn::Sorted { .. }) && verdicts.test.is_none() {
            let aggregate = verdicts.aggregates.of(&verdicts);
            aggregate.for_each(block, |ordinal, metrics| self.tests.get_mut(ordinal).merge(metrics));
            return;
        }
        verdicts.for_each(|ordinal, row| self.tests.get_mut(ordinal).add(block.result_of(row), block.duration.get(row)));
    }

    fn merge(&mut self, other: Self) {
        self.tests.merge(other.tests, |metrics, more| metrics.merge(&more));
    }

    fn bytes(&self) -> usize {
        self.tests.bytes()
    }
}
