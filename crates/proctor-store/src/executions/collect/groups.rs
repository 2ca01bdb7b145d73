//! Metrics and percentiles by the value of a tag, over the whole window.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{Collect, OfTest};
use crate::executions::block::Block;
use crate::executions::lookup::Lookup;
use crate::executions::question::Facts;
use crate::executions::verdicts::Verdicts;
use crate::queries::TagGroup;

/// Metrics and durations by value.
#[derive(Debug)]
pub(crate) struct Groups {
    key: Arc<str>,
    values: Vec<Option<Box<str>>>,
    codes: FxHashMap<Option<Box<str>>, u32>,
    found: Vec<OfTest>,
}

impl Groups {
    /// `key`: the tag.
    pub(crate) fn new(key: &str) -> Self {
        Self { key: Arc::from(key), values: Vec::new(), codes: FxHashMap::default(), found: Vec::new() }
    }

    /// Values with a selected execution: no value first, then in the order of bytes.
    pub(crate) fn finish(self) -> Vec<TagGroup> {
        let group = |(value, of): (Option<Box<str>>, OfTest)| {
            let (metrics, percentiles) = of.finish();
            TagGroup { value: value.map(String::from), metrics, percentiles }
        };
        let groups = self.values.into_iter().zip(self.found).map(group);
        let mut groups: Vec<TagGroup> = groups.filter(|group| group.metrics.counts.total() > 0).collect();
        groups.sort_unstable_by(|left, right| left.value.cmp(&right.value));
        groups
    }

    fn code(&mut self, value: Option<&str>) -> u32 {
        let value = value.map(Box::<str>::from);
        if let Some(code) = self.codes.get(&value) {
            return *code;
        }
        let code = u32::try_from(self.values.len()).unwrap_or(u32::MAX);
        self.values.push(value.clone());
        self.codes.insert(value, code);
        self.found.push(OfTest::default());
        code
    }
}

impl Collect for Groups {
    fn take(&mut self, block: &Block, verdicts: Verdicts<'_>, facts: &Facts) {
        let key = Arc::clone(&self.key);
        let lookup = Lookup::of(&key, block, facts, |value| self.code(value));
        let found = &mut self.found;
        verdicts.for_each(|_, row| found[lookup.get(block, row) as usize].add(block, row));
    }

    fn merge(&mut self, other: Self) {
        for (value, of) in other.values.into_iter().zip(other.found) {
            let code = self.code(value.as_deref());
            self.found[code as usize].append(of);
        }
    }

    fn bytes(&self) -> usize {
        let values: usize = self.values.iter().flatten().map(|value| value.len() * 2 + 128).sum();
        values + self.found.iter().map(OfTest::memory).sum::<usize>()
    }
}
