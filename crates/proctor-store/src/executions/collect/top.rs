//! The first so many of all selected executions, by some order.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use proctor_core::metrics::counted;
use proctor_core::time::Timestamp;

use super::Collect;
use crate::executions::UploadSeq;
use crate::executions::answers::{First, Spans, Wish};
use crate::executions::block::{Block, Needs};
use crate::executions::question::Facts;
use crate::executions::verdicts::Verdicts;
use crate::queries::LightExecution;

/// Where an execution stands: the greatest comes first.
type Place = (u64, Timestamp, UploadSeq, u32);

/// The first executions, and how many there are in all.
#[derive(Debug)]
pub(crate) struct Top {
    wish: Wish,
    total: u64,
    heap: BinaryHeap<Reverse<Entry>>,
}

#[derive(Debug)]
struct Entry {
    place: Place,
    light: LightExecution,
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.place == other.place
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.place.cmp(&other.place)
    }
}

impl Top {
    pub(crate) const fn new(wish: Wish) -> Self {
        Self { wish, total: 0, heap: BinaryHeap::new() }
    }

    /// All that are wanted, in order, and the number of all.
    pub(crate) fn finish(self) -> (Vec<LightExecution>, u64) {
        let entries = self.heap.into_sorted_vec();
        (entries.into_iter().map(|Reverse(entry)| entry.light).collect(), self.total)
    }

    fn push(&mut self, place: Place, light: impl FnOnce() -> LightExecution) {
        if self.heap.len() >= self.wish.limit {
            match self.heap.peek() {
                Some(Reverse(last)) if last.place < place => self.heap.pop(),
                _ => return,
            };
        }
        self.heap.push(Reverse(Entry { place, light: light() }));
    }
}

impl Collect for Top {
    fn needs(&self) -> Needs {
        Needs { index: true, spans: self.wish.spans == Spans::Looked, ..Needs::default() }
    }

    fn take(&mut self, block: &Block, verdicts: Verdicts<'_>, _: &Facts) {
        let verdicts = match self.wish.results {
            None => Some(verdicts),
            Some(results) => verdicts.with_results(results),
        };
        let Some(verdicts) = verdicts else { return };
        verdicts.for_each(|ordinal, row| {
            let first = match self.wish.first {
                First::Newest => 0,
                First::Longest => match block.duration.get(row).and_then(counted) {
                    // The bits of positive numbers are in the order of the numbers.
                    Some(seconds) => seconds.to_bits(),
                    None => return,
                },
            };
            self.total += 1;
            let upload = block.upload_of(row);
            self.push((first, upload.received_at, upload.seq, block.index_of(row)), || block.light(ordinal, row));
        });
    }

    fn merge(&mut self, other: Self) {
        self.total += other.total;
        for Reverse(Entry { place, light }) in other.heap {
            self.push(place, || light);
        }
    }

    fn bytes(&self) -> usize {
        self.heap.capacity() * size_of::<Entry>()
    }
}
