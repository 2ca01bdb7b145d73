//! `rest-api.md`, section 4: tests, preflight summary and slowest executions of a build.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, NOW, SuiteFixture, TestApp, assert_conforms, envelope_of, record, timed};

const BUILD: &str = "3ce1268c-9c80-42e3-bfec-3fee8ed2305d";
const OTHER_BUILD: &str = "11111111-9c80-42e3-bfec-3fee8ed2305d";
const HOUR_MS: i64 = 3_600_000;

fn of_build(build: &str, data: &[Value]) -> Value {
    envelope_of(build, &[("CI", "buildkite"), ("branch", "main"), ("number", "2209")], data)
}

async fn upload(app: &TestApp, suite: &SuiteFixture, envelope: &Value) -> String {
    let answer = app.upload_to(suite, envelope).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    answer.json()["run_id"].as_str().expect("a run id").to_owned()
}

async fn tests(app: &TestApp, query: &str) -> Answer {
    let answer = app.get(&app.a(&format!("/builds/{BUILD}/tests{query}"))).await;
    assert_eq!(answer.status, 200, "{query}: {}", answer.text);
    assert_conforms("listBuildTests", 200, &answer.json());
    answer
}

async fn counts(app: &TestApp, query: &str) -> Vec<(String, u64)> {
    let of = |test: &Value| (test["name"].as_str().expect("a name").to_owned(), test["executions_count"].as_u64().expect("a count"));
    let mut counts: Vec<_> = tests(app, query).await.array().iter().map(of).collect();
    counts.sort();
    counts
}

fn pairs(expected: &[(&str, u64)]) -> Vec<(String, u64)> {
    expected.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
}

// contract: general 77
#[tokio::test]
async fn tests_of_all_suites_of_the_build() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    let second = app.new_suite("Browser").await;
    app.run_of(&of_build(OTHER_BUILD, &[record("adds", "failed"), record("other", "passed")])).await;
    app.run_of(&of_build(BUILD, &[timed("adds", "passed", Some(1.0)), timed("removes", "failed", Some(3.0))])).await;
    app.clock().advance_ms(HOUR_MS);
    upload(&app, &second, &of_build(BUILD, &[timed("adds", "passed", Some(2.0)), timed("adds", "passed", Some(2.0))])).await;
    let listed = tests(&app, "").await.array();
    let url = |test: &Value| test["url"].as_str().expect("a URL").to_owned();
    assert_eq!(listed.iter().map(|test| test["name"].clone()).collect::<Vec<_>>(), ["removes", "adds", "adds"], "sorted over both");
    assert!(url(&listed[0]).starts_with(&app.url(&app.a("/suites/checkout-api/tests/"))), "{}", listed[0]);
    assert!(url(&listed[1]).starts_with(&app.url(&app.a("/suites/browser/tests/"))), "{}", listed[1]);
    assert_eq!(listed[1]["executions_count_by_result"], json!({ "passed": 2, "failed": 0 }));
    for (query, expected) in [
        (format!("?tags=build.id:{OTHER_BUILD}"), &[("adds", 1), ("adds", 2), ("removes", 1)][..]),
        (format!("?tags=build.id:!{BUILD},result:failed"), &[("removes", 1)]),
        ("?tags=result:~passed".to_owned(), &[("adds", 1), ("adds", 2)]),
        ("?branch=main".to_owned(), &[("adds", 1), ("adds", 2), ("removes", 1)]),
        ("?branch=dev".to_owned(), &[]),
        ("?label=x&labels=!y&min_executions=9&period=x".to_owned(), &[("adds", 1), ("adds", 2), ("removes", 1)]),
        ("?state=muted".to_owned(), &[]),
    ] {
        assert_eq!(counts(&app, &query).await, pairs(expected), "{query}");
    }
    let upper = app.get(&app.a(&format!("/builds/{}/tests", BUILD.to_uppercase()))).await;
    assert_eq!(upper.json(), tests(&app, "").await.json());
    for unknown in ["2209", "00000000-0000-4000-8000-000000000000", "x"] {
        let answer = app.get(&app.a(&format!("/builds/{unknown}/tests"))).await;
        assert_eq!((answer.status, answer.message().as_str()), (404, "No build found"), "{unknown}");
    }
    let answer = app.get(&app.a(&format!("/builds/{BUILD}/tests?sort_by=name"))).await;
    assert_eq!(answer.status, 422);
    let page = tests(&app, "?per_page=2").await;
    assert_eq!((page.array().len(), page.rels()), (2, vec!["next".to_owned(), "last".to_owned()]));
    let next = page.link("next").expect("next");
    assert_eq!(app.get(next.strip_prefix(&app.url("")).expect("our own address")).await.array().len(), 1);
}

