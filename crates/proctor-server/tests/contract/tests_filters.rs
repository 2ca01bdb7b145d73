//! `rest-api.md`, section 4, Tests: filters and order.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{TestApp, assert_conforms, envelope, envelope_of, record, timed};

/// Names and counts of executions of the list, in its order.
async fn listed(app: &TestApp, query: &str) -> Vec<(String, u64)> {
    let answer = app.get_metrics(&app.s(&format!("/tests?{query}"))).await;
    assert_eq!(answer.status, 200, "{query}: {}", answer.text);
    assert_conforms("listTests", 200, &answer.json());
    let of = |test: &Value| (test["name"].as_str().expect("a name").to_owned(), test["executions_count"].as_u64().expect("a count"));
    answer.array().iter().map(of).collect()
}

/// As [`listed`], by name.
async fn found(app: &TestApp, query: &str) -> Vec<(String, u64)> {
    let mut found = listed(app, query).await;
    found.sort();
    found
}

fn pairs(expected: &[(&str, u64)]) -> Vec<(String, u64)> {
    expected.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
}

async fn refusal(app: &TestApp, query: &str) -> (u16, String) {
    let answer = app.get_metrics(&app.s(&format!("/tests?{query}"))).await;
    (answer.status, answer.message())
}

async fn label(app: &TestApp, name: &str, labels: &[&str]) {
    let path = app.s(&format!("/tests/{}/labels", app.test_id(name).await));
    let answer = app.send(Method::PATCH, &path, &json!({ "operator": "add", "labels": labels })).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

async fn three_tests() -> TestApp {
    let app = TestApp::start().await;
    app.run_of(&envelope("run", &["a", "b", "c"].map(|name| record(name, "passed")))).await;
    app
}

// contract: general 67
#[tokio::test]
async fn labels_to_have_and_not_to_have() {
    let app = three_tests().await;
    label(&app, "a", &["flaky"]).await;
    label(&app, "b", &["flaky", "nightly"]).await;
    for (query, expected) in [
        ("labels=flaky,!nightly", &[("a", 1)][..]),
        ("labels=flaky", &[("a", 1), ("b", 1)]),
        ("labels=nightly,flaky", &[("a", 1), ("b", 1)]),
        ("labels=!flaky", &[("c", 1)]),
        ("labels=!unheard-of", &[("a", 1), ("b", 1), ("c", 1)]),
        ("labels=unheard-of", &[]),
        ("labels=Flaky", &[]),
        ("label=nightly", &[("b", 1)]),
        ("labels=", &[("a", 1), ("b", 1), ("c", 1)]),
    ] {
        assert_eq!(found(&app, query).await, pairs(expected), "{query}");
        let legacy = app.get(&app.s(&format!("/tests?{query}"))).await.array();
        let names: Vec<&str> = legacy.iter().map(|test| test["name"].as_str().expect("a name")).collect();
        assert_eq!(names, expected.iter().map(|(name, _)| *name).collect::<Vec<_>>(), "legacy {query}");
    }
    let both = "label cannot be combined with labels".to_owned();
    assert_eq!(refusal(&app, "label=flaky&labels=nightly").await, (422, both));
}

#[tokio::test]
async fn states() {
    let app = three_tests().await;
    let path = app.s(&format!("/tests/{}/mute", app.test_id("b").await));
    assert_eq!(app.send(Method::PUT, &path, &json!({})).await.status, 200);
    assert_eq!(found(&app, "state=muted").await, pairs(&[("b", 1)]));
    assert_eq!(found(&app, "state=enabled").await, pairs(&[("a", 1), ("c", 1)]));
    assert_eq!(found(&app, "state=skipped").await, []);
    let wrong = "state must be one of enabled, muted, skipped".to_owned();
    assert_eq!(refusal(&app, "state=off").await, (422, wrong));
}

// contract: general 68
#[tokio::test]
async fn a_branch_by_name_by_beginning_or_not() {
    let app = TestApp::start().await;
    let on = [("release-1", 1), ("release-2", 2), ("trunk", 3), ("refs/heads/dev", 1)];
    for (branch, executions) in on {
        app.run_of(&envelope_of(branch, &[("branch", branch)], &vec![record("a", "passed"); executions])).await;
    }
    app.run_of(&envelope("none", &[record("a", "passed"), record("only here", "passed")])).await;
    for (query, expected) in [
        ("branch=release-*", &[("a", 3)][..]),
        ("branch=!trunk", &[("a", 5), ("only here", 1)]),
        ("branch=trunk", &[("a", 3)]),
        ("branch=dev", &[("a", 1)]),
        ("branch=*", &[("a", 7)]),
        ("branch=Trunk", &[]),
        ("branch=", &[("a", 8), ("only here", 1)]),
        ("tags=scm.branch:release-*", &[("a", 3)]),
    ] {
        assert_eq!(found(&app, query).await, pairs(expected), "{query}");
    }
    assert_eq!(refusal(&app, "branch=!release-*").await, (422, "branch supports at most one operator".to_owned()));
}

// contract: general 69
#[tokio::test]
async fn results_of_executions_and_of_tests() {
    let app = TestApp::start().await;
    let records = [
        timed("mixed", "passed", Some(1.0)),
        timed("mixed", "failed", Some(4.0)),
        timed("broken", "failed", Some(2.0)),
        timed("broken", "failed", Some(2.0)),
        timed("fine", "passed", Some(3.0)),
    ];
    app.run_of(&envelope("run", &records)).await;
    for (query, expected) in [
        ("tags=result:~failed", &[("broken", 2), ("mixed", 2)][..]),
        ("tags=result:^failed", &[("broken", 2)]),
        ("tags=result:failed", &[("broken", 2), ("mixed", 1)]),
        ("tags=result:!failed", &[("fine", 1), ("mixed", 1)]),
        ("tags=result:^passed", &[("fine", 1)]),
        ("tags=result:~skipped", &[]),
        ("tags=result:~failed&min_executions=2", &[("broken", 2), ("mixed", 2)]),
        ("tags=result:failed&min_executions=2", &[("broken", 2)]),
    ] {
        assert_eq!(found(&app, query).await, pairs(expected), "{query}");
    }
    let failures = app.get_metrics(&app.s("/tests?tags=result:failed&sort_by=duration_max")).await.array();
    assert_eq!(
        (&failures[0]["name"], &failures[0]["duration_max"], &failures[0]["reliability"]),
        (&json!("mixed"), &json!(4.0), &json!(0.0))
    );
}

// contract: general 70
#[tokio::test]
async fn tags_are_key_and_value() {
    let app = TestApp::start().await;
    let with = |name: &str, tags: Value| {
        let mut record = record(name, "passed");
        record["tags"] = tags;
        record
    };
    let data = [
        with("a", json!({ "db.engine": "postgres16" })),
        with("b", json!({ "db.engine": "mysql8", "url": "http://x:1" })),
        record("c", "passed"),
    ];
    app.run_of(&envelope("run", &data)).await;
    for (query, expected) in [
        ("tags=db.engine:postgres*", &[("a", 1)][..]),
        ("tags=db.engine:!mysql8", &[("a", 1), ("c", 1)]),
        ("tags=db.engine:postgres16,db.engine:mysql8", &[("a", 1), ("b", 1)]),
        ("tags=db.engine:mysql8,url:http://x:1", &[("b", 1)]),
        ("tags=db.engine:postgres16,url:http://x:1", &[]),
        ("tags=no.such:x", &[]),
        ("tags=", &[("a", 1), ("b", 1), ("c", 1)]),
    ] {
        assert_eq!(found(&app, query).await, pairs(expected), "{query}");
    }
    for (query, message) in [
        ("tags=db.engine:^x", "operators ~ and ^ are only supported for the result tag"),
        ("tags=db.engine:~x", "operators ~ and ^ are only supported for the result tag"),
        ("tags=nocolon", "tags must use key:value syntax"),
        ("tags=key:", "tags must use key:value syntax"),
        ("tags=:value", "tags must use key:value syntax"),
        ("tags=db.engine:!x*", "tags supports at most one operator per value"),
        ("tags=result:passed,result:failed", "result can only be specified once"),
        ("tags=result:green", "result must be one of passed, failed, skipped, pending, unknown"),
    ] {
        assert_eq!(refusal(&app, query).await, (422, message.to_owned()), "{query}");
        assert_eq!(app.get(&app.s(&format!("/tests?{query}"))).await.status, 422, "legacy {query}");
    }
    for (query, status) in [("min_executions=x", 400), ("min_executions=0", 422)] {
        assert_eq!(refusal(&app, query).await, (status, "min_executions must be an integer of at least 1".to_owned()));
    }
}

// contract: general 71
#[tokio::test]
async fn order_by_a_metric_with_nulls_last() {
    let app = TestApp::start().await;
    let data = [
        timed("half", "passed", Some(1.0)),
        timed("half", "failed", Some(2.0)),
        timed("good", "passed", Some(2.0)),
        timed("bad", "failed", None),
        timed("skipped", "skipped", Some(9.0)),
    ];
    app.run_of(&envelope("run", &data)).await;
    for (query, expected) in [
        ("sort_by=reliability&order=asc", ["bad", "half", "good", "skipped"]),
        ("sort_by=reliability", ["good", "half", "bad", "skipped"]),
        ("", ["skipped", "good", "half", "bad"]),
        ("order=asc", ["half", "good", "skipped", "bad"]),
        ("sort_by=duration_sum", ["skipped", "half", "good", "bad"]),
        ("sort_by=duration_min&order=asc", ["half", "good", "skipped", "bad"]),
    ] {
        let names: Vec<String> = listed(&app, query).await.into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, expected, "{query}");
    }
    let by = "sort_by must be one of duration_avg, duration_sum, duration_min, duration_max, reliability".to_owned();
    assert_eq!(refusal(&app, "sort_by=name").await, (422, by));
    assert_eq!(refusal(&app, "order=up").await, (422, "order must be asc or desc".to_owned()));
}

