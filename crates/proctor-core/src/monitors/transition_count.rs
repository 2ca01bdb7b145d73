//! Transition count: how often a test changes between pass and fail (`workflows.md`, 3.1).

use std::collections::VecDeque;

use super::bytes::{Reader, StateBytes, Writer};
use super::evaluation::{EVIDENCE_MAX, Evaluation, Figures, Thresholds};
use super::monitor::Monitor;
use super::observation::{Counted, Outcome, TextHash};
use super::settings::{SettingsError, WINDOW_EXECUTIONS_MAX, check_variant_tags, lower, variant_tags_proposed, within};
use crate::id::ExecutionId;
use crate::time::Timestamp;

/// Sequences remembered of one test; of more the one that has not run for longest goes.
pub const VARIANTS_MAX: usize = 16;

/// Settings of the monitor.
#[derive(Clone, Debug, PartialEq)]
pub struct TransitionCount {
    /// W: counted executions looked at, and the divisor; 2 to 1000.
    pub window: u16,
    /// Alarm from this score upwards, 0 to 1.
    pub alarm: f64,
    /// Recover from this score downwards.
    pub recover: f64,
    /// Executions with different values of these tags are sequences of their own, each with its window and its score; the
    /// highest counts. At most 10.
    pub variant_tags: Vec<String>,
}

impl TransitionCount {
    /// The settings that Proctor proposes for new workflows. Other than the contract's defaults they find tests that fail in 2 %
    /// of their runs, and do not take one that fails on one kind of host for flaky (`docs/detectors.md`).
    #[must_use]
    pub fn proposed() -> Self {
        Self { alarm: 0.04, variant_tags: variant_tags_proposed(), ..Self::default() }
    }
}

impl Default for TransitionCount {
    fn default() -> Self {
        Self { window: 100, alarm: 0.05, recover: 0.01, variant_tags: Vec::new() }
    }
}

/// What is known of one test. Only the transitions are kept, so a test that is stable in either way costs next to nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// Counted executions so far.
    executions: u64,
    /// The one that ran last at the end. A variant that is not among the last W executions is forgotten, so that one that is no
    /// longer run does not keep the test alarmed. Without `variant_tags` there is one.
    sequences: Vec<Sequence>,
}

/// The executions of one variant.
#[derive(Clone, Debug, PartialEq)]
struct Sequence {
    variant: Option<TextHash>,
    /// Place of its last execution among all of the test.
    place: u64,
    /// How that ended.
    last: Outcome,
    /// Its counted executions so far.
    executions: u64,
    /// Places (from 1) in this sequence of the second execution of each pair in the window.
    places: VecDeque<u64>,
    /// The executions at the newest of these places.
    evidence: VecDeque<ExecutionId>,
}

impl Sequence {
    const fn new(variant: Option<TextHash>, outcome: Outcome) -> Self {
        Self { variant, place: 0, last: outcome, executions: 0, places: VecDeque::new(), evidence: VecDeque::new() }
    }

    fn observe(&mut self, window: u64, seen: &Counted) {
        self.executions += 1;
        if self.last != seen.outcome() {
            self.places.push_back(self.executions);
            self.evidence.push_back(seen.observation().execution);
        }
        self.last = seen.outcome();
        // A pair counts while its first execution is among the last W.
        while self.places.front().is_some_and(|place| place + window <= self.executions + 1) {
            self.places.pop_front();
        }
        while self.evidence.len() > self.places.len().min(EVIDENCE_MAX) {
            self.evidence.pop_front();
        }
    }
}

impl State {
    /// The sequence with most transitions; of several the one that ran last.
    fn worst(&self) -> Option<&Sequence> {
        self.sequences.iter().max_by_key(|sequence| sequence.places.len())
    }
}

impl TransitionCount {
    fn evaluate(&self, state: &State) -> Evaluation {
        let transitions = state.worst().map_or(0, |sequence| sequence.places.len());
        Evaluation::of_score(transitions as f64 / f64::from(self.window), self.thresholds())
    }
}

impl Monitor for TransitionCount {
    type State = State;

    fn validate(&self) -> Result<(), SettingsError> {
        within("window", self.window, 2.0, f64::from(WINDOW_EXECUTIONS_MAX))?;
        within("alarm", self.alarm, 0.0, 1.0)?;
        within("recover", self.recover, 0.0, 1.0)?;
        lower(("recover", self.recover), ("alarm", self.alarm))?;
        check_variant_tags(&self.variant_tags)
    }

    fn observe(&self, state: &mut State, seen: &Counted) -> Evaluation {
        let (variant, window) = (seen.observation().variant, u64::from(self.window));
        state.executions += 1;
        let known = state.sequences.iter().rposition(|sequence| sequence.variant == variant);
        let mut sequence = match known {
            Some(at) => state.sequences.remove(at),
            None => Sequence::new(variant, seen.outcome()),
        };
        sequence.observe(window, seen);
        sequence.place = state.executions;
        if state.sequences.len() >= VARIANTS_MAX {
            state.sequences.remove(0);
        }
        state.sequences.retain(|other| other.place + window > state.executions);
        state.sequences.push(sequence);
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

    /// Those of the sequence whose score counts.
    fn figures(&self, state: &State, _now: Timestamp) -> Figures {
        let (transitions, executions) = state.worst().map_or((0, 0), |worst| (worst.places.len(), worst.executions));
        Figures::TransitionCount {
            transitions: u32::try_from(transitions).unwrap_or(u32::MAX),
            executions_in_window: u32::try_from(executions.min(u64::from(self.window))).unwrap_or(u32::MAX),
        }
    }

    fn evidence(&self, state: &State, _now: Timestamp) -> Vec<ExecutionId> {
        state.worst().map_or_else(Vec::new, |worst| worst.evidence.iter().copied().collect())
    }
}

impl StateBytes for State {
    fn write(&self, to: &mut Writer) {
        let Self { executions, sequences } = self;
        to.unsigned(*executions);
        to.length(sequences.len());
        for Sequence { variant, place, last, executions: own, places, evidence } in sequences {
            to.optional(*variant, |to, TextHash(hash)| to.word(hash));
            to.unsigned(executions.wrapping_sub(*place));
            to.byte(u8::from(*last == Outcome::Failed));
            to.unsigned(*own);
            to.length(places.len());
            places.iter().for_each(|place| to.unsigned(own.wrapping_sub(*place)));
            to.length(evidence.len());
            evidence.iter().for_each(|id| to.execution(*id));
        }
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        let executions = from.count()?;
        let sequences = from.length(VARIANTS_MAX)?;
        let sequences = (0..sequences).map(|_| Sequence::read(executions, from)).collect::<Option<_>>()?;
        Some(Self { executions, sequences })
    }
}

impl Sequence {
    fn read(all: u64, from: &mut Reader<'_>) -> Option<Self> {
        let variant = from.optional(|from| from.word().map(TextHash))?;
        let place = all.checked_sub(from.unsigned()?)?;
        let last = match from.byte()? {
            0 => Outcome::Passed,
            1 => Outcome::Failed,
            _ => return None,
        };
        let executions = from.count()?;
        let places = from.length(usize::from(WINDOW_EXECUTIONS_MAX))?;
        let places = (0..places).map(|_| executions.checked_sub(from.unsigned()?)).collect::<Option<_>>()?;
        let evidence = from.length(EVIDENCE_MAX)?;
        let evidence = (0..evidence).map(|_| from.execution()).collect::<Option<_>>()?;
        Some(Self { variant, place, last, executions, places, evidence })
    }
}

#[cfg(test)]
mod tests;
