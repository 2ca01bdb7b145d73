//! Passed on retry: commits on which a test both passed and failed (`workflows.md`, 3.2).

use std::collections::VecDeque;

use self::groups::{Flaky, Groups};
use super::bytes::{EPOCH, Reader, StateBytes, Writer};
use super::evaluation::{EVIDENCE_MAX, Evaluation, Figures, Thresholds};
use super::monitor::Monitor;
use super::observation::Counted;
use super::settings::{
    DAY_MS, SettingsError, WINDOW_DAYS_MAX, WINDOW_EXECUTIONS_MAX, check_variant_tags, lower, variant_tags_proposed, within,
};
use crate::id::ExecutionId;
use crate::time::Timestamp;

mod groups;

/// The most flaky commits that a threshold may ask for.
pub const COMMIT_COUNT_MAX: u16 = 100;

/// Settings of the monitor.
#[derive(Clone, Debug, PartialEq)]
pub struct PassedOnRetry {
    /// Days that a flaky commit counts, each of 24 hours; 1 to 90.
    pub window_days: u16,
    /// Counted executions that a flaky commit counts; 1 to 1000.
    pub window_executions: u16,
    /// Alarm from so many flaky commits upwards, 1 to 100.
    pub commit_count_threshold_high: u16,
    /// Recover from so many flaky commits downwards.
    pub commit_count_threshold_low: u16,
    /// Only executions with equal values of these tags are compared; at most 10.
    pub variant_tags: Vec<String>,
}

impl PassedOnRetry {
    /// The settings of the workflow that every suite is born with: the defaults, and results from different processors and
    /// language versions are not compared.
    #[must_use]
    pub fn of_new_suite() -> Self {
        Self { variant_tags: variant_tags_proposed(), ..Self::default() }
    }
}

impl Default for PassedOnRetry {
    fn default() -> Self {
        Self {
            window_days: 7,
            window_executions: 100,
            commit_count_threshold_high: 1,
            commit_count_threshold_low: 0,
            variant_tags: Vec::new(),
        }
    }
}

/// What is known of one test.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// Counted executions so far.
    executions: u64,
    groups: Groups,
    /// When the newest executions were, as many as the window may hold.
    times: VecDeque<Timestamp>,
}

impl PassedOnRetry {
    fn span_ms(&self) -> i64 {
        i64::from(self.window_days) * DAY_MS
    }

    fn holds(&self, state: &State, flaky: &Flaky, now: Timestamp) -> bool {
        state.executions - flaky.place < u64::from(self.window_executions) && now < flaky.at.plus_millis(self.span_ms())
    }

    fn in_window<'s>(&'s self, state: &'s State, now: Timestamp) -> impl Iterator<Item = &'s Flaky> {
        state.groups.flaky().filter(move |flaky| self.holds(state, flaky, now))
    }

    fn evaluate(&self, state: &State, now: Timestamp) -> Evaluation {
        Evaluation::of_score(self.in_window(state, now).count() as f64, self.thresholds())
    }
}

impl Monitor for PassedOnRetry {
    type State = State;

    fn validate(&self) -> Result<(), SettingsError> {
        within("window_days", self.window_days, 1.0, f64::from(WINDOW_DAYS_MAX))?;
        within("window_executions", self.window_executions, 1.0, f64::from(WINDOW_EXECUTIONS_MAX))?;
        within("commit_count_threshold_high", self.commit_count_threshold_high, 1.0, f64::from(COMMIT_COUNT_MAX))?;
        lower(
            ("commit_count_threshold_low", self.commit_count_threshold_low),
            ("commit_count_threshold_high", self.commit_count_threshold_high),
        )?;
        check_variant_tags(&self.variant_tags)
    }

    fn observe(&self, state: &mut State, seen: &Counted) -> Evaluation {
        let now = seen.observation().at;
        state.executions += 1;
        state.times.push_back(now);
        while state.times.len() > usize::from(self.window_executions)
            || state.times.front().is_some_and(|at| at.plus_millis(self.span_ms()) <= now)
        {
            state.times.pop_front();
        }
        state.groups.observe(seen, state.executions);
        self.evaluate(state, now)
    }

    fn tick(&self, state: &mut State, now: Timestamp) -> Evaluation {
        self.evaluate(state, now)
    }

    fn due(&self, state: &State, after: Timestamp) -> Option<Timestamp> {
        self.in_window(state, after).map(|flaky| flaky.at.plus_millis(self.span_ms())).min()
    }

    fn thresholds(&self) -> Thresholds {
        Thresholds { alarm: f64::from(self.commit_count_threshold_high), recover: Some(f64::from(self.commit_count_threshold_low)) }
    }

    fn figures(&self, state: &State, now: Timestamp) -> Figures {
        let inside = |at: &&Timestamp| now < at.plus_millis(self.span_ms());
        let oldest = state.times.iter().find(inside).map_or(now, |at| *at);
        let executions = state.times.iter().filter(inside).count();
        let days = now.millis().saturating_sub(oldest.millis()).max(0).cast_unsigned().div_ceil(DAY_MS.cast_unsigned());
        Figures::PassedOnRetry {
            commit_count: u32::try_from(self.in_window(state, now).count()).unwrap_or(u32::MAX),
            executions_in_window: u32::try_from(executions).unwrap_or(u32::MAX),
            days_in_window: u32::try_from(days).unwrap_or(u32::MAX),
        }
    }

    /// The pass and the fail of each flaky commit in the window; of the last flaky commit when none is left there.
    fn evidence(&self, state: &State, now: Timestamp) -> Vec<ExecutionId> {
        let mut pairs: Vec<&Flaky> = self.in_window(state, now).collect();
        if pairs.is_empty() {
            pairs.extend(state.groups.flaky().last());
        }
        let from = pairs.len().saturating_sub(EVIDENCE_MAX / 2);
        let mut evidence: Vec<_> = pairs.iter().skip(from).flat_map(|flaky| [flaky.passed, flaky.failed]).collect();
        evidence.sort_unstable();
        evidence.dedup();
        evidence
    }
}

impl StateBytes for State {
    fn write(&self, to: &mut Writer) {
        let Self { executions, groups, times } = self;
        to.unsigned(*executions);
        to.length(times.len());
        let mut base = EPOCH();
        for at in times {
            to.time(*at, base);
            base = *at;
        }
        groups.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        let executions = from.count()?;
        let mut times = VecDeque::new();
        let mut base = EPOCH();
        for _ in 0..from.length(usize::from(WINDOW_EXECUTIONS_MAX))? {
            base = from.time(base)?;
            times.push_back(base);
        }
        let groups = Groups::read(from)?;
        let is_whole = groups.flaky().all(|flaky| flaky.place <= executions);
        is_whole.then_some(Self { executions, groups, times })
    }
}

#[cfg(test)]
mod tests;
