//! `uploads.md`, sections 12 and 13: bounds, refusals that are listed, and uploads sent again.

use std::time::Duration;

use proctor_core::suite::{IdenticalUploads, SuiteSettings};
use serde_json::{Value, json};

use crate::support::{Answer, SuiteFixture, TestApp};
use crate::uploads_support::{Form, Raw, envelope, executions, passed, record, runs_of, stored_run, token, upload_bytes, upload_form};

// contract: uploads 16
#[tokio::test]
async fn a_bound_on_results() {
    let app = TestApp::builder().settings(|settings| settings.uploads.records_max = 5_000).start().await;
    assert_eq!(app.upload(&envelope("fits", passed(5_000))).await.json()["queued"], 5_000);
    let answer = app.upload(&envelope("over", passed(5_001))).await;
    assert_eq!((answer.status, answer.message().contains("5000")), (422, true));
    let mut records = passed(5_001);
    records[4_000] = json!({});
    assert_eq!(app.upload(&envelope("over", records)).await.status, 422);
    assert_eq!(runs_of(&app, &app.suite).await.len(), 1);
}

// contract: uploads 16
#[tokio::test]
async fn a_hundred_thousand_results_in_one_upload() {
    let app = TestApp::start().await;
    let answer = app.upload(&envelope("k", passed(100_000))).await;
    assert_eq!(answer.json()["queued"], 100_000);
    assert_eq!(stored_run(&app, &answer).await.counts.total(), 100_000);
}

#[tokio::test]
async fn bounds_on_bytes() {
    let app = TestApp::builder()
        .settings(|settings| {
            settings.uploads.body_bytes_max = 10_000;
            settings.uploads.decoded_bytes_max = 20_000;
        })
        .start()
        .await;
    let big = envelope("k", json!([record(&"n".repeat(10_000), "passed")])).to_string();
    assert_eq!(upload_bytes(&app, "application/json", big.clone()).await.status, 413);
    // Without a declared length it shows while the bytes arrive.
    let stream = futures_util::stream::iter([Ok::<_, std::io::Error>(big.clone()), Ok(big)]);
    assert_eq!(upload_bytes(&app, "application/json", reqwest::Body::wrap_stream(stream)).await.status, 413);
    let form = (0..401).fold(Form::new(), |form, _| form.field("a", ""));
    assert_eq!(upload_bytes(&app, Form::CONTENT_TYPE, form.bytes()).await.status, 413);
}

#[tokio::test]
async fn bounds_on_fields() {
    let app = TestApp::start().await;
    let form = (0..401).fold(Form::new(), |form, number| form.field(&format!("run_env[k{number}]"), "x"));
    assert_eq!(upload_form(&app, form).await.status, 422);
    let long = "x".repeat(1024 * 1024 + 1);
    assert_eq!(upload_form(&app, Form::new().field("run_env[message]", &long)).await.status, 422);
    let many: serde_json::Map<String, Value> = (0..401).map(|number| (format!("k{number}"), json!("x"))).collect();
    assert_eq!(app.upload(&json!({ "run_env": many, "data": [] })).await.status, 422);
    let answer = app.upload(&json!({ "run_env": { "key": "k", "message": long }, "data": [] })).await;
    assert_eq!((answer.status, answer.message().as_str()), (422, "run_env[message] is longer than 1048576 bytes"));
}

#[tokio::test]
async fn silence_in_the_middle_of_a_body() {
    let app = TestApp::builder().settings(|settings| settings.uploads.silence = Duration::from_millis(200)).start().await;
    let mut raw = Raw::upload(&app, "Content-Type: application/json\r\nContent-Length: 100\r\n").await;
    raw.send("{\"run_env\":{\"key\":\"k\"},").await;
    let answer = raw.answer().await;
    assert_eq!((answer.status, answer.json()["message"].is_string()), (408, true));
    assert!(runs_of(&app, &app.suite).await.is_empty());
}

#[tokio::test]
async fn more_uploads_at_once_than_there_is_room_for() {
    let app = TestApp::builder().settings(|settings| settings.uploads.concurrent_max = 1).start().await;
    let mut first = Raw::upload(&app, "Content-Type: application/json\r\nContent-Length: 38\r\n").await;
    first.send("{\"run_env\":{\"key\":\"k\"}").await;
    crate::uploads_support::until_run_shows(&app, "running", "pending").await;
    let answer = app.upload(&envelope("other", json!([]))).await;
    assert_eq!((answer.status, answer.header("ratelimit-reset")), (503, Some("1")));
    answer.message();
    first.send(",\"data\":[]     }").await;
    assert_eq!(first.answer().await.status, 202);
    assert_eq!(app.upload(&envelope("other", json!([]))).await.status, 202);
}

