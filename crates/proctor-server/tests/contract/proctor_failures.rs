//! Proctor's own questions about failures: by fingerprint, of a run and over a window.

use serde_json::{Value, json};

use crate::support::{Answer, NOW, TestApp, record};

pub(crate) const DAY_MS: i64 = 86_400_000;

/// The path of Proctor's own routes of the first suite.
pub(crate) fn p(app: &TestApp, rest: &str) -> String {
    format!("/v2/proctor/organizations/northwind/suites/{}{rest}", app.suite.suite.slug)
}

/// A failed record with this message.
pub(crate) fn failing(name: &str, reason: &str) -> Value {
    let mut record = record(name, "failed");
    record["failure_reason"] = json!(reason);
    record
}

/// Uploads a run and gives its id; the clock goes on by a second.
pub(crate) async fn run_on(app: &TestApp, key: &str, branch: &str, commit: &str, data: &[Value]) -> String {
    let run_env = json!({ "key": key, "branch": branch, "commit_sha": commit });
    let run = app.run_of(&json!({ "format": "json", "run_env": run_env, "data": data })).await;
    app.clock().advance_ms(1_000);
    run
}

/// The failures of a run, first page.
pub(crate) async fn failures_of(app: &TestApp, run: &str) -> Value {
    let answer = app.get(&p(app, &format!("/runs/{run}/failures"))).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let failures = answer.json();
    // the groups partition what was looked at
    let counts = |groups: &Value, key: &str| -> u64 { groups.as_array().expect("an array").iter().filter_map(|of| of[key].as_u64()).sum() };
    assert_eq!(failures["executions_looked_at"], json!(counts(&failures["groups"], "executions_count")));
    for group in failures["groups"].as_array().expect("groups").iter().filter(|group| group["tests_count"].as_u64() <= Some(20)) {
        assert_eq!(group["executions_count"], json!(counts(&group["tests"], "executions_count")));
    }
    failures
}

#[tokio::test]
async fn one_fault_in_many_tests_is_one_group() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    let mut data: Vec<Value> =
        (0..25).map(|number| failing(&format!("test {number:02}"), &format!("no answer from 10.0.0.{number}:5432"))).collect();
    data.push(failing("other", "expected 3, got 4"));
    data.push(record("fine", "passed"));
    let run = run_on(&app, "one", "dev", "c1", &data).await;
    let answer = failures_of(&app, &run).await;
    assert_eq!((&answer["executions_count"], &answer["executions_looked_at"]), (&json!(26), &json!(26)));
    assert_eq!(answer["truncated"], json!(false));
    let groups = answer["groups"].as_array().expect("groups");
    assert_eq!(groups.len(), 2);
    let fault = &groups[0];
    assert_eq!((&fault["tests_count"], &fault["executions_count"], &fault["verdict"]), (&json!(25), &json!(25), &json!("new")));
    assert_eq!(fault["tests"].as_array().expect("tests").len(), 20, "so many are listed");
    assert_eq!(fault["message"], "no answer from 10.0.0.24:5432", "the newest, as it was sent");
    assert!(fault["id"].as_str().is_some_and(|id| id.len() == 32));
    for (key, expected) in [("first_seen_at", NOW), ("last_seen_at", NOW), ("first_run_id", &run), ("last_run_id", &run)] {
        assert_eq!(fault[key], *expected, "{key}");
    }
    let test = &fault["tests"][0];
    assert_eq!((&test["scope"], &test["name"], &test["location"]), (&json!("Cart"), &json!("test 00"), &json!("cart.rb:1")));
    assert_eq!((&test["state"], &test["labels"], &test["executions_count"]), (&json!("enabled"), &json!([]), &json!(1)));
    assert!(test["web_url"].as_str().is_some_and(|url| url.ends_with(&format!("/tests/{}", test["id"].as_str().expect("an id")))));
    let all = app.get(&app.s(&format!("/runs/{run}/failed_executions?per_page=100"))).await.array();
    assert!(all.iter().any(|execution| execution["execution_id"] == fault["latest_execution_id"]));
}

/// What the default branch did on two days, and then a branch.
pub(crate) async fn story(app: &TestApp) -> String {
    let day_one = [
        record("fine", "passed"),
        failing("broken", "no such file"),
        failing("shaky", "socket closed"),
        record("shaky", "passed"),
        failing("mended", "wrong total"),
    ];
    run_on(app, "main 1", "main", "c1", &day_one).await;
    app.clock().advance_ms(DAY_MS);
    let day_two = [record("fine", "passed"), failing("broken", "no such file"), record("shaky", "passed"), record("mended", "passed")];
    run_on(app, "main 2", "main", "c2", &day_two).await;
    let branch = [
        failing("broken", "no such file"),
        failing("shaky", "socket closed"),
        failing("mended", "wrong total"),
        failing("fresh", "undefined method 'discount'"),
        failing("fine", "no such file"),
    ];
    run_on(app, "dev 1", "dev", "c3", &branch).await
}

#[tokio::test]
async fn a_run_with_more_failures_than_are_looked_at_says_so() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    let data: Vec<Value> = (0..10_001).map(|number| failing(&format!("t{}", number % 7), &format!("got {number}"))).collect();
    let run = run_on(&app, "one", "dev", "c1", &data).await;
    let failures = failures_of(&app, &run).await;
    assert_eq!((&failures["executions_count"], &failures["executions_looked_at"]), (&json!(10_001), &json!(10_000)));
    assert_eq!(failures["truncated"], json!(true));
    let group = &failures["groups"][0];
    assert_eq!((&group["executions_count"], &group["tests_count"]), (&json!(10_000), &json!(7)));
    let window = app.get(&p(&app, "/failures")).await.json();
    assert_eq!((&window["executions_looked_at"], &window["truncated"]), (&json!(10_000), &json!(true)));
}

