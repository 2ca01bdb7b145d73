//! Which rows of a block are selected: predicates are evaluated once per upload, tag set and dictionary entry.

use proctor_core::filter::ResultSet;
use proctor_core::result::TestResult;

use super::aggregate::Aggregates;
use super::block::{Block, TestColumn};
use super::cache::CachedBlock;
use super::lookup::Lookup;
use super::question::{Facts, Question};
use super::small_ints::SmallInts;

/// The selected rows of a block.
#[derive(Debug)]
pub(crate) struct Verdicts<'b> {
    pub(crate) block: &'b Block,
    /// What is remembered of the block.
    pub(super) aggregates: &'b Aggregates,
    pub(crate) test: Option<u32>,
    /// By upload; `None`: all are selected.
    pub(crate) uploads: Option<Vec<bool>>,
    /// By tag set; `None`: all are selected.
    pub(crate) tag_sets: Option<Vec<bool>>,
    /// Bits of [`TestResult::code`].
    pub(crate) results: u8,
    /// What neither of them can tell alone.
    rest: Vec<Lookup<'b, bool>>,
}

/// All results.
pub(crate) const ALL_RESULTS: u8 = 0b1_1111;

impl<'b> Verdicts<'b> {
    /// Evaluates the question for a block; `None`: nothing of it is selected.
    pub(crate) fn of(question: &Question, facts: &Facts, cached: &'b CachedBlock) -> Option<Self> {
        let CachedBlock { block, aggregates } = cached;
        let mut uploads: Vec<bool> = block.uploads.iter().map(|upload| facts.accepts(question, upload)).collect();
        let mut tag_sets = vec![true; block.tag_sets.len()];
        let mut rest = Vec::new();
        for filter in question.filters.tags.as_slice() {
            let lookup = Lookup::of(filter.key(), block, facts, |value| filter.matches(value));
            if let Some(verdicts) = lookup.by_upload() {
                and(&mut uploads, &verdicts);
            } else if let Some(verdicts) = lookup.by_tag_set() {
                and(&mut tag_sets, &verdicts);
            } else {
                rest.push(lookup);
            }
        }
        let is_accepted = |result: &TestResult| question.filters.result.is_none_or(|filter| filter.accepts(*result));
        let accepted = TestResult::ALL.into_iter().filter(is_accepted);
        let results = accepted.fold(0, |bits, result| bits | 1 << result.code());
        let none = |verdicts: &[bool]| !verdicts.contains(&true);
        if none(&uploads) || none(&tag_sets) || results == 0 {
            return None;
        }
        let unless_all = |verdicts: Vec<bool>| verdicts.contains(&false).then_some(verdicts);
        Some(Self { block, aggregates, test: question.test, uploads: unless_all(uploads), tag_sets: unless_all(tag_sets), results, rest })
    }

    /// Only those with one of these results.
    pub(crate) fn with_results(mut self, results: ResultSet) -> Option<Self> {
        let wanted = TestResult::ALL.into_iter().filter(|result| results.contains(*result));
        self.results &= wanted.fold(0, |bits, result| bits | 1 << result.code());
        (self.results != 0).then_some(self)
    }

    /// Whether uploads, tag sets and results tell all.
    pub(crate) const fn are_simple(&self) -> bool {
        self.rest.is_empty()
    }

    /// Whether all rows are selected, of whatever test.
    pub(crate) const fn select_all(&self) -> bool {
        self.are_simple() && self.uploads.is_none() && self.tag_sets.is_none() && self.results == ALL_RESULTS
    }

    /// The selected rows of whatever test, ascending; `None`: all of the block. Verdicts are turned into positions without a branch,
    /// because nobody could predict it.
    pub(crate) fn rows(&self) -> Option<Vec<u32>> {
        if self.select_all() {
            return None;
        }
        let block = self.block;
        let mut rows = match (&self.uploads, &self.tag_sets) {
            (None, None) => (0..).take(block.result.len()).collect(),
            (Some(uploads), _) => accepted(&block.upload, uploads, block.result.len()),
            (None, Some(tag_sets)) => accepted(&block.tag_set, tag_sets, block.result.len()),
        };
        if let (Some(_), Some(tag_sets)) = (&self.uploads, &self.tag_sets) {
            keep(&mut rows, |row| tag_sets[block.tag_set.get(row)]);
        }
        if self.results != ALL_RESULTS {
            keep(&mut rows, |row| self.results & 1 << block.result[row] != 0);
        }
        for lookup in &self.rest {
            keep(&mut rows, |row| lookup.get(block, row));
        }
        Some(rows)
    }

    /// Whether a row is selected, whatever its test.
    pub(crate) fn accepts(&self, row: usize) -> bool {
        let block = self.block;
        self.results & 1 << block.result[row] != 0
            && self.uploads.as_ref().is_none_or(|uploads| uploads[block.upload.get(row)])
            && self.tag_sets.as_ref().is_none_or(|tag_sets| tag_sets[block.tag_set.get(row)])
            && self.rest.iter().all(|lookup| lookup.get(block, row))
    }

    /// Calls `take` with test and position of each selected row.
    pub(crate) fn for_each(&self, mut take: impl FnMut(u32, usize)) {
        let all = self.select_all();
        match &self.block.test {
            TestColumn::Sorted { ordinals, starts } => {
                let tests = match self.test.map(|test| ordinals.binary_search(&test)) {
                    None => 0..ordinals.len(),
                    Some(Ok(at)) => at..at + 1,
                    Some(Err(_)) => return,
                };
                for at in tests {
                    for row in starts[at] as usize..starts[at + 1] as usize {
                        if all || self.accepts(row) {
                            take(ordinals[at], row);
                        }
                    }
                }
            }
            TestColumn::PerRow(ordinals) => {
                for (row, ordinal) in ordinals.iter().enumerate() {
                    if self.test.is_none_or(|test| test == *ordinal) && self.accepts(row) {
                        take(*ordinal, row);
                    }
                }
            }
        }
    }
}

fn and(verdicts: &mut [bool], more: &[bool]) {
    verdicts.iter_mut().zip(more).for_each(|(verdict, more)| *verdict &= more);
}

fn accepted(codes: &SmallInts, verdicts: &[bool], rows: usize) -> Vec<u32> {
    match codes {
        SmallInts::All(code) => (0..).take(if verdicts[*code as usize] { rows } else { 0 }).collect(),
        SmallInts::U8(codes) => {
            // As many as there are codes: nothing is checked per row.
            let mut table = [false; 1 << 8];
            table.iter_mut().zip(verdicts).for_each(|(entry, verdict)| *entry = *verdict);
            positions(codes.iter().map(|code| table[usize::from(*code)]))
        }
        SmallInts::U16(codes) => positions(codes.iter().map(|code| verdicts[usize::from(*code)])),
        SmallInts::U32(codes) => positions(codes.iter().map(|code| verdicts[*code as usize])),
    }
}

fn positions(verdicts: impl ExactSizeIterator<Item = bool>) -> Vec<u32> {
    // One place more: what is not accepted is overwritten by the next one.
    let mut rows = vec![0; verdicts.len() + 1];
    let mut kept = 0;
    for (row, verdict) in (0..).zip(verdicts) {
        rows[kept] = row;
        kept += usize::from(verdict);
    }
    rows.truncate(kept);
    rows
}

fn keep(rows: &mut Vec<u32>, verdict: impl Fn(usize) -> bool) {
    let mut kept = 0;
    for at in 0..rows.len() {
        let row = rows[at];
        rows[kept] = row;
        kept += usize::from(verdict(row as usize));
    }
    rows.truncate(kept);
}