#[tokio::test]
async fn metrics_of_a_build_end_after_a_day() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    app.run_of(&of_build(BUILD, &[record("adds", "passed")])).await;
    app.clock().advance_ms(24 * HOUR_MS - 1);
    app.run_of(&of_build(BUILD, &[record("adds", "passed")])).await;
    assert_eq!(counts(&app, "").await, pairs(&[("adds", 2)]));
    app.clock().advance_ms(1);
    app.run_of(&of_build(BUILD, &[record("adds", "passed")])).await;
    assert_eq!(counts(&app, "").await, pairs(&[("adds", 2)]));
    app.clock().advance_ms(119 * 24 * HOUR_MS + 1);
    assert_eq!(counts(&app, "").await, pairs(&[("adds", 1)]), "what is older than the longest window is cut off");
}

#[tokio::test]
async fn builds_of_another_organization_are_unknown() {
    let app = TestApp::start().await;
    let organization = app.new_organization("elsewhere").await;
    let suite = app.new_suite_in(organization.id, proctor_core::suite::SuiteSettings::named("Web")).await;
    upload(&app, &suite, &of_build(BUILD, &[record("adds", "passed")])).await;
    for rest in ["tests", "preflight/v1", "executions/slowest"] {
        let answer = app.get(&app.a(&format!("/builds/{BUILD}/{rest}"))).await;
        assert_eq!((answer.status, answer.message().as_str()), (404, "No build found"), "{rest}");
    }
}

// contract: general 78
#[tokio::test]
async fn preflight_counts_tests_and_lists_what_failed_for_good() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    let second = app.new_suite("Browser").await;
    let mut broken = record("broken", "failed");
    broken["failure_reason"] = json!("expected 402, got 500");
    broken["failure_expanded"] = json!([{ "backtrace": ["cart.rb:1"], "expanded": ["500 != 402"] }]);
    let data = [
        record("fine", "passed"),
        record("fine", "passed"),
        record("retried", "failed"),
        record("retried", "passed"),
        record("skipped", "skipped"),
        record("pending", "pending"),
        broken,
    ];
    let run = app.run_of(&of_build(BUILD, &data)).await;
    let other_run =
        upload(&app, &second, &of_build(BUILD, &[record("muted", "failed"), record("partly", "skipped"), record("partly", "failed")]))
            .await;
    let muted = app.get(&app.a("/suites/browser/tests")).await.array();
    let muted = muted.iter().find(|test| test["name"] == "muted").expect("a test")["id"].as_str().expect("an id").to_owned();
    let answer = app.send(Method::PUT, &app.a(&format!("/suites/browser/tests/{muted}/mute")), &json!({})).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let preflight = async |query: &str| {
        let answer = app.get(&app.a(&format!("/builds/{BUILD}/preflight/v1{query}"))).await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.text);
        answer
    };
    let whole = preflight("?result=^failed&state=enabled&include=latest_fail").await;
    let runs = json!({
        &*run: { "suite": { "id": app.suite.suite.id.to_string(), "slug": "checkout-api", "name": "Checkout API" }, "passed": 2, "failed": 1, "skipped": 1 },
        &*other_run: { "suite": { "id": second.suite.id.to_string(), "slug": "browser", "name": "Browser" }, "passed": 0, "failed": 2, "skipped": 0 },
    });
    let failure = json!({
        "run_id": run,
        "suite_name": "Checkout API",
        "suite_slug": "checkout-api",
        "name": "Cart broken",
        "location": "cart.rb:1",
        "failure_reason": "expected 402, got 500",
        "latest_fail": {
            "failure_reason": "expected 402, got 500",
            "failure_expanded": [{ "backtrace": ["cart.rb:1"], "expanded": ["500 != 402"] }],
        },
    });
    assert_eq!(whole.json(), json!({ "tests": { "runs": runs, "failures": [failure] } }));
    assert!(whole.text.contains(r#""passed":2,"failed":1,"skipped":1"#), "integers: {}", whole.text);
    let names = async |query: &str| {
        let body = preflight(query).await.json();
        let failures = body["tests"]["failures"].as_array().expect("an array").clone();
        assert!(failures.iter().all(|failure| failure.get("latest_fail").is_none()), "{query}");
        let mut names: Vec<Value> = failures.iter().map(|failure| failure["name"].clone()).collect();
        names.sort_by_key(ToString::to_string);
        names
    };
    assert_eq!(names("").await, ["Cart broken", "Cart muted", "Cart partly"]);
    assert_eq!(names("?result=^failed").await, ["Cart broken", "Cart muted"]);
    assert_eq!(names("?state=muted").await, ["Cart muted"]);
    assert_eq!(names("?result=passed").await, Vec::<Value>::new());
}

#[tokio::test]
async fn preflight_lists_a_hundred_failures_and_counts_all() {
    let app = TestApp::start().await;
    let failures: Vec<Value> = (0..130).map(|number| record(&format!("test {number}"), "failed")).collect();
    let run = app.run_of(&of_build(BUILD, &failures)).await;
    let body = app.get(&app.a(&format!("/builds/{BUILD}/preflight/v1"))).await.json();
    assert_eq!(body["tests"]["runs"][&*run]["failed"], 130);
    assert_eq!(body["tests"]["failures"].as_array().map(Vec::len), Some(100));
}

// contract: general 79
#[tokio::test]
async fn the_slowest_executions_of_all_suites() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    let second = app.new_suite("Browser").await;
    let mut traced = timed("traced", "passed", Some(5.0));
    traced["history"]["children"] = json!([{ "section": "sql", "duration": 1.0, "detail": { "query": "SELECT 1" } }]);
    app.run_of(&of_build(OTHER_BUILD, &[timed("other", "passed", Some(99.0))])).await;
    app.run_of(&of_build(BUILD, &[timed("short", "passed", Some(0.25)), traced, timed("unknown", "passed", None)])).await;
    upload(&app, &second, &of_build(BUILD, &[timed("long", "failed", Some(7.5))])).await;
    let path = app.a(&format!("/builds/{BUILD}/executions/slowest"));
    let two = app.get(&format!("{path}?limit=2")).await.array();
    let shown = |execution: &Value| (execution["suite_slug"].clone(), execution["duration"].clone(), execution["has_trace"].clone());
    let expected = [(json!("browser"), json!(7.5), json!(false)), (json!("checkout-api"), json!(5.0), json!(true))];
    assert_eq!(two.iter().map(shown).collect::<Vec<_>>(), expected);
    assert_eq!(two[1]["test_id"], app.test_id("traced").await);
    assert_eq!(two[1].as_object().map(serde_json::Map::len), Some(5));
    let trace = app.get(&app.s(&format!("/executions/{}/trace", two[1]["id"].as_str().expect("an id")))).await.json();
    assert_eq!((&trace["test_name"], &trace["span_count"]), (&json!("traced"), &json!(1)));
    let durations: Vec<Value> = app.get(&path).await.array().iter().map(|execution| execution["duration"].clone()).collect();
    assert_eq!(durations, [json!(7.5), json!(5.0), json!(0.25)]);
    for wrong in ["0", "101", "x", "-1"] {
        let answer = app.get(&format!("{path}?limit={wrong}")).await;
        assert_eq!((answer.status, answer.message().as_str()), (422, "limit must be an integer between 1 and 100"), "{wrong}");
    }
}

