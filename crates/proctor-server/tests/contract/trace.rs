//! `rest-api.md`, section 4: traces of executions.

use serde_json::{Value, json};

use crate::support::{NOW, TestApp, envelope, timed};

/// Uploads a failed execution with this history and gives back its id.
async fn execution(app: &TestApp, history: Value) -> String {
    let mut record = timed("declines", "failed", None);
    record["history"] = history;
    let run = app.run_of(&envelope("run", &[record])).await;
    let failed = app.get(&app.s(&format!("/runs/{run}/failed_executions"))).await.array();
    failed[0]["execution_id"].as_str().expect("an id").to_owned()
}

// contract: general 80
#[tokio::test]
async fn an_execution_without_spans_has_an_empty_trace() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    let id = execution(&app, json!({ "section": "top", "start_at": 1.0, "end_at": 1.5, "duration": 0.5, "children": [] })).await;
    let path = app.s(&format!("/executions/{id}/trace"));
    let summary = app.get(&path).await.json();
    let expected = json!({
        "execution_id": id,
        "run_id": summary["run_id"],
        "test_id": app.test_id("declines").await,
        "test_name": "declines",
        "location": "cart.rb:1",
        "result": "failed",
        "duration": 0.5,
        "created_at": NOW,
        "url": app.url(&app.s(&format!("/executions/{id}"))),
        "web_url": app.url(&format!("/organizations/northwind/analytics/suites/checkout-api/executions/{id}")),
        "view": "summary",
        "trace_id": null,
        "span_count": 0,
        "truncated": false,
        "trace_duration_ns": 0,
        "categories": [],
        "slowest_spans": [],
        "spans": null,
    });
    assert_eq!(summary, expected);
    let full = app.get(&format!("{path}?view=full")).await.json();
    assert_eq!((&full["spans"], &full["view"], &full["span_count"]), (&json!([]), &json!("full"), &json!(0)));
    let wrong = app.get(&format!("{path}?view=all")).await;
    assert_eq!((wrong.status, wrong.message().as_str()), (422, "view must be one of summary, full"));
    for unknown in ["00000000-0000-7000-8000-000000000000", "7", "x"] {
        let answer = app.get(&app.s(&format!("/executions/{unknown}/trace"))).await;
        assert_eq!((answer.status, answer.message().as_str()), (404, "Not Found"), "{unknown}");
    }
    let elsewhere = app.new_suite("Other").await;
    let answer = app.get(&app.a(&format!("/suites/{}/executions/{id}/trace", elsewhere.suite.slug))).await;
    assert_eq!((answer.status, answer.message().as_str()), (404, "Not Found"));
}

#[tokio::test]
async fn spans_in_full_and_summed_up() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    let query = json!({ "section": "sql", "start_at": 100.5, "end_at": 100.6, "duration": 0.1, "detail": { "query": "SELECT 1" } });
    let request = json!({
        "section": "http", "start_at": 100.25, "end_at": 100.75, "duration": 0.5,
        "detail": { "method": "GET", "url": "https://pay.test/", "lib": "net-http" }, "children": [query],
    });
    let sleep = json!({ "section": "sleep", "start_at": 100.8, "duration": 0.05 });
    let id = execution(&app, json!({ "section": "top", "start_at": 100.0, "duration": 1.0, "children": [sleep, request] })).await;
    let path = app.s(&format!("/executions/{id}/trace"));
    let full = app.get(&format!("{path}?view=full")).await;
    let body = full.json();
    let categories = json!([
        { "category": "http", "span_count": 1, "duration_ns": 500_000_000, "self_time_ns": 400_000_000 },
        { "category": "sql", "span_count": 1, "duration_ns": 100_000_000, "self_time_ns": 100_000_000 },
        { "category": "other", "span_count": 1, "duration_ns": 50_000_000, "self_time_ns": 50_000_000 },
    ]);
    assert_eq!(body["categories"], categories);
    assert_eq!((&body["span_count"], &body["trace_duration_ns"], &body["truncated"]), (&json!(3), &json!(600_000_000), &json!(false)));
    let spans = body["spans"].as_array().expect("an array");
    assert_eq!(spans.iter().map(|span| span["name"].clone()).collect::<Vec<_>>(), ["http", "sql", "sleep"], "by start");
    let expected = json!({
        "span_id": spans[1]["span_id"],
        "parent_span_id": spans[0]["span_id"],
        "name": "sql", "kind": "client", "service_name": "", "scope_name": "", "category": "sql", "badge": "SQL",
        "label": "SELECT 1", "detail": "SELECT 1", "status_message": "",
        "started_at": "2026-04-09T18:22:05.531Z", "duration_ns": 100_000_000, "self_time_ns": 100_000_000, "error": false,
    });
    assert_eq!(spans[1], expected);
    assert_eq!((spans[0].get("parent_span_id"), &spans[0]["label"]), (None, &json!("GET https://pay.test/")));
    assert!(body["trace_id"].as_str().is_some_and(|id| id.len() == 32), "{body}");
    let slowest: Vec<Value> = body["slowest_spans"].as_array().expect("an array").iter().map(|span| span["name"].clone()).collect();
    assert_eq!(slowest, ["http", "sql", "sleep"]);
    assert_eq!(app.get(&format!("{path}?view=full")).await.text, full.text, "ids are the same at every read");
    let summary = app.get(&path).await.json();
    assert_eq!((&summary["spans"], &summary["categories"]), (&Value::Null, &categories));
}
