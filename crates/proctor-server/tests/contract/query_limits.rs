//! Questions that take more than the server allows: the answer says what the limit is and what helps, and is not worth repeating.

use proctor_store::QueryLimits;
use serde_json::json;

use crate::proctor_failures::p;
use crate::support::{NOW, TestApp, envelope_of, record};

/// Questions about the executions of a window.
async fn questions(app: &TestApp) -> Vec<String> {
    let test = app.test_id("adds").await;
    vec![
        app.s("/tests"),
        app.s("/tests?branch=main&sort_by=duration_p95"),
        app.s("/tests?tags=host.type:linux"),
        app.s(&format!("/tests/{test}")),
        p(app, &format!("/tests/{test}/history")),
        p(app, "/trend"),
    ]
}

async fn app_with(limits: QueryLimits) -> TestApp {
    let app = TestApp::builder().manual_clock(NOW).query_limits(limits).start().await;
    let mut adds = record("adds", "passed");
    adds["tags"] = json!({ "host.type": "linux" });
    let sent = app.upload(&envelope_of("one", &[("branch", "main")], &[adds, record("subtracts", "failed")])).await;
    assert_eq!(sent.status, 202, "{}", sent.text);
    app
}

#[tokio::test]
async fn what_takes_too_much_time_is_422_and_names_the_limit() {
    let app = app_with(QueryLimits { time_ms_max: 0, ..QueryLimits::default() }).await;
    for question in questions(&app).await {
        let answer = app.get_metrics(&question).await;
        assert_eq!(answer.status, 422, "{question}: {}", answer.text);
        let expected = "The query takes more than the server's limit of 0 milliseconds; a shorter time window or more filters may help";
        assert_eq!(answer.message(), expected, "{question}");
    }
}

#[tokio::test]
async fn what_takes_too_much_memory_is_422_and_what_needs_less_is_answered() {
    let app = app_with(QueryLimits { memory_bytes_max: 1, ..QueryLimits::default() }).await;
    let answer = app.get_metrics(&app.s("/tests")).await;
    assert_eq!(answer.status, 422, "{}", answer.text);
    assert!(answer.message().contains("limit of 1 MiB of memory"), "{}", answer.text);
    // No executions are looked at: the catalog knows it.
    for known in ["/tests", "/runs"] {
        assert_eq!(app.get(&app.s(known)).await.status, 200, "{known}");
    }
}

#[tokio::test]
async fn enough_is_enough_and_nothing_has_to_be_kept_for_the_next_question() {
    let app = app_with(QueryLimits { cache_bytes_max: 0, ..QueryLimits::default() }).await;
    for question in questions(&app).await {
        let first = app.get_metrics(&question).await;
        assert_eq!(first.status, 200, "{question}: {}", first.text);
        assert_eq!(app.get_metrics(&question).await.text, first.text, "{question}");
    }
}
