//! `uploads.md`, section 15 and 17 (57 to 61); `rest-api.md`, section 4: 83.

use proctor_core::filter::{FilterQuery, ListKind, TestFilters};
use proctor_core::organization::{SuiteAccess, Team};
use proctor_store::catalog::tests::TestListFilter;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::support::{Answer, TestApp, envelope, names, record};

const PATH: &str = "/v1/test-ownerships";

async fn send(app: &TestApp, token: &str, file: &[u8]) -> Answer {
    let form = Form::new().part("file", Part::bytes(file.to_vec()).file_name("TESTOWNERS"));
    Answer::to(app.anonymous(Method::POST, PATH).bearer_auth(token).multipart(form)).await
}

async fn post(app: &TestApp, file: &str) -> Value {
    let answer = send(app, &app.suite.upload_token, file.as_bytes()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

async fn team(app: &TestApp, name: &str) -> Team {
    app.app.store.create_team(app.organization.id, name, app.now()).await.expect("a team")
}

async fn link(app: &TestApp, team: &Team) {
    let access = SuiteAccess::ReadOnly;
    app.app.store.link_team(app.organization.id, team.id, app.suite.suite.id, access, app.now()).await.expect("a link");
}

/// Uploads a test named as where it is.
async fn at(app: &TestApp, key: &str, locations: &[(&str, Option<&str>)]) {
    let records: Vec<Value> = locations
        .iter()
        .map(|(name, location)| {
            let mut record = record(name, "passed");
            record["location"] = json!(location);
            record["file_name"] = json!(null);
            record
        })
        .collect();
    app.run_of(&envelope(key, &records)).await;
}

/// The names of the tests that pass `owners=`.
async fn owned(app: &TestApp, owners: &str) -> Vec<String> {
    let filters = TestFilters::parse(&FilterQuery::from_pairs([("owners", owners)]), ListKind::Suite).expect("filters");
    let store = &app.app.store;
    let tests = store.list_tests(app.suite.suite.id, TestListFilter::of(&filters), None).await.expect("tests").items;
    let matching = store.ordinals_matching(app.suite.suite.id, &filters).await.expect("tests").expect("a filter");
    assert_eq!(matching, tests.iter().map(|test| test.ordinal).collect(), "both ways agree");
    let listed = app.get(&app.s(&format!("/tests?per_page=100&owners={owners}"))).await;
    assert_eq!(names(&listed), tests.iter().map(|test| test.name.clone()).collect::<Vec<_>>());
    tests.into_iter().map(|test| test.name).collect()
}

const EXAMPLE: &str = "*                        platform
*_spec.rb                quality          # rule 2
/spec/checkout/          checkout web
spec/features/*          web
**/billing               billing
/legacy/
!x                       web
";

// contract: general 83, uploads 57
#[tokio::test]
async fn the_last_matching_rule_wins() {
    let app = TestApp::start().await;
    for name in ["Platform", "Quality", "Checkout", "Web", "Billing"] {
        team(&app, name).await;
    }
    let tests = [
        ("a", Some("./spec/models/a_spec.rb:7")),
        ("b", Some("spec/checkout/deep/b_spec.rb:1:3")),
        ("c", Some("spec/features/c_spec.rb")),
        ("d", Some("spec/features/sub/d_spec.rb")),
        ("e", Some("lib/billing/x/e_test.go")),
        ("f", Some("legacy/f.py")),
        ("g", Some("src/Cart.test.ts")),
        ("h", None),
    ];
    at(&app, "before", &tests[..4]).await;
    let answer = post(&app, EXAMPLE).await;
    let expected = json!({
        "message": "TESTOWNERS updated", "changed": true, "rules": 5,
        "teams": ["billing", "checkout", "platform", "quality", "web"], "unknown_teams": [],
        "ignored_lines": [{ "line": 6, "reason": "no team" }, { "line": 7, "reason": "patterns with ! are not supported" }],
        "tests_matched": 4, "tests_without_owner": 0,
    });
    assert_eq!(answer, expected);
    // tests that come later get their owners in the same commit
    at(&app, "after", &tests[4..]).await;
    for (owners, names) in [
        ("quality", &["a", "d"][..]),
        ("checkout", &["b"]),
        ("web", &["b", "c"]),
        ("billing", &["e"]),
        ("platform", &["f", "g"]),
        ("billing,checkout", &["b", "e"]),
        ("!platform", &["a", "b", "c", "d", "e", "h"]),
        ("web,!checkout", &["c"]),
        ("nobody", &[]),
        ("!nobody", &["a", "b", "c", "d", "e", "f", "g", "h"]),
    ] {
        assert_eq!(owned(&app, owners).await, names, "{owners}");
    }
    let again = post(&app, EXAMPLE).await;
    assert_eq!((&again["message"], &again["changed"]), (&json!("TESTOWNERS unchanged"), &json!(false)));
    assert_eq!((&again["tests_matched"], &again["tests_without_owner"]), (&json!(7), &json!(1)));
}

// contract: uploads 60
#[tokio::test]
async fn owners_follow_where_a_test_is() {
    let app = TestApp::start().await;
    team(&app, "One").await;
    team(&app, "Two").await;
    post(&app, "* one two\n/one/ one\n/two/ two\n").await;
    at(&app, "k", &[("t", None)]).await;
    assert_eq!(owned(&app, "one,two").await, [] as [&str; 0], "not even under *");
    at(&app, "k", &[("t", Some("one/t.rb:1"))]).await;
    assert_eq!((owned(&app, "one").await, owned(&app, "two").await.len()), (vec!["t".to_owned()], 0));
    at(&app, "k", &[("t", None)]).await;
    assert_eq!(owned(&app, "one").await, ["t"], "an upload without a location takes nothing away");
    at(&app, "k", &[("t", Some("two/t.rb:1"))]).await;
    assert_eq!((owned(&app, "one").await.len(), owned(&app, "two").await), (0, vec!["t".to_owned()]));
    post(&app, "/two/ one two\n").await;
    assert_eq!((owned(&app, "one").await, owned(&app, "two").await), (vec!["t".to_owned()], vec!["t".to_owned()]));
    at(&app, "k", &[("t", Some("else/t.rb"))]).await;
    assert_eq!(owned(&app, "one,two").await, [] as [&str; 0]);
}

#[tokio::test]
async fn only_teams_with_access_own_anything() {
    let app = TestApp::start().await;
    at(&app, "k", &[("t", Some("t.rb"))]).await;
    let (ours, theirs) = (team(&app, "Ours").await, team(&app, "Theirs").await);
    let both = post(&app, "* ours theirs growht\n").await;
    assert_eq!(
        (&both["teams"], &both["unknown_teams"]),
        (&json!(["ours", "theirs"]), &json!(["growht"])),
        "without any link all have access"
    );
    link(&app, &ours).await;
    let again = post(&app, "* ours theirs growht\n").await;
    assert_eq!((&again["changed"], &again["unknown_teams"]), (&json!(false), &json!(["growht", "theirs"])));
    assert_eq!((owned(&app, "ours").await, owned(&app, "theirs").await.len()), (vec!["t".to_owned()], 0));
    // a team that gets access owns at once
    link(&app, &theirs).await;
    assert_eq!(owned(&app, "theirs").await, ["t"]);
    let id = app.find("t").await["id"].as_str().expect("an id").parse().expect("a UUID");
    let test = app.app.store.test_by_id(app.suite.suite.id, id).await.expect("a read").expect("a test");
    assert_eq!(test.owners, [ours.id, theirs.id], "in the order of the file");
    app.app.store.delete_team(app.organization.id, ours.id).await.expect("gone");
    assert_eq!(owned(&app, "ours,theirs").await, ["t"]);
    assert_eq!(owned(&app, "ours").await, [] as [&str; 0]);
}

// contract: general 83, uploads 61
#[tokio::test]
async fn what_is_no_file_leaves_the_active_one() {
    let app = TestApp::start().await;
    at(&app, "k", &[("t", Some("t.rb"))]).await;
    team(&app, "One").await;
    post(&app, "* one\n").await;
    for token in [app.token.as_str(), "unknown"] {
        assert_eq!(send(&app, token, b"* one\n").await.status, 401);
    }
    assert_eq!(Answer::to(app.anonymous(Method::POST, PATH)).await.status, 401);
    let token = app.suite.upload_token.clone();
    for (file, status) in [
        (b"# nothing\n\xff".to_vec(), 422),
        (b"# nothing\n/only/\n".to_vec(), 422),
        (b"* one\n".repeat(10_001), 422),
        (vec![b'a'; 1_048_577], 413),
    ] {
        let refused = send(&app, &token, &file).await;
        assert_eq!(refused.status, status, "{}", refused.text);
        refused.message();
    }
    let as_sent = |content_type: &str, body: &str| {
        app.anonymous(Method::POST, PATH).bearer_auth(&token).header("content-type", content_type).body(body.to_owned())
    };
    let no_file = Form::new().text("other", "* one");
    let no_file = Answer::to(app.anonymous(Method::POST, PATH).bearer_auth(&token).multipart(no_file)).await;
    assert_eq!(no_file.status, 422);
    assert_eq!(Answer::to(as_sent("application/x-www-form-urlencoded", "* one")).await.message(), no_file.message());
    assert_eq!(Answer::to(as_sent("multipart/form-data; boundary=x", "--y")).await.status, 400);
    assert_eq!(owned(&app, "one").await, ["t"]);
    // in other spellings
    assert_eq!(Answer::to(as_sent("text/plain; charset=utf-8", "*.rb one\n")).await.json()["changed"], true);
    let largest = format!("* one\n{}", "#".repeat(1_048_576 - 6));
    let form = Form::new().part("file", Part::text(largest).file_name("TESTOWNERS"));
    let token = app.anonymous(Method::POST, PATH).header("authorization", format!("Token token=\"{token}\""));
    assert_eq!(Answer::to(token.multipart(form)).await.json()["rules"], 1);
}
