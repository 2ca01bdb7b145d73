//! The settings that the editor asks for: what each is called, its unit, and what to know about it. Names are those of documents.

/// How a setting is written in a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A whole number; blank: the default.
    Whole,
    /// A whole number; blank: none.
    MaybeWhole,
    /// A number; blank: the default.
    Number,
    /// Yes or no.
    Flag,
    /// One of these words.
    Word(&'static [&'static str]),
    /// Texts, separated by commas.
    Texts,
    /// The same; blank: left out.
    MaybeTexts,
    /// One line; blank: left out.
    Line,
    /// Several lines; blank: left out.
    Text,
    /// What is sealed once it is saved; blank: as it was.
    Secret,
    /// Names and values, one a line; values are secrets.
    Headers,
}

/// A setting.
#[derive(Clone, Copy, Debug)]
pub struct Spec {
    /// Its key in documents.
    pub key: &'static str,
    /// What it is called.
    pub label: &'static str,
    /// The unit of a number.
    pub unit: &'static str,
    /// What to know about it.
    pub help: &'static str,
    /// How it is written.
    pub kind: Kind,
}

const fn spec(key: &'static str, label: &'static str, unit: &'static str, help: &'static str, kind: Kind) -> Spec {
    Spec { key, label, unit, help, kind }
}

const VARIANTS: Spec = spec(
    "variant_tags",
    "Compare only within",
    "",
    "Tag keys, separated by commas: only executions with equal values of these tags are held against each other, for example host.arch.",
    Kind::Texts,
);
const DAYS: Spec = spec("window_days", "Days looked at", "days", "1 to 90. A day is 24 hours.", Kind::Whole);

const TRANSITION_COUNT: &[Spec] = &[
    spec("window", "Executions looked at", "executions", "The last ones, 2 to 1000.", Kind::Whole),
    spec(
        "alarm",
        "Alarm from",
        "of them",
        "Changes of result divided by the executions looked at: 0.05 of 100 is five changes.",
        Kind::Number,
    ),
    spec("recover", "Recover at", "of them", "Lower than the alarm.", Kind::Number),
    VARIANTS,
];
const PASSED_ON_RETRY: &[Spec] = &[
    DAYS,
    spec(
        "window_executions",
        "Executions looked at",
        "executions",
        "How many later executions a flaky commit counts for, 1 to 1000.",
        Kind::Whole,
    ),
    spec("commit_count_threshold_high", "Alarm from", "commits", "Commits with both a pass and a fail, 1 to 100.", Kind::Whole),
    spec("commit_count_threshold_low", "Recover at", "commits", "Lower than the alarm.", Kind::Whole),
    VARIANTS,
];
const PROBABILISTIC: &[Spec] = &[
    spec("score_threshold_high", "Alarm from", "probability", "0 to 1: how likely the test fails although the code is good.", Kind::Number),
    spec("score_threshold_low", "Recover at", "probability", "Lower than the alarm.", Kind::Number),
    spec("window_executions", "Executions looked at", "executions", "The last ones, up to 200.", Kind::Whole),
    DAYS,
    VARIANTS,
];
const NEW_TEST: &[Spec] =
    &[spec("stable_executions", "Recover after", "passes in a row", "Empty: it does not recover. 20 is usual.", Kind::MaybeWhole)];
const DURATION: &[Spec] = &[
    spec(
        "aggregation",
        "Measure",
        "",
        "Of the executions looked at.",
        Kind::Word(&["p50", "p75", "p90", "p95", "p99", "mean", "min", "max"]),
    ),
    spec("window", "Executions looked at", "executions", "The last ones, 1 to 100.", Kind::Whole),
    spec(
        "baseline",
        "Compare with",
        "executions before",
        "20 to 500: alarm and recover are then multiples of what was usual. Empty: they are seconds.",
        Kind::MaybeWhole,
    ),
    spec("alarm", "Alarm from", "times, or s", "Times as long as usual; seconds without a comparison.", Kind::Number),
    spec("recover", "Recover at", "times, or s", "Lower than the alarm.", Kind::Number),
    spec("passed_only", "Only passed executions", "", "A failure may have stopped early, or waited for its time limit.", Kind::Flag),
];
const FAILURE_RATE: &[Spec] = &[
    spec("window_executions", "Executions looked at", "executions", "The last ones, 1 to 1000.", Kind::Whole),
    spec("window_days", "Days looked at", "days", "1 to 90. Empty: however old.", Kind::MaybeWhole),
    spec("alarm", "Alarm from", "of them failed", "0 to 1: 0.1 is one in ten.", Kind::Number),
    spec("recover", "Recover at", "of them failed", "Lower than the alarm.", Kind::Number),
    spec(
        "sample_min",
        "No alarm with fewer than",
        "executions",
        "So that the first failure of a new test is no failure rate of 100 %.",
        Kind::Whole,
    ),
];
const CHANGEPOINT: &[Spec] = &[
    spec("signal", "What got worse", "", "How often it passes, or how long it takes.", Kind::Word(&["pass_rate", "duration"])),
    spec("probability", "Alarm from", "certainty", "0.99: one in a hundred alarms is by chance.", Kind::Number),
    spec(
        "change_min",
        "Smallest change",
        "share",
        "0.2: twenty in a hundred executions fail more than before, or it takes 20 % longer.",
        Kind::Number,
    ),
    spec("run_min", "Executions after the change", "executions", "At least so many; 3, for durations rather 5.", Kind::Whole),
    spec("expected_run", "Executions between changes", "executions", "How many usually lie between two changes of a test.", Kind::Whole),
    spec("stable_executions", "The new level is normal after", "executions", "Then it recovers.", Kind::Whole),
];