#[tokio::test]
async fn more_bytes_at_once_than_there_is_room_for() {
    let app = TestApp::builder()
        .settings(|settings| {
            settings.uploads.in_flight_bytes_max = 0;
            settings.uploads.decoded_bytes_max = 4_000_000;
        })
        .start()
        .await;
    let start = "{\"run_env\":{\"key\":\"k\"},\"data\":[]";
    let mut first = Raw::upload(&app, "Content-Type: application/json\r\nContent-Length: 3000000\r\n").await;
    first.send(start).await;
    first.send(vec![b' '; 2_500_000]).await;
    crate::uploads_support::until_run_shows(&app, "running", "pending").await;
    // Some of the first body may still be on its way in.
    let mut answer = app.upload(&envelope("other", passed(20_000))).await;
    for _ in 0..50 {
        if answer.status == 503 {
            break;
        }
        answer = app.upload(&envelope("other", passed(20_000))).await;
    }
    assert_eq!((answer.status, answer.header("ratelimit-reset")), (503, Some("1")));
    let mut rest = vec![b' '; 3_000_000 - 2_500_000 - start.len()];
    *rest.last_mut().unwrap() = b'}';
    first.send(rest).await;
    assert_eq!(first.answer().await.status, 202);
    // Alone, one as large as may be fits.
    let spaces = " ".repeat(4_000_000 - start.len() - 1);
    assert_eq!(upload_bytes(&app, "application/json", format!("{start}{spaces}}}")).await.status, 202);
}

async fn suite_with(app: &TestApp, identical_uploads: IdenticalUploads) -> SuiteFixture {
    let settings = SuiteSettings { identical_uploads, ..SuiteSettings::named(identical_uploads.as_str()) };
    app.new_suite_in(app.organization.id, settings).await
}

/// `uploads.md`, 13.3.
#[tokio::test]
async fn identical_uploads() {
    let app = TestApp::builder().manual_clock("2026-04-09T18:22:05.031Z").start().await;
    let body = json!({ "format": "json", "run_env": { "key": "k", "branch": "b" }, "tags": { "a": "1", "b": "2" }, "data": [record("a", "passed"), {}] });
    let reordered = json!({ "data": [record("a", "passed"), {}], "tags": { "b": "2", "a": "1" }, "run_env": { "branch": "b", "key": "k" }, "format": "JSON" });
    let always = suite_with(&app, IdenticalUploads::Always).await;
    let first = app.upload_to(&always, &body).await;
    let second = app.upload_to(&always, &reordered).await;
    assert_eq!((second.status, &second.text), (202, &first.text));
    assert_eq!(second.header("proctor-identical-upload"), first.json()["id"].as_str());
    let mut other = body.clone();
    other["tags"]["a"] = json!("3");
    assert_ne!(app.upload_to(&always, &other).await.json()["id"], first.json()["id"]);
    app.clock().advance_ms(10 * 60 * 1_000 + 1);
    assert_ne!(app.upload_to(&always, &body).await.json()["id"], first.json()["id"]);

    for setting in [IdenticalUploads::Off, IdenticalUploads::LostReply] {
        let suite = suite_with(&app, setting).await;
        let first = app.upload_to(&suite, &body).await;
        assert_ne!(app.upload_to(&suite, &body).await.json()["id"], first.json()["id"], "{setting:?}");
    }
}

/// `uploads.md`, 13.3: the sender went away while its upload was being stored, and sends it again.
#[tokio::test]
async fn a_lost_reply_is_given_again() {
    let app = TestApp::start().await;
    let body = envelope("k", passed(30_000)).to_string();
    let mut raw = Raw::upload(&app, &format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len())).await;
    raw.send(&body).await;
    drop(raw);
    crate::uploads_support::until_run_shows(&app, "finished", "passed").await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    let answer = upload_bytes(&app, "application/json", body).await;
    assert_eq!((answer.status, &answer.json()["queued"]), (202, &json!(30_000)));
    assert_eq!(answer.header("proctor-identical-upload"), answer.json()["id"].as_str());
    assert_eq!(stored_run(&app, &answer).await.counts.total(), 30_000);
}

