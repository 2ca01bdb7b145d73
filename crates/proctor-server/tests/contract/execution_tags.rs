//! `rest-api.md`, section 4, Builds, tags, ownership: 81 and 82.

use std::time::Duration;

use proctor_store::StoreError;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, NOW, TestApp, assert_conforms, envelope, record};

async fn failed(app: &TestApp, key: &str, names: &[&str]) -> Vec<String> {
    let records: Vec<Value> = names.iter().map(|name| record(name, "failed")).collect();
    let run = app.run_of(&envelope(key, &records)).await;
    let failed = app.get(&app.s(&format!("/runs/{run}/failed_executions"))).await.array();
    failed.iter().map(|execution| execution["execution_id"].as_str().expect("an id").to_owned()).collect()
}

/// The tags that the failed executions of the newest run show.
async fn shown(app: &TestApp) -> Vec<Value> {
    let run = app.get(&app.s("/runs")).await.array()[0]["id"].as_str().expect("an id").to_owned();
    let failed = app.get(&app.s(&format!("/runs/{run}/failed_executions"))).await.array();
    failed.iter().map(|execution| execution["tags"].clone()).collect()
}

async fn put(app: &TestApp, executions: Value) -> Answer {
    app.send(Method::PUT, &app.s("/execution-tags"), &json!({ "executions": executions })).await
}

/// What is stored, as (position, tags).
async fn stored(app: &TestApp) -> Result<Vec<(u32, String)>, StoreError> {
    Ok(app.app.store.execution_tags(app.suite.suite.id).await?.into_iter().map(|(_, index, tags)| (index, tags)).collect())
}

// contract: general 81, 82
#[tokio::test]
async fn one_set_replaces_another() {
    let app = TestApp::builder().manual_clock(NOW).settings(|settings| settings.execution_tags.interval = Duration::ZERO).start().await;
    let ids = failed(&app, "run", &["a", "b"]).await;
    let answer = put(&app, json!([{ "id": ids[1], "tags": { "mut.cause": "dns", "mut.ticket": "NW-318" } }])).await;
    assert_eq!((answer.status, answer.text.as_str()), (200, "{}"));
    assert_conforms("updateExecutionTags", 200, &answer.json());
    assert_eq!(stored(&app).await.expect("tags"), [(0, r#"{"mut.cause":"dns","mut.ticket":"NW-318"}"#.to_owned())]);
    assert_eq!(shown(&app).await, [json!({}), json!({ "mut.cause": "dns", "mut.ticket": "NW-318" })]);
    // all are replaced; of an id that comes twice the last set counts
    let twice = json!([{ "id": ids[1], "tags": {} }, { "id": ids[1].to_uppercase(), "tags": { "mut.cause": "oom" } }]);
    assert_eq!(put(&app, twice).await.status, 200);
    assert_eq!(stored(&app).await.expect("tags"), [(0, r#"{"mut.cause":"oom"}"#.to_owned())]);
    assert_eq!(shown(&app).await[1], json!({ "mut.cause": "oom" }));
    // who is unknown, or of another suite, is left out
    let other = app.new_suite("Other").await;
    app.upload_to(&other, &envelope("run", &[record("a", "failed")])).await;
    let path = app.a("/suites/other/execution-tags");
    let foreign = json!({ "executions": [{ "id": ids[1], "tags": {} }, { "id": "1e07ea63-524c-498f-94dc-77a72ed0d50a", "tags": {} }] });
    assert_eq!(app.send(Method::PUT, &path, &foreign).await.status, 200);
    assert_eq!(stored(&app).await.expect("tags").len(), 1);
    assert_eq!(put(&app, json!([{ "id": ids[1], "tags": {} }])).await.status, 200);
    assert_eq!(stored(&app).await.expect("tags"), []);
    assert_eq!(shown(&app).await, [json!({}), json!({})]);
}

// contract: general 82
#[tokio::test]
async fn one_wrong_entry_refuses_all() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    let ids = failed(&app, "run", &["a", "b"]).await;
    let good = json!({ "id": ids[0], "tags": { "mut.a": "x" } });
    let eleven: serde_json::Map<String, Value> = (0..11).map(|number| (format!("mut.k{number}"), json!("v"))).collect();
    for (entry, message) in [
        (
            json!({ "id": ids[1], "tags": { "cause": "dns" } }),
            format!("executions[1] ({}) tag \"cause\": the key must begin with mut.", ids[1]),
        ),
        (json!({ "id": ids[1], "tags": eleven }), format!("executions[1] ({}) may have at most 10 tags", ids[1])),
        (json!({ "id": "7", "tags": {} }), "executions[1].id must be a UUID".to_owned()),
    ] {
        let refused = put(&app, json!([good, entry])).await;
        assert_eq!((refused.status, refused.message()), (422, message));
    }
    assert_eq!(put(&app, json!({})).await.message(), "executions must be an array");
    assert_eq!(app.send(Method::PUT, &app.s("/execution-tags"), &json!([])).await.message(), "Request body must be a JSON object");
    assert_eq!(stored(&app).await.expect("tags"), []);
    assert_eq!(put(&app, json!([good])).await.status, 200, "refused requests do not use the turn up");
    app.clock().advance_ms(20_500);
    let limited = put(&app, json!([good])).await;
    assert_eq!((limited.status, limited.header("ratelimit-reset"), limited.header("retry-after")), (429, Some("40"), Some("40")));
    assert_eq!(limited.message(), "You have exceeded your API rate limit. Please wait 40 seconds before making more requests.");
    assert_eq!(limited.json()["reset"], 40);
    assert_eq!(put(&app, json!([{}])).await.status, 422, "the body comes before the limit");
    app.clock().advance_ms(39_500);
    assert_eq!(put(&app, json!([{ "id": ids[0], "tags": {} }])).await.status, 200);
    assert_eq!(stored(&app).await.expect("tags"), []);
}

#[tokio::test]
async fn bodies_may_be_large_but_not_endless() {
    let settings = |settings: &mut proctor_server::Settings| {
        settings.execution_tags.executions_max = 20_000;
        settings.execution_tags.body_bytes_max = 3 << 20;
    };
    let app = TestApp::builder().settings(settings).start().await;
    let entry =
        |number: u128| json!({ "id": proctor_core::id::Uuid::from_u128(number).to_string(), "tags": { "mut.number": number.to_string() } });
    let entries = |count: u128| (0..count).map(entry).collect::<Vec<_>>();
    let many = put(&app, json!(entries(20_001))).await;
    assert_eq!((many.status, many.message().as_str()), (422, "executions may have at most 20000 entries"));
    assert_eq!(put(&app, json!(entries(20_000))).await.status, 200, "more than an ordinary body may have");
    let large = put(&app, json!([{ "id": "x".repeat(3 << 20) }])).await;
    assert_eq!((large.status, large.message().as_str()), (413, "Request body is too large"));
}
