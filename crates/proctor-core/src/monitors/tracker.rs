//! What is known of one test under one rule, and the events that follow from its executions and from time.

use super::bytes::{EPOCH, Reader, Writer};
use super::evaluation::{Condition, Evaluation, Figures, Thresholds};
use super::hysteresis::{EventKind, Phase};
use super::monitor::MonitorState;
use super::new_test::Origin;
use super::observation::Observation;
use super::rule::Rule;
use super::settings::DAY_MS;
use crate::id::ExecutionId;
use crate::time::Timestamp;

/// The version of [`Tracker::to_bytes`].
const FORMAT: u8 = 2;

/// An alarm or a recovery, with its evidence.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Which of the two.
    pub kind: EventKind,
    /// When it came true: the time of the execution, or the exact end of a time span.
    pub at: Timestamp,
    /// What made it come true.
    pub cause: Cause,
    /// The score; `None` for monitors without one.
    pub score: Option<f64>,
    /// What the score was held against.
    pub thresholds: Thresholds,
    /// What belongs to the score.
    pub figures: Figures,
    /// The executions that decided, oldest first.
    pub evidence: Vec<ExecutionId>,
}

/// What an event came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// This execution.
    Execution(ExecutionId),
    /// Executions that grew too old for the window.
    Clock,
    /// The silence set by [`Rule::expiring`].
    Expired,
}

/// One test under one rule. Every method wants the same version of the rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Tracker {
    phase: Phase,
    state: MonitorState,
    last: Option<(Timestamp, u64)>,
    /// Up to where time has been looked at: the latest execution, or the latest end of a time span.
    clock: Timestamp,
}

impl Tracker {
    /// A test without executions.
    #[must_use]
    pub fn new(rule: &Rule, origin: Origin) -> Self {
        Self { phase: Phase::Idle, state: rule.monitor().fresh(origin), last: None, clock: EPOCH() }
    }

    /// Idle or alarmed.
    #[must_use]
    pub const fn phase(&self) -> Phase {
        self.phase
    }

    /// The score at `now`, as a page shows it; nothing changes. `None` for monitors without one, and when there is too little to score.
    #[must_use]
    pub fn score_at(&self, rule: &Rule, now: Timestamp) -> Option<f64> {
        rule.monitor().tick(&mut self.state.clone(), now).score
    }

    /// The place of the last counted execution.
    #[must_use]
    pub const fn last(&self) -> Option<(Timestamp, u64)> {
        self.last
    }

    /// Whether `seen` stands before what was already taken in. The events then are no longer those of a replay: start over
    /// from the stored history.
    #[must_use]
    pub fn is_late(&self, seen: &Observation) -> bool {
        self.last.is_some_and(|last| seen.position() <= last)
    }

    /// Takes an execution in that passed the rule's filters. What time alone has changed until then is reported first.
    pub fn observe(&mut self, rule: &Rule, seen: &Observation, report: &mut impl FnMut(Event)) {
        let Some(counted) = seen.counted() else {
            return;
        };
        self.tick(rule, seen.at, report);
        self.last = self.last.max(Some(seen.position()));
        self.clock = self.clock.max(seen.at);
        let evaluation = rule.monitor().observe(&mut self.state, &counted);
        self.step(rule, evaluation, seen.at, Cause::Execution(seen.execution), report);
    }

    /// Lets time pass until `now`, no later than any execution still to come. Only alarmed tests are looked at: time alone
    /// never alarms. Events carry the time at which they came true, so it does not matter how often this is called.
    pub fn tick(&mut self, rule: &Rule, now: Timestamp, report: &mut impl FnMut(Event)) {
        while let Some((due, cause)) = self.due(rule).filter(|(due, _)| *due <= now) {
            let mut evaluation = rule.monitor().tick(&mut self.state, due);
            if cause == Cause::Expired {
                evaluation.condition = Condition::Recover;
            }
            self.clock = due;
            self.step(rule, evaluation, due, cause, report);
        }
    }

    /// When an alarmed test has to be looked at again although nothing runs; `None`: not before its next execution.
    #[must_use]
    pub fn next_tick(&self, rule: &Rule) -> Option<Timestamp> {
        self.due(rule).map(|(due, _)| due)
    }

    fn due(&self, rule: &Rule) -> Option<(Timestamp, Cause)> {
        if self.phase == Phase::Idle {
            return None;
        }
        let expires = self.last.zip(rule.expire_days()).map(|((at, _), days)| (at.plus_millis(i64::from(days) * DAY_MS), Cause::Expired));
        let window = rule.monitor().due(&self.state, self.clock).map(|due| (due, Cause::Clock));
        window.into_iter().chain(expires).min_by_key(|(due, _)| *due)
    }

    fn step(&mut self, rule: &Rule, evaluation: Evaluation, at: Timestamp, cause: Cause, report: &mut impl FnMut(Event)) {
        let (phase, event) = self.phase.after(evaluation.condition);
        self.phase = phase;
        if let Some(kind) = event {
            report(Event {
                kind,
                at,
                cause,
                score: evaluation.score,
                thresholds: rule.monitor().thresholds(),
                figures: rule.monitor().figures(&self.state, at),
                evidence: rule.monitor().evidence(&self.state, at),
            });
        }
    }

    /// The whole of it, for storage.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let Self { phase, state, last, clock } = self;
        let mut to = Writer::default();
        to.byte(FORMAT);
        to.byte(match phase {
            Phase::Idle => 0,
            Phase::Alarmed => 1,
        });
        to.optional(*last, |to, (at, sequence)| {
            to.time(at, EPOCH());
            to.unsigned(sequence);
        });
        to.time(*clock, EPOCH());
        state.write(&mut to);
        to.into_bytes()
    }

    /// Reads [`Self::to_bytes`]. `None` when the bytes are damaged, of another release or of another monitor: start over from
    /// the stored history.
    #[must_use]
    pub fn from_bytes(rule: &Rule, bytes: &[u8]) -> Option<Self> {
        let mut from = Reader::new(bytes);
        if from.byte()? != FORMAT {
            return None;
        }
        let phase = match from.byte()? {
            0 => Phase::Idle,
            1 => Phase::Alarmed,
            _ => return None,
        };
        let last = from.optional(|from| Some((from.time(EPOCH())?, from.unsigned()?)))?;
        let clock = from.time(EPOCH())?;
        let state = rule.monitor().read(&mut from)?;
        from.is_empty().then_some(Self { phase, state, last, clock })
    }
}
