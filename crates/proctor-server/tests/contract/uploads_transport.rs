//! `uploads.md`, sections 1 to 3 and 13: transport, authentication, shapes and answers.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp};
use crate::uploads_support::{
    Form, Raw, capture, envelope, executions, gzip, passed, record, runs_of, stored_run, token, upload_bytes, upload_form, upload_id,
    upload_with,
};

const UNKNOWN: &str = "No test suite matches the supplied API token";

// contract: uploads 1
// contract: uploads 2
// contract: uploads 3
#[tokio::test]
async fn the_answer_suits_every_reader() {
    let app = TestApp::start().await;
    let answer = app.upload(&envelope("k", json!([record("a", "passed"), { "scope": "no name" }]))).await;
    assert_eq!(answer.status, 202);
    assert_eq!(answer.header("content-type"), Some("application/json; charset=utf-8"));
    let body: serde_json::Map<String, Value> = answer.json().as_object().unwrap().clone();
    let keys: Vec<&str> = body.keys().map(String::as_str).collect();
    assert_eq!(keys, ["id", "run_id", "queued", "skipped", "errors", "run_url", "upload_id", "upload_url"]);
    assert!(body["id"].is_string() && body["id"] == body["upload_id"] && body["run_id"].is_string());
    assert_eq!((&body["queued"], &body["skipped"]), (&json!(1), &json!(1)));
    assert_eq!(body["errors"], json!(["data[1]: name is missing"]));
    let suite = app.url(&format!("/organizations/{}/analytics/suites/{}", app.organization.slug, app.suite.suite.slug));
    assert_eq!(body["run_url"], format!("{suite}/runs/{}", body["run_id"].as_str().unwrap()));
    assert_eq!(body["upload_url"], format!("{suite}/uploads/{}", body["id"].as_str().unwrap()));
    assert!(!answer.text.contains('\n') && !answer.text.contains("\": "));
    assert_eq!(answer.text.matches("run_url").count(), 1);
}

// contract: uploads 4
#[tokio::test]
async fn every_spelling_of_the_token_works() {
    let app = TestApp::start().await;
    let secret = &app.suite.upload_token;
    for value in [
        format!("Token token=\"{secret}\""),
        format!("Token token={secret}"),
        format!("Token {secret}"),
        format!("Bearer {secret}"),
        format!("token TOKEN=\"{secret}\";"),
    ] {
        let request = app.anonymous(Method::POST, "/v1/uploads").header("authorization", &value).json(&envelope("k", json!([])));
        assert_eq!(Answer::to(request).await.status, 202, "{value}");
    }
}

// contract: uploads 5
#[tokio::test]
async fn without_a_token_nothing_is_read() {
    let app = TestApp::start().await;
    for authorization in [None, Some("Token token=\"nobody\""), Some("Token token=\"\""), Some("Bearer a.b.c"), Some("Basic eDp5")] {
        let mut request = app.anonymous(Method::POST, "/v1/uploads").header("content-type", Form::CONTENT_TYPE).body("not read");
        if let Some(value) = authorization {
            request = request.header("authorization", value);
        }
        let answer = Answer::to(request).await;
        assert_eq!((answer.status, answer.message().as_str()), (401, UNKNOWN), "{authorization:?}");
        assert_eq!(answer.header("www-authenticate"), Some("Token"));
    }
    let mut raw = Raw::connect(&app).await;
    raw.send("POST /v1/uploads HTTP/1.1\r\nHost: t\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 50000000\r\n\r\n")
        .await;
    assert_eq!(raw.answer().await.status, 401);
    // What was announced is still read, so that the answer is not lost in a reset.
    raw.send(vec![b'x'; 1_000_000]).await;
}