#[tokio::test]
async fn owners_at_any_position() {
    let app = TestApp::start().await;
    for team in ["Billing", "Search"] {
        let team = app.app.store.create_team(app.organization.id, team, app.now()).await.expect("a team");
        let access = proctor_core::organization::SuiteAccess::ManageAndRead;
        app.app.store.link_team(app.organization.id, team.id, app.suite.suite.id, access, app.now()).await.expect("a link");
    }
    let at = |name: &str, file: &str| json!({ "scope": "s", "name": name, "location": format!("{file}:1"), "file_name": file, "result": "passed" });
    app.run_of(&envelope("run", &[at("both", "pay/a.rb"), at("one", "find/b.rb"), at("none", "c.rb")])).await;
    let file = reqwest::multipart::Part::bytes(b"pay/ search billing\nfind/ search\n".to_vec()).file_name("TESTOWNERS");
    let form = reqwest::multipart::Form::new().part("file", file);
    let request = app.anonymous(Method::POST, "/v1/test-ownerships").bearer_auth(&app.suite.upload_token).multipart(form);
    let answer = crate::support::Answer::to(request).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    for (query, expected) in [
        ("owners=billing", &[("both", 1)][..]),
        ("owners=billing,search", &[("both", 1), ("one", 1)]),
        ("owners=search,!billing", &[("one", 1)]),
        ("owners=!search", &[("none", 1)]),
        ("owners=nobody", &[]),
    ] {
        assert_eq!(found(&app, query).await, pairs(expected), "{query}");
    }
}
