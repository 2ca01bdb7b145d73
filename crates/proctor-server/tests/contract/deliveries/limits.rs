//! How many events of a workflow are told in a minute, and what becomes of the others.

use serde_json::{Value, json};

use super::{HOUR_MS, MINUTE_MS, header, receiver, requests, requests_of, retry, start, webhook};
use crate::support::record;

// contract: workflows 34
#[tokio::test]
async fn a_workflow_tells_no_more_than_its_limit_in_a_minute_and_the_rest_in_the_next() {
    let (app, server) = (start().await, receiver(200).await);
    let label = json!({ "type": "add_label", "label": "shaky" });
    let workflow = app.only(retry(), webhook(&server)).await;
    let id = workflow["id"].as_str().unwrap().to_owned();
    let actions = json!({ "alarm_actions": [label, webhook(&server)] });
    assert_eq!(app.send(reqwest::Method::PATCH, &app.of_suite(&format!("/workflows/{id}")), &actions).await.status, 200);
    let data: Vec<Value> = (0..700)
        .flat_map(|number| {
            let name = format!("t{number}");
            [record(&name, "failed"), record(&name, "passed")]
        })
        .collect();
    app.tell("r1", "c1", &data).await;
    assert_eq!(requests(&server).await.len(), 500);
    let queue = app.get(&app.of_suite(&format!("/workflows/{id}/queue"))).await.json();
    assert_eq!(queue, json!({ "events_last_minute": 700, "limit": 500, "queued": 200, "cancelled": 0, "digested": 0, "paused": [] }));
    let labelled = app.get(&app.s("/tests?label=shaky&per_page=1")).await;
    assert_eq!(labelled.status, 200, "{}", labelled.text);
    app.later(MINUTE_MS).await;
    assert_eq!(requests(&server).await.len(), 700);
    let told: std::collections::HashSet<String> =
        requests(&server).await.iter().map(|request| header(request, "x-proctor-delivery").to_owned()).collect();
    assert_eq!(told.len(), 700);
}

#[tokio::test]
async fn what_waits_too_long_becomes_one_message_and_what_recovers_meanwhile_none() {
    let (app, server) = (start().await, receiver(200).await);
    let workflow = app.only(json!({ "type": "passed_on_retry", "window_executions": 2 }), webhook(&server)).await;
    let id = workflow["id"].as_str().unwrap().to_owned();
    let path = app.of_suite(&format!("/workflows/{id}"));
    assert_eq!(app.send(reqwest::Method::PATCH, &path, &json!({ "events_per_minute": 1 })).await.status, 200);
    assert_eq!(app.send(reqwest::Method::PATCH, &path, &json!({ "events_per_minute": 0 })).await.status, 422);
    let flaky = |name: &str| [record(name, "failed"), record(name, "passed")];
    app.tell("r1", "c1", &[flaky("a"), flaky("b"), flaky("c"), flaky("d")].concat()).await;
    assert_eq!(requests(&server).await.len(), 1);
    // `b` recovers while its alarm waits.
    let run_env = json!({ "key": "r2", "branch": "main", "commit_sha": "c2" });
    let data = [record("b", "passed"), record("b", "passed"), record("b", "passed")];
    assert_eq!(app.upload(&json!({ "format": "json", "run_env": run_env, "data": data })).await.status, 202);
    app.app.evaluator.settle().await.unwrap();
    app.app.deliverer.deliver().await.unwrap();
    app.later(MINUTE_MS).await;
    let queue = app.get(&format!("{path}/queue")).await.json();
    assert_eq!((&queue["cancelled"], requests(&server).await.len()), (&json!(2), 2), "{queue}");
    assert_eq!(queue["queued"], 1);
    app.tell("r3", "c3", &[flaky("e"), flaky("f"), flaky("g")].concat()).await;
    let events: Vec<Value> = requests_of(&server).await.into_iter().map(|body| body["event"].clone()).collect();
    assert_eq!(events, ["workflow.alarm", "workflow.alarm", "workflow.alarm"]);
    app.later(MINUTE_MS).await;
    app.clock().advance_ms(2 * HOUR_MS);
    app.tell("r4", "c4", &[flaky("h"), flaky("i")].concat()).await;
    let bodies = requests_of(&server).await;
    let digest = bodies.iter().find(|body| body["event"] == "workflow.digest").unwrap_or_else(|| panic!("{bodies:#?}"));
    assert!(digest["tests"].as_u64().unwrap() >= 1 && digest["workflow_url"].as_str().unwrap().ends_with(&id));
    assert_eq!(app.get(&format!("{path}/queue")).await.json()["queued"], 0);
}

// contract: workflows 35
#[tokio::test]
async fn a_dry_run_tells_nobody() {
    let (app, server) = (start().await, receiver(200).await);
    let workflow = app.only(retry(), webhook(&server)).await;
    let path = app.of_suite(&format!("/workflows/{}", workflow["id"].as_str().unwrap()));
    assert_eq!(app.send(reqwest::Method::PATCH, &path, &json!({ "dry_run": true })).await.status, 200);
    app.alarm().await;
    assert_eq!(app.get(&app.of_suite("/events")).await.array().len(), 1);
    assert!(app.deliveries().await.is_empty() && requests(&server).await.is_empty());
}
