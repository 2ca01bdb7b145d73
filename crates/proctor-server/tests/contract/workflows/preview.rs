//! Previews: what a workflow would do if it were saved now.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use serde_json::{Value, json};

use super::{DAY_MS, TestApp, on_commit, start};
use crate::support::record;

/// The names of the tests of a list.
fn names(list: &Value) -> Vec<&str> {
    list["tests"].as_array().expect("tests").iter().map(|test| test["name"].as_str().expect("a name")).collect()
}

#[tokio::test]
async fn a_preview_tells_what_would_be_alarmed_now_and_what_recovered() {
    let app = start().await;
    app.arrive(&on_commit("r1", "c1", &[record("adds", "failed"), record("adds", "passed"), record("divides", "passed")])).await;
    app.clock().advance_ms(5 * DAY_MS);
    app.arrive(&on_commit("r2", "c2", &[record("divides", "failed"), record("divides", "passed")])).await;
    app.clock().advance_ms(3 * DAY_MS);
    let preview = app.post(&app.p("/workflows/preview"), &json!({ "monitor": { "type": "passed_on_retry" } })).await;
    assert_eq!(preview.status, 200, "{}", preview.text);
    let preview = preview.json();
    assert_eq!((&preview["executions"], &preview["executions_counted"], &preview["saved"]), (&json!(5), &json!(5), &Value::Null));
    assert_eq!((names(&preview["alarmed"]), names(&preview["recovered"])), (vec!["divides"], vec!["adds"]));
    let alarm = &preview["alarmed"]["tests"][0]["last_event"];
    assert_eq!((&alarm["event"], &alarm["score"], &alarm["cause"]), (&json!("alarm"), &json!(1.0), &json!("execution")));
    assert_eq!((alarm["evidence"].as_array().unwrap().len(), &alarm["figures"]["commit_count"]), (2, &json!(1)));
    assert_eq!(preview["recovered"]["tests"][0]["last_event"]["cause"], "clock");
    let days = preview["events_per_day"].as_array().unwrap();
    assert_eq!((days.len(), &days[0]["day"], &days[27]["day"]), (28, &json!("2026-03-21"), &json!("2026-04-17")));
    let busy: Vec<&Value> = days.iter().filter(|day| day["alarms"] != 0 || day["recoveries"] != 0).collect();
    assert_eq!(busy[0], &json!({ "day": "2026-04-09", "alarms": 1, "recoveries": 0 }));
    assert_eq!(
        busy[1..],
        [&json!({ "day": "2026-04-14", "alarms": 1, "recoveries": 0 }), &json!({ "day": "2026-04-16", "alarms": 0, "recoveries": 1 })]
    );

    let short = app.post(&app.p("/workflows/preview?days=1"), &json!({ "monitor": { "type": "passed_on_retry" } })).await.json();
    assert_eq!((names(&short["alarmed"]), &short["recovered"]["count"]), (vec!["divides"], &json!(0)), "alarms stand, whenever they came");
    assert_eq!(short["events_per_day"], json!([{ "day": "2026-04-17", "alarms": 0, "recoveries": 0 }]));
}

