//! What tests are, which is the label that monitors do not see.

use crate::rng::Rng;
use crate::world::RUNS;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    /// Passes, unless a bad commit breaks it for a while, as happens to all kinds.
    Stable,
    /// Fails always from this run on.
    Broken { from: usize },
    /// Each attempt fails with this chance.
    Flaky { rate: f64 },
    /// In this share of the runs another test spoils it, for all attempts of the run.
    OrderDependent { rate: f64 },
    /// Fails always on the second kind of host, never on the first.
    EnvironmentDependent,
    /// Takes evenly longer, twice as long in the end.
    SlowDrift,
    /// Takes twice as long from this run on.
    StepChange { from: usize },
    /// Runs for the first time in this run.
    New { from: usize },
}

/// Flakiness rates and their names.
pub(crate) const RATES: [(f64, &str); 7] = [
    (0.001, "flaky 0.1 %"),
    (0.003, "flaky 0.3 %"),
    (0.01, "flaky 1 %"),
    (0.02, "flaky 2 %"),
    (0.05, "flaky 5 %"),
    (0.1, "flaky 10 %"),
    (0.3, "flaky 30 %"),
];

/// Of 100 tests, in order; the rest is stable. Each rate of flakiness comes up in turn.
const BROKEN_FROM_START: usize = 1;
const BROKEN_LATER: usize = 1;
const FLAKY: usize = 7;
const ORDER_DEPENDENT: usize = 1;
const ENVIRONMENT_DEPENDENT: usize = 1;
const SLOW_DRIFT: usize = 2;
const STEP_CHANGE: usize = 2;
const NEW: usize = 1;

impl Kind {
    pub(crate) fn of(test: usize, rng: &mut Rng) -> Self {
        let mut place = test % 100;
        let mut among = |count: usize| {
            let is_it = place < count;
            place = place.wrapping_sub(count);
            is_it
        };
        if among(BROKEN_FROM_START) {
            Self::Broken { from: 0 }
        } else if among(BROKEN_LATER) {
            Self::Broken { from: rng.between(60, RUNS - 40) }
        } else if among(FLAKY) {
            Self::Flaky { rate: RATES[(test % 100 - BROKEN_FROM_START - BROKEN_LATER) % RATES.len()].0 }
        } else if among(ORDER_DEPENDENT) {
            Self::OrderDependent { rate: 0.05 + 0.1 * rng.unit() }
        } else if among(ENVIRONMENT_DEPENDENT) {
            Self::EnvironmentDependent
        } else if among(SLOW_DRIFT) {
            Self::SlowDrift
        } else if among(STEP_CHANGE) {
            Self::StepChange { from: rng.between(60, RUNS - 40) }
        } else if among(NEW) {
            Self::New { from: rng.between(60, RUNS - 40) }
        } else {
            Self::Stable
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Stable => "stable",
            Self::Broken { from: 0 } => "broken from the start",
            Self::Broken { .. } => "broken later",
            Self::Flaky { rate } => RATES.iter().find(|known| known.0 == rate).map_or("flaky", |known| known.1),
            Self::OrderDependent { .. } => "order-dependent 5-15 %",
            Self::EnvironmentDependent => "environment-dependent",
            Self::SlowDrift => "slow drift",
            Self::StepChange { .. } => "step change",
            Self::New { .. } => "new",
        }
    }

    /// The run in which it became what it is.
    pub(crate) const fn onset(self) -> usize {
        match self {
            Self::Broken { from } | Self::StepChange { from } | Self::New { from } => from,
            Self::Stable | Self::Flaky { .. } | Self::OrderDependent { .. } | Self::EnvironmentDependent | Self::SlowDrift => 0,
        }
    }
}
