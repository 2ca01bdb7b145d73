//! The settings of monitors: `{"type": "passed_on_retry", "window_days": 7}`. What is not said has its default.

use proctor_core::monitors::changepoint::{Changepoint, Signal};
use proctor_core::monitors::duration_threshold::{Aggregation, Counts, DurationThreshold, Limits};
use proctor_core::monitors::failure_rate::FailureRate;
use proctor_core::monitors::monitor::MonitorSettings;
use proctor_core::monitors::new_test::NewTest;
use proctor_core::monitors::passed_on_retry::PassedOnRetry;
use proctor_core::monitors::probabilistic_flakiness::ProbabilisticFlakiness;
use proctor_core::monitors::transition_count::TransitionCount;
use serde_json::{Value, json};

use super::fields::Fields;

const SIGNALS: [&str; 2] = ["pass_rate", "duration"];

pub(super) fn write_monitor(monitor: &MonitorSettings) -> Value {
    let kind = monitor.as_str();
    match monitor {
        MonitorSettings::TransitionCount(TransitionCount { window, alarm, recover, variant_tags }) => {
            json!({ "type": kind, "window": window, "alarm": alarm, "recover": recover, "variant_tags": variant_tags })
        }
        MonitorSettings::PassedOnRetry(PassedOnRetry {
            window_days,
            window_executions,
            commit_count_threshold_high,
            commit_count_threshold_low,
            variant_tags,
        }) => json!({
            "type": kind, "window_days": window_days, "window_executions": window_executions,
            "commit_count_threshold_high": commit_count_threshold_high, "commit_count_threshold_low": commit_count_threshold_low,
            "variant_tags": variant_tags,
        }),
        MonitorSettings::ProbabilisticFlakiness(ProbabilisticFlakiness {
            score_threshold_high,
            score_threshold_low,
            window_executions,
            window_days,
            variant_tags,
        }) => json!({
            "type": kind, "score_threshold_high": score_threshold_high, "score_threshold_low": score_threshold_low,
            "window_executions": window_executions, "window_days": window_days, "variant_tags": variant_tags,
        }),
        MonitorSettings::NewTest(NewTest { stable_executions }) => json!({ "type": kind, "stable_executions": stable_executions }),
        MonitorSettings::DurationThreshold(settings) => write_duration(kind, settings),
        MonitorSettings::FailureRate(FailureRate { window_executions, window_days, alarm, recover, sample_min }) => json!({
            "type": kind, "window_executions": window_executions, "window_days": window_days, "alarm": alarm, "recover": recover,
            "sample_min": sample_min,
        }),
        MonitorSettings::Changepoint(Changepoint { signal, probability, expected_run, change_min, run_min, stable_executions }) => json!({
            "type": kind, "signal": signal_word(*signal), "probability": probability, "expected_run": expected_run,
            "change_min": change_min, "run_min": run_min, "stable_executions": stable_executions,
        }),
    }
}

fn write_duration(kind: &str, settings: &DurationThreshold) -> Value {
    let DurationThreshold { aggregation, window, limits, counts } = settings;
    let (alarm, recover, baseline) = match limits {
        Limits::Absolute { alarm_s, recover_s } => (*alarm_s, *recover_s, None),
        Limits::Relative { alarm, recover, baseline } => (*alarm, *recover, Some(*baseline)),
    };
    json!({
        "type": kind, "aggregation": aggregation.as_str(), "window": window, "passed_only": *counts == Counts::PassedOnly,
        "alarm": alarm, "recover": recover, "baseline": baseline,
    })
}