#[tokio::test]
async fn a_change_is_held_against_the_saved_version() {
    let app = start().await;
    let born = app.get(&app.p("/workflows")).await.array()[0]["id"].as_str().unwrap().to_owned();
    let one = app.p(&format!("/workflows/{born}"));
    let twice = |name: &str| [record(name, "failed"), record(name, "passed")];
    app.arrive(&on_commit("r1", "c1", &[twice("adds"), twice("divides")].concat())).await;
    app.arrive(&on_commit("r2", "c2", &[twice("adds").to_vec(), vec![record("rounds", "failed")]].concat())).await;
    let preview = |change: Value| {
        let path = format!("{one}/preview");
        let app = &app;
        async move { app.post(&path, &change).await.json() }
    };
    let stricter = preview(json!({ "monitor": { "type": "passed_on_retry", "commit_count_threshold_high": 2 } })).await;
    let saved = &stricter["saved"];
    assert_eq!((&saved["id"], &saved["version"]), (&json!(born), &json!(1)));
    assert_eq!((names(&saved["same"]), names(&saved["removed"]), &saved["added"]["count"]), (vec!["adds"], vec!["divides"], &json!(0)));
    assert_eq!(saved["removed"]["tests"][0]["last_event"], Value::Null, "the edited rule never alarmed it");
    let other = preview(json!({ "monitor": { "type": "failure_rate", "sample_min": 1, "alarm": 0.9 } })).await;
    assert_eq!((names(&other["saved"]["added"]), &other["saved"]["same"]["count"]), (vec!["rounds"], &json!(2)), "all failed at first");
    let unchanged = preview(json!({})).await;
    assert_eq!((unchanged["saved"]["same"]["count"].as_u64(), unchanged["alarmed"]["count"].as_u64()), (Some(2), Some(2)));
    assert_eq!(unchanged["filters"], json!([{ "key": "scm.branch", "operator": "is", "value": "main" }]), "what is not named stays");

    // Saving does what the preview said.
    app.send(Method::PATCH, &one, &json!({ "apply": "fire", "monitor": { "type": "passed_on_retry", "commit_count_threshold_high": 2 } }))
        .await;
    app.settle().await;
    let alarms = app.get(&app.p("/alarms")).await.array();
    assert_eq!(alarms.iter().map(|alarm| alarm["name"].as_str().unwrap()).collect::<Vec<_>>(), ["adds"]);
}

#[tokio::test]
async fn previews_are_refused_as_workflows_are() {
    let app = start().await;
    let path = app.p("/workflows/preview");
    let rule = json!({ "monitor": { "type": "new_test" } });
    assert_eq!(app.post(&path, &json!({})).await.status, 422);
    let refused = app.post(&path, &json!({ "monitor": { "type": "transition_count", "alarm": 0.1, "recover": 0.2 } })).await;
    assert_eq!(refused.message(), "Validation failed: monitor.recover must be lower than alarm");
    for days in ["0", "367", "x", "-1", "1.5"] {
        let refused = app.post(&format!("{path}?days={days}"), &rule).await;
        assert_eq!((refused.status, refused.message().as_str()), (400, "days must be a whole number from 1 to 366"));
    }
    assert_eq!(app.post(&app.p("/workflows/0199d8f1-5a40-7c1b-9d02-66e1f0b7a3c4/preview"), &rule).await.message(), "No workflow found");
    assert_eq!(app.post(&format!("{path}?days=366"), &rule).await.status, 200);
    assert_eq!(app.get(&app.p("/workflows")).await.array().len(), 1, "nothing is saved");
}

/// Seven monitors that make events on forty runs.
fn monitors() -> Vec<(&'static str, Value)> {
    vec![
        ("transitions", json!({ "type": "transition_count", "window": 10, "alarm": 0.3, "recover": 0.1 })),
        ("retries", json!({ "type": "passed_on_retry", "window_executions": 8, "variant_tags": ["host.arch"] })),
        ("probable", json!({ "type": "probabilistic_flakiness", "window_executions": 12, "window_days": 3 })),
        ("new", json!({ "type": "new_test", "stable_executions": 3 })),
        ("slow", json!({ "type": "duration_threshold", "alarm": 2.0, "recover": 1.2 })),
        ("failing", json!({ "type": "failure_rate", "window_executions": 10, "sample_min": 5, "alarm": 0.4, "recover": 0.25 })),
        ("changes", json!({ "type": "changepoint", "stable_executions": 6 })),
    ]
}

