//! What a monitor says after an execution or a tick of the clock.

use crate::id::ExecutionId;

/// The most executions kept and listed as evidence of one event; the newest stay.
pub const EVIDENCE_MAX: usize = 100;

/// Which of its conditions a monitor finds met. When both are, alarm wins (`workflows.md`, 1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Condition {
    /// The alarm condition.
    Alarm,
    /// The recover condition.
    Recover,
    /// None of the two.
    Neither,
}

impl Condition {
    /// For scores: alarm from `alarm` upwards, recover from `recover` downwards; equality counts on both sides.
    #[must_use]
    pub fn of_score(score: f64, thresholds: Thresholds) -> Self {
        if score >= thresholds.alarm {
            Self::Alarm
        } else if thresholds.recover.is_some_and(|recover| score <= recover) {
            Self::Recover
        } else {
            Self::Neither
        }
    }
}

/// The verdict of one evaluation. Evidence and figures are asked for only when an event follows from it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evaluation {
    /// The score; `None` when there is not enough to score yet.
    pub score: Option<f64>,
    /// What it means.
    pub condition: Condition,
}

impl Evaluation {
    /// An evaluation that could not be made.
    pub const NOT_YET: Self = Self { score: None, condition: Condition::Neither };

    /// The evaluation that follows from a score.
    #[must_use]
    pub fn of_score(score: f64, thresholds: Thresholds) -> Self {
        Self { score: Some(score), condition: Condition::of_score(score, thresholds) }
    }
}

/// What a score is held against, in the unit of the score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thresholds {
    /// Alarm from here upwards.
    pub alarm: f64,
    /// Recover from here downwards; `None` when recovery does not follow from the score.
    pub recover: Option<f64>,
}

/// What a monitor adds to its score (`workflows.md`, 4.2).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Figures {
    /// Of `transition_count`.
    TransitionCount {
        /// Changes between pass and fail in the window.
        transitions: u32,
        /// Counted executions in the window.
        executions_in_window: u32,
    },
    /// Of `passed_on_retry`.
    PassedOnRetry {
        /// Flaky commits in the window.
        commit_count: u32,
        /// Counted executions in the window.
        executions_in_window: u32,
        /// Days from the oldest of them to the event, rounded up.
        days_in_window: u32,
    },
    /// Of `probabilistic_flakiness`.
    ProbabilisticFlakiness {
        /// Commits with at least one pass (G).
        passed_commits: u32,
        /// Commits that only failed.
        failed_commits: u32,
        /// Failures on commits with a pass (F).
        failures: u32,
        /// Passes (S).
        passes: u32,
    },
    /// Of `new_test`.
    NewTest {
        /// Passes in a row up to now.
        passed_in_a_row: u32,
    },
    /// Of `duration_threshold`.
    DurationThreshold {
        /// The aggregate, in seconds.
        duration_s: f64,
        /// What a relative threshold is a multiple of, in seconds.
        baseline_s: Option<f64>,
        /// Durations aggregated.
        executions_in_window: u32,
    },
    /// Of `failure_rate`.
    FailureRate {
        /// Failures in the window.
        failures: u32,
        /// Counted executions in the window.
        executions_in_window: u32,
    },
    /// Of `changepoint`: the change that was found; `None` when there is none.
    Changepoint(Option<Change>),
}

/// A change of level: it lies after `after` and not after `before`, with `probability`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// The last execution that surely was on the old level.
    pub after: Option<ExecutionId>,
    /// The first execution that surely was on the new level.
    pub before: ExecutionId,
    /// That the change lies between the two, 0 to 1.
    pub probability: f64,
    /// The old level: share of failures, or seconds.
    pub level_before: f64,
    /// The new level: share of failures, or seconds.
    pub level_after: f64,
}
