//! Retention and storage over the API.

use proctor_core::day::Day;
use proctor_core::retention::{Keep, Retention};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{NOW, TestApp, envelope, record};

const STORAGE: &str = "/v2/proctor/organizations/northwind/suites/checkout-api/storage";
const DAY_MS: i64 = 86_400_000;

#[tokio::test]
async fn periods_are_set_over_the_api_and_new_suites_get_those_of_the_server() {
    let new_suites = Retention { executions: Keep::Days(90), aggregates: Keep::Days(730) };
    let app = TestApp::builder().settings(|settings| settings.retention.new_suites = new_suites).start().await;
    let none = app.get(STORAGE).await.json();
    assert_eq!((&none["retention_days"], &none["executions"], &none["bytes_per_execution"]), (&Value::Null, &json!(0), &Value::Null));
    assert_eq!(app.send(Method::PATCH, &app.s(""), &json!({ "retention_days": 30 })).await.status, 200);
    assert_eq!(app.get(STORAGE).await.json()["retention_days"], 30);
    let refused = app.send(Method::PATCH, &app.s(""), &json!({ "retention_days": 0.5 })).await;
    assert_eq!(refused.message(), "Validation failed: Retention days must be a whole number from 1 to 36500, or null");
    assert_eq!(app.send(Method::PATCH, &app.s(""), &json!({ "retention_days": null })).await.status, 200);
    assert_eq!(app.get(STORAGE).await.json()["retention_days"], Value::Null);
    app.post(&app.a("/suites"), &json!({ "name": "New" })).await;
    let new = app.get("/v2/proctor/organizations/northwind/suites/new/storage").await.json();
    assert_eq!((&new["retention_days"], &new["aggregates_days"]), (&json!(90), &json!(730)));
    assert_eq!(app.get("/v2/proctor/organizations/northwind/suites/none/storage").await.status, 404);
    let token = app.token_with(&["read_organizations"]).await;
    assert_eq!(app.get_as(&token, STORAGE).await.status, 403);
}

#[tokio::test]
async fn a_run_past_its_retention_lists_no_failures_and_keeps_its_result() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    let sent = app.upload(&envelope("old", &[record("a", "failed"), record("b", "passed")])).await.json();
    let run = format!("/runs/{}", sent["run_id"].as_str().expect("an id"));
    assert_eq!(app.get(&app.s(&format!("{run}/failed_executions"))).await.array().len(), 1);
    let before = app.get(&app.s(&run)).await.json();
    let stored = app.get(STORAGE).await.json();
    assert_eq!((&stored["executions"], &stored["days"][0]["day"]), (&json!(2), &json!(Day::of(app.now()).to_string())));
    assert!(stored["bytes_per_execution"].as_f64().expect("a number") > 0.0);

    app.send(Method::PATCH, &app.s(""), &json!({ "retention_days": 1 })).await;
    app.clock().advance_ms(2 * DAY_MS);
    let done = app.app.store.apply_retention(app.now()).await.expect("retention");
    assert_eq!((done.executions_deleted, done.executions_aggregated), (2, 2));
    let failures = app.get(&app.s(&format!("{run}/failed_executions"))).await;
    assert_eq!((failures.status, failures.text.as_str()), (200, "[]"));
    assert_eq!(app.get(&app.s(&run)).await.json()["result"], before["result"]);
    let receipt = app.get(&app.s(&format!("/uploads/{}", sent["upload_id"].as_str().expect("an id")))).await;
    assert_eq!(receipt.status, 200);
    let stored = app.get(STORAGE).await.json();
    assert_eq!((&stored["executions"], &stored["aggregated_executions"]), (&json!(0), &json!(2)));
    assert_eq!(stored["bytes"], 0);
}
