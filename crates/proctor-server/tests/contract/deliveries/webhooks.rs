//! Webhooks: signatures, bodies, repetitions.

use proctor_core::time::Timestamp;
use proctor_server::delivery::signature;
use serde_json::{Value, json};
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::{DAY_MS, HOUR_MS, header, receiver, requests, requests_of, retry, start, webhook};
use crate::support::record;

// contract: workflows 30, 31
#[tokio::test]
async fn webhooks_are_signed_and_come_again_under_the_same_id() {
    let (app, server) = (start().await, MockServer::start().await);
    Mock::given(method("POST"))
        .respond_with(ResponseTemplate::new(500).set_body_string("x".repeat(5_000)))
        .up_to_n_times(1)
        .mount(&server)
        .await;
    Mock::given(method("POST")).respond_with(ResponseTemplate::new(204)).mount(&server).await;
    let settings = json!({ "url": format!("{}/hook", server.uri()), "secret": "topsecret", "headers": { "X-Team": "payments" } });
    let workflow = app.only(retry(), json!({ "type": "webhook", "settings": settings })).await;
    let shown = workflow.to_string();
    assert!(!shown.contains("topsecret") && !shown.contains("payments"), "{shown}");
    app.alarm().await;
    let waiting = app.deliveries().await;
    assert_eq!((waiting.len(), &waiting[0]["status"], &waiting[0]["attempts"]), (1, &json!("waiting"), &json!(1)));
    assert_eq!((&waiting[0]["answer"]["code"], waiting[0]["answer"]["text"].as_str().unwrap().len()), (&json!(500), 1_024));
    app.later(7_000).await;
    assert_eq!(requests(&server).await.len(), 1, "not before its time");
    app.later(6_000).await;
    app.later(HOUR_MS).await;
    let requests = requests(&server).await;
    let [first, second] = requests.as_slice() else { panic!("{requests:#?}") };
    assert_eq!(app.deliveries().await[0]["status"], "delivered");
    assert_eq!(header(first, "x-proctor-delivery"), waiting[0]["id"]);
    assert_eq!(header(first, "x-proctor-delivery"), header(second, "x-proctor-delivery"));
    for request in [first, second] {
        assert_eq!((header(request, "user-agent"), header(request, "content-type")), ("Proctor", "application/json"));
        assert_eq!((header(request, "x-proctor-event"), header(request, "x-team")), ("workflow.alarm", "payments"));
        let signed = header(request, "x-proctor-signature");
        let seconds: i64 = signed[2..].split(',').next().unwrap().parse().unwrap();
        assert_eq!(signature("topsecret", Timestamp::from_millis(seconds * 1_000), &request.body).unwrap(), signed);
    }
    assert_tells_of_the_alarm(&serde_json::from_slice(&first.body).unwrap(), &workflow);

    app.clock().advance_ms(8 * DAY_MS);
    app.app.evaluator.settle().await.unwrap();
    app.app.deliverer.deliver().await.unwrap();
    let last = requests_of(&server).await.pop().unwrap();
    assert_eq!((&last["event"], &last["workflow_event"]["execution_id"]), (&json!("workflow.recover"), &Value::Null));
}

/// The envelope, and what the monitor saw.
fn assert_tells_of_the_alarm(body: &Value, workflow: &Value) {
    let keys: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "event",
            "subject",
            "workflow_id",
            "workflow_url",
            "workflow_event",
            "event_id",
            "occurred_at",
            "suite",
            "owners",
            "labels",
            "state"
        ]
    );
    assert_eq!((&body["event"], &body["workflow_id"]), (&json!("workflow.alarm"), &workflow["id"]));
    assert_eq!((&body["subject"]["type"], &body["subject"]["test_full_name"]), (&json!("test"), &json!("Cart adds")));
    assert_eq!((&body["state"], &body["suite"]["slug"]), (&json!("enabled"), &json!("checkout-api")));
    let event = body["workflow_event"].as_object().unwrap();
    let keys: Vec<&String> = event.keys().collect();
    assert_eq!(
        keys,
        [
            "type",
            "timestamp",
            "execution_id",
            "execution_run_id",
            "execution_commit_sha",
            "execution_branch",
            "window_days",
            "window_executions",
            "commit_count_threshold_high",
            "commit_count_threshold_low",
            "executions_in_window",
            "days_in_window",
            "commit_count"
        ]
    );
    assert_eq!((&event["execution_commit_sha"], &event["execution_branch"]), (&json!("c1"), &json!("main")));
    assert_eq!((&event["commit_count"], &event["executions_in_window"]), (&json!(1), &json!(2)));
}

// contract: workflows 30
#[tokio::test]
async fn each_monitor_has_its_own_fields() {
    let fields = [
        (
            json!({ "type": "transition_count", "window": 4, "alarm": 0.25, "recover": 0.1 }),
            "type timestamp branch_filter score score_threshold_high score_threshold_low window transitions executions_in_window execution_id",
        ),
        (
            json!({ "type": "probabilistic_flakiness", "score_threshold_high": 0.05, "score_threshold_low": 0.01 }),
            "type timestamp branch_filter score score_threshold_high score_threshold_low",
        ),
        (json!({ "type": "new_test" }), "type timestamp execution_id execution_branch execution_commit_sha"),
        (
            json!({ "type": "duration_threshold", "window": 1, "alarm": 0.000_001, "recover": 0.000_000_1 }),
            "type timestamp aggregation window executions_in_window duration duration_threshold_high duration_threshold_low execution_id",
        ),
    ];
    for (monitor, fields) in fields {
        let (app, server) = (start().await, receiver(200).await);
        app.only(monitor.clone(), webhook(&server)).await;
        app.tell("r0", "c0", &[record("old", "passed")]).await;
        app.tell("r1", "c1", &[record("adds", "failed"), record("adds", "passed")]).await;
        let bodies = requests_of(&server).await;
        let body = bodies.iter().find(|body| body["subject"]["test_full_name"] == "Cart adds").unwrap_or_else(|| panic!("{monitor}"));
        let keys: Vec<&str> = body["workflow_event"].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys.join(" "), fields);
        assert_eq!(body["workflow_event"]["type"], monitor["type"]);
        let is_known = |(key, value): (&String, &Value)| key == "branch_filter" || !value.is_null();
        assert!(body["workflow_event"].as_object().unwrap().iter().all(is_known), "{body:#}");
    }
}
