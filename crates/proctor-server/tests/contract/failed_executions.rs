//! `rest-api.md`, section 4, Failed executions: 44 to 51.

use serde_json::{Value, json};

use crate::support::{Answer, NOW, TestApp, assert_conforms, envelope, record};

async fn failed(app: &TestApp, run: &str, query: &str) -> Answer {
    let answer = app.get(&app.s(&format!("/runs/{run}/failed_executions{query}"))).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_conforms("listFailedExecutions", 200, &answer.json());
    answer
}

fn with(mut record: Value, key: &str, value: Value) -> Value {
    record[key] = value;
    record
}

// contract: failed executions 44
#[tokio::test]
async fn one_element_per_failure_and_nothing_else() {
    let app = TestApp::start().await;
    let reason = json!("not a failure");
    let records = [
        record("retried", "failed"),
        record("retried", "failed"),
        record("retried", "passed"),
        with(record("skipped", "skipped"), "failure_reason", reason.clone()),
        with(record("pending", "pending"), "failure_reason", reason.clone()),
        with(record("unknown", "unknown"), "failure_reason", reason),
    ];
    let run = app.run_of(&envelope("run", &records)).await;
    let names: Vec<Value> = failed(&app, &run, "").await.array().iter().map(|execution| execution["test_name"].clone()).collect();
    assert_eq!(names, ["Cart retried", "Cart retried"]);
    let passed = app.run_of(&envelope("passed", &[record("a", "passed")])).await;
    assert_eq!(failed(&app, &passed, "").await.text, "[]");
}

// contract: failed executions 45, 47
#[tokio::test]
async fn an_element_in_full() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    let run_env = json!({ "key": "run", "branch": "retry", "commit_sha": "70093d3" });
    let data = [with(record("declines", "failed"), "failure_reason", json!("expected 402,\n\u{1b}[31mgot\u{1b}[0m 500"))];
    let run = app.run_of(&json!({ "format": "json", "run_env": run_env, "data": data })).await;
    let element = failed(&app, &run, "").await.array().remove(0);
    let (execution, test) = (element["execution_id"].as_str().expect("an id"), element["test_id"].as_str().expect("an id"));
    let web = app.url("/organizations/northwind/analytics/suites/checkout-api");
    let expected = json!({
        "execution_id": execution,
        "run_id": run,
        "test_id": test,
        "run_name": run,
        "commit_sha": "70093d3",
        "branch": "retry",
        "created_at": NOW,
        "failure_reason": "expected 402,\n\u{1b}[31mgot\u{1b}[0m 500",
        "duration": 0.5,
        "location": "cart.rb:1",
        "test_name": "Cart declines",
        "run_url": format!("{web}/runs/{run}"),
        "test_url": format!("{web}/tests/{test}"),
        "test_execution_url": format!("{web}/tests/{test}?execution_id={execution}"),
        "tags": {},
    });
    assert_eq!(element, expected);
}

// contract: failed executions 46
#[tokio::test]
async fn failures_in_detail() {
    let app = TestApp::start().await;
    let detail = json!([{ "expanded": ["500 != 402"], "backtrace": ["cart.rb:1"] }, { "backtrace": null }]);
    let records = [record("plain", "failed"), with(record("detailed", "failed"), "failure_expanded", detail)];
    let run = app.run_of(&envelope("run", &records)).await;
    for query in ["", "?include_failure_expanded=false", "?include_failure_expanded=yes"] {
        assert!(failed(&app, &run, query).await.array().iter().all(|element| element.get("failure_expanded").is_none()));
    }
    for query in ["?include_failure_expanded=true", "?include_failure_expanded=1"] {
        let elements = failed(&app, &run, query).await.array();
        let is_texts = |value: &Value| value.as_array().is_some_and(|texts| texts.iter().all(Value::is_string));
        for item in elements.iter().flat_map(|element| element["failure_expanded"].as_array().expect("an array")) {
            assert!(is_texts(&item["backtrace"]) && is_texts(&item["expanded"]), "{item}");
        }
        assert_eq!(elements[0]["failure_expanded"][0], json!({ "backtrace": ["cart.rb:1"], "expanded": ["500 != 402"] }));
        assert_eq!(elements[1]["failure_expanded"], json!([]));
    }
}

// contract: failed executions 48, 49, 50
#[tokio::test]
async fn tags_are_merged_and_three_never_show() {
    let app = TestApp::start().await;
    let tags = json!({ "team": "execution", "retries": 3, "flag": true, "result": "x", "scm.branch": "y", "scm.commit_sha": "z" });
    let upload_tags = json!({ "team": "upload", "host.arch": "arm64" });
    let data = [with(record("a", "failed"), "tags", tags)];
    let run = app.run_of(&json!({ "format": "json", "run_env": { "key": "run" }, "tags": upload_tags, "data": data })).await;
    let element = failed(&app, &run, "").await.array().remove(0);
    assert_eq!(element["tags"], json!({ "flag": "true", "host.arch": "arm64", "retries": "3", "team": "execution" }));
    let plain = app.run_of(&envelope("plain", &[record("a", "failed")])).await;
    assert_eq!(failed(&app, &plain, "").await.array()[0]["tags"], json!({}));
}

// contract: failed executions 51
#[tokio::test]
async fn pages_of_long_failures() {
    let app = TestApp::start().await;
    let reason = "x".repeat(100 * 1024);
    let records: Vec<Value> =
        (0..3).map(|number| with(record(&format!("test {number}"), "failed"), "failure_reason", json!(reason))).collect();
    let run = app.run_of(&envelope("run", &records)).await;
    let first = failed(&app, &run, "?per_page=2").await;
    let second = failed(&app, &run, "?per_page=2&page=2").await;
    assert_eq!((first.array().len(), first.rels()), (2, vec!["next".to_owned(), "last".to_owned()]));
    assert_eq!((second.array().len(), second.rels()), (1, vec!["first".to_owned(), "prev".to_owned()]));
    assert_eq!(second.array()[0]["failure_reason"], json!(reason));
    assert_eq!(second.array()[0]["test_name"], "Cart test 0", "newest first is the reverse of the upload");
}

#[tokio::test]
async fn an_unknown_duration_is_null() {
    let app = TestApp::start().await;
    let run = app.run_of(&envelope("run", &[json!({ "name": "n", "result": "failed" })])).await;
    let element = failed(&app, &run, "").await.array().remove(0);
    assert_eq!((&element["duration"], &element["location"], &element["failure_reason"]), (&json!(null), &json!(""), &json!("")));
    assert_eq!(element["test_name"], "n", "a blank scope does not show");
}
