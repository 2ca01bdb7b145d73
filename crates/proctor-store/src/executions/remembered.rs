//! Metrics of all tests that are remembered for the next time that the same rows are asked for.
//!
//! An answer follows from the rows that were added up, and those from the blocks and what is selected of each. Blocks never change, so
//! an answer with the same basis is the same: whatever was asked in between, and however far the window has moved meanwhile.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::EmbeddedExecutions;
use super::aggregate::Selection;
use super::cache::BlockKey;
use super::collect::ByTest;
use super::question::Question;
use super::scan::{ATTEMPTS_MAX, moved};
use super::sources::{Source, Sources};
use super::verdicts::Verdicts;
use crate::StoreError;
use crate::queries::TestMetrics;

/// Answers that are remembered.
const ANSWERS_MAX: usize = 8;
/// Bytes that they take together; a larger one is not remembered. A test takes about a hundred.
const BYTES_MAX: usize = 16 << 20;

/// What an answer was made of: of each block the selection, or all of it.
#[derive(Debug, PartialEq, Eq)]
struct Basis(Vec<(BlockKey, Option<Selection>)>);

impl Basis {
    /// `None`: not everything is at hand, or rows are selected one by one.
    fn of(question: &Question, sources: &Sources) -> Option<Self> {
        let mut parts = Vec::with_capacity(sources.sources.len());
        for source in &sources.sources {
            let Source::Ready(key, cached) = source else { return None };
            if let Some(verdicts) = Verdicts::of(question, &sources.facts, cached) {
                let selection = if verdicts.select_all() { None } else { Some(Selection::of(&verdicts)?) };
                parts.push((*key, selection));
            }
        }
        parts.sort_unstable_by_key(|(key, _)| *key);
        Some(Self(parts))
    }

    fn bytes(&self) -> usize {
        let of_part = |(_, selection): &(BlockKey, Option<Selection>)| selection.as_ref().map_or(0, Selection::bytes);
        self.0.len() * size_of::<(BlockKey, Option<Selection>)>() + self.0.iter().map(of_part).sum::<usize>()
    }
}

/// The answers, the last one used at the end.
#[derive(Debug, Default)]
pub(super) struct Remembered(Mutex<VecDeque<(Basis, Arc<[TestMetrics]>)>>);

impl Remembered {
    fn get(&self, basis: &Basis) -> Option<Arc<[TestMetrics]>> {
        let mut answers = self.lock();
        let at = answers.iter().position(|(known, _)| known == basis)?;
        let answer = answers.remove(at)?;
        let metrics = Arc::clone(&answer.1);
        answers.push_back(answer);
        Some(metrics)
    }

    fn put(&self, basis: Basis, metrics: &[TestMetrics]) {
        let bytes_of = |basis: &Basis, metrics: &[TestMetrics]| basis.bytes() + size_of_val(metrics);
        if bytes_of(&basis, metrics) > BYTES_MAX {
            return;
        }
        let mut answers = self.lock();
        answers.retain(|(known, _)| *known != basis);
        answers.push_back((basis, Arc::from(metrics)));
        let mut bytes: usize = answers.iter().map(|(basis, metrics)| bytes_of(basis, metrics)).sum();
        while answers.len() > ANSWERS_MAX || bytes > BYTES_MAX {
            let Some((basis, metrics)) = answers.pop_front() else { break };
            bytes -= bytes_of(&basis, &metrics);
        }
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<(Basis, Arc<[TestMetrics]>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl EmbeddedExecutions {
    /// The metrics of every test with a selected execution, by ascending ordinal.
    pub(super) async fn metrics_of_tests(self: &Arc<Self>, question: &Question) -> Result<Vec<TestMetrics>, StoreError> {
        self.in_turn(async {
            for _ in 0..ATTEMPTS_MAX {
                if let Some(metrics) = self.metrics_once(question).await? {
                    return Ok(metrics);
                }
            }
            Err(moved())
        })
        .await
    }

    /// `None`: a segment has been taken away meanwhile.
    async fn metrics_once(self: &Arc<Self>, question: &Question) -> Result<Option<Vec<TestMetrics>>, StoreError> {
        let (needs, number) = (question.needs(), self.cache().begin());
        let sources = self.sources(question, needs, number).await?;
        let basis = Basis::of(question, &sources);
        if let Some(known) = basis.as_ref().and_then(|basis| self.remembered().get(basis)) {
            return Ok(Some(known.to_vec()));
        }
        let gathered = self.scan_sources(question, (needs, number), sources, &ByTest::default).await?;
        let metrics = gathered.map(ByTest::finish);
        if let (Some(basis), Some(metrics)) = (basis, &metrics) {
            self.remembered().put(basis, metrics);
        }
        Ok(metrics)
    }
}

#[cfg(test)]
mod tests {
    use super::super::UploadSeq;
    use super::*;

    fn basis(number: i64) -> Basis {
        Basis(vec![(BlockKey::Segment(UploadSeq(number)), None)])
    }

    fn metrics(tests: usize) -> Vec<TestMetrics> {
        (0..).take(tests).map(|ordinal| TestMetrics { ordinal, metrics: proctor_core::metrics::Metrics::default() }).collect()
    }

    #[test]
    fn the_one_used_longest_ago_goes_first() {
        let (remembered, count) = (Remembered::default(), i64::try_from(ANSWERS_MAX).unwrap());
        for number in 0..count {
            remembered.put(basis(number), &metrics(1));
        }
        assert!(remembered.get(&basis(0)).is_some());
        remembered.put(basis(count), &metrics(2));
        assert_eq!(remembered.get(&basis(1)), None);
        assert_eq!(remembered.get(&basis(count)).map(|metrics| metrics.len()), Some(2));
        assert!((2..count).chain([0]).all(|number| remembered.get(&basis(number)).is_some()));
    }

    #[test]
    fn they_take_no_more_than_they_may() {
        let remembered = Remembered::default();
        let half = metrics(BYTES_MAX / size_of::<TestMetrics>() / 2 + 1);
        remembered.put(basis(1), &half);
        remembered.put(basis(2), &half);
        assert!(remembered.get(&basis(1)).is_none() && remembered.get(&basis(2)).is_some());
        remembered.put(basis(3), &metrics(BYTES_MAX / size_of::<TestMetrics>() + 1));
        assert!(remembered.get(&basis(3)).is_none() && remembered.get(&basis(2)).is_some());
    }
}
