//! Tests that both passed and failed on one commit. Failures are few: they are gathered first, and then the passes that contradict
//! them are looked for.

use std::sync::Arc;

use proctor_core::id::RunId;
use proctor_core::result::TestResult;
use proctor_core::time::Timestamp;
use rustc_hash::FxHashMap;

use super::Collect;
use crate::executions::block::{Block, BlockUpload, TestColumn};
use crate::executions::question::Facts;
use crate::executions::verdicts::Verdicts;
use crate::queries::{Contradiction, FlakyTest};

/// Rows that are looked at together for failures.
const STRETCH_ROWS: usize = 64;
/// What the name of a unit takes in memory, about.
const UNIT_BYTES: usize = 128;

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

/// Numbers for units: commits are long, and there are many failures of each.
#[derive(Debug, Default)]
struct Units(FxHashMap<Unit, u32>);

impl Units {
    fn number(&mut self, unit: Unit) -> u32 {
        let next = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        *self.0.entry(unit).or_insert(next)
    }
}

/// The first failure of each test in each unit.
#[derive(Debug, Default)]
pub(crate) struct Failures {
    units: Units,
    first: FxHashMap<(u32, u32), Timestamp>,
}

impl Failures {
    /// What to look for in the second pass.
    pub(crate) fn finish(self) -> FailedUnits {
        let Self { units, first } = self;
        let mut by_test: Vec<(u32, u32)> = first.keys().copied().collect();
        by_test.sort_unstable();
        FailedUnits { units, first, by_test }
    }
}

impl Collect for Failures {
    fn take(&mut self, block: &Block, verdicts: Verdicts<'_>, facts: &Facts) {
        let Some(verdicts) = verdicts.with_results([TestResult::Failed].into_iter().collect()) else { return };
        let units: Vec<u32> = block.uploads.iter().map(|upload| self.units.number(Unit::of(upload, facts))).collect();
        let mut take = |ordinal, row| {
            let upload = block.upload.get(row);
            let at = block.uploads[upload].received_at;
            let first = self.first.entry((ordinal, units[upload])).or_insert(at);
            *first = at.min(*first);
        };
        match &block.test {
            TestColumn::Sorted { ordinals, starts } if verdicts.test.is_none() => {
                let mut at = 0;
                for row in failed_rows(&block.result) {
                    while starts[at + 1] as usize <= row {
                        at += 1;
                    }
                    if verdicts.accepts(row) {
                        take(ordinals[at], row);
                    }
                }
            }
            _ => verdicts.for_each(take),
        }
    }

    fn merge(&mut self, other: Self) {
        let mut numbers = vec![0; other.units.0.len()];
        for (unit, number) in other.units.0 {
            numbers[number as usize] = self.units.number(unit);
        }
        for ((ordinal, unit), at) in other.first {
            let first = self.first.entry((ordinal, numbers[unit as usize])).or_insert(at);
            *first = at.min(*first);
        }
    }

    fn bytes(&self) -> usize {
        self.units.0.capacity() * UNIT_BYTES + self.first.capacity() * size_of::<((u32, u32), Timestamp)>()
    }
}

/// The rows that failed, ascending. Most stretches of rows have none, and are passed over as a whole.
fn failed_rows(results: &[u8]) -> impl Iterator<Item = usize> {
    let failed = TestResult::Failed.code();
    let stretches = results.chunks(STRETCH_ROWS).enumerate().filter(move |(_, rows)| rows.contains(&failed));
    stretches.flat_map(move |(stretch, rows)| {
        let first = stretch * STRETCH_ROWS;
        rows.iter().enumerate().filter(move |(_, result)| **result == failed).map(move |(row, _)| first + row)
    })
}

/// Tests that failed, by unit.
#[derive(Debug, Default)]
pub(crate) struct FailedUnits {
    units: Units,
    first: FxHashMap<(u32, u32), Timestamp>,
    /// Tests with the units in which they failed, ascending.
    by_test: Vec<(u32, u32)>,
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
        let unit = |upload| self.failed.units.0.get(&Unit::of(upload, facts)).copied();
        let units: Vec<Option<u32>> = block.uploads.iter().map(unit).collect();
        if units.iter().all(Option::is_none) {
            return;
        }
        if let TestColumn::Sorted { ordinals, starts } = &block.test
            && verdicts.test.is_none()
        {
            self.take_sorted(block, &verdicts, &units, (ordinals, starts));
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

impl Passes {
    /// In a sorted block only the rows of those tests are looked at that failed in a unit of the block: mostly few did.
    fn take_sorted(&mut self, block: &Block, verdicts: &Verdicts<'_>, units: &[Option<u32>], (ordinals, starts): (&[u32], &[u32])) {
        let failed = Arc::clone(&self.failed);
        let mut is_here = vec![false; failed.units.0.len()];
        units.iter().flatten().for_each(|unit| is_here[*unit as usize] = true);
        for of_test in failed.by_test.chunk_by(|one, next| one.0 == next.0) {
            if !of_test.iter().any(|(_, unit)| is_here[*unit as usize]) {
                continue;
            }
            let ordinal = of_test[0].0;
            let Ok(at) = ordinals.binary_search(&ordinal) else { continue };
            for row in starts[at] as usize..starts[at + 1] as usize {
                let upload = block.upload.get(row);
                let Some(unit) = units[upload] else { continue };
                if of_test.iter().any(|(_, failed)| *failed == unit) && verdicts.accepts(row) {
                    let at = block.uploads[upload].received_at;
                    let first = self.first.entry((ordinal, unit)).or_insert(at);
                    *first = at.min(*first);
                }
            }
        }
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

/// When which test came to have passed and failed in one unit, once for each unit: by time, then ordinal.
pub(crate) fn contradictions(passes: Passes) -> Vec<Contradiction> {
    let Passes { failed, first } = passes;
    let of = |((ordinal, unit), passed_at): ((u32, u32), Timestamp)| {
        let failed_at = failed.first.get(&(ordinal, unit))?;
        Some(Contradiction { ordinal, at: passed_at.max(*failed_at) })
    };
    let mut contradictions: Vec<_> = first.into_iter().filter_map(of).collect();
    contradictions.sort_unstable_by_key(|contradiction| (contradiction.at, contradiction.ordinal));
    contradictions
}
