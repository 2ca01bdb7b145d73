//! Failure rate: the share of executions that failed, over a window of executions, of days, or of both.
//!
//! It does not ask why: a broken test alarms as a flaky one does. Source: none, it is counting.

use std::collections::VecDeque;

use super::bytes::{EPOCH, Reader, StateBytes, Writer};
use super::evaluation::{EVIDENCE_MAX, Evaluation, Figures, Thresholds};
use super::monitor::Monitor;
use super::observation::Counted;
use super::settings::{DAY_MS, SettingsError, WINDOW_DAYS_MAX, WINDOW_EXECUTIONS_MAX, lower, within};
use crate::id::ExecutionId;
use crate::time::Timestamp;

/// Settings of the monitor.
#[derive(Clone, Debug, PartialEq)]
pub struct FailureRate {
    /// Counted executions looked at, 1 to 1000.
    pub window_executions: u16,
    /// Days looked at, each of 24 hours, 1 to 90; `None`: any age.
    pub window_days: Option<u16>,
    /// Alarm from this share upwards, 0 to 1.
    pub alarm: f64,
    /// Recover from this share downwards, also with few executions, or none left in the window.
    pub recover: f64,
    /// Executions in the window without which there is no alarm; 1 to `window_executions`.
    pub sample_min: u16,
}

impl Default for FailureRate {
    fn default() -> Self {
        Self { window_executions: 100, window_days: Some(28), alarm: 0.1, recover: 0.05, sample_min: 20 }
    }
}

/// What is known of one test.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// Counted executions so far.
    executions: u64,
    /// When those in the window were; empty when days do not matter.
    times: VecDeque<Timestamp>,
    /// Places (from 1) of the failures in the window.
    failures: VecDeque<u64>,
    /// The newest of these failures.
    evidence: VecDeque<ExecutionId>,
}

impl FailureRate {
    fn in_window(&self, state: &State) -> u64 {
        match self.window_days {
            Some(_) => state.times.len() as u64,
            None => state.executions.min(u64::from(self.window_executions)),
        }
    }

    fn evaluate(&self, state: &State) -> Evaluation {
        let executions = self.in_window(state);
        let share = if executions == 0 { 0.0 } else { state.failures.len() as f64 / executions as f64 };
        let thresholds = self.thresholds();
        if executions >= u64::from(self.sample_min) || thresholds.recover.is_some_and(|recover| share <= recover) {
            Evaluation::of_score(share, thresholds)
        } else {
            Evaluation { score: Some(share), ..Evaluation::NOT_YET }
        }
    }

    fn leave(&self, state: &mut State, now: Timestamp) {
        if let Some(days) = self.window_days {
            let span_ms = i64::from(days) * DAY_MS;
            while state.times.len() > usize::from(self.window_executions)
                || state.times.front().is_some_and(|at| at.plus_millis(span_ms) <= now)
            {
                state.times.pop_front();
            }
        }
        let before = state.executions - self.in_window(state);
        while state.failures.front().is_some_and(|place| *place <= before) {
            state.failures.pop_front();
        }
        while state.evidence.len() > state.failures.len().min(EVIDENCE_MAX) {
            state.evidence.pop_front();
        }
    }
}

impl Monitor for FailureRate {
    type State = State;

    fn validate(&self) -> Result<(), SettingsError> {
        within("window_executions", self.window_executions, 1.0, f64::from(WINDOW_EXECUTIONS_MAX))?;
        if let Some(days) = self.window_days {
            within("window_days", days, 1.0, f64::from(WINDOW_DAYS_MAX))?;
        }
        within("sample_min", self.sample_min, 1.0, f64::from(self.window_executions))?;
        within("alarm", self.alarm, 0.0, 1.0)?;
        within("recover", self.recover, 0.0, 1.0)?;
        lower(("recover", self.recover), ("alarm", self.alarm))
    }

    fn observe(&self, state: &mut State, seen: &Counted) -> Evaluation {
        let at = seen.observation().at;
        state.executions += 1;
        if self.window_days.is_some() {
            state.times.push_back(at);
        }
        if seen.is_failed() {
            state.failures.push_back(state.executions);
            state.evidence.push_back(seen.observation().execution);
        }
        self.tick(state, at)
    }

    fn tick(&self, state: &mut State, now: Timestamp) -> Evaluation {
        self.leave(state, now);
        self.evaluate(state)
    }

    fn due(&self, state: &State, after: Timestamp) -> Option<Timestamp> {
        let span_ms = i64::from(self.window_days?) * DAY_MS;
        state.times.iter().map(|at| at.plus_millis(span_ms)).filter(|end| *end > after).min()
    }

    fn thresholds(&self) -> Thresholds {
        Thresholds { alarm: self.alarm, recover: Some(self.recover) }
    }

    fn figures(&self, state: &State, _now: Timestamp) -> Figures {
        Figures::FailureRate {
            failures: u32::try_from(state.failures.len()).unwrap_or(u32::MAX),
            executions_in_window: u32::try_from(self.in_window(state)).unwrap_or(u32::MAX),
        }
    }

    /// The failures in the window.
    fn evidence(&self, state: &State, _now: Timestamp) -> Vec<ExecutionId> {
        state.evidence.iter().copied().collect()
    }
}

impl StateBytes for State {
    fn write(&self, to: &mut Writer) {
        let Self { executions, times, failures, evidence } = self;
        to.unsigned(*executions);
        to.length(times.len());
        let mut base = EPOCH();
        for at in times {
            to.time(*at, base);
            base = *at;
        }
        to.length(failures.len());
        failures.iter().for_each(|place| to.unsigned(executions.wrapping_sub(*place)));
        to.length(evidence.len());
        evidence.iter().for_each(|id| to.execution(*id));
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        let executions = from.count()?;
        let mut times = VecDeque::new();
        let mut base = EPOCH();
        for _ in 0..from.length(usize::from(WINDOW_EXECUTIONS_MAX))? {
            base = from.time(base)?;
            times.push_back(base);
        }
        let failures = from.length(usize::from(WINDOW_EXECUTIONS_MAX))?;
        let failures = (0..failures).map(|_| executions.checked_sub(from.unsigned()?)).collect::<Option<_>>()?;
        let evidence = from.length(EVIDENCE_MAX)?;
        let evidence = (0..evidence).map(|_| from.execution()).collect::<Option<_>>()?;
        (times.len() as u64 <= executions).then_some(Self { executions, times, failures, evidence })
    }
}

#[cfg(test)]
mod tests;
