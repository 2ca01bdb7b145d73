//! Metrics of every day without percentiles: what is known of a sorted block need not be read row by row.

use proctor_core::metrics::Metrics;
use proctor_core::time::Timestamp;
use rustc_hash::FxHashMap;

use super::Collect;
use crate::executions::block::{Block, TestColumn};
use crate::executions::question::{Facts, day_of};
use crate::executions::verdicts::Verdicts;
use crate::queries::SuiteDay;

/// Tests by ordinal, one bit each.
#[derive(Clone, Debug, Default)]
struct TestBits(Vec<u64>);

impl TestBits {
    fn set(&mut self, ordinal: u32) {
        let at = ordinal as usize / 64;
        if at >= self.0.len() {
            self.0.resize(at + 1, 0);
        }
        self.0[at] |= 1 << (ordinal % 64);
    }

    fn merge(&mut self, other: &Self) {
        if other.0.len() > self.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        self.0.iter_mut().zip(&other.0).for_each(|(bits, more)| *bits |= more);
    }

    fn count(&self) -> u64 {
        self.0.iter().map(|bits| u64::from(bits.count_ones())).sum()
    }
}

#[derive(Clone, Debug, Default)]
struct Entry {
    metrics: Metrics,
    tests: TestBits,
}

/// Metrics, and which tests there were, by day.
#[derive(Debug, Default)]
pub(crate) struct Days {
    found: FxHashMap<Timestamp, Entry>,
}

impl Days {
    /// Days with a selected execution, oldest first.
    pub(crate) fn finish(self) -> Vec<SuiteDay> {
        let day = |(day, entry): (Timestamp, Entry)| SuiteDay { day, metrics: entry.metrics, tests: entry.tests.count() };
        let mut days: Vec<SuiteDay> = self.found.into_iter().map(day).filter(|day| day.metrics.counts.total() > 0).collect();
        days.sort_unstable_by_key(|day| day.day);
        days
    }
}

impl Collect for Days {
    fn take(&mut self, block: &Block, verdicts: Verdicts<'_>, _: &Facts) {
        let days: Vec<Timestamp> = block.uploads.iter().map(|upload| day_of(upload.received_at)).collect();
        let Some(first) = days.first().copied() else { return };
        let is_one_day = days.iter().all(|day| *day == first);
        if is_one_day && matches!(block.test, TestColumn::Sorted { .. }) && verdicts.test.is_none() {
            let entry = self.found.entry(first).or_default();
            verdicts.aggregates.of(&verdicts).for_each(block, |ordinal, metrics| {
                entry.metrics.merge(metrics);
                entry.tests.set(ordinal);
            });
            return;
        }
        verdicts.for_each(|ordinal, row| {
            let entry = self.found.entry(days[block.upload.get(row)]).or_default();
            entry.metrics.add(block.result_of(row), block.duration.get(row));
            entry.tests.set(ordinal);
        });
    }

    fn merge(&mut self, other: Self) {
        for (day, more) in other.found {
            let entry = self.found.entry(day).or_default();
            entry.metrics.merge(&more.metrics);
            entry.tests.merge(&more.tests);
        }
    }

    fn bytes(&self) -> usize {
        self.found.values().map(|entry| size_of::<Entry>() + entry.tests.0.capacity() * 8).sum()
    }
}
