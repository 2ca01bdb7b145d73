//! What the failures of some tests cost.

use proctor_core::id::RunId;
use proctor_core::metrics::Durations;
use proctor_core::result::TestResult;
use rustc_hash::FxHashSet;

use super::{Collect, SomeTests};
use crate::executions::block::Block;
use crate::executions::question::Facts;
use crate::executions::verdicts::Verdicts;
use crate::queries::FailureCost;

#[derive(Clone, Debug, Default)]
struct Entry {
    runs: FxHashSet<RunId>,
    durations: Durations,
    failed: u64,
}

/// Runs and time of the failed executions of each of some tests.
#[derive(Debug)]
pub(crate) struct Cost {
    tests: SomeTests,
    found: Vec<Entry>,
}

impl Cost {
    pub(crate) fn new(tests: &SomeTests) -> Self {
        Self { tests: tests.clone(), found: vec![Entry::default(); tests.len()] }
    }

    /// By ordinal, those without failures too.
    pub(crate) fn finish(self) -> Vec<FailureCost> {
        let cost = |(ordinal, entry): (u32, Entry)| FailureCost {
            ordinal,
            failed: entry.failed,
            failed_runs: entry.runs.len() as u64,
            seconds: entry.durations.sum().unwrap_or(0.0),
        };
        self.tests.named(self.found).map(cost).collect()
    }
}

impl Collect for Cost {
    fn take(&mut self, block: &Block, verdicts: Verdicts<'_>, _: &Facts) {
        let Some(verdicts) = verdicts.with_results([TestResult::Failed].into_iter().collect()) else { return };
        let Self { tests, found } = self;
        tests.for_each(&verdicts, |at, _, row| {
            let entry = &mut found[at];
            entry.failed += 1;
            entry.runs.insert(block.upload_of(row).run);
            if let Some(seconds) = block.duration.get(row) {
                entry.durations.add(seconds);
            }
        });
    }

    fn merge(&mut self, other: Self) {
        for (entry, more) in self.found.iter_mut().zip(other.found) {
            entry.failed += more.failed;
            entry.runs.extend(more.runs);
            entry.durations.merge(&more.durations);
        }
    }

    fn bytes(&self) -> usize {
        let of_entry = |entry: &Entry| size_of::<Entry>() + entry.runs.capacity() * (size_of::<RunId>() + 1);
        self.found.iter().map(of_entry).sum()
    }
}
