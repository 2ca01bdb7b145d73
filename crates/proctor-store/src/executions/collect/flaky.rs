//! Tests that both passed and failed on one commit. Failures are few: they are gathered first, and then the passes that contradict
//! them are looked for.

use std::sync::Arc;

use proctor_core::id::RunId;
use proctor_core::result::TestResult;
use proctor_core::time::Timestamp;
use rustc_hash::FxHashMap;

use super::Collect;
use crate::executions::block::{Block, BlockUpload};
use crate::executions::question::Facts;
use crate::executions::verdicts::Verdicts;
use crate::queries::FlakyTest;

/// What executions have in common that should agree.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Unit {
    Commit(Arc<str>),
    /// Where no commit is known.
    Run(RunId),
}

impl Unit {
    fn of(upload: &BlockUpload, facts: &Facts) -> Self {
        facts.commit_sha(upload).map_or(Self::Run(upload.run), |commit| Self::Commit(Arc::from(commit)))
    }
}

/// The first failure of each test in each unit.
#[derive(Debug, Default)]
pub(crate) struct Failures {
    first: FxHashMap<(u32, Unit), Timestamp>,
}

impl Failures {
    /// What to look for in the second pass.
    pub(crate) fn finish(self) -> FailedUnits {
        let mut failed = FailedUnits::default();
        for ((ordinal, unit), at) in self.first {
            let next = u32::try_from(failed.units.len()).unwrap_or(u32::MAX);
            let unit = *failed.units.entry(unit).or_insert(next);
            failed.first.insert((ordinal, unit), at);
        }
        failed
    }
}

impl Collect for Failures {
    fn take(&mut self, block: &Block, verdicts: Verdicts<'_>, facts: &Facts) {
        let Some(verdicts) = verdicts.with_results([TestResult::Failed].into_iter().collect()) else { return };
        let units: Vec<Unit> = block.uploads.iter().map(|upload| Unit::of(upload, facts)).collect();
        verdicts.for_each(|ordinal, row| {
            let upload = block.upload.get(row);
            let at = block.uploads[upload].received_at;
            let first = self.first.entry((ordinal, units[upload].clone())).or_insert(at);
            *first = at.min(*first);
        });
    }

    fn merge(&mut self, other: Self) {
        for (key, at) in other.first {
            let first = self.first.entry(key).or_insert(at);
            *first = at.min(*first);
        }
    }

    fn bytes(&self) -> usize {
        self.first.capacity() * size_of::<((u32, Unit), Timestamp)>()
    }
}

/// Tests that failed, by unit.
#[derive(Debug, Default)]
pub(crate) struct FailedUnits {
    units: FxHashMap<Unit, u32>,
    first: FxHashMap<(u32, u32), Timestamp>,
}

/// The first pass of each test in each unit in which it failed.
#[derive(Debug)]
pub(crate) struct Passes {
    failed: Arc<FailedUnits>,
    first: FxHashMap<(u32, u32), Timestamp>,
}

impl Passes {
    pub(crate) fn new(failed: Arc<FailedUnits>) -> Self {
        Self { failed, first: FxHashMap::default() }
    }
}

impl Collect for Passes {
    fn take(&mut self, block: &Block, verdicts: Verdicts<'_>, facts: &Facts) {
        let Some(verdicts) = verdicts.with_results([TestResult::Passed].into_iter().collect()) else { return };
        let unit = |upload| self.failed.units.get(&Unit::of(upload, facts)).copied();
        let units: Vec<Option<u32>> = block.uploads.iter().map(unit).collect();
        if units.iter().all(Option::is_none) {
            return;
        }
        verdicts.for_each(|ordinal, row| {
            let upload = block.upload.get(row);
            let Some(unit) = units[upload] else { return };
            if self.failed.first.contains_key(&(ordinal, unit)) {
                let at = block.uploads[upload].received_at;
                let first = self.first.entry((ordinal, unit)).or_insert(at);
                *first = at.min(*first);
            }
        });
    }

    fn merge(&mut self, other: Self) {
        for (key, at) in other.first {
            let first = self.first.entry(key).or_insert(at);
            *first = at.min(*first);
        }
    }

    fn bytes(&self) -> usize {
        self.first.capacity() * size_of::<((u32, u32), Timestamp)>()
    }
}

/// The tests with a unit in which both happened, by ascending ordinal.
pub(crate) fn flaky_tests(passes: Passes) -> Vec<FlakyTest> {
    let Passes { failed, first } = passes;
    let mut tests: FxHashMap<u32, FlakyTest> = FxHashMap::default();
    for ((ordinal, unit), passed_at) in first {
        let Some(failed_at) = failed.first.get(&(ordinal, unit)) else { continue };
        let contradicted_at = passed_at.max(*failed_at);
        let test = tests.entry(ordinal).or_insert(FlakyTest { ordinal, instances: 0, latest_at: contradicted_at });
        test.instances += 1;
        test.latest_at = test.latest_at.max(contradicted_at);
    }
    let mut tests: Vec<_> = tests.into_values().collect();
    tests.sort_unstable_by_key(|test| test.ordinal);
    tests
}
