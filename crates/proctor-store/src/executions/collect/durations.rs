//! Durations of every test.

use proctor_core::metrics::counted;
use proctor_core::percentile::percentile;

use super::{Collect, TestTable};
use crate::executions::block::Block;
use crate::executions::question::Facts;
use crate::executions::verdicts::Verdicts;

/// Durations by test.
#[derive(Debug, Default)]
pub(crate) struct DurationsByTest {
    tests: TestTable<Vec<f64>>,
    values: usize,
}

impl DurationsByTest {
    /// A percentile of each test that has a duration, by ascending ordinal.
    pub(crate) fn finish(self, quantile: f64) -> Vec<(u32, f64)> {
        self.tests.into_values().filter_map(|(ordinal, mut values)| Some((ordinal, percentile(&mut values, quantile)?))).collect()
    }
}

impl Collect for DurationsByTest {
    fn take(&mut self, block: &Block, verdicts: Verdicts<'_>, _: &Facts) {
        verdicts.for_each(|ordinal, row| {
            if let Some(seconds) = block.duration.get(row).and_then(counted) {
                self.tests.get_mut(ordinal).push(seconds);
                self.values += 1;
            }
        });
    }

    fn merge(&mut self, other: Self) {
        self.values += other.values;
        self.tests.merge(other.tests, |values, mut more| values.append(&mut more));
    }

    fn bytes(&self) -> usize {
        // Growing vectors are half empty at the worst.
        self.tests.bytes() + self.values * 2 * size_of::<f64>()
    }
}
