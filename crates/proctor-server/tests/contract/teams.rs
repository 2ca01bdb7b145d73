//! `rest-api.md`, 3.9 (teams and team suites), and section 4: 86.

use proctor_core::organization::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, NOW, TestApp};

const TEAMS: &str = "/v2/organizations/northwind/teams";

async fn create(app: &TestApp, body: Value) -> Value {
    let made = app.post(TEAMS, &body).await;
    assert_eq!(made.status, 201, "{}", made.text);
    made.json()
}

fn path(team: &Value, rest: &str) -> String {
    format!("{TEAMS}/{}{rest}", team["id"].as_str().expect("an id"))
}

#[tokio::test]
async fn a_team_from_beginning_to_end() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    let made = create(&app, json!({ "name": "Test Engine", "privacy": "secret", "members_can_create_suites": true })).await;
    let user = app.get("/v2/user").await.json();
    let expected = json!({
        "id": made["id"], "graphql_id": made["graphql_id"], "name": "Test Engine", "slug": "test-engine", "description": "",
        "privacy": "secret", "default": false, "is_default_team": false, "default_member_role": "member",
        "members_can_create_pipelines": false, "members_can_create_suites": true, "members_can_create_registries": false,
        "members_can_destroy_registries": false, "members_can_destroy_packages": false, "created_at": NOW, "created_by": user,
    });
    assert_eq!(made, expected);
    assert_eq!(app.get(&path(&made, "")).await.json(), made);
    let change = json!({ "name": "Engine", "description": "Builds it", "is_default_team": true, "default_member_role": "maintainer" });
    let changed = app.send(Method::PATCH, &path(&made, ""), &change).await;
    assert_eq!(changed.status, 200);
    let changed = changed.json();
    assert_eq!((&changed["slug"], &changed["description"], &changed["default"]), (&json!("engine"), &json!("Builds it"), &json!(true)));
    assert_eq!((&changed["default_member_role"], &changed["privacy"]), (&json!("maintainer"), &json!("secret")));
    let deleted = app.delete(&path(&made, "/")).await;
    assert_eq!((deleted.status, deleted.text.as_str(), deleted.header("content-type")), (204, "", None));
    assert_eq!((app.get(&path(&made, "")).await.message().as_str(), app.delete(&path(&made, "")).await.status), ("No team found", 404));
    assert_eq!(app.get(&format!("{TEAMS}/7")).await.status, 404);
    let enabled = Answer::to(app.request(Method::POST, &format!("{TEAMS}/enable"))).await;
    assert_eq!((enabled.status, enabled.text.as_str()), (204, ""));
}

#[tokio::test]
async fn odd_teams_are_refused() {
    let app = TestApp::start().await;
    create(&app, json!({ "name": "Taken" })).await;
    let other = create(&app, json!({ "name": "Other" })).await;
    for (body, reason) in [
        (json!({}), "Name can't be blank"),
        (json!({ "name": " " }), "Name can't be blank"),
        (json!({ "name": "taken" }), "Name has already been taken"),
        (json!({ "name": "x", "privacy": "open" }), "Privacy must be one of visible, secret"),
        (json!({ "name": "x", "default_member_role": "boss" }), "Default member role must be one of member, maintainer"),
        (
            json!({ "name": 5, "is_default_team": "yes" }),
            "Name must be a string, Name can't be blank, Is default team must be true or false",
        ),
    ] {
        let refused = app.post(TEAMS, &body).await;
        assert_eq!((refused.status, refused.message()), (422, format!("Validation failed: {reason}")), "{body}");
    }
    let taken = app.send(Method::PATCH, &path(&other, ""), &json!({ "name": "Taken" })).await;
    assert_eq!((taken.status, taken.message().as_str()), (422, "Validation failed: Name has already been taken"));
    assert_eq!(app.post(TEAMS, &json!([])).await.status, 400);
    let read = app.token_with(&["read_teams"]).await;
    let refused = app.send_as(&read, Method::POST, TEAMS, &json!({ "name": "x" })).await;
    assert_eq!((refused.status, refused.message().as_str()), (403, "Your access token doesn't have the write_teams scope"));
    assert_eq!(app.get_as(&read, TEAMS).await.array().len(), 2);
    let none = app.token_with(&["write_teams"]).await;
    assert_eq!(app.get_as(&none, TEAMS).await.message(), "Your access token doesn't have the read_teams scope");
}

#[tokio::test]
async fn secret_teams_are_for_their_members() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    let secret = create(&app, json!({ "name": "Secret", "privacy": "secret" })).await;
    for number in 0..3 {
        app.clock().advance_ms(1);
        create(&app, json!({ "name": format!("Team {number}") })).await;
    }
    let (member, token) = app.user("Sam", Role::Member).await;
    let names = |answer: &Answer| answer.array().iter().map(|team| team["name"].as_str().expect("a name").to_owned()).collect::<Vec<_>>();
    assert_eq!(names(&app.get(TEAMS).await), ["Secret", "Team 0", "Team 1", "Team 2"], "oldest first");
    assert_eq!(names(&app.get_as(&token, TEAMS).await), ["Team 0", "Team 1", "Team 2"]);
    let page = app.get_as(&token, &format!("{TEAMS}?per_page=2")).await;
    assert_eq!((names(&page).len(), page.rels()), (2, vec!["next".to_owned(), "last".to_owned()]));
    assert_eq!(app.get_as(&token, &path(&secret, "")).await.status, 404);
    let id = secret["id"].as_str().expect("an id").parse().expect("a UUID");
    app.app.store.add_team_member(app.organization.id, id, member.id).await.expect("a member");
    assert_eq!(app.get_as(&token, &path(&secret, "")).await.status, 200);
    assert_eq!(names(&app.get(&format!("{TEAMS}?user_id={}", member.id)).await), ["Secret"]);
    assert_eq!(app.get(&format!("{TEAMS}?user_id=7")).await.message(), "No user found");
    for (method, body) in [(Method::PATCH, json!({ "name": "Mine" })), (Method::DELETE, json!({}))] {
        let refused = app.send_as(&token, method, &path(&secret, ""), &body).await;
        assert_eq!((refused.status, refused.message().as_str()), (403, "You don't have permission to edit this team"));
    }
    assert_eq!(
        app.send_as(&token, Method::POST, TEAMS, &json!({ "name": "x" })).await.message(),
        "You don't have permission to create teams"
    );
}