#[tokio::test]
async fn a_rotated_token_and_a_disabled_suite_stop_at_once() {
    let app = TestApp::start().await;
    assert_eq!(app.upload(&envelope("k", json!([]))).await.status, 202);
    app.app.store.rotate_upload_token(app.organization.id, app.suite.suite.id, "another").await.unwrap();
    assert_eq!(app.upload(&envelope("k", json!([]))).await.status, 401);
    let suite = app.new_suite("Off").await;
    app.app.store.set_uploads(app.organization.id, suite.suite.id, proctor_store::catalog::suites::Uploads::Disabled).await.unwrap();
    let answer = app.upload_to(&suite, &envelope("k", json!([]))).await;
    assert_eq!((answer.status, answer.message().as_str()), (403, "Uploads are disabled for this suite"));
}

// contract: uploads 8
#[tokio::test]
async fn compressed_bodies() {
    let app = TestApp::builder().settings(|settings| settings.uploads.decoded_bytes_max = 1_000_000).start().await;
    let body = serde_json::to_vec(&envelope("k", passed(3))).unwrap();
    let send = |bytes: Vec<u8>, coding: &'static str| {
        let app = &app;
        async move { upload_with(app, &[("content-type", "application/json"), ("content-encoding", coding)], bytes).await }
    };
    for coding in ["gzip", "x-gzip", "GZIP"] {
        let answer = send(gzip(&body), coding).await;
        assert_eq!(executions(&app, &answer).await.len(), 3, "{coding}");
    }
    assert_eq!(send(body.clone(), "identity").await.status, 202);
    let packed = gzip(&body);
    assert_eq!(send(packed[..packed.len() - 5].to_vec(), "gzip").await.status, 400);
    assert_eq!(send(body.clone(), "gzip").await.status, 400);
    assert_eq!(send(packed, "br").await.status, 415);
    let bomb = gzip(&vec![b' '; 50_000_000]);
    assert!(bomb.len() < 500_000);
    assert_eq!(send(bomb, "gzip").await.status, 413);
    let form = Form::new().field("data", passed(2).to_string()).field("format", "json").field("run_env[key]", "k").bytes();
    let answer = upload_with(&app, &[("content-type", Form::CONTENT_TYPE), ("content-encoding", "gzip")], gzip(&form)).await;
    assert_eq!(executions(&app, &answer).await.len(), 2);
}

// contract: uploads 9
#[tokio::test]
async fn a_sender_that_asks_first_is_told_to_go_on_or_why_not() {
    let app = TestApp::start().await;
    let body = serde_json::to_vec(&envelope("k", passed(1_500))).unwrap();
    let length = body.len();
    let mut raw =
        Raw::upload(&app, &format!("Content-Type: application/json\r\nContent-Length: {length}\r\nExpect: 100-continue\r\n")).await;
    assert_eq!(raw.answer().await.status, 100);
    raw.send(&body).await;
    let answer = raw.answer().await;
    assert_eq!((answer.status, &answer.json()["queued"]), (202, &json!(1_500)));

    let mut raw = Raw::connect(&app).await;
    raw.send(format!("POST /v1/uploads HTTP/1.1\r\nHost: t\r\nContent-Length: {length}\r\nExpect: 100-continue\r\n\r\n")).await;
    assert_eq!(raw.answer().await.status, 401);
    let mut raw = Raw::upload(&app, "Content-Type: application/json\r\nContent-Length: 99999999999\r\nExpect: 100-continue\r\n").await;
    assert_eq!(raw.answer().await.status, 413);
}

// contract: uploads 10
#[tokio::test]
async fn aliases_and_other_methods() {
    let app = TestApp::start().await;
    for path in ["/v1/uploads/", "/v1/uploads/uploads", "/v1/upload"] {
        let request = app.anonymous(Method::POST, path).header("authorization", token(&app.suite)).json(&envelope("k", json!([])));
        assert_eq!(Answer::to(request).await.status, 202, "{path}");
    }
    let answer = Answer::to(app.anonymous(Method::GET, "/v1/uploads")).await;
    assert_eq!((answer.status, answer.header("allow")), (405, Some("POST")));
    answer.message();
    let request = app.anonymous(Method::GET, "/v1/uploads/metadata").header("authorization", token(&app.suite));
    let suite_url = app.url(&format!("/organizations/{}/analytics/suites/{}", app.organization.slug, app.suite.suite.slug));
    assert_eq!(Answer::to(request).await.json(), json!({ "suite_url": suite_url }));
    assert_eq!(Answer::to(app.anonymous(Method::GET, "/v1/uploads/metadata")).await.status, 401);
}

