//! `rest-api.md`, section 4, Tests: metrics and their window.

use serde_json::{Value, json};

use crate::support::{Answer, NOW, TestApp, assert_conforms, envelope, record, timed};

const HOUR_MS: i64 = 3_600_000;

async fn metrics(app: &TestApp, query: &str) -> Answer {
    let answer = app.get_metrics(&app.s(&format!("/tests{query}"))).await;
    assert_eq!(answer.status, 200, "{query}: {}", answer.text);
    assert_conforms("listTests", 200, &answer.json());
    answer
}

async fn refused(app: &TestApp, path: &str) -> (u16, String) {
    let answer = app.get_metrics(path).await;
    (answer.status, answer.message())
}

fn many(name: &str, result: &str, count: usize) -> Vec<Value> {
    vec![record(name, result); count]
}

// contract: general 62
#[tokio::test]
async fn counters_have_no_decimal_point() {
    let app = TestApp::start().await;
    let records = [many("adds", "passed", 23), many("adds", "failed", 1), many("adds", "skipped", 1)].concat();
    app.run_of(&envelope("run", &records)).await;
    let counters = r#""executions_count":25,"executions_count_by_result":{"passed":23,"failed":1,"skipped":1}"#;
    let list = metrics(&app, "").await.text;
    assert!(list.contains(counters), "{list}");
    let get = app.get_metrics(&app.s(&format!("/tests/{}", app.test_id("adds").await))).await.text;
    assert!(get.contains(counters), "{get}");
}

// contract: general 63, 64
#[tokio::test]
async fn counts_add_up_and_reliability_knows_two_results() {
    let app = TestApp::start().await;
    let mixed = [many("mixed", "passed", 3), many("mixed", "failed", 1), many("mixed", "skipped", 1)].concat();
    let others = [many("rare", "pending", 2), many("rare", "unknown", 1), many("skipped", "skipped", 2)].concat();
    app.run_of(&envelope("run", &[mixed, others].concat())).await;
    let tests = metrics(&app, "").await.array();
    for test in &tests {
        let counts = test["executions_count_by_result"].as_object().expect("an object");
        assert!(counts.contains_key("passed") && counts.contains_key("failed"), "{test}");
        assert!(counts.iter().all(|(result, count)| matches!(&**result, "passed" | "failed") || count != 0), "{test}");
        assert_eq!(counts.values().filter_map(Value::as_u64).sum::<u64>(), test["executions_count"].as_u64().expect("a count"), "{test}");
    }
    let of = |name: &str| tests.iter().find(|test| test["name"] == name).expect("a test");
    assert_eq!((&of("mixed")["reliability"], &of("mixed")["executions_count"]), (&json!(0.75), &json!(5)));
    assert_eq!(of("skipped")["reliability"], Value::Null);
    assert_eq!(of("skipped")["executions_count_by_result"], json!({ "passed": 0, "failed": 0, "skipped": 2 }));
    assert_eq!(of("rare")["executions_count_by_result"], json!({ "passed": 0, "failed": 0, "pending": 2, "unknown": 1 }));
}

#[tokio::test]
async fn durations_are_over_all_results_that_have_one() {
    let app = TestApp::start().await;
    let records = [
        timed("a", "passed", Some(0.25)),
        timed("a", "failed", Some(1.5)),
        timed("a", "skipped", Some(0.0)),
        timed("a", "passed", None),
        timed("b", "passed", None),
    ];
    app.run_of(&envelope("run", &records)).await;
    let tests = metrics(&app, "").await.array();
    let durations = |test: &Value| ["avg", "sum", "min", "max"].map(|of| test[format!("duration_{of}")].as_f64());
    assert_eq!(durations(&tests[0]), [Some(1.75 / 3.0), Some(1.75), Some(0.0), Some(1.5)]);
    assert_eq!((durations(&tests[1]), &tests[1]["name"]), ([None; 4], &json!("b")));
}

// contract: general 66
#[tokio::test]
async fn a_window_is_said_in_one_way() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    app.run_of(&envelope("run", &[record("adds", "passed")])).await;
    let one = app.s(&format!("/tests/{}", app.test_id("adds").await));
    for path in [app.s("/tests"), one] {
        for (query, status, message) in [
            ("period=7days&min_timestamp=2026-04-01T00:00:00Z", 422, "period cannot be combined with min_timestamp"),
            ("period=7days&max_timestamp=2026-04-01T00:00:00Z", 422, "period cannot be combined with max_timestamp"),
            ("period=7days&max_timestamp=x&min_timestamp=x", 422, "period cannot be combined with min_timestamp"),
            ("period=week", 422, "period is invalid"),
            ("period=0days", 422, "period is invalid"),
            ("period=121days", 422, "period exceeds the maximum time window"),
            ("min_timestamp=yesterday", 400, "min_timestamp must be an RFC 3339 timestamp"),
            ("max_timestamp=2026-04-09", 400, "max_timestamp must be an RFC 3339 timestamp"),
            ("min_timestamp=2026-04-09T18:22:06Z", 422, "min_timestamp must be before max_timestamp"),
            ("max_timestamp=2026-04-01T00:00:00Z", 422, "min_timestamp must be before max_timestamp"),
            ("min_timestamp=2025-04-01T00:00:00Z", 422, "time window exceeds the maximum of 120 days"),
        ] {
            assert_eq!(refused(&app, &format!("{path}?{query}")).await, (status, message.to_owned()), "{query}");
            assert_eq!(app.get(&app.s(&format!("/tests?{query}"))).await.status, status, "the legacy list reads it too");
        }
        for query in
            ["period=", "period=120days", "min_timestamp=&max_timestamp=", "min_timestamp=2026-04-01T00%3A00%3A00Z", "period=3hours"]
        {
            assert_eq!(app.get_metrics(&format!("{path}?{query}")).await.status, 200, "{query}");
        }
    }
}

