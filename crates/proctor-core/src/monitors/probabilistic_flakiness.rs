//! Probabilistic flakiness: how likely a test fails although code and environment are good (`workflows.md`, 3.3).

use std::collections::VecDeque;

use super::bytes::{EPOCH, Reader, StateBytes, Writer};
use super::evaluation::{EVIDENCE_MAX, Evaluation, Figures, Thresholds};
use super::monitor::Monitor;
use super::observation::{Attempts, Counted, GroupKey};
use super::posterior::{Tally, score};
use super::settings::{DAY_MS, SettingsError, WINDOW_DAYS_MAX, check_variant_tags, lower, variant_tags_proposed, within};
use crate::id::ExecutionId;
use crate::time::Timestamp;

/// The largest window, in executions: up to here the score is exact and cheap.
pub const WINDOW_MAX: u16 = 200;

/// Settings of the monitor.
#[derive(Clone, Debug, PartialEq)]
pub struct ProbabilisticFlakiness {
    /// Alarm from this score upwards, 0 to 1.
    pub score_threshold_high: f64,
    /// Recover from this score downwards.
    pub score_threshold_low: f64,
    /// Counted executions looked at, 1 to 200.
    pub window_executions: u16,
    /// Days looked at, each of 24 hours, 1 to 90.
    pub window_days: u16,
    /// Executions of a commit with different values of these tags are commits of their own; at most 10.
    pub variant_tags: Vec<String>,
}

impl ProbabilisticFlakiness {
    /// The settings that Proctor proposes for new workflows: the defaults, and results from different processors and language
    /// versions are kept apart.
    #[must_use]
    pub fn proposed() -> Self {
        Self { variant_tags: variant_tags_proposed(), ..Self::default() }
    }
}

impl Default for ProbabilisticFlakiness {
    fn default() -> Self {
        Self { score_threshold_high: 0.1, score_threshold_low: 0.08, window_executions: 100, window_days: 28, variant_tags: Vec::new() }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Entry {
    group: GroupKey,
    at: Timestamp,
    attempts: Attempts,
}

/// What is known of one test: the executions in the window, and what the score follows from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    entries: VecDeque<Entry>,
    /// Executions with a failure, newest last, with their place among all counted ones.
    failed: VecDeque<(u64, ExecutionId)>,
    executions: u64,
    tally: Tally,
}

impl State {
    fn push(&mut self, entry: Entry) {
        self.tally_with(entry, |before, now| (before, Attempts { passed: before.passed + now.passed, failed: before.failed + now.failed }));
        self.tally.passes += u32::from(entry.attempts.passed);
        self.entries.push_back(entry);
    }

    fn pop(&mut self) {
        if let Some(entry) = self.entries.pop_front() {
            self.tally_with(entry, |rest, old| (Attempts { passed: rest.passed + old.passed, failed: rest.failed + old.failed }, rest));
            self.tally.passes -= u32::from(entry.attempts.passed);
        }
    }

    /// Moves the commit of `entry`, which is not among the entries, from one standing to another.
    fn tally_with(&mut self, entry: Entry, standings: impl Fn(Attempts, Attempts) -> (Attempts, Attempts)) {
        let mut others = Attempts::default();
        for other in self.entries.iter().filter(|other| other.group == entry.group) {
            others.passed += other.attempts.passed;
            others.failed += other.attempts.failed;
        }
        let (before, after) = standings(others, entry.attempts);
        match standing(before) {
            Standing::Passed(failures) => {
                self.tally.passed_commits -= 1;
                self.tally.failures -= failures;
            }
            Standing::Failed(failures) => self.recount(failures, |commits| commits.saturating_sub(1)),
            Standing::Empty => {}
        }
        match standing(after) {
            Standing::Passed(failures) => {
                self.tally.passed_commits += 1;
                self.tally.failures += failures;
            }
            Standing::Failed(failures) => self.recount(failures, |commits| commits + 1),
            Standing::Empty => {}
        }
    }

    /// Changes m_k, leaving no zeros behind.
    fn recount(&mut self, failures: u16, change: impl Fn(u16) -> u16) {
        let list = &mut self.tally.failed_commits;
        match list.binary_search_by_key(&failures, |(known, _)| *known) {
            Ok(at) => {
                list[at].1 = change(list[at].1);
                if list[at].1 == 0 {
                    list.remove(at);
                }
            }
            Err(at) => list.insert(at, (failures, change(0))),
        }
    }
}

enum Standing {
    Empty,
    Passed(u32),
    Failed(u16),
}

fn standing(attempts: Attempts) -> Standing {
    match attempts {
        Attempts { passed: 0, failed: 0 } => Standing::Empty,
        Attempts { passed: 0, failed } => Standing::Failed(failed),
        Attempts { failed, .. } => Standing::Passed(u32::from(failed)),
    }
}

impl ProbabilisticFlakiness {
    fn span_ms(&self) -> i64 {
        i64::from(self.window_days) * DAY_MS
    }