// contract: uploads 11
// contract: uploads 12
#[tokio::test]
async fn forms_in_any_order() {
    let app = TestApp::start().await;
    let fields = [("format", "json".to_owned()), ("run_env[key]", "k".to_owned()), ("data", passed(2).to_string())];
    for turn in 0..3 {
        let mut form = Form::new().field("tags[language.version]", "3.1").field("unknown", "x").field("run_env[branch]", "first");
        for at in 0..3 {
            let (name, value) = &fields[(at + turn) % 3];
            form = form.field(name, value);
        }
        let answer = upload_form(&app, form.field("run_env[branch]", "last")).await;
        let stored = executions(&app, &answer).await;
        assert_eq!((stored.len(), proctor_core::identity::execution_index(stored[1].id)), (2, 1));
        assert_eq!(stored[0].tags.get("language.version"), Some("3.1"));
        assert_eq!(stored[0].branch.as_deref(), Some("last"));
    }
    let several = Form::new().field("data", passed(2).to_string()).field("format", " JSON ").field("run_env[key]", "k2");
    let answer = upload_form(&app, several.field("data", "[{\"name\":\"\"}]").field("data", passed(1).to_string())).await;
    assert_eq!((&answer.json()["queued"], &answer.json()["errors"]), (&json!(3), &json!(["data[2]: name is missing"])));
    let inner = json!({ "run_env": { "key": "other", "branch": "b" }, "tags": { "a": "1" }, "data": passed(1) });
    let answer = upload_form(&app, Form::new().field("data", inner.to_string()).field("format", "json").field("run_env[key]", "k3")).await;
    assert_eq!(stored_run(&app, &answer).await.key, "k3");
    let stored = executions(&app, &answer).await;
    assert_eq!((stored[0].branch.as_deref(), stored[0].tags.get("a")), (Some("b"), Some("1")));
}

// contract: uploads 13
#[tokio::test]
async fn junit_in_an_envelope_and_in_a_form_is_the_same() {
    let Some(junit) = capture("native/junit-pytest.xml") else { return };
    let app = TestApp::start().await;
    let text = String::from_utf8(junit.clone()).unwrap();
    let run_env = json!({ "key": "k", "cwd": "/app" });
    let in_json = app.upload(&json!({ "data": text, "run_env": run_env, "format": "junit" })).await;
    let form = Form::new().field("data", junit).field("format", "junit").field("run_env[key]", "k").field("run_env[cwd]", "/app");
    let in_form = upload_form(&app, form).await;
    let facts = |stored: &proctor_store::executions::StoredExecution| {
        (stored.test_id, stored.result, stored.duration, stored.location.clone(), stored.failure_expanded.clone())
    };
    let (one, other) = (executions(&app, &in_json).await, executions(&app, &in_form).await);
    assert_eq!(one.len(), 38);
    assert_eq!(one.iter().map(facts).collect::<Vec<_>>(), other.iter().map(facts).collect::<Vec<_>>());
}

// contract: uploads 14
#[tokio::test]
async fn formats_are_named() {
    let app = TestApp::start().await;
    for (format, word) in [(json!("websocket"), "update"), (json!("foo"), "\"foo\""), (json!(null), "format is missing")] {
        let answer = app.upload(&json!({ "format": format, "run_env": { "key": "k" }, "data": "<testsuite/>" })).await;
        assert_eq!(answer.status, 422, "{format}");
        assert!(answer.message().contains(word), "{}", answer.message());
    }
    let answer = app.upload(&json!({ "run_env": { "key": "k" }, "data": passed(1) })).await;
    assert_eq!(executions(&app, &answer).await.len(), 1);
}