#[tokio::test]
async fn a_window_has_its_start_and_not_its_end() {
    let app = TestApp::builder().manual_clock("2026-04-09T12:00:00.000Z").start().await;
    app.run_of(&envelope("run", &[record("adds", "passed")])).await;
    let count = async |query: &str| metrics(&app, query).await.array().len();
    assert_eq!(count("").await, 1, "an answered upload is in the window that ends now");
    assert_eq!(count("?min_timestamp=2026-04-09T12:00:00Z&max_timestamp=2026-04-09T12:00:01Z").await, 1);
    assert_eq!(count("?min_timestamp=2026-04-09T14:00:00%2B02:00&max_timestamp=2026-04-09T12:00:01Z").await, 1, "offsets count");
    assert_eq!(count("?min_timestamp=2026-04-09T11:00:00Z&max_timestamp=2026-04-09T12:00:00Z").await, 0);
    assert_eq!(count("?min_timestamp=2026-04-09T12:00:00.001Z&max_timestamp=2026-04-09T12:00:01Z").await, 0);
    app.clock().advance_ms(HOUR_MS);
    assert_eq!(count("?period=1hour").await, 1, "exactly an hour ago is inside");
    app.clock().advance_ms(1);
    assert_eq!((count("?period=1hour").await, count("?period=4hours").await), (0, 1));
}

#[tokio::test]
async fn the_default_period_and_the_maximum_are_settings() {
    let limits = proctor_core::window::WindowLimits { default_period: proctor_core::window::Period::days(2), days_max: 3 };
    let app = TestApp::builder().manual_clock(NOW).settings(|settings| settings.windows = limits).start().await;
    app.run_of(&envelope("run", &[record("adds", "passed")])).await;
    app.clock().advance_ms(2 * 24 * HOUR_MS);
    assert_eq!(metrics(&app, "").await.array().len(), 1);
    app.clock().advance_ms(1);
    assert_eq!((metrics(&app, "").await.array().len(), metrics(&app, "?period=3days").await.array().len()), (0, 1));
    assert_eq!(refused(&app, &app.s("/tests?period=73hours")).await.1, "period exceeds the maximum time window");
    let early = refused(&app, &app.s("/tests?min_timestamp=2026-04-01T00:00:00Z")).await;
    assert_eq!(early, (422, "time window exceeds the maximum of 3 days".to_owned()));
}

#[tokio::test]
async fn percentiles_of_durations() {
    let app = TestApp::start().await;
    let records: Vec<Value> = (0..=100).map(|number| timed("even", "passed", Some(f64::from(number)))).collect();
    app.run_of(&envelope("run", &[records, vec![timed("single", "failed", Some(97.0)), timed("none", "passed", None)]].concat())).await;
    let percentiles = async |name: &str| {
        let test = app.get_metrics(&app.s(&format!("/tests/{}", app.test_id(name).await))).await.json();
        [50, 90, 95, 99].map(|percent| test[format!("duration_p{percent}")].as_f64())
    };
    assert_eq!(percentiles("even").await, [Some(50.0), Some(90.0), Some(95.0), Some(99.0)]);
    assert_eq!(percentiles("single").await, [Some(97.0); 4]);
    assert_eq!(percentiles("none").await, [None; 4]);
    for (query, names) in [
        ("?sort_by=duration_p99", ["even", "single", "none"]),
        ("?sort_by=duration_p95", ["single", "even", "none"]),
        ("?sort_by=duration_p90&order=asc", ["even", "single", "none"]),
        ("?sort_by=duration_p50", ["single", "even", "none"]),
    ] {
        let listed = metrics(&app, query).await.array();
        assert_eq!(listed.iter().map(|test| test["name"].clone()).collect::<Vec<_>>(), names, "{query}");
        let key = query.split(['=', '&']).nth(1).expect("a key");
        assert!(listed.iter().all(|test| test.get(key).is_some()), "{query}");
    }
}