/// The settings of a monitor, in the order of the form.
#[must_use]
pub fn of_monitor(kind: &str) -> &'static [Spec] {
    match kind {
        "transition_count" => TRANSITION_COUNT,
        "passed_on_retry" => PASSED_ON_RETRY,
        "probabilistic_flakiness" => PROBABILISTIC,
        "new_test" => NEW_TEST,
        "duration_threshold" => DURATION,
        "failure_rate" => FAILURE_RATE,
        "changepoint" => CHANGEPOINT,
        _ => &[],
    }
}

/// Types of actions with what they are called, in the order of the form.
pub const ACTIONS: [(&str, &str); 7] = [
    ("add_label", "Add a label"),
    ("remove_label", "Remove a label"),
    ("change_state", "Change the state of the test"),
    ("webhook", "Call a webhook"),
    ("slack", "Post to Slack"),
    ("issue", "Open an issue"),
    ("email", "Send a mail"),
];

const LABEL: &[Spec] = &[spec("label", "Label", "", "", Kind::Line)];
const STATE: &[Spec] = &[
    spec("state", "State", "", "On recovery only if this workflow set the present one.", Kind::Word(&["muted", "skipped", "enabled"])),
    spec(
        "expires_days",
        "Enable again after",
        "days",
        "Up to 365. Empty: it stays until somebody changes it. Not for enabled.",
        Kind::MaybeWhole,
    ),
    spec("expires_hours", "or after", "hours", "In place of days.", Kind::MaybeWhole),
    spec("reason", "Reason", "", "Shown with the test, in place of what the monitor saw.", Kind::Line),
];
const WEBHOOK: &[Spec] = &[
    spec("url", "Address", "", "https://… It receives JSON with the test, the score and the evidence.", Kind::Line),
    spec("secret", "Secret", "", "Signs each request (X-Proctor-Signature).", Kind::Secret),
    spec("headers", "Headers", "", "Name: value, one a line. Values are sealed.", Kind::Headers),
];
const SLACK: &[Spec] = &[
    spec("url", "Incoming webhook", "", "https://hooks.slack.com/services/… Who knows it can post, so it is sealed.", Kind::Secret),
    spec("text", "Message", "", "mrkdwn with {{subject.test_full_name}} and other fields. Empty: a sensible one.", Kind::Text),
];
const ISSUE: &[Spec] = &[
    spec("tracker", "Tracker", "", "", Kind::Word(&["github", "linear"])),
    spec("repository", "Repository on GitHub", "", "owner/name", Kind::Line),
    spec("team", "Team in Linear", "", "Its id, a UUID.", Kind::Line),
    spec("token", "Token", "", "An access token or API key with the right to write issues.", Kind::Secret),
    spec("title", "Title", "", "May have {{…}}. Empty: a sensible one.", Kind::Line),
    spec("body", "Text", "", "Markdown, may have {{…}}. Empty: a sensible one.", Kind::Text),
    spec("labels", "Labels of the issue", "", "Separated by commas; ids of labels in Linear.", Kind::MaybeTexts),
];
const EMAIL: &[Spec] = &[
    spec("to", "To", "", "Addresses, separated by commas. Empty: the team that owns the test first.", Kind::MaybeTexts),
    spec("subject", "Subject", "", "May have {{…}}. Empty: a sensible one.", Kind::Line),
    spec("text", "Text", "", "May have {{…}}. Empty: a sensible one.", Kind::Text),
];

/// The settings of an action.
#[must_use]
pub fn of_action(kind: &str) -> &'static [Spec] {
    match kind {
        "add_label" | "remove_label" => LABEL,
        "change_state" => STATE,
        "webhook" => WEBHOOK,
        "slack" => SLACK,
        "issue" => ISSUE,
        "email" => EMAIL,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use proctor_core::monitors::monitor::MonitorSettings;

    use super::*;

    #[test]
    fn every_monitor_and_action_has_settings() {
        assert!(MonitorSettings::TYPES.iter().all(|kind| !of_monitor(kind).is_empty()));
        assert!(ACTIONS.iter().all(|(kind, _)| !of_action(kind).is_empty()));
    }
}