// contract: general 86
#[tokio::test]
async fn suites_of_a_team() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    let team = create(&app, json!({ "name": "Payments" })).await;
    let (first, second) = (app.suite.suite.id.to_string(), app.new_suite("Second").await.suite.id.to_string());
    let made = app.post(&path(&team, "/suite"), &json!({ "suite_id": first, "access_level": ["edit"] })).await;
    assert_eq!(made.status, 201);
    let url = app.url(&app.s(""));
    assert_eq!(made.json(), json!({ "suite_id": first, "suite_url": url, "access_level": ["read", "edit"], "created_at": NOW }));
    let plural = app.post(&path(&team, "/suites/"), &json!({ "suite_id": second, "access_level": "read" })).await;
    assert_eq!((plural.status, &plural.json()["access_level"]), (201, &json!(["read"])));
    let again = app.post(&path(&team, "/suites"), &json!({ "suite_id": first, "access_level": ["read"] })).await;
    assert_eq!((again.status, again.message().as_str()), (422, "Validation failed: Suite has already been added to this team"));
    assert_eq!(app.get(&path(&team, "/suites")).await.array().len(), 2);
    assert_eq!(app.get(&path(&team, "/suites?per_page=1")).await.rels(), ["next", "last"]);
    let one = path(&team, &format!("/suites/{first}"));
    assert_eq!(app.get(&one).await.json(), made.json());
    let changed = app.send(Method::PATCH, &one, &json!({ "access_level": ["read"] })).await;
    assert_eq!((changed.status, &changed.json()["access_level"]), (200, &json!(["read"])));
    assert_eq!(app.get(&one).await.json(), changed.json());
    for (body, reason) in [
        (json!({ "suite_id": second, "access_level": [] }), "Access level must be read, or read and edit"),
        (json!({ "suite_id": second, "access_level": ["admin"] }), "Access level must be read, or read and edit"),
        (json!({ "suite_id": second }), "Access level must be read, or read and edit"),
        (json!({ "access_level": ["read"] }), "Suite does not exist"),
        (json!({ "suite_id": "1e07ea63-524c-498f-94dc-77a72ed0d50a", "access_level": ["read"] }), "Suite does not exist"),
    ] {
        let refused = app.post(&path(&team, "/suites"), &body).await;
        assert_eq!((refused.status, refused.message()), (422, format!("Validation failed: {reason}")), "{body}");
    }
    assert_eq!(app.delete(&one).await.status, 204);
    for method in [Method::GET, Method::DELETE, Method::PATCH] {
        assert_eq!(app.send(method, &one, &json!({})).await.message(), "No team suite found");
    }
    let slug = path(&team, "/suites/checkout-api");
    assert_eq!(app.get(&slug).await.status, 404, "the id, not the slug");
}

#[tokio::test]
async fn only_who_may_edit_a_suite_gives_it_to_a_team() {
    let app = TestApp::start().await;
    let team = create(&app, json!({ "name": "Payments" })).await;
    let (member, token) = app.user("Sam", Role::Member).await;
    let suite = app.suite.suite.id.to_string();
    assert_eq!(app.post(&path(&team, "/suites"), &json!({ "suite_id": suite, "access_level": ["read"] })).await.status, 201);
    let one = path(&team, &format!("/suites/{suite}"));
    for (method, path) in [(Method::PATCH, one.clone()), (Method::DELETE, one.clone()), (Method::POST, path(&team, "/suites"))] {
        let refused = app.send_as(&token, method, &path, &json!({ "suite_id": suite, "access_level": ["edit"] })).await;
        assert_eq!((refused.status, refused.message().as_str()), (403, "You don't have permission to edit this suite"));
    }
    // members are managed by administrators, on a route of Proctor's own
    let members = format!("/v2/proctor{}/members", &path(&team, "")[3..]);
    assert_eq!(app.send_as(&token, Method::POST, &members, &json!({ "email": member.email })).await.status, 403);
    let added = app.post(&members, &json!({ "email": member.email.to_uppercase() })).await;
    assert_eq!((added.status, &added.json()["id"]), (201, &json!(member.id.to_string())));
    assert_eq!(app.get(&members).await.array(), [added.json()]);
    assert_eq!(app.post(&members, &json!({ "email": "nobody@northwind.test" })).await.message(), "No user found");
    assert_eq!(app.post(&members, &json!({})).await.message(), "Validation failed: Email can't be blank");
    app.send(Method::PATCH, &one, &json!({ "access_level": ["edit"] })).await;
    assert_eq!(app.send_as(&token, Method::DELETE, &one, &json!({})).await.status, 204);
    assert_eq!(app.delete(&format!("{members}/{}", member.id)).await.status, 204);
    assert_eq!(app.get(&members).await.text, "[]");
}
