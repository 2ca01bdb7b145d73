//! Proctor's own questions about time: the executions and the history of a test, the trend of a suite.

use serde_json::{Value, json};

use crate::proctor_failures::{failing, p, run_on};
use crate::support::{Answer, NOW, TestApp, record};

const DAY_MS: i64 = 86_400_000;

async fn asked(app: &TestApp, rest: &str) -> Answer {
    let answer = app.get(&p(app, rest)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer
}

fn timed(name: &str, result: &str, seconds: f64, host: &str) -> Value {
    let mut record = record(name, result);
    record["history"] = json!({ "duration": seconds });
    record["tags"] = json!({ "host.type": host });
    record
}

/// Four days: two with executions of `adds`, one without, and today. Gives the id of `adds`.
async fn story(app: &TestApp) -> String {
    let first = [timed("adds", "passed", 1.0, "linux"), timed("adds", "failed", 3.0, "mac"), timed("other", "passed", 0.5, "linux")];
    run_on(app, "one", "main", "c1", &first).await;
    app.clock().advance_ms(DAY_MS);
    run_on(app, "two", "dev", "c2", &[timed("adds", "skipped", 2.0, "linux"), record("other", "passed")]).await;
    app.clock().advance_ms(2 * DAY_MS);
    let run = run_on(app, "three", "main", "c3", &[failing("adds", "boom")]).await;
    let failed = app.get(&app.s(&format!("/runs/{run}/failed_executions"))).await.array();
    failed[0]["test_id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn an_execution_of_a_test_in_full() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    let mut failed = failing("adds", "\u{1b}[31mgot 4\u{1b}[0m");
    failed["tags"] = json!({ "host.type": "linux", "result": "x" });
    failed["failure_expanded"] = json!([{ "expanded": ["3 != 4"], "backtrace": ["cart.rb:1"] }]);
    let run_env = json!({ "key": "run", "branch": "dev", "commit_sha": "c1" });
    let uploaded = app.upload(&json!({ "format": "json", "run_env": run_env, "data": [failed] })).await.json();
    let run = uploaded["run_id"].as_str().expect("a run id");
    let known = app.get(&app.s(&format!("/runs/{run}/failed_executions"))).await.array().remove(0);
    let test = known["test_id"].as_str().expect("an id");
    let plain = asked(&app, &format!("/tests/{test}/executions")).await.array();
    let web = app.url("/organizations/northwind/analytics/suites/checkout-api");
    let expected = json!({
        "id": known["execution_id"],
        "web_url": known["test_execution_url"],
        "run_id": run,
        "run_url": app.url(&app.s(&format!("/runs/{run}"))),
        "run_web_url": format!("{web}/runs/{run}"),
        "upload_id": plain[0]["upload_id"],
        "created_at": NOW,
        "result": "failed",
        "duration": 0.5,
        "branch": "dev",
        "commit_sha": "c1",
        "location": "cart.rb:1",
        "file_name": "cart.rb",
        "tags": { "host.type": "linux" },
        "failure_reason": "\u{1b}[31mgot 4\u{1b}[0m",
        "retried_by_runner": false,
        "truncated": false,
    });
    assert_eq!(plain, [expected]);
    let upload = plain[0]["upload_id"].as_str().expect("an upload");
    assert_eq!(app.get(&app.s(&format!("/uploads/{upload}"))).await.status, 200);
    let detailed = asked(&app, &format!("/tests/{test}/executions?include_failure_expanded=1")).await.array();
    assert_eq!(detailed[0]["failure_expanded"], json!([{ "backtrace": ["cart.rb:1"], "expanded": ["3 != 4"] }]));
}

#[tokio::test]
async fn the_executions_of_a_test_newest_first() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    let test = story(&app).await;
    let results = async |query: &str| -> Vec<String> {
        let all = asked(&app, &format!("/tests/{test}/executions{query}")).await.array();
        all.iter().map(|execution| execution["result"].as_str().expect("a result").to_owned()).collect()
    };
    // of one upload the last one is the newest
    assert_eq!(results("").await, ["failed", "skipped", "failed", "passed"]);
    assert_eq!(results("?branch=main").await, ["failed", "failed", "passed"]);
    assert_eq!(results("?tags=host.type:linux").await, ["skipped", "passed"]);
    assert_eq!(results("?tags=host.type:!linux,result:failed").await, ["failed", "failed"]);
    assert_eq!(results("?result=passed").await, ["passed"]);
    assert_eq!(results("?period=1day").await, ["failed"]);
    assert_eq!(results("?per_page=3&page=2").await, ["passed"]);
    assert_eq!(results("?page=9").await, Vec::<String>::new());
    let first = asked(&app, &format!("/tests/{test}/executions?per_page=3&result=failed&branch=main")).await;
    assert_eq!((first.array().len(), first.rels().len()), (2, 0));
}

#[tokio::test]
async fn the_history_of_a_test_by_day() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    let test = story(&app).await;
    let days = asked(&app, &format!("/tests/{test}/history")).await.array();
    let dates: Vec<&Value> = days.iter().map(|day| &day["date"]).collect();
    assert_eq!(dates, ["2026-04-09", "2026-04-10", "2026-04-12"], "days without executions are left out");
    let expected = json!({
        "date": "2026-04-09",
        "executions_count": 2,
        "executions_count_by_result": { "passed": 1, "failed": 1, "skipped": 0, "pending": 0, "unknown": 0 },
        "reliability": 0.5,
        "duration_avg": 2.0,
        "duration_p50": 2.0,
        "duration_p90": 2.8,
        "duration_p95": 2.9,
        "duration_p99": 2.98,
    });
    for (key, value) in expected.as_object().expect("an object") {
        match (value.as_f64(), days[0][key].as_f64()) {
            (Some(expected), Some(found)) => assert!((expected - found).abs() < 1e-9, "{key}: {found}"),
            _ => assert_eq!(&days[0][key], value, "{key}"),
        }
    }
    assert_eq!((days[0].as_object().map(serde_json::Map::len), &days[1]["reliability"]), (Some(9), &Value::Null));
    let second = asked(&app, &format!("/tests/{test}/history?per_page=2&page=2")).await;
    assert_eq!((second.array(), second.rels()), (days[2..].to_vec(), vec!["first".to_owned(), "prev".to_owned()]));
    let main = asked(&app, &format!("/tests/{test}/history?branch=main&result=failed")).await.array();
    assert_eq!(main.iter().map(|day| &day["executions_count"]).collect::<Vec<_>>(), [1, 1]);
}

#[tokio::test]
async fn a_history_split_by_a_tag() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    let test = story(&app).await;
    let split = async |route: String| -> Vec<(Value, Value, Value)> {
        let days = asked(&app, &route).await.array();
        days.iter().map(|day| (day["date"].clone(), day["group"].clone(), day["executions_count"].clone())).collect()
    };
    let point = |date: &str, group: Value, count: u64| (json!(date), group, json!(count));
    let by_host = [
        point("2026-04-09", json!("linux"), 1),
        point("2026-04-09", json!("mac"), 1),
        point("2026-04-10", json!("linux"), 1),
        point("2026-04-12", Value::Null, 1),
    ];
    assert_eq!(split(format!("/tests/{test}/history?group_by=host.type")).await, by_host);
    let by_branch = split("/trend?group_by=scm.branch".to_owned()).await;
    let expected = [point("2026-04-09", json!("main"), 3), point("2026-04-10", json!("dev"), 2), point("2026-04-12", json!("main"), 1)];
    assert_eq!(by_branch, expected);
    for route in [format!("/tests/{test}/history?group_by=a:b"), "/trend?group_by=result".to_owned()] {
        let refused = app.get(&p(&app, &route)).await;
        assert_eq!((refused.status, refused.message().as_str()), (422, "group_by must be the key of a tag"), "{route}");
    }
}

#[tokio::test]
async fn the_trend_of_a_suite_counts_runs_too() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    story(&app).await;
    let counts = async |query: &str| -> Vec<(Value, Value, Value, Value)> {
        let days = asked(&app, &format!("/trend{query}")).await.array();
        let of_day = |day: &Value| ["date", "executions_count", "runs_count", "failed_runs_count"].map(|key| day[key].clone());
        days.iter().map(of_day).map(|[date, executions, runs, failed]| (date, executions, runs, failed)).collect()
    };
    let day = |date: &str, executions: u64, runs: u64, failed: u64| (json!(date), json!(executions), json!(runs), json!(failed));
    assert_eq!(counts("").await, [day("2026-04-09", 3, 1, 1), day("2026-04-10", 2, 1, 0), day("2026-04-12", 1, 1, 1)]);
    assert_eq!(counts("?branch=main").await, [day("2026-04-09", 3, 1, 1), day("2026-04-12", 1, 1, 1)]);
    assert_eq!(counts("?period=1day").await, [day("2026-04-12", 1, 1, 1)]);
    let split = asked(&app, "/trend?group_by=host.type").await.array();
    assert!(split.iter().all(|day| day.get("runs_count").is_none()), "a run can be in several groups");
}

#[tokio::test]
async fn days_that_were_compacted_answer_the_same() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    let test = story(&app).await;
    let run = run_on(&app, "four", "dev", "c4", &[failing("adds", "boom"), failing("other", "boom"), record("adds", "passed")]).await;
    let routes = [
        format!("/runs/{run}/failures"),
        "/failures".to_owned(),
        format!("/tests/{test}/failures"),
        format!("/tests/{test}/executions?include_failure_expanded=1"),
        format!("/tests/{test}/history?group_by=host.type"),
        "/trend".to_owned(),
    ];
    // a fixed window, for the clock goes on until the days are old enough
    let window = "min_timestamp=2026-04-09T00:00:00Z&max_timestamp=2026-04-13T00:00:00Z";
    let answers = async || {
        let mut answers = Vec::new();
        for route in &routes {
            let separator = if route.contains('?') { '&' } else { '?' };
            answers.push(asked(&app, &format!("{route}{separator}{window}")).await.text);
        }
        answers
    };
    let before = answers().await;
    app.clock().advance_ms(7 * DAY_MS);
    let report = app.app.store.compact(app.now()).await.expect("compacts");
    assert_eq!((report.segments_replaced, report.executions_written), (4, 9));
    assert_eq!(answers().await, before);
}
