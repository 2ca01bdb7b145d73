//! The workflows of the demo: beside the one that every suite is born with, some of each kind of use.

use serde_json::{Value, json};

/// The documents of a suite's workflows; `receiver` is the address that webhooks go to.
pub(super) fn workflows_of(suite: &str, receiver: &str) -> Vec<Value> {
    match suite {
        "Checkout API" => vec![rehearsed_mute(), slower(), starts_to_fail(receiver), undecided()],
        "Storefront" => vec![mute_flaky()],
        "Browser Journeys" => vec![slower(), starts_to_fail(receiver)],
        _ => Vec::new(),
    }
}

fn rehearsed_mute() -> Value {
    json!({
        "name": "Mute what goes back and forth",
        "dry_run": true,
        "monitor": { "type": "transition_count", "window": 20, "alarm": 0.2, "recover": 0.05 },
        "alarm_actions": [{ "type": "change_state", "state": "muted" }, { "type": "add_label", "label": "unstable" }],
        "recover_actions": [{ "type": "change_state", "state": "enabled" }, { "type": "remove_label", "label": "unstable" }],
        "expire_days": 30,
    })
}

fn slower() -> Value {
    json!({
        "name": "Slower than it was",
        "monitor": { "type": "duration_threshold", "aggregation": "p50", "window": 5, "baseline": 20, "alarm": 1.25, "recover": 1.1 },
        "filters": [],
        "alarm_actions": [{ "type": "add_label", "label": "slow" }],
        "recover_actions": [{ "type": "remove_label", "label": "slow" }],
    })
}

fn starts_to_fail(receiver: &str) -> Value {
    json!({
        "name": "Starts to fail",
        "monitor": { "type": "failure_rate", "window_executions": 3, "window_days": null, "alarm": 0.3, "recover": 0, "sample_min": 3 },
        "filters": [],
        "alarm_actions": [
            { "type": "add_label", "label": "failing" },
            { "type": "webhook", "settings": { "url": format!("{receiver}/failing"), "secret": "a secret of the demo" } },
        ],
        "recover_actions": [
            { "type": "remove_label", "label": "failing" },
            { "type": "webhook", "settings": { "url": format!("{receiver}/passing"), "secret": "a secret of the demo" } },
        ],
    })
}

fn undecided() -> Value {
    json!({
        "name": "How likely is it the test",
        "status": "paused",
        "monitor": { "type": "probabilistic_flakiness", "score_threshold_high": 0.12, "score_threshold_low": 0.08 },
        "filters": [
            { "key": "scm.branch", "operator": "is one of", "values": ["main", "release"] },
            { "key": "host.arch", "operator": "is", "value": "arm64" },
        ],
    })
}

fn mute_flaky() -> Value {
    json!({
        "name": "Mute flaky tests",
        "monitor": { "type": "passed_on_retry", "window_days": 5 },
        "alarm_actions": [{ "type": "change_state", "state": "muted" }],
        "recover_actions": [{ "type": "change_state", "state": "enabled" }],
    })
}
