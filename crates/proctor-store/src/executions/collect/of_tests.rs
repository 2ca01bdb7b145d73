//! Metrics and percentiles of some tests.

use proctor_core::metrics::Metrics;

use super::{Collect, OfTest, SomeTests};
use crate::executions::block::Block;
use crate::executions::question::Facts;
use crate::executions::verdicts::Verdicts;
use crate::queries::Percentiles;

/// Metrics and durations of each of some tests.
#[derive(Debug)]
pub(crate) struct OfTests {
    tests: SomeTests,
    found: Vec<OfTest>,
}

impl OfTests {
    pub(crate) fn new(tests: &SomeTests) -> Self {
        Self { tests: tests.clone(), found: std::iter::repeat_with(OfTest::default).take(tests.len()).collect() }
    }

    /// By ordinal, those without executions too.
    pub(crate) fn finish(self) -> Vec<(u32, (Metrics, Percentiles))> {
        let found = self.found.into_iter().map(OfTest::finish).collect();
        self.tests.named(found).collect()
    }
}

impl Collect for OfTests {
    fn take(&mut self, block: &Block, verdicts: Verdicts<'_>, _: &Facts) {
        let Self { tests, found } = self;
        tests.for_each(&verdicts, |at, _, row| found[at].add(block, row));
    }

    fn merge(&mut self, other: Self) {
        self.found.iter_mut().zip(other.found).for_each(|(found, more)| found.append(more));
    }

    fn bytes(&self) -> usize {
        self.found.iter().map(OfTest::memory).sum()
    }
}
