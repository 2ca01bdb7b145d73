//! `rest-api.md`, section 4, Tests: the two lists, which body when, and what is checked first.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, NOW, TestApp, assert_conforms, envelope, envelope_of, record};

const DAY_MS: i64 = 86_400_000;
const LEGACY_KEYS: [&str; 8] = ["file_name", "id", "labels", "location", "name", "scope", "url", "web_url"];
const METRICS_KEYS: [&str; 7] =
    ["duration_avg", "duration_max", "duration_min", "duration_sum", "executions_count", "executions_count_by_result", "reliability"];

fn keys(body: &Value) -> Vec<String> {
    let mut keys: Vec<String> = body.as_object().expect("an object").keys().cloned().collect();
    keys.sort();
    keys
}

fn names(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.array().iter().map(|test| test["name"].as_str().expect("a name").to_owned()).collect()
}

async fn get_version(app: &TestApp, path: &str, version: &str) -> Answer {
    Answer::to(app.request(Method::GET, path).header("Buildkite-Version", version)).await
}

// contract: general 60
#[tokio::test]
async fn the_version_decides_about_metrics() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    app.run_of(&envelope("run", &[record("adds", "passed")])).await;
    let with_metrics: Vec<&str> = {
        let mut all = [&LEGACY_KEYS[..], &METRICS_KEYS[..]].concat();
        all.sort_unstable();
        all
    };
    let path = app.s("/tests");
    let id = app.test_id("adds").await;
    let one = app.s(&format!("/tests/{id}"));
    for legacy in [app.get(&path).await, get_version(&app, &path, "2026-07-31").await, get_version(&app, &path, " ").await] {
        assert_eq!(keys(&legacy.array()[0]), LEGACY_KEYS);
    }
    assert_eq!(keys(&app.get(&one).await.json()), LEGACY_KEYS);
    for version in ["2026-08-01", "2027-01-01"] {
        let list = get_version(&app, &path, version).await;
        assert_eq!(keys(&list.array()[0]), with_metrics);
        assert_conforms("listTests", 200, &list.json());
        let get = get_version(&app, &one, version).await;
        assert_conforms("getTest", 200, &get.json());
        assert!(with_metrics.iter().all(|key| get.json().get(key).is_some()));
    }
    let expected = json!({
        "id": id,
        "url": app.url(&one),
        "web_url": app.url(&format!("/organizations/northwind/analytics/suites/checkout-api/tests/{id}")),
        "scope": "Cart",
        "name": "adds",
        "location": "cart.rb:1",
        "file_name": "cart.rb",
        "labels": [],
    });
    assert_eq!(app.get(&one).await.json(), expected);
}

// contract: general 61
#[tokio::test]
async fn a_version_is_a_day() {
    let app = TestApp::start().await;
    app.run_of(&envelope("run", &[record("adds", "passed")])).await;
    let one = app.s(&format!("/tests/{}", app.test_id("adds").await));
    for path in [app.s("/tests"), one] {
        for wrong in ["tomorrow", "2026-8-1", "2026-02-30"] {
            let answer = get_version(&app, &path, wrong).await;
            assert_eq!((answer.status, answer.message().as_str()), (400, "Buildkite-Version must be in format YYYY-MM-DD"), "{wrong}");
        }
        let blank = get_version(&app, &path, "").await;
        assert_eq!(blank.text, app.get(&path).await.text);
    }
    assert_eq!(get_version(&app, &app.s("/runs"), "tomorrow").await.status, 200, "elsewhere the header means nothing");
}

// contract: general 65
#[tokio::test]
async fn without_executions_in_the_window_a_test_is_in_no_list_but_has_zero_metrics() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    app.run_of(&envelope("old", &[record("old", "passed")])).await;
    app.clock().advance_ms(8 * DAY_MS);
    app.run_of(&envelope("new", &[record("new", "passed")])).await;
    assert_eq!(names(&app.get_metrics(&app.s("/tests")).await), ["new"]);
    assert_eq!(names(&app.get_metrics(&app.s("/tests?period=14days")).await).len(), 2);
    let old = app.get_metrics(&app.s(&format!("/tests/{}", app.test_id("old").await))).await;
    assert_conforms("getTest", 200, &old.json());
    let old = old.json();
    for key in ["reliability", "duration_avg", "duration_sum", "duration_min", "duration_max"] {
        assert_eq!(old.get(key), Some(&Value::Null), "{key}");
    }
    assert_eq!(old["executions_count"], 0);
    assert_eq!(old["executions_count_by_result"], json!({ "passed": 0, "failed": 0 }));
    assert_eq!(names(&app.get(&app.s("/tests")).await), ["new", "old"], "without metrics every known test is listed");
}

