use proctor_core::monitors::monitor::MonitorSettings;
use proctor_core::workflow::Definition;
use serde_json::{Map, Value, json};

use super::*;

fn object(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn reasons(value: Value) -> Vec<String> {
    read_workflow(object(value), "main", Actions::Sent).unwrap_err()
}

#[test]
fn every_monitor_is_written_and_read_back() {
    for kind in MonitorSettings::TYPES {
        let asked = json!({ "name": kind, "monitor": { "type": kind } });
        let definition = read_workflow(object(asked), "main", Actions::Sent).unwrap();
        assert_eq!(Some(definition.rule.monitor().clone()), MonitorSettings::default_of(kind), "{kind}");
        assert_eq!(definition.rule.filters().branch().as_deref(), Some("main"));
        let document = write_workflow(&definition);
        assert_eq!(read_workflow(document, "other", Actions::Sent).unwrap(), definition, "{kind}");
    }
    let born = Definition::of_new_suite("main").unwrap();
    assert_eq!(read_workflow(write_workflow(&born), "", Actions::Stored).unwrap(), born);
}

/// `docs/monitors.md` tells each setting once, in the table of its monitor: `| setting | default | bounds | |`.
#[test]
fn the_page_on_monitors_tells_defaults_and_bounds() {
    let page = include_str!("../../../../docs/monitors.md");
    for kind in MonitorSettings::TYPES {
        let asked = json!({ "name": kind, "monitor": { "type": kind } });
        let document = write_workflow(&read_workflow(object(asked), "main", Actions::Sent).unwrap());
        let written = document["monitor"].as_object().unwrap();
        let section = page.split("\n## ").find(|section| section.lines().next() == Some(kind)).unwrap();
        let rows: Vec<Vec<&str>> = section
            .lines()
            .filter(|line| line.starts_with("| `"))
            .map(|line| line.split('|').map(|cell| cell.trim().trim_matches('`')).skip(1).take(3).collect())
            .collect();
        let told: Vec<&str> = rows.iter().map(|row| row[0]).collect();
        let settings: Vec<&str> = written.keys().map(String::as_str).filter(|key| *key != "type").collect();
        assert_eq!(told, settings, "{kind}");
        for row in rows {
            let (setting, default, bounds) = (row[0], row[1], row[2]);
            let value = written[setting].as_str().map_or_else(|| written[setting].to_string(), str::to_owned);
            assert_eq!(default, value, "{kind}.{setting}");
            let Some((least, most)) = numbers(bounds) else { continue };
            let mut beyond = document.clone();
            beyond["monitor"][setting] = if most.fract() == 0.0 { json!(most as u64 + 1) } else { json!(most + 1.0) };
            assert_eq!(reasons(Value::Object(beyond)), [format!("monitor.{setting} must be between {least} and {most}")], "{kind}");
        }
    }
}

/// `0 to 1, below alarm`: both numbers. None where the bounds begin otherwise.
fn numbers(bounds: &str) -> Option<(f64, f64)> {
    let (least, rest) = bounds.split_once(" to ")?;
    let most = rest.split([',', ';', ' ']).next()?;
    Some((least.parse().ok()?, most.parse().ok()?))
}

#[test]
fn durations_are_seconds_or_multiples() {
    let monitor = |monitor: Value| {
        let definition = read_workflow(object(json!({ "name": "d", "monitor": monitor })), "main", Actions::Sent).unwrap();
        let document = write_workflow(&definition);
        assert_eq!(read_workflow(document.clone(), "main", Actions::Sent).unwrap(), definition);
        document["monitor"].clone()
    };
    let seconds = monitor(json!({ "type": "duration_threshold", "alarm": 2.0, "recover": 1.2 }));
    assert_eq!((&seconds["baseline"], &seconds["passed_only"]), (&Value::Null, &json!(false)));
    let multiples = monitor(json!({ "type": "duration_threshold", "alarm": 3.0, "recover": 1.2, "baseline": 50 }));
    assert_eq!((&multiples["baseline"], &multiples["alarm"]), (&json!(50), &json!(3.0)));
    let passed = monitor(json!({ "type": "duration_threshold", "alarm": 2, "recover": 1, "passed_only": true, "aggregation": "p90" }));
    assert_eq!((&passed["passed_only"], &passed["aggregation"]), (&json!(true), &json!("p90")));
}

#[test]
fn whole_numbers_of_any_size_are_told_their_bounds() {
    for kind in MonitorSettings::TYPES {
        let asked = json!({ "name": kind, "monitor": { "type": kind } });
        let document = write_workflow(&read_workflow(object(asked), "main", Actions::Sent).unwrap())["monitor"].clone();
        for key in document.as_object().unwrap().iter().filter(|(_, value)| value.is_u64()).map(|(key, _)| key) {
            for (number, wanted) in
                [(json!(u64::MAX), " between "), (json!(70_000_000), " between "), (json!(-1), "0 or more"), (json!(1.5), "0 or more")]
            {
                let reasons = reasons(json!({ "name": "w", "monitor": { "type": kind, key: number } }));
                let is_told = reasons[0].contains(wanted) || (wanted == " between " && reasons[0].contains("lower than"));
                assert!(reasons[0].starts_with(&format!("monitor.{key} must be ")) && is_told, "{kind} {number}: {reasons:?}");
            }
        }
    }
    let much = reasons(json!({ "name": "w", "monitor": { "type": "new_test" }, "events_per_minute": u64::MAX }));
    assert!(much[0].contains("events_per_minute"), "{much:?}");
    assert!(read_guard(object(json!({ "tests_min": u64::MAX }))).unwrap_err()[0].contains("between 2 and"));
}

// contract: workflows 5, 12, 13, 29
#[test]
fn what_is_wrong_is_named_with_what_is_valid() {
    let with = |monitor: Value| reasons(json!({ "name": "w", "monitor": monitor }));
    assert_eq!(
        with(json!({ "type": "flaky" })),
        ["monitor.type must be one of transition_count, passed_on_retry, probabilistic_flakiness, new_test, duration_threshold, \
          failure_rate, changepoint"]
    );
    assert_eq!(with(json!({ "type": "duration_threshold", "window": 101 })), ["monitor.window must be between 1 and 100"]);
    assert_eq!(with(json!({ "type": "transition_count", "alarm": 0.1, "recover": 0.1 })), ["monitor.recover must be lower than alarm"]);
    assert_eq!(with(json!({ "type": "transition_count", "alarm": "x" })), ["monitor.alarm must be a number"]);
    assert!(with(json!({ "type": "new_test", "window": 1 }))[0].starts_with("monitor.window is not a setting here; settings are type"));
    let branchless = json!({ "name": "w", "monitor": { "type": "transition_count" }, "filters": [] });
    assert!(reasons(branchless)[0].starts_with("transition_count needs a filter on scm.branch"));
    let filtered = |filters: Value| reasons(json!({ "name": "w", "monitor": { "type": "new_test" }, "filters": filters }));
    assert_eq!(
        filtered(json!([{ "key": "mut.x", "operator": "is", "value": "1" }])),
        ["filters: \"mut.x\" cannot be used in filters and variant tags"]
    );
    let eleven: Vec<Value> = (0..11).map(|number| json!({ "key": format!("k{number}"), "operator": "exists" })).collect();
    assert_eq!(filtered(json!(eleven)), ["filters: at most 10 filters"]);
    assert!(
        filtered(json!([{ "key": "a", "operator": "like", "value": "1" }]))[0]
            .ends_with("operators are is, is not, starts with, is one of, contains, exists, does not exist")
    );
    let acting = |action: Value| reasons(json!({ "name": "w", "monitor": { "type": "new_test" }, "alarm_actions": [action] }));
    assert_eq!(
        acting(json!({ "type": "change_state", "state": "off" })),
        ["alarm_actions[0].state must be one of enabled, muted, skipped"]
    );
    assert_eq!(acting(json!({ "type": "add_label", "label": " " })), ["alarm_actions[0].label must be a label, not blank"]);
    assert_eq!(
        acting(json!({ "type": "fax" })),
        ["alarm_actions[0].type must be one of add_label, remove_label, change_state, webhook, slack, issue, email"]
    );
    assert_eq!(reasons(json!({ "monitor": { "type": "new_test" } })), ["name must have 1 to 128 bytes"]);
    assert_eq!(reasons(json!({ "name": "w" })), ["monitor is required"]);
    assert_eq!(read_guard(object(json!({ "failed_share": 2 }))).unwrap_err(), ["failed_share must be between 0 and 1"]);
}

#[test]
fn where_messages_go_is_checked() {
    let sent = |kind: &str, settings: Value| {
        let actions = json!([{ "type": kind, "settings": settings }]);
        read_workflow(object(json!({ "name": "w", "monitor": { "type": "new_test" }, "alarm_actions": actions })), "main", Actions::Sent)
    };
    for (kind, settings) in [
        ("webhook", json!({ "url": "https://a.example/x", "secret": "s", "headers": { "X-Team": "web" } })),
        ("slack", json!({ "url": "https://hooks.slack.com/services/x", "text": "{{event}}" })),
        ("issue", json!({ "tracker": "github", "repository": "acme/web", "token": "t", "labels": ["flaky"] })),
        ("email", json!({ "to": ["ci@acme.example"] })),
        ("email", json!({})),
    ] {
        let definition = sent(kind, settings.clone()).unwrap();
        let written = Value::Object(write_workflow(&definition));
        assert_eq!(written["alarm_actions"][0]["settings"], settings);
    }
    for (kind, settings, reason) in [
        ("webhook", json!({}), "settings.url is required"),
        ("webhook", json!({ "url": "ftp://x" }), "settings.url must begin with https:// or http://"),
        ("webhook", json!({ "url": "https://a:b@x" }), "settings.url must not carry a user or a password"),
        (
            "webhook",
            json!({ "url": "https://x", "headers": { "Host": "y" } }),
            "settings.headers must have names of letters, digits, - and _, none that Proctor sets itself",
        ),
        (
            "webhook",
            json!({ "url": "https://x", "headers": { "A": "b\r\nC: d" } }),
            "settings.headers must have values of printable ASCII (maximum is 4096 bytes)",
        ),
        ("slack", json!({ "url": "https://x", "text": " " }), "settings.text must have 1 to 10000 bytes"),
        ("issue", json!({ "repository": "../x", "token": "t" }), "settings.repository must be an owner and a name, as in acme/web"),
        ("issue", json!({ "repository": "a/b" }), "settings.token is required"),
        ("issue", json!({ "repository": "a/b", "token": "t", "tracker": "x" }), "settings.tracker must be one of github, linear"),
        ("issue", json!({ "tracker": "linear", "team": "web", "token": "t" }), "settings.team must be the id of a team of Linear, a UUID"),
        ("email", json!({ "to": [] }), "settings.to must be 1 to 20 mail addresses; leave it out for the owners of the test"),
        ("email", json!({ "cc": 1 }), "settings.cc is not a setting here; settings are subject, text, to"),
    ] {
        assert_eq!(sent(kind, settings).unwrap_err(), [format!("alarm_actions[0].{reason}")]);
    }
}
