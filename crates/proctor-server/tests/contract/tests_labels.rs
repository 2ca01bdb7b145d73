//! `rest-api.md`, section 4, Tests: 72 and 73; `workflows.md`: 37.

use proctor_core::organization::{Role, SuiteAccess};
use proctor_core::suite::Visibility;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp, assert_conforms, envelope, record};

// contract: general 72
#[tokio::test]
async fn find_takes_scope_and_name_exactly() {
    let app = TestApp::start().await;
    let mut spaced = record("adds", "passed");
    spaced["scope"] = json!(" Cart");
    let bare = json!({ "name": "alone", "result": "passed" });
    app.run_of(&envelope("run", &[record("adds", "passed"), spaced, bare])).await;
    let find = async |body: Value| app.post(&app.s("/tests/find"), &body).await;
    let found = find(json!({ "scope": "Cart", "name": "adds", "more": 1 })).await;
    assert_eq!(found.status, 200);
    assert_conforms("findTest", 200, &found.json());
    let test = found.json();
    let id = test["id"].as_str().expect("an id").to_owned();
    let web = app.url("/organizations/northwind/analytics/suites/checkout-api");
    assert_eq!(
        test,
        json!({
            "id": id, "url": app.url(&app.s(&format!("/tests/{id}"))), "web_url": format!("{web}/tests/{id}"),
            "scope": "Cart", "name": "adds", "location": "cart.rb:1", "file_name": "cart.rb", "labels": [],
        })
    );
    let spaced = find(json!({ "scope": " Cart", "name": "adds" })).await.json();
    assert_eq!(spaced["scope"], " Cart");
    assert_ne!(spaced["id"], test["id"]);
    let bare = find(json!({ "scope": "", "name": "alone" })).await.json();
    assert_eq!((&bare["location"], &bare["file_name"]), (&json!(""), &json!("")));
    for body in [
        json!({ "scope": "Cart" }),
        json!({ "name": "adds" }),
        json!({ "scope": null, "name": "adds" }),
        json!({ "scope": "Cart", "name": 5 }),
        json!({ "scope": "Cart", "name": "" }),
    ] {
        let refused = find(body.clone()).await;
        assert_eq!((refused.status, refused.message().as_str()), (400, "name and scope are required"), "{body}");
    }
    assert_eq!(find(json!([])).await.message(), "Request body must be a JSON object");
    let unknown = find(json!({ "scope": "Cart", "name": "adds " })).await;
    assert_eq!((unknown.status, unknown.message().as_str()), (404, "No test found"));
    let write = app.token_with(&["write_suites"]).await;
    let refused = app.send_as(&write, Method::POST, &app.s("/tests/find"), &json!({})).await;
    assert_eq!((refused.status, refused.message().as_str()), (403, "Your access token doesn't have the read_suites scope"));
}

async fn change(app: &TestApp, operator: &str, labels: &[&str]) -> Answer {
    app.send(Method::PATCH, &app.t("adds", "/labels").await, &json!({ "operator": operator, "labels": labels })).await
}

// contract: general 73
#[tokio::test]
async fn labels_are_added_and_removed_as_often_as_one_likes() {
    let app = TestApp::start().await;
    app.run_of(&envelope("run", &[record("adds", "passed"), record("other", "passed")])).await;
    for _ in 0..2 {
        let added = change(&app, "add", &["flaky", "Slow", "flaky", "a,b"]).await;
        assert_eq!((added.status, &added.json()["labels"]), (200, &json!(["Slow", "a,b", "flaky"])));
        assert_conforms("updateTestLabels", 200, &added.json());
    }
    let removed = change(&app, "remove", &["slow", "nightly"]).await;
    assert_eq!((removed.status, &removed.json()["labels"]), (200, &json!(["Slow", "a,b", "flaky"])), "letter case counts");
    assert_eq!(change(&app, "remove", &["Slow", "flaky", "a,b"]).await.json()["labels"], json!([]));
    assert_eq!(app.find("other").await["labels"], json!([]));
    let longest = "ü".repeat(64);
    assert_eq!(change(&app, "add", &[&longest]).await.json()["labels"], json!([longest]));
}

