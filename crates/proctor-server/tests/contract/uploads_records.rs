//! `uploads.md`, sections 5 to 9: what is stored of records and their tags.

use proctor_core::record::SpanDetail;
use proctor_core::result::TestResult;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::uploads_support::{count, envelope, executions, passed, record, stored_run, stored_upload, upload_bytes};

// contract: uploads 28
#[tokio::test]
async fn a_bad_record_does_not_spoil_its_neighbours() {
    let app = TestApp::start().await;
    let mut data = passed(10);
    data.as_array_mut().unwrap().insert(4, json!({ "scope": "Cart" }));
    let answer = app.upload(&envelope("k", data)).await;
    assert_eq!((&answer.json()["queued"], &answer.json()["skipped"]), (&json!(10), &json!(1)));
    assert_eq!(answer.json()["errors"], json!(["data[4]: name is missing"]));
    let stored = executions(&app, &answer).await;
    assert_eq!(
        stored.iter().map(|one| proctor_core::identity::execution_index(one.id)).collect::<Vec<_>>(),
        [0, 1, 2, 3, 5, 6, 7, 8, 9, 10]
    );
    let receipt = stored_upload(&app, &answer).await.receipt;
    assert_eq!((receipt.skipped, receipt.problems[0].index, receipt.problems[0].reason.code()), (1, 4, "name_missing"));
}

// contract: uploads 29
#[tokio::test]
async fn all_records_bad_is_still_202() {
    let app = TestApp::start().await;
    let data: Value = (0..60).map(|_| json!({ "name": null })).collect();
    let answer = app.upload(&envelope("k", data)).await;
    assert_eq!(answer.status, 202);
    assert_eq!((&answer.json()["queued"], &answer.json()["skipped"]), (&json!(0), &json!(60)));
    assert_eq!(answer.json()["errors"].as_array().unwrap().len(), 50);
}

// contract: uploads 30
#[tokio::test]
async fn results_that_nobody_knows() {
    let app = TestApp::start().await;
    let data = json!([{ "name": "a" }, { "name": "b", "result": null }, record("c", "weird"), record("d", "pending")]);
    let answer = app.upload(&envelope("k", data)).await;
    let stored = executions(&app, &answer).await;
    assert_eq!((count(&stored, TestResult::Unknown), count(&stored, TestResult::Pending)), (3, 1));
    let warnings = stored_upload(&app, &answer).await.receipt.warnings;
    assert!(warnings.iter().any(|warning| warning.index == Some(2) && warning.code == "unknown_result"), "{warnings:?}");
}

// contract: uploads 32
// contract: uploads 33
#[tokio::test]
async fn identity_is_scope_and_name_byte_for_byte() {
    let app = TestApp::start().await;
    let data = json!([
        { "scope": " a b", "name": "n", "location": "a.rb:12" },
        { "scope": " a b", "name": "n", "location": "a.rb:13" },
        { "scope": "a b", "name": "n" },
        { "scope": null, "name": "n" },
        { "scope": "", "name": "n" },
        { "name": "n" },
    ]);
    let stored = executions(&app, &app.upload(&envelope("k", data)).await).await;
    let id = |at: usize| stored[at].test_id;
    assert_eq!(stored.len(), 6);
    assert_eq!((id(0), id(3), id(3)), (id(1), id(4), id(5)));
    assert!(id(0) != id(2) && id(2) != id(3));
    let expected = proctor_core::identity::test_id(app.suite.suite.id, " a b", "n");
    assert_eq!(id(0), expected);
}

// contract: uploads 35
// contract: uploads 36
// contract: uploads 42
#[tokio::test]
async fn clocks_and_durations_of_senders() {
    let app = TestApp::start().await;
    let history = |history: Value| json!({ "name": "n", "result": "passed", "history": history, "failure_reason": "not this time" });
    let data: Value = [
        json!({ "start_at": 1_795_476_540_009_u64, "duration": 0 }),
        json!({ "start_at": -0.015, "duration": null }),
        json!({ "start_at": null }),
        json!({}),
        json!(null),
    ]
    .map(history)
    .into_iter()
    .collect();
    let answer = app.upload(&envelope("k", data)).await;
    let stored = executions(&app, &answer).await;
    assert_eq!(stored.iter().map(|one| one.duration).collect::<Vec<_>>(), [Some(0.0), None, None, None, None]);
    assert!(stored.iter().all(|one| one.created_at == stored[0].created_at && one.result == TestResult::Passed));
    assert_eq!(stored_run(&app, &answer).await.counts.of(TestResult::Passed), 5);
}

// contract: uploads 38
// contract: uploads 39
#[tokio::test]
async fn failures_in_every_form() {
    let app = TestApp::start().await;
    let forms = [json!(null), json!([]), json!([{}]), json!([{ "expanded": [] }]), json!([{ "backtrace": null }]), json!("text")];
    let mut data: Vec<Value> = forms.iter().map(|form| json!({ "name": "n", "result": "failed", "failure_expanded": form })).collect();
    data.push(json!({ "name": "n", "result": "failed", "failure_reason": "x".repeat(300 * 1024) }));
    let stored = executions(&app, &app.upload(&envelope("k", data.into())).await).await;
    assert_eq!(stored.len(), 7);
    assert_eq!(stored[5].failure_expanded[0].expanded, ["text"]);
    assert_eq!(stored[6].failure_reason.as_deref().map(str::len), Some(256 * 1024));
    assert!(stored[6].flags.truncated && !stored[5].flags.truncated);
}

