//! New test: the first execution of a test that was not there before (`workflows.md`, 3.4).

use super::bytes::{Reader, StateBytes, Writer};
use super::evaluation::{Condition, Evaluation, Figures, Thresholds};
use super::monitor::Monitor;
use super::observation::{Counted, Outcome};
use super::settings::{SettingsError, within};
use crate::id::{ExecutionId, RunId};
use crate::time::Timestamp;

/// Settings of the monitor.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NewTest {
    /// Recover after so many passes in a row, 1 to 1000; `None` (default): never. Pages propose [`Self::STABLE_EXECUTIONS`].
    pub stable_executions: Option<u16>,
}

impl NewTest {
    /// What `stable_executions` is when recovery is turned on without a number.
    pub const STABLE_EXECUTIONS: u16 = 20;

    fn evaluate(&self, state: &State) -> Evaluation {
        let passed_in_a_row = state.passed_in_a_row;
        let condition = match state.origin {
            Origin::New => Condition::Alarm,
            Origin::Reported if self.stable_executions.is_some_and(|stable| passed_in_a_row >= u32::from(stable)) => Condition::Recover,
            Origin::Reported | Origin::Known => Condition::Neither,
        };
        Evaluation { score: None, condition }
    }
}

/// Whether a test may be reported as new.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Origin {
    /// It ran before the workflow was made, or in the first run of its suite: never reported.
    #[default]
    Known,
    /// It did not; its first counted execution reports it.
    New,
    /// It has been reported, which happens once.
    Reported,
}

impl Origin {
    /// What a test is to a workflow. Both `first_*` are of the test and without regard to filters.
    #[must_use]
    pub fn of(first_run: RunId, first_at: Timestamp, suite_first_run: RunId, workflow_created_at: Timestamp) -> Self {
        if first_at < workflow_created_at || first_run == suite_first_run { Self::Known } else { Self::New }
    }
}

/// What is known of one test.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    origin: Origin,
    passed_in_a_row: u32,
    /// The execution that was reported, then the one that recovered it.
    last: Option<ExecutionId>,
}

impl State {
    /// The state of a test before its first counted execution.
    #[must_use]
    pub fn of(origin: Origin) -> Self {
        Self { origin, passed_in_a_row: 0, last: None }
    }
}

impl Monitor for NewTest {
    type State = State;

    fn validate(&self) -> Result<(), SettingsError> {
        self.stable_executions.map_or(Ok(()), |stable| within("stable_executions", stable, 1.0, 1000.0))
    }

    fn observe(&self, state: &mut State, seen: &Counted) -> Evaluation {
        state.passed_in_a_row = match seen.outcome() {
            Outcome::Passed => state.passed_in_a_row.saturating_add(1),
            Outcome::Failed => 0,
        };
        state.last = Some(seen.observation().execution);
        let evaluation = self.evaluate(state);
        if state.origin == Origin::New {
            state.origin = Origin::Reported;
        }
        evaluation
    }

    fn tick(&self, state: &mut State, _now: Timestamp) -> Evaluation {
        match state.origin {
            Origin::New => Evaluation::NOT_YET,
            Origin::Known | Origin::Reported => self.evaluate(state),
        }
    }

    fn due(&self, _state: &State, _after: Timestamp) -> Option<Timestamp> {
        None
    }

    fn thresholds(&self) -> Thresholds {
        Thresholds { alarm: 1.0, recover: None }
    }

    fn figures(&self, state: &State, _now: Timestamp) -> Figures {
        Figures::NewTest { passed_in_a_row: state.passed_in_a_row }
    }

    fn evidence(&self, state: &State, _now: Timestamp) -> Vec<ExecutionId> {
        state.last.into_iter().collect()
    }
}

impl StateBytes for State {
    fn write(&self, to: &mut Writer) {
        let Self { origin, passed_in_a_row, last } = self;
        to.byte(match origin {
            Origin::Known => 0,
            Origin::New => 1,
            Origin::Reported => 2,
        });
        to.unsigned(u64::from(*passed_in_a_row));
        to.optional(*last, Writer::execution);
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        let origin = match from.byte()? {
            0 => Origin::Known,
            1 => Origin::New,
            2 => Origin::Reported,
            _ => return None,
        };
        Some(Self { origin, passed_in_a_row: from.small()?, last: from.optional(Reader::execution)? })
    }
}

#[cfg(test)]
mod tests;