#[tokio::test]
async fn labels_of_people_stand_in_the_ledger_and_have_colours() {
    let app = TestApp::start().await;
    app.run_of(&envelope("run", &[record("adds", "passed"), record("other", "passed")])).await;
    change(&app, "add", &["slow", "nightly"]).await;
    change(&app, "add", &["slow"]).await;
    change(&app, "remove", &["nightly", "never"]).await;
    let entries = app.get(&app.of_suite("/ledger?kind=label_added,label_removed")).await.array();
    let of = |entry: &Value| format!("{} {}", entry["kind"].as_str().unwrap(), entry["label"].as_str().unwrap());
    let mut told: Vec<String> = entries.iter().map(of).collect();
    told.sort();
    assert_eq!(told, ["label_added nightly", "label_added slow", "label_removed nightly"]);
    assert!(entries.iter().all(|entry| entry["actor"] == format!("user:{}", app.admin.id) && entry["token_id"].is_string()));

    let path = app.of_suite("/labels");
    let listed = app.get(&path).await.array();
    assert_eq!((listed.len(), &listed[0]["name"], &listed[0]["tests"]), (1, &json!("slow"), &json!(1)));
    let derived = listed[0]["color"].clone();
    let set = app.send(Method::PUT, &path, &json!({ "name": "slow", "color": "grey" })).await;
    assert_eq!((set.status, set.json()), (200, json!({ "name": "slow", "color": "grey", "tests": 1 })));
    let pages = "/organizations/northwind/analytics/suites/checkout-api";
    app.app.store.set_visibility(app.organization.id, app.suite.suite.id, Visibility::Public).await.expect("a public suite");
    for page in [format!("{pages}/tests"), format!("{pages}/tests/{}", app.test_id("adds").await)] {
        let shown = Answer::to(app.anonymous(Method::GET, &page)).await;
        assert!(shown.text.contains("<span class=\"tag grey\">slow</span>"), "{page}: {}", shown.text);
    }
    let ahead = app.send(Method::PUT, &path, &json!({ "name": "a/b ü", "color": "teal" })).await;
    assert_eq!(ahead.json()["tests"], 0, "a label that no test has yet");
    assert_eq!(app.get(&path).await.array().len(), 2);
    assert_eq!(app.send(Method::PUT, &path, &json!({ "name": "slow", "color": null })).await.json()["color"], derived);
    for (body, reason) in [
        (json!({ "name": " ", "color": "red" }), "name must be a label"),
        (json!({ "name": "x" }), "color must be null or one of grey, red"),
        (json!({ "name": "x", "color": "#fff" }), "color must be null or one of"),
    ] {
        let refused = app.send(Method::PUT, &path, &body).await;
        assert!(refused.status == 422 && refused.message().contains(reason), "{body}: {}", refused.text);
    }
    let reader = app.token_with(&["read_suites"]).await;
    assert_eq!(app.send_as(&reader, Method::PUT, &path, &json!({ "name": "slow", "color": "red" })).await.status, 403);
}

#[tokio::test]
async fn odd_bodies_are_refused_and_change_nothing() {
    let app = TestApp::start().await;
    app.run_of(&envelope("run", &[record("adds", "passed")])).await;
    let path = app.t("adds", "/labels").await;
    let operator = "operator must be \"add\" or \"remove\"";
    let labels = "labels must be a non-empty array of strings";
    for (body, status, message) in [
        (json!({ "operator": "set", "labels": ["a"] }), 400, operator),
        (json!({ "labels": ["a"] }), 400, operator),
        (json!({ "operator": "add" }), 400, labels),
        (json!({ "operator": "add", "labels": "a" }), 400, labels),
        (json!({ "operator": "add", "labels": [] }), 400, labels),
        (json!({ "operator": "add", "labels": ["a", " "] }), 400, labels),
        (json!({ "operator": "remove", "labels": ["a", 5] }), 400, labels),
        (
            json!({ "operator": "add", "labels": ["a", "b".repeat(65)] }),
            422,
            "Validation failed: Label is too long (maximum is 64 characters)",
        ),
        (
            json!({ "operator": "add", "labels": (0..101).map(|number| format!("l{number}")).collect::<Vec<_>>() }),
            422,
            "Validation failed: Labels are too many (maximum is 100)",
        ),
    ] {
        let refused = app.send(Method::PATCH, &path, &body).await;
        assert_eq!((refused.status, refused.message().as_str()), (status, message), "{body}");
    }
    assert_eq!(app.find("adds").await["labels"], json!([]));
    let unknown = app.s("/tests/39c0d032-3479-8347-b83b-ea5c88b224f0/labels");
    assert_eq!(app.send(Method::PATCH, &unknown, &json!([])).await.message(), "No test found", "visibility comes before the body");
    assert_eq!(app.send(Method::PATCH, &app.s("/tests/7/labels"), &json!({})).await.status, 404);
}

