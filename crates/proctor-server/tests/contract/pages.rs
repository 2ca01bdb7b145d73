//! What pages say: `workflows.md`, section 9, and figures that no route of the API has.

use proctor_core::suite::Visibility;
use proctor_core::upload_health::range_of;
use proctor_server::usecases::upload_health::{UploadHealth, upload_health};
use proctor_store::catalog::uploads::{Announced, RejectedUpload, UploadStatus};
use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};

use crate::support::{Answer, NOW, TestApp, envelope, envelope_of, record, timed};

const SUITE: &str = "/organizations/northwind/analytics/suites/checkout-api";

/// The cookie of a session of the administrator.
async fn session(app: &TestApp) -> String {
    let form = app.anonymous(Method::POST, "/sign-in").body(format!("token={}", app.token));
    let answer = Answer::to(form.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    answer.header("set-cookie").expect("a cookie").split(';').next().expect("a pair").to_owned()
}

/// A page as the administrator sees it.
pub(crate) async fn page(app: &TestApp, path: &str) -> Answer {
    let cookie = session(app).await;
    let answer = Answer::to(app.anonymous(Method::GET, path).header(header::COOKIE, cookie).header(header::ACCEPT, "text/html")).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    answer
}

async fn health(app: &TestApp) -> UploadHealth {
    upload_health(&app.app.store, app.suite.suite.id, app.now()).await.expect("health")
}

/// An upload that was accepted and whose processing broke.
async fn processing_breaks(app: &TestApp) {
    let upload = RejectedUpload {
        suite_id: app.suite.suite.id,
        upload_id: proctor_core::id::UploadId::new(proctor_core::id::Uuid::now_v7()),
        announced: Announced::No,
        status: UploadStatus::Failed,
        reason_code: "internal_error".to_owned(),
        message: "the upload could not be stored".to_owned(),
        format: None,
        received_at: app.now(),
        body_bytes: 10,
    };
    app.app.store.reject_upload(upload).await.expect("listed");
}

// contract: workflows 39
#[tokio::test]
async fn upload_health_counts_sizes_and_groups_problems() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    let many: Vec<Value> = (0..5_000).map(|number| record(&format!("test {number}"), "passed")).collect();
    for (key, data) in [("none", &many[..0]), ("seven", &many[..7]), ("many", &many[..])] {
        let answer = app.upload(&envelope(key, data)).await;
        assert_eq!(answer.status, 202, "{}", answer.text);
    }
    let refused = app.upload(&json!({ "format": "nonsense", "run_env": { "key": "k" }, "data": [] })).await;
    assert_eq!(refused.status, 422, "{}", refused.text);
    processing_breaks(&app).await;
    let health = health(&app).await;
    assert_eq!((health.totals(), health.executions), ((3, 1, 1), 5_007));
    let mut sizes = [0; 18];
    [0, 7, 5_000].into_iter().for_each(|executions| sizes[range_of(executions)] += 1);
    assert_eq!(health.sizes, sizes);
    let groups: Vec<_> = health.problems.iter().map(|group| (group.status, group.uploads)).collect();
    assert_eq!(groups.len(), 2, "{groups:?}");
    assert!(groups.contains(&(UploadStatus::Rejected, 1)) && groups.contains(&(UploadStatus::Failed, 1)), "{groups:?}");
    assert_eq!(health.hours.len(), 24);
    let hour_ms = 3_600_000;
    assert_eq!(health.hours[23].hour, app.now().millis() / hour_ms, "the running hour is the last");
    let html = page(&app, &format!("{SUITE}/uploads")).await.text;
    for text in [
        "<dd class=\"big\">5</dd>",
        "<dd class=\"big\">3</dd>",
        "<dd class=\"big\">2</dd>",
        "1 rejected, 1 failed",
        "5\u{202f}007",
        "internal_error",
    ] {
        assert!(html.contains(text), "{text}");
    }
    // 23 hours later the hour of all that is the first, another one later it is gone.
    app.clock().advance_ms(23 * hour_ms);
    let later = upload_health(&app.app.store, app.suite.suite.id, app.now()).await.expect("health");
    assert_eq!(later.hours[0].succeeded, 3);
    app.clock().advance_ms(hour_ms);
    let gone = upload_health(&app.app.store, app.suite.suite.id, app.now()).await.expect("health");
    assert_eq!((gone.totals(), gone.sizes, gone.problems.len()), ((0, 0, 0), [0; 18], 0));
}

