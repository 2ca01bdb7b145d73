//! The history of one test in a world.

use proctor_core::id::{ExecutionId, Uuid};
use proctor_core::monitors::observation::{Attempts, Observation, TextHash};
use proctor_core::result::TestResult;

use crate::kind::Kind;
use crate::rng::Rng;
use crate::world::{RUNS, World};

/// The chance that a commit breaks a test, for the one to five commits until it is mended.
const BREAKS: f64 = 1e-4;
/// The share of tests that an outage hits.
const OUTAGE_HITS: f64 = 0.9;
/// The spread of the logarithm of durations, of one test.
const NOISE: f64 = 0.15;

pub(crate) struct History {
    pub(crate) kind: Kind,
    /// What the test did in each run.
    pub(crate) runs: Vec<Outing>,
    /// The first and the last run of each time that a bad commit broke it.
    pub(crate) breaks: Vec<(usize, usize)>,
}

pub(crate) struct Outing {
    pub(crate) run: usize,
    pub(crate) executions: Vec<Observation>,
}

impl Outing {
    pub(crate) fn attempts(&self) -> Attempts {
        let count = |result| self.executions.iter().filter(|seen| seen.result == result).count() as u16;
        Attempts { passed: count(TestResult::Passed), failed: count(TestResult::Failed) }
    }
}

impl History {
    /// Always the same for the same seed, world and test.
    pub(crate) fn new(seed: u64, world: &World, test: usize) -> Self {
        let mut rng = Rng::new(seed, 1000 + test as u64);
        let kind = Kind::of(test, &mut rng).with_a_commit(world);
        let usual_s = (0.8 * rng.normal()).exp();
        let mut history = Self { kind, runs: Vec::with_capacity(RUNS), breaks: Vec::new() };
        let mut mended = 0;
        for (number, run) in world.runs.iter().enumerate() {
            let is_new_commit = number == 0 || world.runs[number - 1].commit != run.commit;
            if is_new_commit && run.commit >= mended && rng.chance(BREAKS) {
                mended = run.commit + rng.between(1, 6);
                let last = world.runs.iter().rposition(|run| run.commit < mended).unwrap_or(number);
                history.breaks.push((number, last));
            }
            if matches!(kind, Kind::New { from } if number < from) {
                continue;
            }
            let hit = run.outage && rng.chance(OUTAGE_HITS);
            let spoiled = matches!(kind, Kind::OrderDependent { rate } if rng.chance(rate));
            let fails_always = hit || spoiled || run.commit < mended || kind.fails_in(number, run.on_arm);
            let mut executions = Vec::new();
            for attempt in 0..world.weather.attempts_max {
                let failed = fails_always || matches!(kind, Kind::Flaky { rate } if rng.chance(rate));
                let factor = if failed { 0.1 + 0.9 * rng.unit() } else { 1.0 };
                let duration_s = usual_s * kind.slowness(number) * (NOISE * rng.normal()).exp() * factor;
                let sequence = (number * 8 + attempt) as u64;
                executions.push(Observation {
                    execution: ExecutionId::new(Uuid::from_u128((test as u128) << 32 | u128::from(sequence))),
                    run: run.id,
                    result: if failed { TestResult::Failed } else { TestResult::Passed },
                    commit: Some(run.commit_hash),
                    location: Some(TextHash::of("spec.rb:1")),
                    variant: None,
                    duration_s: Some(duration_s),
                    at: run.at.plus_millis(attempt as i64 * 1000),
                    sequence,
                    runner_retried: false,
                });
                if !failed {
                    break;
                }
            }
            history.runs.push(Outing { run: number, executions });
        }
        history
    }
}

impl Kind {
    /// Code breaks by a new commit, never between two builds of the same.
    fn with_a_commit(self, world: &World) -> Self {
        let first_of_commit = |run: &usize| *run == 0 || world.runs[*run - 1].commit != world.runs[*run].commit;
        match self {
            Self::Broken { from } => Self::Broken { from: (from..RUNS).find(first_of_commit).unwrap_or(from) },
            other => other,
        }
    }

    fn fails_in(self, run: usize, on_arm: bool) -> bool {
        match self {
            Self::Broken { from } => run >= from,
            Self::EnvironmentDependent => on_arm,
            _ => false,
        }
    }

    fn slowness(self, run: usize) -> f64 {
        match self {
            Self::SlowDrift => 1.0 + run as f64 / RUNS as f64,
            Self::StepChange { from } if run >= from => 2.0,
            _ => 1.0,
        }
    }
}
