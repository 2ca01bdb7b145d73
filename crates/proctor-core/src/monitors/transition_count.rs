//! Transition count: how often a test changes between pass and fail (`workflows.md`, 3.1).

use std::collections::VecDeque;

use super::bytes::{Reader, StateBytes, Writer};
use super::evaluation::{EVIDENCE_MAX, Evaluation, Figures, Thresholds};
use super::monitor::Monitor;
use super::observation::{Counted, Outcome};
use super::settings::{SettingsError, WINDOW_EXECUTIONS_MAX, lower, within};
use crate::id::ExecutionId;
use crate::time::Timestamp;

/// Settings of the monitor.
#[derive(Clone, Debug, PartialEq)]
pub struct TransitionCount {
    /// W: counted executions looked at, and the divisor; 2 to 1000.
    pub window: u16,
    /// Alarm from this score upwards, 0 to 1.
    pub alarm: f64,
    /// Recover from this score downwards.
    pub recover: f64,
}

impl Default for TransitionCount {
    fn default() -> Self {
        Self { window: 100, alarm: 0.05, recover: 0.01 }
    }
}

/// What is known of one test. Only the transitions are kept, so a test that is stable in either way costs next to nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// Counted executions so far.
    executions: u64,
    last: Option<Outcome>,
    /// Places (from 1) of the second execution of each pair in the window.
    places: VecDeque<u64>,
    /// The executions at the newest of these places.
    evidence: VecDeque<ExecutionId>,
}

impl TransitionCount {
    fn evaluate(&self, state: &State) -> Evaluation {
        Evaluation::of_score(state.places.len() as f64 / f64::from(self.window), self.thresholds())
    }
}

impl Monitor for TransitionCount {
    type State = State;

    fn validate(&self) -> Result<(), SettingsError> {
        within("window", self.window, 2.0, f64::from(WINDOW_EXECUTIONS_MAX))?;
        within("alarm", self.alarm, 0.0, 1.0)?;
        within("recover", self.recover, 0.0, 1.0)?;
        lower(("recover", self.recover), ("alarm", self.alarm))
    }

    fn observe(&self, state: &mut State, seen: &Counted) -> Evaluation {
        state.executions += 1;
        if state.last.is_some_and(|last| last != seen.outcome()) {
            state.places.push_back(state.executions);
            state.evidence.push_back(seen.observation().execution);
        }
        state.last = Some(seen.outcome());
        // A pair counts while its first execution is among the last W.
        while state.places.front().is_some_and(|place| place + u64::from(self.window) <= state.executions + 1) {
            state.places.pop_front();
        }
        while state.evidence.len() > state.places.len().min(EVIDENCE_MAX) {
            state.evidence.pop_front();
        }
        self.evaluate(state)
    }

    fn tick(&self, state: &mut State, _now: Timestamp) -> Evaluation {
        self.evaluate(state)
    }

    fn due(&self, _state: &State, _after: Timestamp) -> Option<Timestamp> {
        None
    }

    fn thresholds(&self) -> Thresholds {
        Thresholds { alarm: self.alarm, recover: Some(self.recover) }
    }

    fn figures(&self, state: &State, _now: Timestamp) -> Figures {
        Figures::TransitionCount {
            transitions: u32::try_from(state.places.len()).unwrap_or(u32::MAX),
            executions_in_window: u32::try_from(state.executions.min(u64::from(self.window))).unwrap_or(u32::MAX),
        }
    }

    fn evidence(&self, state: &State, _now: Timestamp) -> Vec<ExecutionId> {
        state.evidence.iter().copied().collect()
    }
}

impl StateBytes for State {
    fn write(&self, to: &mut Writer) {
        let Self { executions, last, places, evidence } = self;
        to.unsigned(*executions);
        to.byte(match last {
            None => 0,
            Some(Outcome::Passed) => 1,
            Some(Outcome::Failed) => 2,
        });
        to.length(places.len());
        for place in places {
            to.unsigned(executions.wrapping_sub(*place));
        }
        to.length(evidence.len());
        for id in evidence {
            to.execution(*id);
        }
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        let executions = from.count()?;
        let last = match from.byte()? {
            0 => None,
            1 => Some(Outcome::Passed),
            2 => Some(Outcome::Failed),
            _ => return None,
        };
        let places = from.length(usize::from(WINDOW_EXECUTIONS_MAX))?;
        let places = (0..places).map(|_| executions.checked_sub(from.unsigned()?)).collect::<Option<_>>()?;
        let evidence = from.length(EVIDENCE_MAX)?;
        let evidence = (0..evidence).map(|_| from.execution()).collect::<Option<_>>()?;
        Some(Self { executions, last, places, evidence })
    }
}

#[cfg(test)]
mod tests;