// contract: workflows 39
#[tokio::test]
async fn upload_health_is_never_public() {
    let app = TestApp::start().await;
    app.app.store.set_visibility(app.organization.id, app.suite.suite.id, Visibility::Public).await.expect("public");
    let upload = app.upload(&envelope("k", &[record("adds", "passed")])).await.json()["id"].as_str().expect("an id").to_owned();
    for (path, status) in [
        (SUITE.to_owned(), StatusCode::OK),
        (format!("{SUITE}/uploads"), StatusCode::SEE_OTHER),
        (format!("{SUITE}/uploads/{upload}"), StatusCode::SEE_OTHER),
    ] {
        let answer = Answer::to(app.anonymous(Method::GET, &path).header(header::ACCEPT, "text/html")).await;
        assert_eq!(answer.status, status.as_u16(), "{path}");
        assert!(!answer.text.contains("/uploads"), "{path} leads to uploads");
    }
    page(&app, &format!("{SUITE}/uploads/{upload}")).await;
}

/// `often` fails in three runs and `slow` in one, for longer; both pass on the same commits.
#[tokio::test]
async fn flaky_tests_are_in_the_order_of_what_they_cost() {
    let app = TestApp::start().await;
    for number in 1..=3 {
        let env = [("branch", "main"), ("commit_sha", &*format!("c{number}"))];
        let mut data = vec![timed("often", "failed", Some(1.0)), timed("often", "passed", Some(1.0)), timed("slow", "passed", Some(1.0))];
        data.extend((number == 1).then(|| timed("slow", "failed", Some(90.0))));
        app.run_of(&envelope_of(&format!("r{number}"), &env, &data)).await;
    }
    app.app.evaluator.settle().await.expect("workflows are evaluated");
    for (sort, first, second) in [("failed_runs", "often", "slow"), ("time", "slow", "often"), ("commits", "often", "slow")] {
        let html = page(&app, &format!("{SUITE}/flaky?sort={sort}")).await.text;
        let at = |name: &str| html.find(&format!(">{name}</a>")).expect(name);
        assert!(at(first) < at(second), "{sort}");
        assert!(html.contains("<b>3</b>") && html.contains("1 min 30 s"), "failed runs and time lost");
        assert!(html.contains("1 of the last 4 failed"), "the strip in words");
    }
}

#[tokio::test]
async fn a_test_is_split_by_a_tag_and_tells_its_story() {
    let app = TestApp::start().await;
    let on = |host: &str, result: &str| {
        let mut record = record("adds", result);
        record["tags"] = json!({ "host.type": host });
        record
    };
    let env = [("branch", "main"), ("commit_sha", "c1")];
    app.run_of(&envelope_of("1", &env, &[on("<b>", "failed"), on("big", "passed"), on("big", "passed"), record("adds", "passed")])).await;
    app.app.evaluator.settle().await.expect("workflows are evaluated");
    let path = format!("{SUITE}/tests/{}", app.test_id("adds").await);
    let html = page(&app, &format!("{path}?group_by=host.type")).await.text;
    for text in [">&#60;b&#62;</a>", ">big</a>", "without this tag", "75.0 %", "95 %: 30.1 – 95.4 %", "passed on retry", "chart scatter"]
    {
        assert!(html.contains(text), "{text}");
    }
    assert!(!html.contains("<b></"), "values are text");
    let plain = page(&app, &path).await.text;
    assert!(!plain.contains("without this tag"));
}

#[tokio::test]
async fn what_was_done_on_an_event_stands_with_it_wherever_the_page_ends() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    let actions = |kind: &str| json!(["one", "two"].map(|label| json!({ "type": kind, "label": label })));
    let workflow = json!({
        "name": "each failure", "monitor": { "type": "failure_rate", "window_executions": 1, "sample_min": 1, "alarm": 0.5, "recover": 0.1 },
        "alarm_actions": actions("add_label"), "recover_actions": actions("remove_label"),
    });
    assert_eq!(app.post(&app.of_suite("/workflows"), &workflow).await.status, 201);
    for number in 0..12 {
        let (key, result) = (number.to_string(), if number % 2 == 0 { "failed" } else { "passed" });
        app.run_of(&envelope_of(&key, &[("branch", "main"), ("commit_sha", &key)], &[record("adds", result)])).await;
        app.app.evaluator.settle().await.expect("workflows are evaluated");
    }
    let path = format!("{SUITE}/tests/{}", app.test_id("adds").await);
    // 36 entries, 20 a page: an event has three, what followed from it before it, so the page ends between the two.
    let (mut events, mut changes) = (0, 0);
    for number in 1..=2 {
        let html = page(&app, &format!("{path}?page={number}")).await.text;
        let (_, ledger) = html.split_once("<ol class=\"ledger\">").expect("a ledger");
        for event in ledger.split("<div class=\"when\">").skip(1) {
            assert!(event.contains(">alarm</span>") || event.contains(">recovered</span>"), "only events stand alone: {event}");
            let done = event.matches(">label added</span>").count() + event.matches(">label removed</span>").count();
            assert_eq!(done, 2, "{event}");
            (events, changes) = (events + 1, changes + done);
        }
    }
    assert_eq!((events, changes), (12, 24));
}
