//! What is remembered of the commits of one test.

use std::collections::VecDeque;

use crate::id::ExecutionId;
use crate::monitors::bytes::{EPOCH, Reader, StateBytes, Writer};
use crate::monitors::observation::{Counted, GroupKey};
use crate::time::Timestamp;

/// Commits remembered that so far only passed, and as many that only failed; the one that has not run for longest goes first.
pub(super) const SINGLES_MAX: usize = 100;
/// Flaky commits remembered; more than any threshold asks for.
pub(super) const FLAKY_MAX: usize = 128;

/// A commit of which only one result is known.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Single {
    group: GroupKey,
    execution: ExecutionId,
}

/// A commit with both results.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Flaky {
    group: GroupKey,
    /// Its event position, counted executions from 1.
    pub(super) place: u64,
    /// When the execution at that position was.
    pub(super) at: Timestamp,
    /// The pass of the pair.
    pub(super) passed: ExecutionId,
    /// The newest fail.
    pub(super) failed: ExecutionId,
}

/// The commits of one test, each list with the latest at the end.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Groups {
    passed: VecDeque<Single>,
    failed: VecDeque<Single>,
    flaky: VecDeque<Flaky>,
}

impl Groups {
    /// The flaky commits in the order of their positions.
    pub(super) fn flaky(&self) -> impl DoubleEndedIterator<Item = &Flaky> {
        self.flaky.iter()
    }

    /// Takes in the counted execution at `place`.
    pub(super) fn observe(&mut self, seen: &Counted, place: u64) {
        let (group, attempts) = (seen.group(), seen.attempts());
        let (execution, at) = (seen.observation().execution, seen.observation().at);
        if let Some(known) = self.flaky.iter().rposition(|flaky| flaky.group == group) {
            if attempts.failed > 0
                && let Some(flaky) = self.flaky.remove(known)
            {
                self.flaky.push_back(Flaky { place, at, failed: execution, ..flaky });
            }
            return;
        }
        let before = (take(&mut self.passed, group), take(&mut self.failed, group));
        let passed = if attempts.passed > 0 { Some(execution) } else { before.0 };
        let failed = if attempts.failed > 0 { Some(execution) } else { before.1 };
        match (passed, failed) {
            (Some(passed), Some(failed)) => push(&mut self.flaky, Flaky { group, place, at, passed, failed }, FLAKY_MAX),
            (Some(execution), None) => push(&mut self.passed, Single { group, execution }, SINGLES_MAX),
            (None, Some(execution)) => push(&mut self.failed, Single { group, execution }, SINGLES_MAX),
            (None, None) => {}
        }
    }
}

fn take(singles: &mut VecDeque<Single>, group: GroupKey) -> Option<ExecutionId> {
    let at = singles.iter().rposition(|single| single.group == group)?;
    singles.remove(at).map(|single| single.execution)
}

fn push<T>(list: &mut VecDeque<T>, element: T, max: usize) {
    if list.len() >= max {
        list.pop_front();
    }
    list.push_back(element);
}

impl StateBytes for Groups {
    fn write(&self, to: &mut Writer) {
        let Self { passed, failed, flaky } = self;
        for singles in [passed, failed] {
            to.length(singles.len());
            to.words(singles.iter().map(|single| single.group.0));
            to.executions(singles.iter().map(|single| single.execution));
        }
        to.length(flaky.len());
        for Flaky { group, place, at, passed, failed } in flaky {
            to.word(group.0);
            to.unsigned(*place);
            to.time(*at, EPOCH());
            to.execution(*passed);
            to.execution(*failed);
        }
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        let (passed, failed) = (singles(from)?, singles(from)?);
        let mut flaky = VecDeque::new();
        for _ in 0..from.length(FLAKY_MAX)? {
            flaky.push_back(Flaky {
                group: GroupKey(from.word()?),
                place: from.unsigned()?,
                at: from.time(EPOCH())?,
                passed: from.execution()?,
                failed: from.execution()?,
            });
        }
        Some(Self { passed, failed, flaky })
    }
}

fn singles(from: &mut Reader<'_>) -> Option<VecDeque<Single>> {
    let length = from.length(SINGLES_MAX)?;
    let (groups, executions) = (from.words(length)?, from.executions(length)?);
    Some(groups.into_iter().zip(executions).map(|(group, execution)| Single { group: GroupKey(group), execution }).collect())
}
