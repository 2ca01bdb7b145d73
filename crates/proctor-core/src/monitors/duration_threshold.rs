//! Duration threshold: how long the last executions took (`workflows.md`, 3.5), in seconds or against the test's own past.

use std::collections::VecDeque;

use super::bytes::{Reader, StateBytes, Writer};
use super::evaluation::{Evaluation, Figures, Thresholds};
use super::monitor::Monitor;
use super::observation::Counted;
use super::sample::Sample;
use super::settings::{SettingsError, lower, within};
use crate::id::ExecutionId;
use crate::time::Timestamp;

/// The largest window, in executions.
pub const WINDOW_MAX: u16 = 100;
/// The largest baseline, in executions.
pub const BASELINE_MAX: u16 = 500;
/// The smallest baseline that can be set, and the executions it must have before anything is held against it.
pub const BASELINE_MIN: u16 = 20;
/// Executions in the window before it is evaluated, unless the window itself is smaller.
pub const SAMPLE_MIN: u16 = 5;

const SECONDS_MAX: f64 = 7.0 * 24.0 * 3600.0;
const FACTOR_MAX: f64 = 1000.0;

/// Settings of the monitor.
#[derive(Clone, Debug, PartialEq)]
pub struct DurationThreshold {
    /// What is made of the durations in the window.
    pub aggregation: Aggregation,
    /// W: executions looked at, 1 to 100.
    pub window: u16,
    /// What the aggregate is held against.
    pub limits: Limits,
    /// Which executions are looked at.
    pub counts: Counts,
}

/// How durations become one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Aggregation {
    /// The median.
    P50,
    /// The 75th percentile.
    P75,
    /// The 90th percentile.
    P90,
    /// The 95th percentile.
    P95,
    /// The 99th percentile.
    P99,
    /// The arithmetic mean.
    Mean,
    /// The shortest.
    Min,
    /// The longest.
    Max,
}

impl Aggregation {
    /// All of them, in the order in which pages list them.
    pub const ALL: [Self; 8] = [Self::P50, Self::P75, Self::P90, Self::P95, Self::P99, Self::Mean, Self::Min, Self::Max];

    /// The word used on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::P50 => "p50",
            Self::P75 => "p75",
            Self::P90 => "p90",
            Self::P95 => "p95",
            Self::P99 => "p99",
            Self::Mean => "mean",
            Self::Min => "min",
            Self::Max => "max",
        }
    }

    /// Reads [`Self::as_str`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|aggregation| aggregation.as_str() == word)
    }

    fn of(self, sample: &Sample) -> Option<f64> {
        match self {
            Self::P50 => sample.percentile(0.5),
            Self::P75 => sample.percentile(0.75),
            Self::P90 => sample.percentile(0.9),
            Self::P95 => sample.percentile(0.95),
            Self::P99 => sample.percentile(0.99),
            Self::Mean => sample.mean(),
            Self::Min => sample.percentile(0.0),
            Self::Max => sample.percentile(1.0),
        }
    }
}

/// Which executions are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Counts {
    /// All counted ones.
    PassedAndFailed,
    /// Those that passed: a failure may have stopped early, or waited for its time limit.
    PassedOnly,
}

/// What the aggregate is held against.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limits {
    /// Seconds.
    Absolute {
        /// Alarm from here upwards.
        alarm_s: f64,
        /// Recover from here downwards.
        recover_s: f64,
    },
    /// Multiples of the same aggregate over the executions before the window. They slide: what stays slow becomes the baseline.
    Relative {
        /// Alarm from this multiple upwards, more than 1.
        alarm: f64,
        /// Recover from this multiple downwards.
        recover: f64,
        /// Executions before the window that make the baseline, 20 to 500.
        baseline: u16,
    },
}

impl DurationThreshold {
    /// The median of five durations, of passed and failed executions alike, held against seconds.
    #[must_use]
    pub const fn absolute(alarm_s: f64, recover_s: f64) -> Self {
        Self { aggregation: Aggregation::P50, window: 5, limits: Limits::Absolute { alarm_s, recover_s }, counts: Counts::PassedAndFailed }
    }
}

/// The contract has no default in seconds, as none fits unit and browser tests alike; this one is relative. It looks at passed
/// executions only: among failures that stop early, a normal one looks slow.
impl Default for DurationThreshold {
    fn default() -> Self {
        Self {
            aggregation: Aggregation::P50,
            window: 5,
            limits: Limits::Relative { alarm: 1.5, recover: 1.2, baseline: 100 },
            counts: Counts::PassedOnly,
        }
    }
}