    fn leave(&self, state: &mut State, now: Timestamp) {
        while state.entries.len() > usize::from(self.window_executions)
            || state.entries.front().is_some_and(|entry| entry.at.plus_millis(self.span_ms()) <= now)
        {
            state.pop();
        }
        let first = state.executions - state.entries.len() as u64;
        while state.failed.len() > EVIDENCE_MAX || state.failed.front().is_some_and(|(place, _)| *place <= first) {
            state.failed.pop_front();
        }
    }
}

impl Monitor for ProbabilisticFlakiness {
    type State = State;

    fn validate(&self) -> Result<(), SettingsError> {
        within("window_executions", self.window_executions, 1.0, f64::from(WINDOW_MAX))?;
        within("window_days", self.window_days, 1.0, f64::from(WINDOW_DAYS_MAX))?;
        within("score_threshold_high", self.score_threshold_high, 0.0, 1.0)?;
        within("score_threshold_low", self.score_threshold_low, 0.0, 1.0)?;
        lower(("score_threshold_low", self.score_threshold_low), ("score_threshold_high", self.score_threshold_high))?;
        check_variant_tags(&self.variant_tags)
    }

    fn observe(&self, state: &mut State, seen: &Counted) -> Evaluation {
        let (at, attempts) = (seen.observation().at, seen.attempts());
        state.executions += 1;
        state.push(Entry { group: seen.group(), at, attempts });
        if attempts.failed > 0 {
            state.failed.push_back((state.executions, seen.observation().execution));
        }
        self.tick(state, at)
    }

    fn tick(&self, state: &mut State, now: Timestamp) -> Evaluation {
        self.leave(state, now);
        Evaluation::of_score(score(&state.tally), self.thresholds())
    }

    fn due(&self, state: &State, after: Timestamp) -> Option<Timestamp> {
        let ends = state.entries.iter().map(|entry| entry.at.plus_millis(self.span_ms()));
        ends.filter(|end| *end > after).min()
    }

    fn thresholds(&self) -> Thresholds {
        Thresholds { alarm: self.score_threshold_high, recover: Some(self.score_threshold_low) }
    }

    fn figures(&self, state: &State, _now: Timestamp) -> Figures {
        let Tally { passed_commits, failures, passes, ref failed_commits } = state.tally;
        let failed_commits = failed_commits.iter().map(|(_, commits)| u32::from(*commits)).sum();
        Figures::ProbabilisticFlakiness { passed_commits, failed_commits, failures, passes }
    }

    /// The failures in the window.
    fn evidence(&self, state: &State, _now: Timestamp) -> Vec<ExecutionId> {
        state.failed.iter().map(|(_, id)| *id).collect()
    }
}

impl StateBytes for State {
    fn write(&self, to: &mut Writer) {
        let Self { entries, failed, executions, tally: _ } = self;
        to.unsigned(*executions);
        to.length(entries.len());
        let mut base = EPOCH();
        for Entry { group, at, attempts } in entries {
            to.word(group.0);
            to.time(*at, base);
            to.byte((attempts.passed | attempts.failed << 4) as u8);
            base = *at;
        }
        to.length(failed.len());
        for (place, id) in failed {
            to.unsigned(executions.wrapping_sub(*place));
            to.execution(*id);
        }
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        let mut state = Self { executions: from.count()?, ..Self::default() };
        let mut base = EPOCH();
        let entries = from.length(usize::from(WINDOW_MAX))?;
        if entries as u64 > state.executions {
            return None;
        }
        for _ in 0..entries {
            let group = GroupKey(from.word()?);
            base = from.time(base)?;
            let attempts = from.byte()?;
            state.push(Entry {
                group,
                at: base,
                attempts: Attempts { passed: u16::from(attempts & 15), failed: u16::from(attempts >> 4) },
            });
        }
        let failed = from.length(EVIDENCE_MAX)?;
        state.failed =
            (0..failed).map(|_| Some((state.executions.checked_sub(from.unsigned()?)?, from.execution()?))).collect::<Option<_>>()?;
        Some(state)
    }
}

#[cfg(test)]
mod tests;
