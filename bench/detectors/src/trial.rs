//! All tests of a world through all detectors, counted.

use std::collections::BTreeMap;

use proctor_core::monitors::hysteresis::EventKind;
use proctor_core::monitors::incident::{IncidentSettings, RunTally};
use proctor_core::monitors::new_test::Origin;
use proctor_core::monitors::observation::{Attempts, Observation, TextHash};
use proctor_core::monitors::replay::replay;
use proctor_core::monitors::tracker::Event;

use crate::detector::{Detector, Hosts};
use crate::history::History;
use crate::kind::Kind;
use crate::world::{DAYS, RUNS, World};

/// Whether results of incidents are left out.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Guard {
    Off,
    On,
}

/// What one detector did in one world.
#[derive(Default)]
pub(crate) struct Tally {
    tests: usize,
    wanted: usize,
    found: usize,
    /// Tests with an alarm that was right, and with one that was not.
    right: usize,
    wrong: usize,
    false_alarms: usize,
    /// Days from the onset to the first right alarm, of tests that were wanted.
    pub(crate) days: Vec<f64>,
    /// Tests of each kind: all, and with an alarm.
    pub(crate) by_kind: BTreeMap<&'static str, (usize, usize)>,
}

impl Tally {
    pub(crate) fn recall(&self) -> f64 {
        share(self.found, self.wanted)
    }

    pub(crate) fn precision(&self) -> f64 {
        share(self.right, self.right + self.wrong)
    }

    pub(crate) fn false_alarms_per_1000_test_days(&self) -> f64 {
        1000.0 * share(self.false_alarms, self.tests * DAYS)
    }

    fn count(&mut self, world: &World, detector: &Detector, history: &History, events: &[Event]) {
        let run_of = |event: &Event| world.runs.partition_point(|run| run.at <= event.at).saturating_sub(1);
        let alarms: Vec<&Event> = events.iter().filter(|event| event.kind == EventKind::Alarm).collect();
        let right: Vec<&&Event> = alarms.iter().filter(|event| detector.target.is_right(history, run_of(event))).collect();
        self.tests += 1;
        self.right += usize::from(!right.is_empty());
        self.wrong += usize::from(right.len() < alarms.len());
        self.false_alarms += alarms.len() - right.len();
        let of_kind = self.by_kind.entry(history.kind.name()).or_default();
        of_kind.0 += 1;
        of_kind.1 += usize::from(!alarms.is_empty());
        if detector.target.wants(history.kind) {
            self.wanted += 1;
            let first = right.iter().find_map(|event| world.days_since(history.kind.onset(), event.at));
            self.found += usize::from(first.is_some());
            self.days.extend(first);
        }
    }
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

/// Runs every detector over every test; `seed` made the world, too.
pub(crate) fn trial(seed: u64, world: &World, tests: usize, detectors: &[Detector], guard: Guard) -> Vec<Tally> {
    let left_out = match guard {
        Guard::Off => vec![false; RUNS],
        Guard::On => incidents(seed, world, tests),
    };
    let arm = |on_arm: bool| Some(TextHash::of(if on_arm { "arm64" } else { "x86_64" }));
    let hosts: Vec<_> = world.runs.iter().map(|run| arm(run.on_arm)).collect();
    let mut tallies: Vec<Tally> = detectors.iter().map(|_| Tally::default()).collect();
    for test in 0..tests {
        let history = History::new(seed, world, test);
        let kept = history.runs.iter().filter(|outing| !left_out[outing.run]);
        let plain: Vec<Observation> = kept.clone().flat_map(|outing| outing.executions.iter().copied()).collect();
        let on_hosts = |seen: &Observation| Observation { variant: hosts[seen.sequence as usize / 8], ..*seen };
        let varied: Vec<Observation> = plain.iter().map(on_hosts).collect();
        let first_host: Vec<Observation> = plain.iter().filter(|seen| !world.runs[seen.sequence as usize / 8].on_arm).copied().collect();
        let origin = if matches!(history.kind, Kind::New { .. }) { Origin::New } else { Origin::Known };
        for (detector, tally) in detectors.iter().zip(&mut tallies) {
            let seen = match detector.hosts {
                Hosts::First => &first_host,
                Hosts::All if detector.rule.monitor().variant_tags().is_empty() => &plain,
                Hosts::All => &varied,
            };
            tally.count(world, detector, &history, &replay(&detector.rule, origin, seen, world.end()));
        }
    }
    tallies
}

/// Which runs the guard, with its default settings, takes for incidents.
fn incidents(seed: u64, world: &World, tests: usize) -> Vec<bool> {
    let mut runs: Vec<Vec<(Attempts, Option<u8>)>> = world.runs.iter().map(|_| Vec::with_capacity(tests)).collect();
    for test in 0..tests {
        for outing in History::new(seed, world, test).runs {
            runs[outing.run].push((outing.attempts(), None));
        }
    }
    let guard = IncidentSettings::default();
    runs.into_iter().map(|tests| guard.assess(&RunTally::of(tests)).is_some()).collect()
}