/// What is known of one test.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    window: Sample,
    executions: VecDeque<ExecutionId>,
    baseline: Sample,
}

impl DurationThreshold {
    /// The aggregate, what it is a multiple of, and the score; `None` while there is too little.
    fn measured(&self, state: &State) -> Option<(f64, Option<f64>, f64)> {
        if state.window.len() < usize::from(self.window.min(SAMPLE_MIN)) {
            return None;
        }
        let duration_s = self.aggregation.of(&state.window)?;
        match self.limits {
            Limits::Absolute { .. } => Some((duration_s, None, duration_s)),
            Limits::Relative { .. } => {
                let enough = state.baseline.len() >= usize::from(BASELINE_MIN);
                let baseline_s = self.aggregation.of(&state.baseline).filter(|baseline_s| enough && *baseline_s > 0.0)?;
                Some((duration_s, Some(baseline_s), duration_s / baseline_s))
            }
        }
    }

    fn evaluate(&self, state: &State) -> Evaluation {
        self.measured(state).map_or(Evaluation::NOT_YET, |(_, _, score)| Evaluation::of_score(score, self.thresholds()))
    }
}

/// The duration of an execution, if it is one.
pub(super) fn duration_of(seen: &Counted) -> Option<f64> {
    seen.observation().duration_s.filter(|seconds| seconds.is_finite() && *seconds >= 0.0)
}

impl Monitor for DurationThreshold {
    type State = State;

    fn validate(&self) -> Result<(), SettingsError> {
        within("window", self.window, 1.0, f64::from(WINDOW_MAX))?;
        let (alarm, recover) = match self.limits {
            Limits::Absolute { alarm_s, recover_s } => {
                within("alarm", alarm_s, 0.0, SECONDS_MAX)?;
                within("recover", recover_s, 0.0, SECONDS_MAX)?;
                (alarm_s, recover_s)
            }
            Limits::Relative { alarm, recover, baseline } => {
                within("alarm", alarm, 1.0, FACTOR_MAX)?;
                within("recover", recover, 0.0, FACTOR_MAX)?;
                within("baseline", baseline, f64::from(BASELINE_MIN), f64::from(BASELINE_MAX))?;
                (alarm, recover)
            }
        };
        lower(("recover", recover), ("alarm", alarm))
    }

    fn observe(&self, state: &mut State, seen: &Counted) -> Evaluation {
        let Some(duration_s) = duration_of(seen).filter(|_| self.counts == Counts::PassedAndFailed || !seen.is_failed()) else {
            return self.evaluate(state);
        };
        let left = state.window.push(duration_s, usize::from(self.window));
        state.executions.push_back(seen.observation().execution);
        while state.executions.len() > usize::from(self.window) {
            state.executions.pop_front();
        }
        if let (Some(left), Limits::Relative { baseline, .. }) = (left, self.limits) {
            state.baseline.push(left, usize::from(baseline));
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
        match self.limits {
            Limits::Absolute { alarm_s, recover_s } => Thresholds { alarm: alarm_s, recover: Some(recover_s) },
            Limits::Relative { alarm, recover, .. } => Thresholds { alarm, recover: Some(recover) },
        }
    }

    fn figures(&self, state: &State, _now: Timestamp) -> Figures {
        let (duration_s, baseline_s, _) = self.measured(state).unwrap_or_default();
        let executions_in_window = u32::try_from(state.window.len()).unwrap_or(u32::MAX);
        Figures::DurationThreshold { duration_s, baseline_s, executions_in_window }
    }

    fn evidence(&self, state: &State, _now: Timestamp) -> Vec<ExecutionId> {
        state.executions.iter().copied().collect()
    }
}

impl StateBytes for State {
    fn write(&self, to: &mut Writer) {
        let Self { window, executions, baseline } = self;
        to.length(window.len());
        for (duration_s, execution) in window.arrived().zip(executions) {
            to.double(duration_s);
            to.execution(*execution);
        }
        to.length(baseline.len());
        baseline.arrived().for_each(|duration_s| to.double(duration_s));
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        let mut state = Self::default();
        let number = |value: f64| Some(value).filter(|value| value.is_finite());
        for _ in 0..from.length(usize::from(WINDOW_MAX))? {
            state.window.push(number(from.double()?)?, usize::from(WINDOW_MAX));
            state.executions.push_back(from.execution()?);
        }
        for _ in 0..from.length(usize::from(BASELINE_MAX))? {
            state.baseline.push(number(from.double()?)?, usize::from(BASELINE_MAX));
        }
        Some(state)
    }
}

#[cfg(test)]
mod tests;