// contract: general 87
#[tokio::test]
async fn a_build_by_pipeline_and_number() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    let second = app.new_suite("Browser").await;
    let env = [
        ("CI", "buildkite"),
        ("branch", "retry"),
        ("commit_sha", "70093d3"),
        ("message", "Retry cards"),
        ("number", "2209"),
        ("url", "https://buildkite.com/northwind/checkout/builds/2209"),
    ];
    let run = app.run_of(&envelope_of(BUILD, &env, &[record("adds", "passed")])).await;
    app.clock().advance_ms(HOUR_MS);
    let other_run = upload(&app, &second, &envelope_of(BUILD, &env, &[record("adds", "failed")])).await;
    let path = "/v2/organizations/northwind/pipelines/checkout/builds/2209";
    let build = app.get(path).await;
    let expected = json!({
        "id": BUILD,
        "graphql_id": base64::Engine::encode(&base64::engine::general_purpose::STANDARD, format!("Build---{BUILD}")),
        "url": app.url(path),
        "web_url": "https://buildkite.com/northwind/checkout/builds/2209",
        "number": 2209, "state": "failed", "blocked": false,
        "message": "Retry cards", "commit": "70093d3", "branch": "retry",
        "env": {}, "meta_data": {}, "source": "api",
        "created_at": NOW, "started_at": NOW, "finished_at": "2026-04-09T19:22:05.031Z",
        "jobs": [],
    });
    assert_eq!((build.status, build.json()), (200, expected));
    let with_runs = app.get(&format!("{path}?include_test_engine=true&exclude_jobs=true&exclude_pipeline=true")).await.json();
    let runs = json!({ "runs": [
        { "id": run, "suite": { "id": app.suite.suite.id.to_string(), "slug": "checkout-api" } },
        { "id": other_run, "suite": { "id": second.suite.id.to_string(), "slug": "browser" } },
    ] });
    assert_eq!((&with_runs["test_engine"], with_runs.get("jobs")), (&runs, None));
    assert_eq!(app.get(&format!("{path}/jobs")).await.json(), json!({ "items": [], "links": {} }));
    assert_eq!(app.get(&format!("{path}/annotations")).await.json(), json!([]));
    let base = "/v2/organizations/northwind/pipelines";
    for unknown in
        ["checkout/builds/1", "other/builds/2209", "checkout/builds/x", "checkout/builds/99999999999999999999", "x/builds/1/jobs"]
    {
        let answer = app.get(&format!("{base}/{unknown}")).await;
        assert_eq!((answer.status, answer.message().as_str()), (404, "No build found"), "{unknown}");
    }
    let token = app.token_with(&["read_suites"]).await;
    let answer = app.get_as(&token, path).await;
    assert_eq!((answer.status, answer.message().as_str()), (403, "Your access token doesn't have the read_builds scope"));
}
