//! `rest-api.md`, section 4, Runs: 29 to 34 and 43.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, NOW, TestApp, assert_conforms, envelope, record};

const BUILD: &str = "3ce1268c-9c80-42e3-bfec-3fee8ed2305d";

fn of_build(build: &str) -> Value {
    let run_env = json!({ "CI": "buildkite", "key": build, "branch": "refs/heads/retry", "commit_sha": "70093d3" });
    json!({ "format": "json", "run_env": run_env, "data": [record("adds", "failed")] })
}

// contract: runs 29, 30
#[tokio::test]
async fn a_run_in_list_and_alone() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    let id = app.run_of(&of_build(BUILD)).await;
    let list = app.get(&app.s("/runs")).await;
    let one = app.get(&app.s(&format!("/runs/{}", id.to_uppercase()))).await;
    let expected = json!({
        "id": id,
        "branch": "retry",
        "commit_sha": "70093d3",
        "state": "finished",
        "result": "failed",
        "url": app.url(&app.s(&format!("/runs/{id}"))),
        "web_url": app.url(&format!("/organizations/northwind/analytics/suites/checkout-api/runs/{id}")),
        "build_id": BUILD,
        "created_at": NOW,
    });
    assert_eq!(list.json(), json!([expected]));
    assert_eq!((one.status, one.json()), (200, expected));
    assert_conforms("listRuns", 200, &list.json());
    assert_conforms("getRun", 200, &one.json());
}

// contract: runs 31
#[tokio::test]
async fn newest_first() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    let mut ids = app.runs(3).await;
    // A further upload does not move its run.
    app.run_of(&envelope("run-0", &[record("adds", "passed")])).await;
    ids.reverse();
    let list = app.get(&app.s("/runs")).await.array();
    assert_eq!(list.iter().map(|run| run["id"].as_str().expect("text")).collect::<Vec<_>>(), ids);
}

// contract: runs 32, 33
#[tokio::test]
async fn runs_of_a_build() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    let id = app.run_of(&of_build(BUILD)).await;
    app.runs(2).await;
    for build in [BUILD.to_owned(), BUILD.to_uppercase()] {
        let list = app.get(&app.s(&format!("/runs?build_id={build}"))).await.array();
        assert_eq!(list.iter().map(|run| &run["id"]).collect::<Vec<_>>(), [&json!(id)]);
    }
    let unknown = app.get(&app.s("/runs?build_id=00000000-0000-0000-0000-000000000001")).await;
    assert_eq!((unknown.status, unknown.text.as_str()), (200, "[]"));
    for build in ["abc", "5", "3ce1268c9c8042e3bfec3fee8ed2305d"] {
        let bad = app.get(&app.s(&format!("/runs?build_id={build}"))).await;
        assert_eq!((bad.status, bad.message().as_str()), (400, "build_id must be a UUID"), "{build}");
    }
    for query in ["build_id=", "build_id", "build_id=%20", "branch=nope", "state=x"] {
        assert_eq!(app.get(&app.s(&format!("/runs?{query}"))).await.array().len(), 3, "{query}");
    }
}

// contract: runs 34
#[tokio::test]
async fn runs_that_are_not_here() {
    let app = TestApp::start().await;
    let other = app.new_suite("Other").await;
    let elsewhere = app.upload_to(&other, &envelope("run", &[record("adds", "passed")])).await.json();
    let elsewhere = elsewhere["run_id"].as_str().expect("an id").to_owned();
    assert_eq!(app.get(&app.a(&format!("/suites/other/runs/{elsewhere}"))).await.status, 200);
    for id in [elsewhere.as_str(), "f3faa8e8-79ea-4723-8ad5-cfbc1d74bd1c", "5", "%7Bf3faa8e8%7D", "f3faa8e879ea47238ad5cfbc1d74bd1c"] {
        for rest in ["", "/failed_executions"] {
            let answer = app.get(&app.s(&format!("/runs/{id}{rest}"))).await;
            assert_eq!((answer.status, answer.message().as_str()), (404, "No run found"), "{id}");
        }
    }
}

// contract: runs 43
#[tokio::test]
async fn what_is_unknown_is_an_empty_text() {
    let app = TestApp::start().await;
    let id = app.run_of(&envelope("no-uuid", &[])).await;
    let run = app.get(&app.s(&format!("/runs/{id}"))).await.json();
    assert_eq!((&run["branch"], &run["commit_sha"], &run["build_id"]), (&json!(""), &json!(""), &json!("")));
    assert_eq!((&run["state"], &run["result"]), (&json!("finished"), &json!("pending")));
}

#[tokio::test]
async fn an_upload_and_its_receipt() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    let run_env = json!({ "key": "k", "CI": "buildkite", "number": 5, "extra": { "a": [1] } });
    let data = json!([record("adds", "passed"), { "result": "passed" }]);
    let answer = app.upload(&json!({ "format": "json", "run_env": run_env, "tags": { "host.arch": "arm64" }, "data": data })).await.json();
    let upload = app.get(&app.s(&format!("/uploads/{}", answer["id"].as_str().expect("an id")))).await;
    assert_conforms("getUpload", 200, &upload.json());
    let upload = upload.json();
    for (key, value) in [
        ("id", answer["id"].clone()),
        ("suite_id", json!(app.suite.suite.id.to_string())),
        ("organization_id", json!(app.organization.id.to_string())),
        ("run_id", answer["run_id"].clone()),
        ("run_env", run_env),
        ("tags", json!({ "host.arch": "arm64" })),
        ("uploaded_at", json!(NOW)),
        ("format", json!("json")),
        ("status", json!("succeeded")),
        ("reason_code", json!(null)),
        ("queued", json!(1)),
        ("skipped", json!(1)),
        ("problems", json!([{ "index": 1, "reason_code": "name_missing", "message": "name is missing" }])),
        ("notices", json!([])),
        ("resends", json!(0)),
        ("last_resent_at", json!(null)),
    ] {
        assert_eq!(upload[key], value, "{key}");
    }
    for id in ["f3faa8e8-79ea-4723-8ad5-cfbc1d74bd1c", "x"] {
        assert_eq!(app.get(&app.s(&format!("/uploads/{id}"))).await.message(), "No upload found");
    }
}

#[tokio::test]
async fn all_executions_of_a_run() {
    let app = TestApp::start().await;
    let records = [record("a", "passed"), record("b", "failed"), record("c", "skipped")];
    let id = app.run_of(&envelope("run", &records)).await;
    let path = format!("/v2/proctor/organizations/northwind/suites/checkout-api/runs/{id}/executions");
    let all = app.get(&path).await.array();
    let shown: Vec<_> = all.iter().map(|execution| (execution["name"].as_str(), execution["result"].as_str())).collect();
    assert_eq!(shown, [(Some("c"), Some("skipped")), (Some("b"), Some("failed")), (Some("a"), Some("passed"))]);
    assert_eq!((&all[0]["scope"], &all[0]["file_name"], &all[0]["test_name"]), (&json!("Cart"), &json!("cart.rb"), &json!("Cart c")));
    assert_eq!(app.get(&format!("{path}?result=passed")).await.array().len(), 1);
    assert_eq!(app.get(&format!("{path}?result=")).await.array().len(), 3);
    assert_eq!(app.get(&format!("{path}?per_page=2")).await.rels(), ["next", "last"]);
    let bad = app.get(&format!("{path}?result=PASSED")).await;
    assert_eq!((bad.status, bad.message().as_str()), (422, "result must be one of passed, failed, skipped, pending, unknown"));
    assert_eq!(Answer::to(app.anonymous(Method::GET, &path)).await.status, 401);
}
