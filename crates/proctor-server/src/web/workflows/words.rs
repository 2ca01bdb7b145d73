//! Workflows in words: what a monitor looks for, which executions count, what is done.

use proctor_core::monitors::changepoint::{Changepoint, Signal};
use proctor_core::monitors::duration_threshold::{Aggregation, Counts, DurationThreshold, Limits};
use proctor_core::monitors::filter::TagFilter;
use proctor_core::monitors::monitor::MonitorSettings;
use proctor_core::state::TestState;
use proctor_core::workflow::{Action, Channel, Outgoing, StateChange};
use serde_json::{Map, Value};

use super::super::when::duration;

/// What a monitor is called.
#[must_use]
pub fn monitor_name(kind: &str) -> &'static str {
    match kind {
        "transition_count" => "Transition count",
        "passed_on_retry" => "Passed on retry",
        "probabilistic_flakiness" => "Probabilistic flakiness",
        "new_test" => "New test",
        "duration_threshold" => "Duration threshold",
        "failure_rate" => "Failure rate",
        "changepoint" => "Change point",
        _ => "Monitor",
    }
}

/// What a monitor is good for, in a line.
#[must_use]
pub fn monitor_help(kind: &str) -> &'static str {
    match kind {
        "transition_count" => "The result of a test goes back and forth between passed and failed.",
        "passed_on_retry" => "A test both passed and failed on one commit: the code cannot be the reason.",
        "probabilistic_flakiness" => "How likely a test fails although code and environment are good.",
        "new_test" => "A test runs for the first time.",
        "duration_threshold" => "A test takes longer than so many seconds, or than it used to.",
        "failure_rate" => "A test fails in too large a share of its executions, for whatever reason.",
        "changepoint" => "A test became worse for good, and between which two executions that was.",
        _ => "",
    }
}

/// The alarm condition, as the end of a sentence that begins with "When a test".
#[must_use]
pub fn alarm_words(monitor: &MonitorSettings) -> String {
    match monitor {
        MonitorSettings::TransitionCount(settings) => {
            let window = settings.window;
            let flips = (settings.alarm * f64::from(window)).ceil();
            format!("changes between passed and failed {} or more within its last {window} executions", times(flips))
        }
        MonitorSettings::PassedOnRetry(settings) => {
            let span = span(settings.window_days, settings.window_executions);
            match settings.commit_count_threshold_high {
                1 => format!("passes and fails on one commit within {span}"),
                commits => format!("passes and fails on each of {commits} commits within {span}"),
            }
        }
        MonitorSettings::ProbabilisticFlakiness(settings) => format!(
            "fails without cause with a probability of {} or more, judged by {}",
            share(settings.score_threshold_high),
            span(settings.window_days, settings.window_executions)
        ),
        MonitorSettings::NewTest(_) => "runs for the first time".to_owned(),
        MonitorSettings::DurationThreshold(settings) => duration_words(settings),
        MonitorSettings::FailureRate(settings) => {
            let days = settings.window_days.map(|days| format!(" of {days} days")).unwrap_or_default();
            let (rate, window) = (share(settings.alarm), settings.window_executions);
            format!("fails in {rate} or more of its last {window} executions{days}, once there are {}", settings.sample_min)
        }
        MonitorSettings::Changepoint(settings) => changepoint_words(settings),
    }
}

/// The recover condition, as the end of a sentence that begins with "It recovers". None: it does not by itself.
#[must_use]
pub fn recover_words(monitor: &MonitorSettings) -> Option<String> {
    Some(match monitor {
        MonitorSettings::TransitionCount(settings) => {
            let flips = (settings.recover * f64::from(settings.window)).floor();
            if flips < 1.0 { "when none of them is left".to_owned() } else { format!("when {} or fewer of them are left", number(flips)) }
        }
        MonitorSettings::PassedOnRetry(settings) => match settings.commit_count_threshold_low {
            0 => "when no such commit is left".to_owned(),
            commits => format!("when {commits} or fewer such commits are left"),
        },
        MonitorSettings::ProbabilisticFlakiness(settings) => format!("at {} or less", share(settings.score_threshold_low)),
        MonitorSettings::NewTest(settings) => format!("after {} passes in a row", settings.stable_executions?),
        MonitorSettings::DurationThreshold(settings) => match settings.limits {
            Limits::Absolute { recover_s, .. } => format!("at {} or less", duration(recover_s)),
            Limits::Relative { recover, .. } => format!("at {} times as long or less", number(recover)),
        },
        MonitorSettings::FailureRate(settings) if settings.recover <= 0.0 => "when none of them failed".to_owned(),
        MonitorSettings::FailureRate(settings) => format!("at {} or less", share(settings.recover)),
        MonitorSettings::Changepoint(settings) => {
            format!("when it is half the way back, or after {} executions, when the new level is normal", settings.stable_executions)
        }
    })
}

fn duration_words(settings: &DurationThreshold) -> String {
    let DurationThreshold { aggregation, window, limits, counts } = settings;
    let which = match counts {
        Counts::PassedAndFailed => "executions",
        Counts::PassedOnly => "passed executions",
    };
    let aggregate = match aggregation {
        Aggregation::P50 => "median",
        Aggregation::Mean => "mean",
        Aggregation::Min => "shortest",
        Aggregation::Max => "longest",
        other => other.as_str(),
    };
    match limits {
        Limits::Absolute { alarm_s, .. } => format!("takes {} or longer ({aggregate} of its last {window} {which})", duration(*alarm_s)),
        Limits::Relative { alarm, baseline, .. } => {
            let alarm = number(*alarm);
            format!("takes {alarm} times as long as before ({aggregate} of its last {window} {which}, against the {baseline} before those)")
        }
    }
}

