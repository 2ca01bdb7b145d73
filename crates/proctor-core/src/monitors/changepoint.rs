//! Changepoint: a test that got worse at a point that can be named ("broke between executions a and b, 96 %").
//!
//! Model: the level of a test (its failure rate, or the logarithm of its duration) is constant until it changes; any execution
//! may begin a new level, one in `expected_run` does. `run_length.rs` gives the posterior of where the present level
//! began. A change is found once the hypotheses of a later begin than what was accepted so far hold `probability` together.
//! It alarms when the new level is worse by `change_min` or more, and recovers when a later change leads back by at least half
//! the way, or when the new level has lasted `stable_executions`: it is normal then.

use super::bytes::{Reader, StateBytes, Writer};
use super::duration_threshold::duration_of;
use super::evaluation::{Change, Condition, Evaluation, Figures, Thresholds};
use super::monitor::Monitor;
use super::observation::{Counted, Outcome};
use super::run_length::{Hypothesis, Level, Model, RunLengths};
use super::settings::{SettingsError, within};
use crate::id::{ExecutionId, RunId};
use crate::time::Timestamp;

/// Executions that make the first level, before which nothing is reported.
pub const WARM_UP_EXECUTIONS: u64 = 20;

/// Settings of the monitor.
#[derive(Clone, Debug, PartialEq)]
pub struct Changepoint {
    /// What is watched.
    pub signal: Signal,
    /// How sure the change must be, 0.5 to 0.9999.
    pub probability: f64,
    /// Executions that a level lasts on average before it changes, 10 to 100,000.
    pub expected_run: u32,
    /// How much worse the new level must be: the failure rate by this share (0 to 1), or the duration by this part (0.2: 20 %
    /// longer; 0 to 100).
    pub change_min: f64,
    /// Executions of the new level without which it is not reported, 1 to 100.
    pub run_min: u16,
    /// Executions after the alarm until the new level is normal, 1 to 10,000.
    pub stable_executions: u16,
}

/// What is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Signal {
    /// The failure rate over all counted executions, except that a retry inside a run with the result of the attempt before it
    /// says nothing new: three failed attempts of one run are no trend.
    PassRate,
    /// The duration of those that passed.
    Duration,
}

impl Changepoint {
    /// The defaults for durations.
    #[must_use]
    pub fn of_duration() -> Self {
        Self { signal: Signal::Duration, probability: 0.99, expected_run: 1000, change_min: 0.2, run_min: 5, stable_executions: 200 }
    }

    const fn model(&self) -> Model {
        match self.signal {
            Signal::PassRate => Model::Bernoulli,
            Signal::Duration => Model::Normal,
        }
    }
}

impl Default for Changepoint {
    fn default() -> Self {
        Self { signal: Signal::PassRate, probability: 0.99, expected_run: 1000, change_min: 0.2, run_min: 3, stable_executions: 200 }
    }
}

/// What is known of one test.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// Values so far.
    values: u64,
    /// The execution of the last value.
    last: Option<ExecutionId>,
    /// The run of the last counted execution, and how that ended.
    attempt: Option<(RunId, Outcome)>,
    /// The first logarithm of a duration, from which others are measured.
    origin: Option<f64>,
    runs: RunLengths,
    /// Levels that began up to this value are the accepted one.
    accepted: u64,
    /// All values since the accepted level began.
    level: Level,
    /// The change that was reported, and the number of values then.
    reported: Option<(Change, u64)>,
}

impl Changepoint {
    fn value(&self, state: &mut State, seen: &Counted) -> Option<f64> {
        match self.signal {
            Signal::PassRate => {
                let attempt = (seen.observation().run, seen.outcome());
                let says_more = state.attempt.replace(attempt) != Some(attempt);
                says_more.then_some(if seen.is_failed() { 1.0 } else { 0.0 })
            }
            Signal::Duration if seen.is_failed() => None,
            Signal::Duration => {
                // Below a tenth of a millisecond differences are those of the clock.
                let logarithm = duration_of(seen)?.max(1e-4).ln();
                Some(logarithm - *state.origin.get_or_insert(logarithm))
            }
        }
    }

    /// A mean of values as people read it: share of failures, or seconds.
    fn shown(&self, state: &State, level: &Level) -> f64 {
        match self.signal {
            Signal::PassRate => level.mean(),
            Signal::Duration => (level.mean() + state.origin.unwrap_or(0.0)).exp(),
        }
    }

