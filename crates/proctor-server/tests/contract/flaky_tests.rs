//! `rest-api.md`, section 4, Tests: the deprecated list of flaky tests.

use base64::Engine;
use serde_json::{Value, json};

use crate::support::{Answer, NOW, TestApp, envelope_of, record};

async fn flaky(app: &TestApp, query: &str) -> Answer {
    let answer = app.get(&app.s(&format!("/flaky-tests{query}"))).await;
    assert_eq!(answer.status, 200, "{query}: {}", answer.text);
    answer
}

async fn names(app: &TestApp, query: &str) -> Vec<Value> {
    flaky(app, query).await.array().iter().map(|test| test["name"].clone()).collect()
}

/// `early` was flaky on `main` at commit `c1`, then `late` on `dev` at `c2`, an hour later; `steady` never, `broken` never passed.
async fn with_flakes() -> TestApp {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    let broken = || record("broken", "failed");
    let main = [("branch", "main"), ("commit_sha", "c1")];
    app.run_of(&envelope_of("1", &main, &[record("early", "failed"), record("late", "passed"), record("steady", "passed"), broken()]))
        .await;
    app.run_of(&envelope_of("2", &main, &[record("early", "passed"), record("steady", "passed"), broken()])).await;
    app.clock().advance_ms(3_600_000);
    let dev = [("branch", "dev"), ("commit_sha", "c2")];
    app.run_of(&envelope_of("3", &dev, &[record("late", "failed"), record("late", "passed"), record("early", "passed")])).await;
    app
}

// contract: general 76
#[tokio::test]
async fn elements_in_full() {
    let app = with_flakes().await;
    let tests = flaky(&app, "").await.array();
    assert_eq!(tests.iter().map(|test| test["name"].clone()).collect::<Vec<_>>(), ["late", "early"], "the last one detected first");
    for test in &tests {
        let id = test["id"].as_str().expect("an id");
        let graphql_id = base64::engine::general_purpose::STANDARD.encode(format!("Test---{id}"));
        let expected = json!({
            "id": id,
            "graphql_id": graphql_id,
            "url": app.url(&app.s(&format!("/tests/{id}"))),
            "web_url": app.url(&format!("/organizations/northwind/analytics/suites/checkout-api/tests/{id}")),
            "scope": "Cart",
            "name": test["name"],
            "location": "cart.rb:1",
            "file_name": "cart.rb",
            "instances": 1,
            "latest_occurrence_at": test["most_recent_instance_at"],
            "most_recent_instance_at": if test["name"] == "late" { "2026-04-09T19:22:05.031Z" } else { NOW },
            "last_resolved_at": null,
            "ownership_team_ids": [],
        });
        assert_eq!(*test, expected);
    }
}

#[tokio::test]
async fn search_branch_and_period() {
    let app = with_flakes().await;
    for (query, expected) in [
        ("?search=LATE", &["late"][..]),
        ("?search=%22Cart%22", &["late", "early"]),
        ("?search=cart.rb:1", &["late", "early"]),
        ("?search=nothing", &[]),
        ("?search=", &["late", "early"]),
        ("?branch=main", &["early"]),
        ("?branch=dev", &["late"]),
        ("?branch=ma", &[]),
        ("?period=28days", &["late", "early"]),
        ("?per_page=1&page=2", &["early"]),
        ("?page=7", &[]),
    ] {
        assert_eq!(names(&app, query).await, expected, "{query}");
    }
    app.clock().advance_ms(3_600_000);
    assert_eq!(names(&app, "?period=1hour").await, ["late"], "exactly an hour ago is inside");
    for wrong in ["90days", "2hours", "x"] {
        let answer = app.get(&app.s(&format!("/flaky-tests?period={wrong}"))).await;
        assert_eq!((answer.status, answer.message().as_str()), (422, "period is invalid"), "{wrong}");
    }
    assert_eq!(flaky(&app, "?per_page=1").await.rels(), ["next", "last"]);
}