fn changepoint_words(settings: &Changepoint) -> String {
    let (change, sure) = (share(settings.change_min), share(settings.probability));
    match settings.signal {
        Signal::PassRate => format!("fails more often than before, by {change} of its executions or more, with {sure} certainty"),
        Signal::Duration => format!("became slower by {change} or more, with {sure} certainty"),
    }
}

/// A filter as a chip says it.
#[must_use]
pub fn filter_words(filter: &TagFilter) -> String {
    let TagFilter { key, operator } = filter;
    format!("{key} {} {}", operator.as_str(), operator.values().join(", ")).trim_end().to_owned()
}

/// Whether targets of messages may be shown: not to passers-by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Targets {
    /// They may.
    Shown,
    /// They may not.
    Hidden,
}

/// An action as a chip says it.
#[must_use]
pub fn action_words(action: &Action, targets: Targets) -> String {
    match action {
        Action::AddLabel(label) => format!("add label {}", label.as_str()),
        Action::RemoveLabel(label) => format!("remove label {}", label.as_str()),
        Action::ChangeState(change) => change_words(change),
        Action::Send(outgoing) => message_words(outgoing, targets),
    }
}

/// A change of state; its reason stands with the test.
fn change_words(change: &StateChange) -> String {
    let StateChange { state, expires_hours, reason: _ } = change;
    let verb = match state {
        TestState::Enabled => "enable",
        TestState::Muted => "mute",
        TestState::Skipped => "skip",
    };
    match expires_hours {
        None => format!("{verb} the test"),
        Some(1) => format!("{verb} the test for an hour"),
        Some(24) => format!("{verb} the test for a day"),
        Some(hours) if hours % 24 == 0 => format!("{verb} the test for {} days", hours / 24),
        Some(hours) => format!("{verb} the test for {hours} hours"),
    }
}

/// A message in words.
#[must_use]
pub fn message_words(outgoing: &Outgoing, targets: Targets) -> String {
    let Outgoing { channel, settings } = outgoing;
    let settings: Map<String, Value> = serde_json::from_str(settings).unwrap_or_default();
    let text = |key: &str| settings.get(key).and_then(Value::as_str).filter(|_| targets == Targets::Shown);
    match channel {
        Channel::Webhook => text("url").map_or_else(|| "call a webhook".to_owned(), |url| format!("call {}", host_of(url))),
        Channel::Slack => "post to Slack".to_owned(),
        Channel::Issue if settings.get("tracker").and_then(Value::as_str) == Some("linear") => "open an issue in Linear".to_owned(),
        Channel::Issue => text("repository").map_or_else(|| "open an issue".to_owned(), |name| format!("open an issue in {name}")),
        Channel::Email => {
            let to: Vec<&str> = settings.get("to").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
            match (targets, to.as_slice()) {
                (Targets::Hidden, _) => "send a mail".to_owned(),
                (Targets::Shown, []) => "mail the owners".to_owned(),
                (Targets::Shown, [one]) => format!("mail {one}"),
                (Targets::Shown, [first, more @ ..]) => format!("mail {first} and {} more", more.len()),
            }
        }
    }
}

/// The host of an address: enough to know who is called; paths of webhooks are often secrets.
fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or(rest)
}

fn span(days: u16, executions: u16) -> String {
    format!("{days} {} or {executions} executions", if days == 1 { "day" } else { "days" })
}

fn times(count: f64) -> String {
    if count <= 1.0 { "once".to_owned() } else { format!("{} times", number(count)) }
}

/// A share as people write it: `5 %`, `2.5 %`.
#[must_use]
pub fn share(share: f64) -> String {
    format!("{} %", number(share * 100.0))
}

/// A number without digits that say nothing: at most four behind the point.
#[must_use]
pub fn number(value: f64) -> String {
    let text = format!("{value:.4}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn monitors_are_said_in_words() {
        let of = |kind: &str| alarm_words(&MonitorSettings::default_of(kind).unwrap());
        assert_eq!(of("passed_on_retry"), "passes and fails on one commit within 7 days or 100 executions");
        assert!(of("failure_rate").starts_with("fails in 10 % or more of its last 100 executions"), "{}", of("failure_rate"));
        assert!(of("changepoint").contains("99 %"), "{}", of("changepoint"));
        for kind in MonitorSettings::TYPES {
            assert!(!monitor_help(kind).is_empty() && monitor_name(kind) != "Monitor", "{kind}");
        }
    }

    #[test]
    fn changes_of_state_say_their_term() {
        let of = |state, expires_hours| change_words(&StateChange { state, expires_hours, reason: None });
        assert_eq!(of(TestState::Enabled, None), "enable the test");
        assert_eq!(of(TestState::Muted, Some(24)), "mute the test for a day");
        assert_eq!(of(TestState::Skipped, Some(7 * 24)), "skip the test for 7 days");
        assert_eq!(of(TestState::Muted, Some(36)), "mute the test for 36 hours");
    }

    #[test]
    fn numbers_say_no_more_than_they_know() {
        assert_eq!((number(0.05), number(3.0), number(0.1 + 0.2)), ("0.05".to_owned(), "3".to_owned(), "0.3".to_owned()));
        assert_eq!(share(0.29), "29 %");
    }

    #[test]
    fn the_path_of_a_webhook_is_nobodys_business() {
        let settings = r#"{"url":"https://hooks.example.com/T0/secret?x=1"}"#.to_owned();
        let outgoing = Outgoing { channel: Channel::Webhook, settings };
        assert_eq!(message_words(&outgoing, Targets::Shown), "call hooks.example.com");
        assert_eq!(message_words(&outgoing, Targets::Hidden), "call a webhook");
    }
}