    fn candidates<'s>(&self, state: &'s State) -> &'s [Hypothesis] {
        let hypotheses = state.runs.hypotheses();
        let newest = (state.values + 1).saturating_sub(u64::from(self.run_min));
        let from = hypotheses.partition_point(|hypothesis| hypothesis.start <= state.accepted);
        let to = hypotheses.partition_point(|hypothesis| hypothesis.start <= newest);
        hypotheses.get(from..to).unwrap_or_default()
    }

    fn change_mass(&self, state: &State) -> f64 {
        self.candidates(state).iter().map(|hypothesis| hypothesis.mass).sum()
    }

    /// The change that the candidates speak of, and its new level.
    fn change(&self, state: &State) -> Option<(Change, Level)> {
        let candidates = self.candidates(state);
        let best = (0..candidates.len()).max_by(|a, b| candidates[*a].mass.total_cmp(&candidates[*b].mass))?;
        let (mut low, mut high, mut probability) = (best, best, candidates[best].mass);
        while probability < self.probability {
            let left = low.checked_sub(1).map(|at| candidates[at].mass);
            let right = candidates.get(high + 1).map(|hypothesis| hypothesis.mass);
            match (left, right) {
                (Some(left), right) if right.is_none_or(|right| left >= right) => {
                    low -= 1;
                    probability += left;
                }
                (_, Some(right)) => {
                    high += 1;
                    probability += right;
                }
                (_, None) => break,
            }
        }
        let level = candidates[best].level;
        let change = Change {
            after: candidates[low].before,
            before: candidates[high].first,
            probability: probability.min(1.0),
            level_before: self.shown(state, &state.level.without(&level)),
            level_after: self.shown(state, &level),
        };
        Some((change, level))
    }

    fn is_worse(&self, change: &Change) -> bool {
        match self.signal {
            Signal::PassRate => change.level_after - change.level_before >= self.change_min,
            Signal::Duration => change.level_after >= change.level_before * (1.0 + self.change_min),
        }
    }

    fn accept(&self, state: &mut State, change: Change, level: Level) {
        state.accepted = state.values;
        state.level = level;
        if self.is_worse(&change) {
            // Worse still: the way back is to where it all began.
            let level_before = state.reported.map_or(change.level_before, |(first, _)| first.level_before.min(change.level_before));
            state.reported = Some((Change { level_before, ..change }, state.values));
        } else if state.reported.is_some_and(|(first, _)| change.level_after <= f64::midpoint(first.level_before, first.level_after)) {
            state.reported = None;
        }
    }
}

impl Monitor for Changepoint {
    type State = State;

    fn validate(&self) -> Result<(), SettingsError> {
        within("probability", self.probability, 0.5, 0.9999)?;
        within("expected_run", self.expected_run, 10.0, 100_000.0)?;
        let change_most = match self.signal {
            Signal::PassRate => 1.0,
            Signal::Duration => 100.0,
        };
        within("change_min", self.change_min, 0.0, change_most)?;
        within("run_min", self.run_min, 1.0, 100.0)?;
        within("stable_executions", self.stable_executions, 1.0, 10_000.0)
    }

    fn observe(&self, state: &mut State, seen: &Counted) -> Evaluation {
        let now = seen.observation().at;
        let Some(value) = self.value(state, seen) else {
            return self.tick(state, now);
        };
        let execution = seen.observation().execution;
        state.values += 1;
        state.level.add(value);
        let before = state.last.replace(execution);
        state.runs.observe(self.model(), 1.0 / f64::from(self.expected_run), value, state.values, execution, before);
        if state.values <= WARM_UP_EXECUTIONS {
            state.accepted = state.values;
            return Evaluation::NOT_YET;
        }
        let stable = u64::from(self.stable_executions);
        state.reported = state.reported.filter(|(_, found)| state.values - found < stable);
        let score = self.change_mass(state).min(1.0);
        if score >= self.probability
            && let Some((change, level)) = self.change(state)
        {
            self.accept(state, change, level);
        }
        Evaluation { score: Some(score), ..self.tick(state, now) }
    }

    fn tick(&self, state: &mut State, _now: Timestamp) -> Evaluation {
        let condition = if state.reported.is_some() { Condition::Alarm } else { Condition::Recover };
        Evaluation { score: Some(self.change_mass(state).min(1.0)), condition }
    }

    fn due(&self, _state: &State, _after: Timestamp) -> Option<Timestamp> {
        None
    }

    fn thresholds(&self) -> Thresholds {
        Thresholds { alarm: self.probability, recover: None }
    }

    fn figures(&self, state: &State, _now: Timestamp) -> Figures {
        Figures::Changepoint(state.reported.map(|(change, _)| change))
    }

    /// The executions on both sides of the change, and the one that made it sure.
    fn evidence(&self, state: &State, _now: Timestamp) -> Vec<ExecutionId> {
        let change = state.reported.map(|(change, _)| change);
        let mut evidence: Vec<_> = change.and_then(|change| change.after).into_iter().collect();
        evidence.extend(change.map(|change| change.before));
        evidence.extend(state.last);
        evidence.dedup();
        evidence
    }
}

impl StateBytes for State {
    fn write(&self, to: &mut Writer) {
        let Self { values, last, attempt, origin, runs, accepted, level, reported } = self;
        to.unsigned(*values);
        to.optional(*last, Writer::execution);
        to.optional(*attempt, |to, (run, outcome)| {
            to.run(run);
            to.byte(u8::from(outcome == Outcome::Failed));
        });
        to.optional(*origin, Writer::double);
        runs.write(to);
        to.unsigned(*accepted);
        level.write(to);
        to.optional(*reported, |to, (change, found)| {
            let Change { after, before, probability, level_before, level_after } = change;
            to.optional(after, Writer::execution);
            to.execution(before);
            [probability, level_before, level_after].into_iter().for_each(|value| to.double(value));
            to.unsigned(found);
        });
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        let state = Self {
            values: from.count()?,
            last: from.optional(Reader::execution)?,
            attempt: from.optional(|from| Some((from.run()?, if from.byte()? == 0 { Outcome::Passed } else { Outcome::Failed })))?,
            origin: from.optional(Reader::double)?,
            runs: RunLengths::read(from)?,
            accepted: from.unsigned()?,
            level: Level::read(from)?,
            reported: from.optional(|from| {
                let (after, before) = (from.optional(Reader::execution)?, from.execution()?);
                let change =
                    Change { after, before, probability: from.double()?, level_before: from.double()?, level_after: from.double()? };
                Some((change, from.unsigned()?))
            })?,
        };
        state.reported.is_none_or(|(_, found)| found <= state.values).then_some(state)
    }
}

#[cfg(test)]
mod tests;
