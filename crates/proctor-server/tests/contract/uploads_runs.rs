//! `uploads.md`, section 10, and `rest-api.md`, section 2.2: what uploads do to their runs.

use std::time::Duration;

use proctor_core::result::TestResult;
use serde_json::json;

use crate::support::{Answer, TestApp};
use crate::uploads_support::{
    Form, Raw, envelope, executions, only_run_shows, passed, record, run_id, runs_of, stored_run, stored_upload, until_run_shows,
    upload_form, upload_id,
};

// contract: uploads 18
// contract: runs 35
#[tokio::test]
async fn simultaneous_uploads_share_one_new_run() {
    let app = TestApp::start().await;
    let uploads = (0..8).map(|number| {
        let envelope = envelope("k", json!([record(&format!("test {number}"), "passed")]));
        let app = &app;
        async move { app.upload(&envelope).await }
    });
    let answers: Vec<Answer> = futures_util::future::join_all(uploads).await;
    assert!(answers.iter().all(|answer| run_id(answer) == run_id(&answers[0])));
    assert_eq!(runs_of(&app, &app.suite).await.len(), 1);
    assert_eq!(stored_run(&app, &answers[0]).await.counts.total(), 8);
}

// contract: uploads 22
// contract: uploads 23
// contract: uploads 24
#[tokio::test]
async fn the_first_value_given_wins() {
    let app = TestApp::start().await;
    let upload = |branch: serde_json::Value| json!({ "run_env": { "key": "k", "branch": branch, "url": null, "message": "" }, "data": [] });
    app.upload(&upload(json!(""))).await;
    let second = app.upload(&upload(json!("refs/heads/main"))).await;
    let third = app.upload(&upload(json!("dev"))).await;
    let run = stored_run(&app, &third).await;
    assert_eq!(run.details.branch.as_deref(), Some("main"));
    assert_eq!((run.details.url, run.details.message, run.details.commit_sha), (None, None, None));
    let run_env: serde_json::Value = serde_json::from_str(&stored_upload(&app, &second).await.run_env_json).unwrap();
    assert_eq!(run_env, json!({ "key": "k", "branch": "refs/heads/main", "url": null, "message": "" }));
}

// contract: uploads 25
#[tokio::test]
async fn a_run_needs_a_key() {
    let app = TestApp::start().await;
    for run_env in [json!({ "key": " " }), json!({ "key": null }), json!({}), json!(null)] {
        let answer = app.upload(&json!({ "format": "json", "run_env": run_env, "data": [] })).await;
        assert_eq!(answer.status, 422);
        assert!(answer.message().contains("BUILDKITE_BUILD_ID"));
    }
    let form = Form::new().field("format", "json").field("run_env[key]", "").field("data", "[]");
    assert_eq!(upload_form(&app, form).await.status, 422);
    let answer = app.upload(&envelope(&"k".repeat(10_000), json!([]))).await;
    assert_eq!((answer.status, answer.message().as_str()), (422, "run_env[key] is 10000 bytes long, but may have 1024 at most"));
    assert_eq!(app.upload(&envelope(&"k".repeat(1_024), json!([]))).await.status, 202);
}

// contract: uploads 26
// contract: uploads 27
// contract: runs 37
// contract: runs 39
// contract: runs 40
#[tokio::test]
async fn results_of_runs() {
    let app = TestApp::start().await;
    app.upload(&envelope("k", json!([record("a", "skipped")]))).await;
    assert_eq!(only_run_shows(&app).await, Some(("finished".to_owned(), "passed".to_owned())));
    app.upload(&envelope("k", json!([record("a", "failed"), record("a", "passed")]))).await;
    assert_eq!(only_run_shows(&app).await, Some(("finished".to_owned(), "failed".to_owned())));
    app.upload(&envelope("k", passed(3))).await;
    assert_eq!(only_run_shows(&app).await, Some(("finished".to_owned(), "failed".to_owned())));
}

// contract: runs 36
// contract: runs 38
#[tokio::test]
async fn a_run_is_running_while_an_upload_arrives() {
    let app = TestApp::start().await;
    let body = envelope("k", passed(2)).to_string();
    for result_before in ["pending", "passed"] {
        let mut raw = Raw::upload(&app, &format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len())).await;
        raw.send(&body[..body.len() - 1]).await;
        until_run_shows(&app, "running", result_before).await;
        assert!(raw.is_silent_for(Duration::from_millis(50)).await);
        raw.send(&body[body.len() - 1..]).await;
        assert_eq!(raw.answer().await.status, 202);
        assert_eq!(only_run_shows(&app).await, Some(("finished".to_owned(), "passed".to_owned())));
    }
}