/// Importing history: `Proctor-Suite` and `Proctor-Received-At`.
#[tokio::test]
async fn history_is_imported_with_a_scope_of_its_own() {
    let app = TestApp::start().await;
    let importer = app.token_with(&["import_history"]).await;
    let other = app.token_with(&["read_suites", "write_suites"]).await;
    let suite = format!("{}/{}", app.organization.slug, app.suite.suite.slug);
    let send = |token: String, at: Option<&'static str>, suite: String| {
        let mut request =
            app.anonymous(reqwest::Method::POST, "/v1/uploads").header("authorization", token).json(&envelope("k", passed(1)));
        if let Some(at) = at {
            request = request.header("Proctor-Received-At", at);
        }
        Answer::to(request.header("Proctor-Suite", suite))
    };
    let (importer, other) = (format!("Bearer {importer}"), format!("Bearer {other}"));
    let answer = send(importer.clone(), Some("2025-01-02T03:04:05Z"), suite.clone()).await;
    assert_eq!(executions(&app, &answer).await[0].created_at.to_string(), "2025-01-02T03:04:05.000Z");
    assert_eq!(stored_run(&app, &answer).await.created_at.to_string(), "2025-01-02T03:04:05.000Z");
    assert_eq!(send(importer.clone(), None, suite.clone()).await.status, 202);
    for (token, at, to, status) in [
        (importer.clone(), Some("2999-01-01T00:00:00Z"), suite.clone(), 422),
        (importer.clone(), Some("yesterday"), suite.clone(), 422),
        (importer.clone(), None, "nobody/here".to_owned(), 404),
        (importer.clone(), None, format!("{}/nothing", app.organization.slug), 404),
        (other, Some("2025-01-02T03:04:05Z"), suite.clone(), 403),
        (token(&app.suite), Some("2025-01-02T03:04:05Z"), suite.clone(), 403),
        (token(&app.suite), None, suite.clone(), 202),
        (token(&app.suite), None, "northwind/other".to_owned(), 403),
        ("Bearer nobody".to_owned(), None, suite, 401),
    ] {
        let answer = send(token, at, to).await;
        assert_eq!(answer.status, status, "{}", answer.text);
        assert!(status != 403 || at.is_none() || answer.message().contains("import_history"));
    }
    let request = app.anonymous(reqwest::Method::POST, "/v1/uploads").header("authorization", importer).json(&envelope("k", passed(1)));
    assert_eq!(Answer::to(request).await.status, 401);
}

/// What collectors that send batches of 100 do to a server: many small uploads on many connections, into few runs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_small_uploads_at_once() {
    let app = TestApp::start().await;
    let rounds = (0..32).map(|connection| {
        let app = &app;
        async move {
            for round in 0..10 {
                // Other names each time: equal bytes for one run would be stored once.
                let records = (0..20).map(|n| record(&format!("test {connection} {round} {n}"), "passed")).collect();
                let answer = app.upload(&envelope(&format!("run {}", round % 3), records)).await;
                assert_eq!((answer.status, &answer.json()["queued"]), (202, &json!(20)), "{connection}");
            }
        }
    });
    futures_util::future::join_all(rounds).await;
    let runs = runs_of(&app, &app.suite).await;
    assert_eq!((runs.len(), runs.iter().map(|run| run.counts.total()).sum::<u64>()), (3, 32 * 10 * 20));
    assert!(runs.iter().all(|run| run.status.uploads_in_flight == 0));
    assert_eq!(app.app.store.upload_count(app.suite.suite.id).await.unwrap(), 320);
}

/// 507 for a full storage, 503 with a time to wait for one that is away: bktec retries the second kind only after it.
#[test]
fn storage_errors_on_the_wire() {
    use proctor_server::api::error::ApiError;
    use proctor_server::usecases::ingest::Refusal;
    use proctor_store::StoreError;

    let full = ApiError::from(Refusal::Storage(StoreError::Full));
    let away = ApiError::from(Refusal::Storage(StoreError::Unavailable("locked".to_owned())));
    assert_eq!((full.status.as_u16(), away.status.as_u16(), away.headers.len()), (507, 503, 2));
    assert!(!away.message.contains("locked") && !full.message.starts_with("Billing Error"));
    assert_eq!(Refusal::Storage(StoreError::Full).reason_code(), "storage_unavailable");
}