/// Forty runs of six tests, hours and now and then days apart: steady, broken for a while, flaky, slow for a while, late, and moody.
async fn forty_runs(app: &TestApp) {
    let mut dice = 7_u64;
    for run in 0..40_u64 {
        let mut data = Vec::new();
        for test in 0..6_u64 {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let roll = (dice >> 33) % 10;
            let fails = match test {
                1 => (24..32).contains(&run),
                2 => roll < 2,
                5 => roll < if run % 20 > 12 { 6 } else { 1 },
                _ => false,
            };
            let seconds = if test == 3 && (10..20).contains(&run) { 3.0 } else { 0.5 };
            if test == 4 && run < 9 {
                continue;
            }
            let mut tries = vec![if fails { "failed" } else { "passed" }];
            tries.extend((fails && test != 1 && roll.is_multiple_of(2)).then_some("passed"));
            for result in tries {
                let mut one = record(&format!("t{test}"), result);
                one["history"] = json!({ "start_at": 0.0, "duration": seconds });
                data.push(one);
            }
        }
        app.arrive(&on_commit(&format!("r{run}"), &format!("c{}", run / 2), &data)).await;
        if run % 13 == 12 {
            app.clock().advance_ms(2 * DAY_MS);
            app.settle().await;
        }
    }
}

/// Kind, time and score of events, by test.
type Events = BTreeMap<String, Vec<(String, String, Value)>>;

fn events_of(tests: &[Value]) -> Events {
    let event = |event: &Value| (text(&event["event"]), text(&event["at"]), event["score"].clone());
    tests.iter().map(|test| (text(&test["name"]), test["events"].as_array().expect("events").iter().map(event).collect())).collect()
}

fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}

// contract: workflows 36
#[tokio::test]
async fn live_evaluation_back_test_preview_and_replay_give_the_same_events() {
    let app = start().await;
    let mut made = Vec::new();
    for (name, monitor) in monitors() {
        made.push((app.create(json!({ "name": name, "monitor": monitor, "expire_days": 30 })).await["id"].clone(), name));
    }
    app.settle().await;
    forty_runs(&app).await;
    app.clock().advance_ms(4 * DAY_MS);
    app.settle().await;
    let mut kinds = BTreeSet::new();
    for (id, name) in made {
        let id = text(&id);
        let workflow = app.get(&app.p(&format!("/workflows/{id}"))).await.json();
        let listed = app.get(&app.p(&format!("/events?workflow={id}&per_page=100"))).await.array();
        assert!(!listed.is_empty() && listed.len() < 100, "{name}: {} events", listed.len());
        let mut live = Events::new();
        for event in listed.iter().rev() {
            kinds.insert((name, text(&event["kind"])));
            let of_test = live.entry(text(&event["test"]["name"])).or_default();
            of_test.push((text(&event["kind"]), text(&event["at"]), event["score"].clone()));
        }
        assert!(live.values().all(|events| events.len() < 20), "{name}: more than an answer lists");

        let tested = app.post(&app.p("/workflows/backtest"), &workflow).await.json();
        assert_eq!(events_of(tested["tests"].as_array().unwrap()), live, "{name}: back-test");
        let preview = app.post(&app.p(&format!("/workflows/{id}/preview?days=366")), &json!({})).await.json();
        let lists = ["alarmed", "recovered"].map(|list| preview[list]["tests"].as_array().unwrap().clone());
        assert_eq!(events_of(&lists.concat()), live, "{name}: preview");
        let unsaved = app.post(&app.p("/workflows/preview?days=366"), &workflow).await.json();
        assert_eq!((&unsaved["alarmed"], &unsaved["recovered"]), (&preview["alarmed"], &preview["recovered"]), "{name}: unsaved");
        let newest = &listed[0];
        let replayed = app.post(&app.p(&format!("/ledger/{}/replay", text(&newest["id"]))), &json!({})).await.json();
        assert_eq!(replayed, json!({ "verdict": "same" }), "{name}: {newest}");
    }
    assert_eq!(kinds.len(), 2 * monitors().len(), "each of them alarmed and recovered: {kinds:?}");
}