// contract: runs 36
#[tokio::test]
async fn a_run_is_running_while_a_form_arrives() {
    let app = TestApp::start().await;
    let form = Form::new().field("run_env[key]", "k").field("format", "json").field("data", passed(2).to_string()).bytes();
    let mut raw = Raw::upload(&app, &format!("Content-Type: {}\r\nContent-Length: {}\r\n", Form::CONTENT_TYPE, form.len())).await;
    raw.send(&form[..form.len() / 2]).await;
    until_run_shows(&app, "running", "pending").await;
    raw.send(&form[form.len() / 2..]).await;
    assert_eq!(raw.answer().await.status, 202);
    assert_eq!(only_run_shows(&app).await, Some(("finished".to_owned(), "passed".to_owned())));
}

// contract: runs 42
#[tokio::test]
async fn a_refused_upload_does_not_leave_its_run_running() {
    let app = TestApp::start().await;
    let body = "{\"run_env\":{\"key\":\"k\"},\"format\":\"json\",\"data\":[{\"name\":\"a\"},}";
    let head = format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len());
    let mut raw = Raw::upload(&app, &head).await;
    raw.send(&body[..50]).await;
    until_run_shows(&app, "running", "pending").await;
    raw.send(&body[50..]).await;
    assert_eq!(raw.answer().await.status, 400);
    assert_eq!(only_run_shows(&app).await, None);
    // The same when the sender hangs up.
    let mut raw = Raw::upload(&app, &head).await;
    raw.send(&body[..50]).await;
    until_run_shows(&app, "running", "pending").await;
    drop(raw);
    until_there_is_no_run(&app).await;
    // A run that something else belongs to stays.
    app.upload(&envelope("k", passed(1))).await;
    let mut raw = Raw::upload(&app, &head).await;
    raw.send(&body[..50]).await;
    until_run_shows(&app, "running", "passed").await;
    drop(raw);
    until_run_shows(&app, "finished", "passed").await;
}

async fn until_there_is_no_run(app: &TestApp) {
    for _ in 0..500 {
        if only_run_shows(app).await.is_none() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the run stayed");
}

// contract: runs 41
#[tokio::test]
async fn a_run_without_results_goes_stale_and_comes_back() {
    let app = TestApp::builder().manual_clock("2026-04-09T18:22:05.031Z").start().await;
    app.upload(&envelope("k", json!([]))).await;
    assert_eq!(only_run_shows(&app).await, Some(("finished".to_owned(), "pending".to_owned())));
    app.clock().advance_ms(24 * 3_600 * 1_000 + 1);
    assert_eq!(only_run_shows(&app).await, Some(("finished".to_owned(), "stale".to_owned())));
    app.upload(&envelope("k", passed(1))).await;
    assert_eq!(only_run_shows(&app).await, Some(("finished".to_owned(), "passed".to_owned())));
}

/// A sender that hangs up after its last byte still gets its upload stored.
#[tokio::test]
async fn an_upload_outlives_its_connection() {
    let app = TestApp::start().await;
    let body = envelope("k", passed(20_000)).to_string();
    let mut raw = Raw::upload(&app, &format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len())).await;
    raw.send(&body).await;
    drop(raw);
    until_run_shows(&app, "finished", "passed").await;
    assert_eq!(runs_of(&app, &app.suite).await[0].counts.of(TestResult::Passed), 20_000);
}

/// A run named a second time after it has been announced under the first name.
#[tokio::test]
async fn the_last_of_two_run_keys_counts() {
    let app = TestApp::start().await;
    let body = "{\"run_env\":{\"key\":\"first\"},\"format\":\"json\",\"data\":[{\"name\":\"a\"}],\"run_env\":{\"key\":\"second\"}}";
    let mut raw = Raw::upload(&app, &format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len())).await;
    raw.send(&body[..40]).await;
    until_run_shows(&app, "running", "pending").await;
    raw.send(&body[40..]).await;
    assert_eq!(raw.answer().await.status, 202);
    let runs = runs_of(&app, &app.suite).await;
    assert_eq!(runs.iter().map(|run| run.key.as_str()).collect::<Vec<_>>(), ["second"]);
    assert_eq!(runs[0].status.uploads_in_flight, 0);
}

// contract: uploads 37
#[tokio::test]
async fn created_at_is_the_moment_of_the_last_byte() {
    let app = TestApp::start().await;
    let before = app.now();
    let answer = app.upload(&envelope("k", passed(3))).await;
    let after = app.now();
    let stored = executions(&app, &answer).await;
    assert!(stored.iter().all(|execution| execution.created_at == stored[0].created_at));
    assert!(before <= stored[0].created_at && stored[0].created_at <= after);
    assert_eq!(upload_id(&answer), stored[0].upload_id);
}