#[tokio::test]
async fn a_run_without_failures_has_no_groups() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    let run = run_on(&app, "one", "dev", "c1", &[record("fine", "passed")]).await;
    let expected = json!({ "executions_count": 0, "executions_looked_at": 0, "truncated": false, "groups_count": 0, "groups": [] });
    assert_eq!(failures_of(&app, &run).await, expected);
}

async fn window(app: &TestApp, query: &str) -> Answer {
    let answer = app.get(&p(app, query)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer
}

fn counted(answer: &Answer) -> Vec<(String, u64, u64)> {
    let groups = answer.json()["groups"].as_array().expect("groups").clone();
    let number = |value: &Value| value.as_u64().expect("a count");
    let of_group = |group: &Value| {
        (group["title"].as_str().expect("a title").to_owned(), number(&group["executions_count"]), number(&group["tests_count"]))
    };
    groups.iter().map(of_group).collect()
}

#[tokio::test]
async fn a_window_lists_what_fails_most() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    story(&app).await;
    let count = |title: &str, executions, tests| (title.to_owned(), executions, tests);
    let all = window(&app, "/failures").await;
    let file = count("no such file", 4, 2);
    let (total, socket, method) = (count("wrong total", 2, 1), count("socket closed", 2, 1), count("undefined method 'discount'", 1, 1));
    assert_eq!(counted(&all)[..1], [file]);
    assert_eq!(&counted(&all)[3..], std::slice::from_ref(&method));
    assert!(counted(&all).contains(&total) && counted(&all).contains(&socket));
    assert_eq!(all.json()["executions_looked_at"], json!(9));
    assert!(all.json()["groups"][0].get("verdict").is_none(), "verdicts are about a run");
    // only what the last day and a branch saw; the history stays whole
    let recent = window(&app, "/failures?period=1hour&branch=dev&tags=result%3Afailed").await;
    assert_eq!(counted(&recent)[0], count("no such file", 2, 2));
    assert_eq!((recent.json()["groups"][0]["first_seen_at"].clone(), counted(&recent).len()), (json!(NOW), 4));
    assert_eq!(counted(&window(&app, "/failures?result=passed").await), []);
    // pages
    let first = window(&app, "/failures?per_page=3").await;
    let second = window(&app, "/failures?per_page=3&page=2").await;
    assert_eq!((counted(&first), counted(&second)), (counted(&all)[..3].to_vec(), vec![method]));
    assert_eq!((first.rels(), second.rels()), (vec!["next".to_owned(), "last".to_owned()], vec!["first".to_owned(), "prev".to_owned()]));
    // one test
    let broken = all.json()["groups"][0]["tests"].as_array().expect("tests").iter().find(|test| test["name"] == "broken").cloned();
    let broken = broken.expect("the broken test")["id"].as_str().expect("an id").to_owned();
    assert_eq!(counted(&window(&app, &format!("/tests/{broken}/failures")).await), [count("no such file", 3, 1)]);
}

#[tokio::test]
async fn who_may_ask_and_how() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    let run = run_on(&app, "one", "dev", "c1", &[failing("a", "boom")]).await;
    let small = app.token_with(&["read_organizations"]).await;
    let nobody = "00000000-0000-0000-0000-000000000000";
    let failed = app.get(&app.s(&format!("/runs/{run}/failed_executions"))).await.array();
    let test = failed[0]["test_id"].as_str().expect("an id");
    let routes = [
        format!("/runs/{run}/failures"),
        "/failures".to_owned(),
        "/trend".to_owned(),
        format!("/tests/{test}/executions"),
        format!("/tests/{test}/history"),
        format!("/tests/{test}/failures"),
    ];
    for route in &routes {
        assert_eq!(app.get(&p(&app, route)).await.status, 200, "{route}");
        let refused = app.get_as(&small, &p(&app, route)).await;
        assert_eq!((refused.status, refused.message().as_str()), (403, "Your access token doesn't have the read_suites scope"), "{route}");
        assert_eq!(app.get_as("nonsense", &p(&app, route)).await.status, 401, "{route}");
    }
    for (route, message) in [
        (format!("/runs/{nobody}/failures"), "No run found"),
        (format!("/tests/{nobody}/executions"), "No test found"),
        ("/tests/x/history".to_owned(), "No test found"),
        (format!("/tests/{nobody}/failures"), "No test found"),
    ] {
        let unknown = app.get(&p(&app, &route)).await;
        assert_eq!((unknown.status, unknown.message().as_str()), (404, message), "{route}");
    }
    for route in &routes[1..] {
        for (query, status, message) in [
            ("period=soon", 422, "period is invalid"),
            ("max_timestamp=now", 400, "max_timestamp must be an RFC 3339 timestamp"),
            ("tags=a", 422, "tags must use key:value syntax"),
            ("result=red", 422, "result must be one of passed, failed, skipped, pending, unknown"),
        ] {
            let refused = app.get(&p(&app, &format!("{route}?{query}"))).await;
            assert_eq!((refused.status, refused.message().as_str()), (status, message), "{route}?{query}");
        }
    }
}