// contract: general 43 (edit permission)
#[tokio::test]
async fn whoever_may_not_edit_the_suite_changes_no_test() {
    let app = TestApp::start().await;
    app.run_of(&envelope("run", &[record("adds", "passed")])).await;
    let (member, token) = app.user("Sam", Role::Member).await;
    let team = app.app.store.create_team(app.organization.id, "Payments", app.now()).await.expect("a team");
    app.app.store.add_team_member(app.organization.id, team.id, member.id).await.expect("a member");
    let link = async |access| {
        app.app.store.link_team(app.organization.id, team.id, app.suite.suite.id, access, app.now()).await.expect("a link");
    };
    link(SuiteAccess::ReadOnly).await;
    let labels = json!({ "operator": "add", "labels": ["mine"] });
    for (method, rest) in [(Method::PATCH, "/labels"), (Method::PUT, "/mute"), (Method::PUT, "/skip"), (Method::PUT, "/enable")] {
        let refused = app.send_as(&token, method, &app.t("adds", rest).await, &labels).await;
        assert_eq!((refused.status, refused.message().as_str()), (403, "You don't have permission to edit this suite"), "{rest}");
    }
    let tags = app.send_as(&token, Method::PUT, &app.s("/execution-tags"), &json!({ "executions": [] })).await;
    assert_eq!((tags.status, tags.message().as_str()), (403, "You don't have permission to edit this suite"));
    link(SuiteAccess::ManageAndRead).await;
    assert_eq!(app.send_as(&token, Method::PATCH, &app.t("adds", "/labels").await, &labels).await.json()["labels"], json!(["mine"]));
}

/// Uploads one execution of `adds` with these tags on a branch.
async fn tagged(app: &TestApp, branch: &str, records: &[(&str, Value)]) -> Value {
    let data: Vec<Value> = records
        .iter()
        .map(|(result, tags)| {
            let mut record = record("adds", result);
            record["tags"] = tags.clone();
            record
        })
        .collect();
    app.run_of(&json!({ "format": "json", "run_env": { "key": format!("{branch}-{}", records.len()), "branch": branch }, "data": data }))
        .await;
    app.find("adds").await["labels"].clone()
}

// contract: workflows 37
#[tokio::test]
async fn tags_of_the_default_branch_become_labels() {
    let app = TestApp::start().await;
    assert_eq!(tagged(&app, "main", &[("passed", json!({ "team": "before" }))]).await, json!([]), "nothing is copied unless asked for");
    let set = app.send(Method::PATCH, &app.s(""), &json!({ "label_tag_keys": ["team", "tier", "team"] })).await;
    assert_eq!((set.status, &set.json()["label_tag_keys"]), (200, &json!(["team", "tier"])));
    assert_eq!(tagged(&app, "main", &[("passed", json!({ "team": "a" }))]).await, json!(["a"]));
    assert_eq!(tagged(&app, "feature", &[("passed", json!({ "team": "x" }))]).await, json!(["a"]), "other branches decide nothing");
    assert_eq!(tagged(&app, "main", &[("failed", json!({ "team": "b", "tier": "gold" }))]).await, json!(["b", "gold"]));
    assert_eq!(tagged(&app, "main", &[("skipped", json!({})), ("pending", json!({}))]).await, json!(["b", "gold"]), "they did not run");
    let last = [("passed", json!({ "team": "c" })), ("failed", json!({ "team": "d" })), ("skipped", json!({ "team": "e" }))];
    assert_eq!(tagged(&app, "main", &last).await, json!(["d"]), "the last that ran decides, and tier is gone");
    assert_eq!(tagged(&app, "main", &[("passed", json!({ "other": "z" }))]).await, json!([]));
    // equal values of two keys are one label, which goes when the last key lets go
    assert_eq!(tagged(&app, "main", &[("passed", json!({ "team": "one", "tier": "one" }))]).await, json!(["one"]));
    assert_eq!(tagged(&app, "main", &[("passed", json!({ "tier": "one" }))]).await, json!(["one"]));
    // a label of a person stays
    change(&app, "add", &["two"]).await;
    assert_eq!(tagged(&app, "main", &[("passed", json!({ "team": "two" }))]).await, json!(["two"]));
    assert_eq!(tagged(&app, "main", &[("passed", json!({}))]).await, json!(["two"]));
    // a key that is copied no more takes its labels along
    assert_eq!(tagged(&app, "main", &[("passed", json!({ "team": "three" }))]).await, json!(["three", "two"]));
    app.send(Method::PATCH, &app.s(""), &json!({ "label_tag_keys": null })).await;
    assert_eq!(app.find("adds").await["labels"], json!(["two"]));
    for (keys, reason) in [
        (json!("team"), "Label tag keys must be an array of tag keys"),
        (json!(["mut.a"]), "Label tag keys must be an array of tag keys"),
        (json!((0..11).map(|number| format!("k{number}")).collect::<Vec<_>>()), "Label tag keys are too many (maximum is 10)"),
    ] {
        let refused = app.send(Method::PATCH, &app.s(""), &json!({ "label_tag_keys": keys })).await;
        assert_eq!((refused.status, refused.message()), (422, format!("Validation failed: {reason}")));
    }
}