// contract: uploads 15
#[tokio::test]
async fn broken_bodies_make_no_run() {
    let app = TestApp::start().await;
    let cases: &[(&str, u16)] = &[
        ("", 400),
        ("[]", 400),
        ("{\"run_env\":{\"key\":\"k\"},\"data\":[{\"name\":\"a\"},{\"name\": tru}], \"format\":\"json\"}", 400),
        ("{\"run_env\":{\"key\":\"k\"},\"data\":[{\"name\":\"a\"}", 400),
        ("{\"run_env\":{\"key\":\"k\"},\"data\":\"<testsuite><testcase\",\"format\":\"junit\"}", 422),
        ("{\"run_env\":{\"key\":\"k\"},\"data\":\"[{]\",\"format\":\"json\"}", 422),
        ("{\"run_env\":{\"key\":\"k\"},\"data\":7,\"format\":\"json\"}", 422),
        ("{\"run_env\":{\"key\":\"k\"},\"format\":\"json\"}", 422),
    ];
    for (body, status) in cases {
        let answer = upload_bytes(&app, "application/json", *body).await;
        assert_eq!(answer.status, *status, "{body}: {}", answer.text);
        if body.contains("[{]") || body.contains("<testcase") {
            let message = answer.message();
            assert!(message.starts_with("data is not valid j") && message.contains("line 1 column"), "{message}");
        }
    }
    let form = Form::new().field("format", "json").field("run_env[key]", "k").field("data", "[]").without_end();
    assert_eq!(upload_bytes(&app, Form::CONTENT_TYPE, form).await.status, 400);
    assert_eq!(upload_bytes(&app, "multipart/form-data", "x").await.status, 400);
    assert!(runs_of(&app, &app.suite).await.is_empty());
}

#[tokio::test]
async fn content_types() {
    let app = TestApp::start().await;
    let body = envelope("k", json!([])).to_string();
    assert_eq!(upload_bytes(&app, "application/x-www-form-urlencoded", body.clone()).await.status, 202);
    assert_eq!(upload_bytes(&app, "application/json; charset=utf-8", format!("\u{FEFF}{body}")).await.status, 202);
    let pieces = body.as_bytes().chunks(7).map(|piece| Ok::<_, std::io::Error>(piece.to_vec())).collect::<Vec<_>>();
    let chunked = reqwest::Body::wrap_stream(futures_util::stream::iter(pieces));
    assert_eq!(upload_bytes(&app, "application/json", chunked).await.status, 202);
    assert_eq!(upload_bytes(&app, "application/xml", "<testsuite/>").await.status, 415);
    assert_eq!(upload_bytes(&app, "text/plain", "").await.status, 415);
}

// contract: uploads 17
#[tokio::test]
async fn empty_data_makes_a_run() {
    let app = TestApp::start().await;
    let answer = app.upload(&envelope("k", json!([]))).await;
    assert_eq!(answer.json()["queued"], 0);
    assert_eq!(stored_run(&app, &answer).await.key, "k");
    upload_id(&answer);
}

/// A sender that does not ask first still learns why it was refused, however much it sends.
#[tokio::test]
async fn an_early_refusal_reaches_a_sender_that_goes_on_sending() {
    let app = TestApp::start().await;
    let big = vec![b'x'; 20_000_000];
    let request = app.anonymous(Method::POST, "/v1/uploads").header("content-type", "application/json").body(big.clone());
    assert_eq!(Answer::to(request).await.status, 401);
    assert_eq!(upload_bytes(&app, "text/plain", big.clone()).await.status, 415);
    assert_eq!(upload_bytes(&app, "multipart/form-data; boundary=b", big).await.status, 400);
}
