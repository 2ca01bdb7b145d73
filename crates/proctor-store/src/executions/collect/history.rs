//! Metrics of every day, split by the values of a tag.

use std::sync::Arc;

use proctor_core::time::Timestamp;
use rustc_hash::FxHashMap;

use super::{Collect, OfTest};
use crate::executions::block::Block;
use crate::executions::lookup::Lookup;
use crate::executions::question::{Facts, day_of};
use crate::executions::verdicts::Verdicts;
use crate::queries::HistoryPoint;

/// Metrics and durations by day and value.
#[derive(Debug)]
pub(crate) struct History {
    key: Option<Arc<str>>,
    groups: Vec<Option<Box<str>>>,
    codes: FxHashMap<Option<Box<str>>, u32>,
    points: FxHashMap<(Timestamp, u32), OfTest>,
    bytes: usize,
}

impl History {
    /// `key`: the tag.
    pub(crate) fn new(key: Option<&str>) -> Self {
        Self { key: key.map(Arc::from), groups: Vec::new(), codes: FxHashMap::default(), points: FxHashMap::default(), bytes: 0 }
    }

    /// By day, then value; no value first.
    pub(crate) fn finish(self) -> Vec<HistoryPoint> {
        let groups = self.groups;
        let point = |((day, code), of): ((Timestamp, u32), OfTest)| {
            let (metrics, percentiles) = of.finish();
            HistoryPoint { day, group: groups[code as usize].as_deref().map(str::to_owned), metrics, percentiles }
        };
        let mut points: Vec<_> = self.points.into_iter().map(point).collect();
        points.sort_by(|left, right| (left.day, &left.group).cmp(&(right.day, &right.group)));
        points
    }

    fn code(&mut self, group: Option<&str>) -> u32 {
        let group = group.map(Box::<str>::from);
        if let Some(code) = self.codes.get(&group) {
            return *code;
        }
        let code = u32::try_from(self.groups.len()).unwrap_or(u32::MAX);
        self.bytes += group.as_ref().map_or(0, |group| group.len() * 2 + 64);
        self.groups.push(group.clone());
        self.codes.insert(group, code);
        code
    }
}

impl Collect for History {
    fn take(&mut self, block: &Block, verdicts: Verdicts<'_>, facts: &Facts) {
        let none = self.code(None);
        let key = self.key.clone();
        let lookup = key.as_deref().map(|key| Lookup::of(key, block, facts, |group| self.code(group)));
        let days: Vec<Timestamp> = block.uploads.iter().map(|upload| day_of(upload.received_at)).collect();
        let before: usize = self.points.values().map(OfTest::memory).sum();
        let mut last: Option<((Timestamp, u32), OfTest)> = None;
        let points = &mut self.points;
        // Neighbours are mostly of one day and value: they are added up before the table is looked at.
        verdicts.for_each(|_, row| {
            let key = (days[block.upload.get(row)], lookup.as_ref().map_or(none, |lookup| lookup.get(block, row)));
            if let Some((known, of)) = &mut last
                && *known == key
            {
                of.add(block, row);
                return;
            }
            if let Some((known, of)) = last.take() {
                points.insert(known, of);
            }
            let mut of = points.remove(&key).unwrap_or_default();
            of.add(block, row);
            last = Some((key, of));
        });
        points.extend(last);
        self.bytes += self.points.values().map(OfTest::memory).sum::<usize>() - before;
    }

    fn merge(&mut self, other: Self) {
        let codes: Vec<u32> = other.groups.iter().map(|group| self.code(group.as_deref())).collect();
        for ((day, code), of) in other.points {
            self.points.entry((day, codes[code as usize])).or_default().append(of);
        }
        self.bytes += other.bytes;
    }

    fn bytes(&self) -> usize {
        self.bytes
    }
}