/// Reads the settings; what is wrong goes to the reasons of `fields`, and the default stands in its place.
pub(super) fn read_monitor(mut fields: Fields<'_>) -> Option<MonitorSettings> {
    let kind = fields.word("type", MonitorSettings::TYPES, MonitorSettings::default_of);
    let Some(mut monitor) = kind else {
        if fields.reasons().is_empty() {
            fields.wrong("type", &format!("must be one of {}", MonitorSettings::TYPES.join(", ")));
        }
        return None;
    };
    match &mut monitor {
        MonitorSettings::TransitionCount(settings) => {
            fields.whole("window", &mut settings.window);
            fields.number("alarm", &mut settings.alarm);
            fields.number("recover", &mut settings.recover);
            settings.variant_tags = fields.texts("variant_tags").unwrap_or_default();
        }
        MonitorSettings::PassedOnRetry(settings) => {
            fields.whole("window_days", &mut settings.window_days);
            fields.whole("window_executions", &mut settings.window_executions);
            fields.whole("commit_count_threshold_high", &mut settings.commit_count_threshold_high);
            fields.whole("commit_count_threshold_low", &mut settings.commit_count_threshold_low);
            settings.variant_tags = fields.texts("variant_tags").unwrap_or_default();
        }
        MonitorSettings::ProbabilisticFlakiness(settings) => {
            fields.number("score_threshold_high", &mut settings.score_threshold_high);
            fields.number("score_threshold_low", &mut settings.score_threshold_low);
            fields.whole("window_executions", &mut settings.window_executions);
            fields.whole("window_days", &mut settings.window_days);
            settings.variant_tags = fields.texts("variant_tags").unwrap_or_default();
        }
        MonitorSettings::NewTest(settings) => fields.maybe_whole("stable_executions", &mut settings.stable_executions),
        MonitorSettings::DurationThreshold(settings) => read_duration(&mut fields, settings),
        MonitorSettings::FailureRate(settings) => {
            fields.whole("window_executions", &mut settings.window_executions);
            fields.maybe_whole("window_days", &mut settings.window_days);
            fields.number("alarm", &mut settings.alarm);
            fields.number("recover", &mut settings.recover);
            fields.whole("sample_min", &mut settings.sample_min);
        }
        MonitorSettings::Changepoint(settings) => read_changepoint(&mut fields, settings),
    }
    if let Err(error) = monitor.validate() {
        fields.wrong_as(&error);
    }
    fields.finish();
    Some(monitor)
}

/// With `baseline` the thresholds are multiples of it; without, but with a threshold, they are seconds.
fn read_duration(fields: &mut Fields<'_>, settings: &mut DurationThreshold) {
    let aggregations = Aggregation::ALL.map(Aggregation::as_str);
    if let Some(aggregation) = fields.word("aggregation", &aggregations, Aggregation::from_word) {
        settings.aggregation = aggregation;
    }
    fields.whole("window", &mut settings.window);
    let is_absolute = !fields.has("baseline") && (fields.has("alarm") || fields.has("recover"));
    let mut baseline = None::<u16>;
    let is_baseline_named = fields.has("baseline");
    fields.maybe_whole("baseline", &mut baseline);
    if is_absolute || (is_baseline_named && baseline.is_none()) {
        let (mut alarm_s, mut recover_s) = (f64::NAN, f64::NAN);
        for (key, into) in [("alarm", &mut alarm_s), ("recover", &mut recover_s)] {
            fields.number(key, into);
            if into.is_nan() {
                fields.wrong(key, "must be a number of seconds");
                *into = if key == "alarm" { 2.0 } else { 1.0 };
            }
        }
        settings.limits = Limits::Absolute { alarm_s, recover_s };
        settings.counts = Counts::PassedAndFailed;
    } else if let Limits::Relative { alarm, recover, baseline: into } = &mut settings.limits {
        *into = baseline.unwrap_or(*into);
        fields.number("alarm", alarm);
        fields.number("recover", recover);
    }
    if let Some(passed_only) = fields.flag("passed_only") {
        settings.counts = if passed_only { Counts::PassedOnly } else { Counts::PassedAndFailed };
    }
}

fn read_changepoint(fields: &mut Fields<'_>, settings: &mut Changepoint) {
    let signal_of = |word: &str| [Signal::PassRate, Signal::Duration].into_iter().find(|signal| signal_word(*signal) == word);
    if fields.word("signal", &SIGNALS, signal_of) == Some(Signal::Duration) {
        *settings = Changepoint::of_duration();
    }
    fields.number("probability", &mut settings.probability);
    fields.whole("expected_run", &mut settings.expected_run);
    fields.number("change_min", &mut settings.change_min);
    fields.whole("run_min", &mut settings.run_min);
    fields.whole("stable_executions", &mut settings.stable_executions);
}

const fn signal_word(signal: Signal) -> &'static str {
    match signal {
        Signal::PassRate => SIGNALS[0],
        Signal::Duration => SIGNALS[1],
    }
}
