//! The selected rows of a sorted block, summed up by test: the same bits as adding them one by one.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use proctor_core::metrics::{DurationParts, Durations, Metrics, counted, units_of};
use proctor_core::result::TestResult;

use super::block::{Block, TestColumn};
use super::duration_column::{DurationColumn, MICROS_PER_SECOND, NO_MICROS, seconds_of};
use super::verdicts::Verdicts;

/// What the rows of one test come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sums {
    units: u128,
    counts: [u32; 5],
    durations: u32,
    /// The shortest and the longest: microseconds, or the rows that have them.
    shortest: u32,
    longest: u32,
}

/// Sums of each test of a block, in its order.
#[derive(Debug)]
pub(super) struct Aggregate {
    sums: Vec<Sums>,
}

/// Which rows a remembered aggregate is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Selection {
    uploads: Option<Vec<bool>>,
    tag_sets: Option<Vec<bool>>,
    results: u8,
}

impl Selection {
    /// `None`: rows are selected one by one.
    pub(super) fn of(verdicts: &Verdicts<'_>) -> Option<Self> {
        let selection = || Self { uploads: verdicts.uploads.clone(), tag_sets: verdicts.tag_sets.clone(), results: verdicts.results };
        verdicts.are_simple().then(selection)
    }

    /// What it takes in memory beside itself.
    pub(super) fn bytes(&self) -> usize {
        [&self.uploads, &self.tag_sets].into_iter().flatten().map(Vec::len).sum()
    }
}

/// The aggregates of a block that are remembered: that of all rows, and that of the selection which was asked for last.
#[derive(Debug, Default)]
pub(super) struct Aggregates {
    all: OnceLock<Arc<Aggregate>>,
    last: Mutex<Option<(Selection, Arc<Aggregate>)>>,
}

impl Aggregates {
    /// What they may come to take in memory for a block.
    pub(super) const fn bytes_max(block: &Block) -> usize {
        match &block.test {
            TestColumn::Sorted { ordinals, .. } => 2 * ordinals.len() * size_of::<Sums>(),
            TestColumn::PerRow(_) => 0,
        }
    }

    /// The aggregate of what is selected.
    pub(super) fn of(&self, verdicts: &Verdicts<'_>) -> Arc<Aggregate> {
        let Some(selection) = Selection::of(verdicts) else { return Arc::new(Aggregate::of(verdicts)) };
        if verdicts.select_all() {
            return Arc::clone(self.all.get_or_init(|| Arc::new(Aggregate::of(verdicts))));
        }
        let last = || self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, aggregate)) = &*last()
            && *known == selection
        {
            return Arc::clone(aggregate);
        }
        let aggregate = Arc::new(Aggregate::of(verdicts));
        *last() = Some((selection, Arc::clone(&aggregate)));
        aggregate
    }
}

impl Aggregate {
    /// Sums up. A block that is not sorted has none.
    pub(super) fn of(verdicts: &Verdicts<'_>) -> Self {
        let block = verdicts.block;
        let TestColumn::Sorted { starts, .. } = &block.test else { return Self { sums: Vec::new() } };
        let runs = starts.windows(2).map(|run| run[0]..run[1]);
        let rows = verdicts.rows();
        let mut rest = rows.as_deref().unwrap_or_default();
        let sums = runs.map(|run| match (&block.duration, &rows) {
            (DurationColumn::Micros(micros), None) => {
                let run = run.start as usize..run.end as usize;
                sum_micros(block.result[run.clone()].iter().copied().zip(micros[run].iter().copied()))
            }
            (DurationColumn::Seconds(_), None) => sum_seconds(block, run),
            (duration, Some(_)) => {
                let here;
                (here, rest) = rest.split_at(rest.iter().position(|row| *row >= run.end).unwrap_or(rest.len()));
                let here = here.iter().copied();
                match duration {
                    DurationColumn::Micros(micros) => sum_micros(here.map(|row| (block.result[row as usize], micros[row as usize]))),
                    DurationColumn::Seconds(_) => sum_seconds(block, here),
                }
            }
        });
        let sums = sums.collect();
        Self { sums }
    }

    /// Calls `take` with the metrics of each test that has a selected row.
    pub(super) fn for_each(&self, block: &Block, mut take: impl FnMut(u32, &Metrics)) {
        let TestColumn::Sorted { ordinals, .. } = &block.test else { return };
        for (ordinal, sums) in ordinals.iter().zip(&self.sums) {
            if sums.counts != [0; 5] {
                take(*ordinal, &sums.metrics(&block.duration));
            }
        }
    }
}

impl Sums {
    fn metrics(&self, duration: &DurationColumn) -> Metrics {
        let Self { units, counts, durations, shortest, longest } = *self;
        let mut metrics = Metrics::default();
        for (result, count) in TestResult::ALL.into_iter().zip(counts) {
            metrics.counts.add_many(result, u64::from(count));
        }
        let seconds = |code: u32| match duration {
            DurationColumn::Micros(_) => seconds_of(code),
            DurationColumn::Seconds(_) => duration.get(code as usize).and_then(counted),
        };
        metrics.durations = Durations::from_parts(DurationParts {
            count: u64::from(durations),
            sum_units: units,
            min_seconds: seconds(shortest).unwrap_or_default(),
            max_seconds: seconds(longest).unwrap_or_default(),
        });
        metrics
    }
}

/// Result and duration of each row. Everything stays in registers: no table is touched per row.
fn sum_micros(rows: impl Iterator<Item = (u8, u32)>) -> Sums {
    let mut sums = Sums { shortest: u32::MAX, ..Sums::default() };
    for (result, micros) in rows {
        sums.counts[usize::from(result)] += 1;
        if micros != NO_MICROS {
            sums.durations += 1;
            sums.units += units_of(f64::from(micros) / MICROS_PER_SECOND);
            sums.shortest = sums.shortest.min(micros);
            sums.longest = sums.longest.max(micros);
        }
    }
    sums
}

fn sum_seconds(block: &Block, rows: impl Iterator<Item = u32>) -> Sums {
    let mut sums = Sums::default();
    let (mut shortest, mut longest) = (f64::INFINITY, -1.0);
    for row in rows {
        sums.counts[usize::from(block.result[row as usize])] += 1;
        if let Some(seconds) = block.duration.get(row as usize).and_then(counted) {
            sums.durations += 1;
            sums.units += units_of(seconds);
            if seconds < shortest {
                (shortest, sums.shortest) = (seconds, row);
            }
            if seconds > longest {
                (longest, sums.longest) = (seconds, row);
            }
        }
    }
    sums
}

#[cfg(test)]
pub(super) mod tests;