#[tokio::test]
async fn the_legacy_list_is_in_order_of_scope_and_name() {
    let app = TestApp::start().await;
    let of = |scope: &str, name: &str| json!({ "scope": scope, "name": name, "result": "passed" });
    let tests = [("b", "a"), ("", "z"), ("B", "x"), ("a", "é"), ("a", "f"), ("a", "F"), (" a", "x")];
    app.run_of(&envelope("run", &tests.map(|(scope, name)| of(scope, name)))).await;
    let mut sorted = tests.to_vec();
    sorted.sort_unstable();
    let listed = app.get(&app.s("/tests")).await.array();
    let listed: Vec<(&str, &str)> =
        listed.iter().map(|test| (test["scope"].as_str().expect("a scope"), test["name"].as_str().expect("a name"))).collect();
    assert_eq!(listed, sorted);
    let mut walked = Vec::new();
    let mut page = app.get(&app.s("/tests?per_page=3")).await;
    loop {
        walked.extend(names(&page));
        let Some(next) = page.link("next") else { break };
        page = app.get(next.strip_prefix(&app.url("")).expect("our own address")).await;
    }
    assert_eq!(walked, sorted.iter().map(|(_, name)| *name).collect::<Vec<_>>());
}

#[tokio::test]
async fn executions_that_are_asked_for_restrict_the_legacy_list() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    app.run_of(&envelope_of("old", &[("branch", "main")], &[record("old", "passed"), record("both", "failed")])).await;
    app.clock().advance_ms(8 * DAY_MS);
    app.run_of(&envelope_of("new", &[("branch", "dev")], &[record("both", "passed"), record("new", "passed")])).await;
    for (query, expected) in [
        ("?label=none", &[][..]),
        ("?state=enabled", &["both", "new", "old"]),
        ("?period=1day", &["both", "new"]),
        ("?period=14days", &["both", "new", "old"]),
        ("?branch=main", &[]),
        ("?branch=main&period=14days", &["both", "old"]),
        ("?tags=result:failed&period=14days", &["both"]),
        ("?tags=result:^passed&period=14days", &["new", "old"]),
        ("?min_executions=2&period=14days", &["both"]),
        ("?max_timestamp=2026-04-10T00:00:00Z&min_timestamp=2026-04-09T00:00:00Z", &["both", "old"]),
        ("?period=14days&per_page=2&page=2", &["old"]),
        ("?period=14days&page=9", &[]),
    ] {
        assert_eq!(names(&app.get(&app.s(&format!("/tests{query}"))).await), expected, "{query}");
    }
}

#[tokio::test]
async fn a_page_of_a_sorted_list_leads_on_with_its_filters() {
    let app = TestApp::start().await;
    let records: Vec<Value> = (0..45).map(|number| record(&format!("test {number}"), "passed")).collect();
    app.run_of(&envelope("run", &records)).await;
    let first = app.get_metrics(&app.s("/tests?labels=!flaky,!nightly&sort_by=reliability")).await;
    assert_eq!((first.array().len(), first.rels()), (30, vec!["next".to_owned(), "last".to_owned()]));
    let next = first.link("next").expect("next");
    assert_eq!(next, app.url(&app.s("/tests?labels=%21flaky%2C%21nightly&page=2&per_page=30&sort_by=reliability")));
    assert_eq!(first.header("link").expect("a header").matches(',').count(), 1);
    let second = app.get_metrics(next.strip_prefix(&app.url("")).expect("our own address")).await;
    assert_eq!((second.array().len(), second.rels()), (15, vec!["first".to_owned(), "prev".to_owned()]));
    let ids: Vec<Value> = [first.array(), second.array()].concat().iter().map(|test| test["id"].clone()).collect();
    assert!(ids.is_sorted_by(|left, right| left.as_str() < right.as_str()), "ties are in order of their ids, each once");
    let beyond = app.get_metrics(&app.s("/tests?page=99999999999999999999999")).await;
    assert_eq!((beyond.text.as_str(), beyond.rels()), ("[]", vec!["first".to_owned(), "prev".to_owned()]));
}

#[tokio::test]
async fn access_comes_before_existence_and_existence_before_parameters() {
    let app = TestApp::start().await;
    let no_scope = app.token_with(&["write_suites"]).await;
    let build = "00000000-0000-4000-8000-000000000000";
    let missing = "00000000-0000-4000-8000-000000000001";
    for (path, not_found) in [
        (app.a("/suites/nope/tests?period=x"), "No suite found"),
        (app.a("/nope/tests"), "Not Found"),
        (app.s(&format!("/tests/{missing}?period=x")), "No test found"),
        (app.s("/tests/42?period=x"), "No test found"),
        (app.a("/suites/nope/flaky-tests?period=x"), "No suite found"),
        (app.s(&format!("/executions/{missing}/trace?view=x")), "Not Found"),
        (app.s("/executions/42/trace"), "Not Found"),
        (app.a(&format!("/builds/{build}/tests?order=x")), "No build found"),
        (app.a(&format!("/builds/{build}/preflight/v1?state=x")), "No build found"),
        (app.a(&format!("/builds/{build}/executions/slowest?limit=0")), "No build found"),
    ] {
        let answer = get_version(&app, &path, "tomorrow").await;
        assert_eq!((answer.status, answer.message().as_str()), (404, not_found), "{path}");
        if not_found == "Not Found" && !path.contains("executions") {
            continue;
        }
        let answer = app.get_as(&no_scope, &path).await;
        assert_eq!((answer.status, answer.message().as_str()), (403, "Your access token doesn't have the read_suites scope"), "{path}");
        assert_eq!(Answer::to(app.anonymous(Method::GET, &path)).await.status, 401, "{path}");
        let answer = app.send(Method::POST, &path, &json!({})).await;
        assert_eq!((answer.status, answer.header("allow").is_some()), (405, true), "{path}");
    }
}
