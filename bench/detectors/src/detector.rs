//! The monitors at their defaults and as Proctor proposes them, what each is for, and which alarms are right.

use proctor_core::monitors::changepoint::Changepoint;
use proctor_core::monitors::filter::TagFilters;
use proctor_core::monitors::monitor::MonitorSettings;
use proctor_core::monitors::passed_on_retry::PassedOnRetry;
use proctor_core::monitors::probabilistic_flakiness::ProbabilisticFlakiness;
use proctor_core::monitors::rule::Rule;
use proctor_core::monitors::settings::SettingsError;
use proctor_core::monitors::transition_count::TransitionCount;

use crate::history::History;
use crate::kind::Kind;

/// What a monitor is for.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Target {
    /// Flaky tests; asked for are those of 2 % and more.
    Flakiness,
    /// Tests that fail often, for whatever reason; asked for are broken ones and flaky ones of 10 % and more.
    Failures,
    /// Tests that broke; asked for are those that stay broken.
    Breaks,
    /// Tests that take longer; asked for are those that take twice as long at once.
    Slowness,
    /// Tests that were not there before.
    Newness,
}

/// Which executions the rule's tag filters let through.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Hosts {
    All,
    First,
}

pub(crate) struct Detector {
    pub(crate) name: &'static str,
    pub(crate) hosts: Hosts,
    pub(crate) target: Target,
    pub(crate) rule: Rule,
}

impl Target {
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Flakiness => "flaky, 2 % and more",
            Self::Failures => "broken, or flaky 10 % and more",
            Self::Breaks => "broken later",
            Self::Slowness => "step change",
            Self::Newness => "new",
        }
    }

    /// Whether an alarm should be given at some time.
    pub(crate) fn wants(self, kind: Kind) -> bool {
        match (self, kind) {
            (Self::Flakiness, Kind::Flaky { rate }) => rate >= 0.02,
            (Self::Failures, Kind::Flaky { rate }) => rate >= 0.1,
            (Self::Failures, Kind::Broken { .. }) | (Self::Slowness, Kind::StepChange { .. }) | (Self::Newness, Kind::New { .. }) => true,
            (Self::Breaks, Kind::Broken { from }) => from > 0,
            _ => false,
        }
    }

    /// Whether an alarm during `run` tells the truth.
    pub(crate) fn is_right(self, history: &History, run: usize) -> bool {
        let broke = |within: usize| history.breaks.iter().any(|(from, to)| (*from..=to + within).contains(&run));
        match (self, history.kind) {
            (Self::Flakiness, Kind::Flaky { .. } | Kind::OrderDependent { .. }) => true,
            (Self::Flakiness, _) => false,
            (Self::Failures, Kind::Broken { from }) => run >= from || broke(100),
            (Self::Failures, Kind::Flaky { rate }) => rate >= 0.05 || broke(100),
            (Self::Failures, Kind::OrderDependent { .. } | Kind::EnvironmentDependent) => true,
            (Self::Failures, _) => broke(100),
            (Self::Breaks, Kind::Broken { from }) => from > 0 && run >= from || broke(5),
            (Self::Breaks, _) => broke(5),
            (Self::Slowness, Kind::StepChange { from }) => run >= from,
            (Self::Slowness, Kind::SlowDrift) | (Self::Newness, Kind::New { .. }) => true,
            (Self::Slowness | Self::Newness, _) => false,
        }
    }
}

impl Detector {
    fn new(name: &'static str, target: Target, settings: MonitorSettings) -> Result<Self, SettingsError> {
        Ok(Self { name, hosts: Hosts::All, target, rule: Rule::new(settings, TagFilters::on_branch("main"))? })
    }

    /// Every monitor at its defaults; those for flakiness also as Proctor proposes them.
    pub(crate) fn all() -> Result<Vec<Self>, SettingsError> {
        let default = |name: &'static str, target| {
            MonitorSettings::default_of(name).map_or(Err(SettingsError::BranchFilterMissing), |settings| Self::new(name, target, settings))
        };
        let proposed = |name, monitor| {
            let settings = MonitorSettings::proposed(monitor);
            settings.map_or(Err(SettingsError::BranchFilterMissing), |settings| Self::new(name, Target::Flakiness, settings))
        };
        let of_new_suite = MonitorSettings::PassedOnRetry(PassedOnRetry::of_new_suite());
        let of_duration = MonitorSettings::Changepoint(Changepoint::of_duration());
        Ok(vec![
            Self::new("passed_on_retry of a new suite", Target::Flakiness, of_new_suite)?,
            default("passed_on_retry", Target::Flakiness)?,
            default("transition_count", Target::Flakiness)?,
            default("probabilistic_flakiness", Target::Flakiness)?,
            proposed("transition_count as proposed", "transition_count")?,
            proposed("probabilistic_flakiness as proposed", "probabilistic_flakiness")?,
            default("failure_rate", Target::Failures)?,
            Self::new("changepoint of pass rate", Target::Breaks, MonitorSettings::Changepoint(Changepoint::default()))?,
            Self::new("changepoint of duration", Target::Slowness, of_duration)?,
            default("duration_threshold", Target::Slowness)?,
            default("new_test", Target::Newness)?,
        ])
    }

    /// The flakiness monitors with a score, at other thresholds: what else the defaults could have been.
    pub(crate) fn others() -> Result<Vec<Self>, SettingsError> {
        let transitions = |name, alarm| {
            let settings = TransitionCount { alarm, ..TransitionCount::default() };
            Self::new(name, Target::Flakiness, MonitorSettings::TransitionCount(settings))
        };
        let in_variants = |name, alarm, window| {
            let settings = TransitionCount { alarm, window, ..TransitionCount::proposed() };
            Self::new(name, Target::Flakiness, MonitorSettings::TransitionCount(settings))
        };
        let probable = |name, high, low| {
            let settings = ProbabilisticFlakiness {
                score_threshold_high: high,
                score_threshold_low: low,
                ..ProbabilisticFlakiness::proposed()
            };
            Self::new(name, Target::Flakiness, MonitorSettings::ProbabilisticFlakiness(settings))
        };
        let two_commits = PassedOnRetry { commit_count_threshold_high: 2, ..PassedOnRetry::of_new_suite() };
        Ok(vec![
            Self::new("passed_on_retry of a new suite, 2 commits", Target::Flakiness, MonitorSettings::PassedOnRetry(two_commits))?,
            transitions("transition_count, alarm 0.02", 0.02)?,
            transitions("transition_count, alarm 0.03", 0.03)?,
            transitions("transition_count, alarm 0.04", 0.04)?,
            transitions("transition_count, alarm 0.1", 0.1)?,
            Self { hosts: Hosts::First, ..transitions("transition_count, alarm 0.04, one host.arch", 0.04)? },
            Self { hosts: Hosts::First, ..transitions("transition_count, alarm 0.05, one host.arch", 0.05)? },
            in_variants("transition_count, variants, alarm 0.03", 0.03, 100)?,
            in_variants("transition_count, variants, alarm 0.05", 0.05, 100)?,
            in_variants("transition_count, variants, alarm 0.02, window 200", 0.02, 200)?,
            probable("probabilistic_flakiness, variants, 0.05 and 0.04", 0.05, 0.04)?,
            probable("probabilistic_flakiness, variants, 0.06 and 0.05", 0.06, 0.05)?,
            probable("probabilistic_flakiness, variants, 0.08 and 0.06", 0.08, 0.06)?,
            probable("probabilistic_flakiness, variants, 0.15 and 0.1", 0.15, 0.1)?,
        ])
    }
}
