//! Mass failures: runs that say something about the infrastructure and nothing about single tests (`workflows.md`, 11).

use std::collections::HashMap;
use std::hash::Hash;

use super::observation::Attempts;
use super::settings::{SettingsError, within};

/// When a run is an incident, whose results the detectors leave out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct IncidentSettings {
    /// Different tests that must have run, 2 to 1,000,000.
    pub tests_min: u32,
    /// More than this share of them must have failed, 0 to 1.
    pub failed_share: f64,
    /// At least this share of the failed ones must have one fingerprint, 0 to 1; `None`: reasons do not matter.
    pub fingerprint_share: Option<f64>,
}

/// 50 tests, more than 80 %, for any reason. The guard itself is off by default.
impl Default for IncidentSettings {
    fn default() -> Self {
        Self { tests_min: 50, failed_share: 0.8, fingerprint_share: None }
    }
}

impl IncidentSettings {
    /// Whether the settings can be.
    ///
    /// # Errors
    /// The first setting that cannot, in words for a 422.
    pub fn validate(&self) -> Result<(), SettingsError> {
        within("tests_min", self.tests_min, 2.0, 1e6)?;
        within("failed_share", self.failed_share, 0.0, 1.0)?;
        self.fingerprint_share.map_or(Ok(()), |share| within("fingerprint_share", share, 0.0, 1.0))
    }

    /// The incident that a run is, if it is one.
    #[must_use]
    pub fn assess(&self, run: &RunTally) -> Option<Incident> {
        let failed_share = share(run.failed, run.tests);
        let fingerprint_share = self.fingerprint_share.map(|_| share(run.alike, run.failed));
        let is_incident = run.tests >= self.tests_min
            && failed_share > self.failed_share
            && self.fingerprint_share.zip(fingerprint_share).is_none_or(|(wanted, share)| share >= wanted);
        is_incident.then_some(Incident { tests: run.tests, failed: run.failed, failed_share, fingerprint_share })
    }
}

/// The tests of a run by how they ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RunTally {
    /// Different tests with a counted execution.
    pub tests: u32,
    /// Those of them that failed and never passed.
    pub failed: u32,
    /// Those of the failed that share the most frequent fingerprint.
    pub alike: u32,
}

impl RunTally {
    /// Counts the tests of a run: for each its attempts, and the fingerprint of its last failure if there is one.
    pub fn of<F: Eq + Hash>(tests: impl IntoIterator<Item = (Attempts, Option<F>)>) -> Self {
        let mut tally = Self::default();
        let mut alike: HashMap<F, u32> = HashMap::new();
        for (attempts, fingerprint) in tests {
            tally.tests += u32::from(attempts != Attempts::default());
            if attempts.failed > 0 && attempts.passed == 0 {
                tally.failed += 1;
                if let Some(fingerprint) = fingerprint {
                    *alike.entry(fingerprint).or_default() += 1;
                }
            }
        }
        tally.alike = alike.into_values().max().unwrap_or(0);
        tally
    }
}

/// A mass failure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Incident {
    /// Different tests that ran.
    pub tests: u32,
    /// Those that failed and never passed.
    pub failed: u32,
    /// The share of failed tests, 0 to 1.
    pub failed_share: f64,
    /// The share of failed tests with the most frequent fingerprint, 0 to 1; `None`: nobody asked for it, so it was not worked out.
    pub fingerprint_share: Option<f64>,
}

fn share(part: u32, whole: u32) -> f64 {
    if whole == 0 { 0.0 } else { f64::from(part) / f64::from(whole) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(passed: usize, failed_alike: usize, failed_otherwise: usize) -> RunTally {
        let pass = (Attempts { passed: 1, failed: 1 }, Some(0));
        let fail = |fingerprint| (Attempts { passed: 0, failed: 2 }, fingerprint);
        let tests = std::iter::repeat_n(pass, passed).chain(std::iter::repeat_n(fail(Some(7)), failed_alike));
        RunTally::of(tests.chain(std::iter::repeat_n(fail(None), failed_otherwise)).chain([(Attempts::default(), None)]))
    }

    #[test]
    fn more_than_four_fifths_of_fifty() {
        let settings = IncidentSettings::default();
        assert_eq!(settings.assess(&run(10, 0, 40)), None, "exactly 80 % is not more");
        assert_eq!(settings.assess(&run(9, 40, 0)), None, "49 tests");
        let incident = settings.assess(&run(9, 31, 10)).unwrap();
        assert_eq!((incident.tests, incident.failed, incident.fingerprint_share), (50, 41, None));
    }

    #[test]
    fn one_reason_can_be_asked_for() {
        let settings = IncidentSettings { tests_min: 50, failed_share: 0.2, fingerprint_share: Some(0.8) };
        assert_eq!(settings.assess(&run(70, 24, 6)).unwrap().fingerprint_share, Some(0.8));
        assert!(settings.assess(&run(70, 23, 7)).is_none());
        assert!(settings.validate().is_ok());
        let bad = IncidentSettings { failed_share: f64::NAN, ..settings };
        assert_eq!(bad.validate().unwrap_err().to_string(), "failed_share must be between 0 and 1");
    }
}