// contract: uploads 40
#[tokio::test]
async fn text_that_is_no_text_is_repaired() {
    let app = TestApp::start().await;
    let body =
        r#"{"run_env":{"key":"k"},"data":[{"name":"a\u0000b"},{"name":"a\ud800b"},{"name":"a?b"}],"format":"json","tags":{"a":"x\u0000"}}"#;
    let mut bytes = body.as_bytes().to_vec();
    let at = bytes.iter().position(|byte| *byte == b'?').unwrap();
    bytes[at] = 0xFF;
    let stored = executions(&app, &upload_bytes(&app, "application/json", bytes).await).await;
    assert_eq!(stored.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["a\u{FFFD}b"; 3]);
}

// contract: uploads 41
#[tokio::test]
async fn spans_are_a_tree() {
    let app = TestApp::start().await;
    let span = json!({ "section": "sql", "duration": 0.1, "detail": "SELECT 1", "children": [{ "section": "sleep", "duration": 0.05 }] });
    let data = json!([{ "name": "n", "result": "passed", "history": { "duration": 1, "children": [span] } }]);
    let stored = executions(&app, &app.upload(&envelope("k", data)).await).await;
    assert_eq!(stored[0].spans[0].detail, SpanDetail::Text("SELECT 1".into()));
    assert_eq!(stored[0].spans[0].children[0].section, "sleep");
}

// contract: uploads 44
// contract: uploads 49
#[tokio::test]
async fn the_higher_level_of_tags_wins() {
    let app = TestApp::start().await;
    let data = json!([{ "name": "a", "tags": { "team": "b", "scm.branch": "x" } }, { "name": "b" }]);
    let body = json!({ "format": "json", "run_env": { "key": "k", "branch": "main" }, "tags": { "team": "a" }, "data": data });
    let answer = app.upload(&body).await;
    let stored = executions(&app, &answer).await;
    assert_eq!((stored[0].tags.get("team"), stored[1].tags.get("team")), (Some("b"), Some("a")));
    let run = answer.json()["run_id"].as_str().unwrap().to_owned();
    let suite = format!("/v2/proctor/organizations/{}/suites/{}", app.organization.slug, app.suite.suite.slug);
    let shown = app.get(&format!("{suite}/runs/{run}/executions")).await.array();
    assert_eq!(shown.len(), 2);
    // `rest-api.md`, 2.6: that tag repeats another field and does not show, whoever sent it.
    for execution in &shown {
        assert_eq!((&execution["branch"], &execution["tags"]["scm.branch"]), (&json!("main"), &Value::Null), "{execution}");
    }
}

// contract: uploads 45
// contract: uploads 46
// contract: uploads 47
#[tokio::test]
async fn tags_that_break_a_rule_go_and_their_execution_stays() {
    let app = TestApp::start().await;
    let (fits, long) = ("k".repeat(63), "l".repeat(64));
    let tags = [
        json!({ fits.clone(): "a", long.clone(): "b", "value": "v".repeat(127), "other": "w".repeat(128) }),
        json!({ "1x": "a", "a b": "b", "mut": "c", "mut.x": "d", "blank": " ", "mutation": "e" }),
        json!({ "service": "a", "service.name": "b", "list": [1], "number": 7, "flag": true, "nothing": null }),
    ];
    let data: Value = tags.iter().map(|tags| json!({ "name": "n", "tags": tags })).collect();
    let answer = app.upload(&envelope("k", data)).await;
    let stored = executions(&app, &answer).await;
    let keys = |at: usize| stored[at].tags.as_slice().iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>();
    assert_eq!(keys(0), [fits.as_str(), "value"]);
    assert_eq!(keys(1), ["mutation"]);
    assert_eq!(keys(2), ["flag", "number", "service"]);
    assert_eq!(stored[2].tags.get("number"), Some("7"));
}

// contract: uploads 48
#[tokio::test]
async fn the_eleventh_tag_is_dropped_with_a_warning() {
    let app = TestApp::start().await;
    let tags: serde_json::Map<String, Value> = (0..11).map(|number| (format!("t{number:02}"), json!("x"))).collect();
    let body = json!({ "run_env": { "key": "k" }, "tags": tags, "data": [{ "name": "n", "tags": tags }] });
    let answer = app.upload(&body).await;
    let stored = executions(&app, &answer).await;
    assert_eq!(stored[0].tags.as_slice().len(), 10);
    let upload = stored_upload(&app, &answer).await;
    assert_eq!(upload.tags.as_slice().len(), 10);
    let dropped: Vec<_> = upload.receipt.warnings.iter().map(|warning| (warning.index, warning.code.as_str())).collect();
    assert_eq!(dropped, [(None, "tag_dropped"), (Some(0), "tag_dropped")]);
    assert!(upload.receipt.warnings[0].message.contains("t10"));
}

/// `rest-api.md`, 2.1: a sender's tag may name the build.
#[tokio::test]
async fn a_build_id_may_come_from_a_tag() {
    let app = TestApp::start().await;
    let build = "3ce1268c-9c80-42e3-bfec-3fee8ed2305d";
    let answer = app.upload(&json!({ "run_env": { "key": "k" }, "tags": { "build.id": build }, "data": [] })).await;
    assert_eq!(stored_run(&app, &answer).await.details.build_id.map(|id| id.to_string()).as_deref(), Some(build));
}
