//! The runs that all tests of a suite share.

use proctor_core::id::{RunId, Uuid};
use proctor_core::monitors::observation::TextHash;
use proctor_core::time::Timestamp;

use crate::rng::Rng;

pub(crate) const DAYS: usize = 28;
pub(crate) const RUNS_A_DAY: usize = 10;
pub(crate) const RUNS: usize = DAYS * RUNS_A_DAY;
pub(crate) const DAY_MS: i64 = 24 * 60 * 60 * 1000;
const START_MS: i64 = 1_772_409_600_000;

/// How a world differs from the others.
#[derive(Clone, Copy)]
pub(crate) struct Weather {
    /// Attempts that a failing test gets inside a run.
    pub(crate) attempts_max: usize,
    /// Runs in which most tests fail for one reason outside of them.
    pub(crate) outages: usize,
}

pub(crate) struct Run {
    pub(crate) id: RunId,
    pub(crate) at: Timestamp,
    /// Counts commits; a run has that of the one before when somebody built it again.
    pub(crate) commit: usize,
    pub(crate) commit_hash: TextHash,
    pub(crate) on_arm: bool,
    pub(crate) outage: bool,
}

pub(crate) struct World {
    pub(crate) runs: Vec<Run>,
    pub(crate) weather: Weather,
}

/// One run in five builds the commit of the one before again; after an outage somebody always does.
const REBUILD: f64 = 0.2;
/// Runs on the second kind of host.
const ON_ARM: f64 = 0.3;

impl World {
    pub(crate) fn new(seed: u64, weather: Weather) -> Self {
        let mut rng = Rng::new(seed, 1);
        let spacing = RUNS / (weather.outages + 1);
        let outages: Vec<usize> = (1..=weather.outages).map(|outage| outage * spacing + 3).collect();
        let mut commit = 0;
        let mut runs: Vec<Run> = Vec::with_capacity(RUNS);
        for number in 0..RUNS {
            let rebuilt = rng.chance(REBUILD) || runs.last().is_some_and(|last| last.outage);
            commit += usize::from(!rebuilt);
            let gap_ms = DAY_MS / RUNS_A_DAY as i64;
            let jitter_ms = (rng.unit() * gap_ms as f64 / 2.0) as i64;
            runs.push(Run {
                id: RunId::new(Uuid::from_u128(1 << 100 | number as u128)),
                at: Timestamp::from_millis(START_MS + number as i64 * gap_ms + jitter_ms),
                commit,
                commit_hash: TextHash::of(&format!("commit {commit}")),
                on_arm: rng.chance(ON_ARM),
                outage: outages.contains(&number),
            });
        }
        Self { runs, weather }
    }

    pub(crate) fn end(&self) -> Timestamp {
        Timestamp::from_millis(START_MS + DAYS as i64 * DAY_MS)
    }

    /// Days from the start of a run to `at`; none when it was before.
    pub(crate) fn days_since(&self, run: usize, at: Timestamp) -> Option<f64> {
        let since_ms = at.millis() - self.runs[run].at.millis();
        (since_ms >= 0).then(|| since_ms as f64 / DAY_MS as f64)
    }
}
