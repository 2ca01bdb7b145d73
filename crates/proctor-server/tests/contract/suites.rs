//! `rest-api.md`, section 4, Suites: 52 to 59.

use proctor_core::organization::{Role, SuiteAccess};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, NOW, TestApp, assert_conforms, envelope, record};

// contract: suites 52
#[tokio::test]
async fn making_a_suite() {
    let app = TestApp::start().await;
    let plain = app.post(&app.a("/suites"), &json!({ "name": "Billing API", "show_api_token": false })).await;
    assert_eq!(plain.status, 201);
    assert!(!plain.text.contains("api_token"), "{}", plain.text);
    assert_conforms("createSuite", 201, &plain.json());
    let id = plain.json()["id"].as_str().expect("an id").to_owned();
    let expected = json!({
        "id": id,
        "graphql_id": plain.json()["graphql_id"],
        "organization_id": app.organization.id.to_string(),
        "slug": "billing-api",
        "name": "Billing API",
        "url": app.url(&app.a("/suites/billing-api")),
        "web_url": app.url("/organizations/northwind/analytics/suites/billing-api"),
        "default_branch": "main",
        "application_name": null,
        "color": null,
        "emoji": null,
        "oidc_policy": null,
        // Proctor's own
        "label_tag_keys": [],
        "test_state_management": true,
        "mute_allowed": true,
        "skip_allowed": true,
    });
    assert_eq!(plain.json(), expected);
    let shown = app.post(&app.a("/suites/"), &json!({ "name": "Shown", "show_api_token": true })).await.json();
    let token = shown["api_token"].as_str().expect("a token");
    assert!(token.len() == 32 && token.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{token}");
}

// contract: suites 53
#[tokio::test]
async fn names_that_cannot_be() {
    let app = TestApp::start().await;
    for (body, message) in [
        (json!({ "name": " " }), "Validation failed: Name can't be blank"),
        (json!({}), "Validation failed: Name can't be blank"),
        (json!({ "name": "checkout api" }), "Validation failed: Name has already been taken"),
        (json!({ "name": "create_from_pipeline" }), "Validation failed: Name is reserved"),
        (json!({ "name": "x", "color": "blue" }), "Validation failed: Color must be in the form #RRGGBB"),
        (json!({ "name": "x", "oidc_policy": "a: [" }), "Validation failed: Oidc policy is not valid YAML"),
        (
            json!({ "name": "x", "team_ids": ["32833106-536e-45df-80b2-d002cc92d33d"] }),
            "Validation failed: Team 32833106-536e-45df-80b2-d002cc92d33d does not exist",
        ),
    ] {
        let answer = app.post(&app.a("/suites"), &body).await;
        assert_eq!((answer.status, answer.message().as_str()), (422, message), "{body}");
    }
    assert_eq!(app.get(&app.a("/suites/x")).await.status, 404, "nothing is made by halves");
}

// contract: suites 54
#[tokio::test]
async fn policies_and_emojis_come_back_byte_for_byte() {
    let app = TestApp::start().await;
    let policy = "- iss: https://agent.buildkite.example\n  claims:\n    pipeline_slug: \"web\"   # ours\n  scopes: [write_uploads]\n";
    let body = json!({ "name": "A", "oidc_policy": policy, "emoji": ":credit_card:", "color": "#1F6FEB", "application_name": "Shop" });
    assert_eq!(app.post(&app.a("/suites"), &body).await.status, 201);
    let suite = app.get(&app.a("/suites/a")).await.json();
    for key in ["oidc_policy", "emoji", "color", "application_name"] {
        assert_eq!(suite[key], body[key], "{key}");
    }
    assert_conforms("getSuite", 200, &suite);
    let structure = json!([{ "iss": "i", "claims": { "a": "b" }, "scopes": ["write_uploads"] }]);
    let encoded = app.send(Method::PATCH, &app.a("/suites/a"), &json!({ "oidc_policy": structure })).await.json();
    let text = encoded["oidc_policy"].as_str().expect("text");
    assert_eq!(serde_json::from_str::<Value>(text).expect("JSON"), structure);
    let cleared = app.send(Method::PATCH, &app.a("/suites/a"), &json!({ "oidc_policy": null })).await.json();
    assert_eq!(cleared["oidc_policy"], json!(null));
}

// contract: suites 55
#[tokio::test]
async fn patch_and_put_change_what_they_name() {
    let app = TestApp::start().await;
    let all = json!({ "default_branch": "trunk", "color": "#112233", "emoji": ":x:", "application_name": "Shop" });
    for (method, operation) in [(Method::PATCH, "updateSuite"), (Method::PUT, "replaceSuite")] {
        let before = app.send(Method::PATCH, &app.s(""), &all).await.json();
        let answer = app.send(method, &app.s(""), &json!({ "color": "" })).await;
        assert_eq!(answer.status, 200);
        assert_conforms(operation, 200, &answer.json());
        let mut expected = before;
        expected["color"] = json!(null);
        assert_eq!(answer.json(), expected);
        assert_eq!(app.get(&app.s("")).await.json(), expected);
    }
}

// contract: suites 56
#[tokio::test]
async fn a_new_name_gives_a_new_slug() {
    let app = TestApp::start().await;
    let renamed = app.send(Method::PATCH, &app.s(""), &json!({ "name": "Payments" })).await.json();
    assert_eq!((&renamed["slug"], &renamed["name"]), (&json!("payments"), &json!("Payments")));
    assert_eq!(app.get(&app.s("")).await.message(), "No suite found");
    assert_eq!(app.get(&app.a("/suites/payments")).await.status, 200);
    app.new_suite("Taken").await;
    let taken = app.send(Method::PATCH, &app.a("/suites/payments"), &json!({ "name": "taken" })).await;
    assert_eq!((taken.status, taken.message().as_str()), (422, "Validation failed: Name has already been taken"));
    assert_eq!(app.send(Method::PATCH, &app.a("/suites/payments"), &json!({ "name": "PAYMENTS" })).await.json()["slug"], "payments");
}

// contract: suites 57
#[tokio::test]
async fn deleting_a_suite() {
    let app = TestApp::start().await;
    app.run_of(&envelope("run", &[record("adds", "passed")])).await;
    let deleted = Answer::to(app.request(Method::DELETE, &app.s("/")).body("{}")).await;
    assert_eq!((deleted.status, deleted.text.as_str(), deleted.header("content-type")), (204, "", None));
    assert_eq!(app.delete(&app.s("")).await.message(), "No suite found");
    assert_eq!(app.get(&app.a("/suites")).await.text, "[]");
    assert_eq!(app.upload(&envelope("run", &[])).await.status, 401, "its upload token dies with it");
}

// contract: suites 58
#[tokio::test]
async fn permission_follows_from_teams() {
    let app = TestApp::start().await;
    let (member, token) = app.user("Sam", Role::Member).await;
    let show = format!("{}?show_api_token=true", app.s(""));
    assert_eq!(app.get_as(&token, &show).await.json()["api_token"], json!(app.suite.upload_token), "without a link every member may");
    let store = &app.app.store;
    let team = store.create_team(app.organization.id, "Payments", app.now()).await.expect("a team");
    let link = app.send(Method::PATCH, &app.s(""), &json!({ "team_ids": team.id.to_string() })).await;
    assert_eq!(link.status, 200);
    assert_eq!(app.get_as(&token, &app.s("")).await.status, 200);
    let message = "You don't have permission to view this suite's API token";
    for path in [show.clone(), app.a("/suites?show_api_token=1")] {
        let refused = app.get_as(&token, &path).await;
        assert_eq!((refused.status, refused.message().as_str()), (403, message));
    }
    assert_eq!(app.get(&show).await.status, 200, "an administrator may always");
    for (method, body) in [(Method::PATCH, json!([])), (Method::DELETE, json!({}))] {
        let refused = app.send_as(&token, method, &app.s(""), &body).await;
        assert_eq!((refused.status, refused.message().as_str()), (403, "You don't have permission to edit this suite"));
    }
    store.add_team_member(app.organization.id, team.id, member.id).await.expect("a member");
    assert_eq!(app.get_as(&token, &show).await.status, 200);
    store.link_team(app.organization.id, team.id, app.suite.suite.id, SuiteAccess::ReadOnly, app.now()).await.expect("a link");
    assert_eq!(app.get_as(&token, &show).await.status, 403);
}

// contract: suites 59
#[tokio::test]
async fn suites_are_paged_only_when_asked() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    let mut names = vec!["Checkout API".to_owned()];
    for number in 1..35 {
        names.push(format!("Suite {number}"));
        app.clock().advance_ms(1);
        app.new_suite(&names[number]).await;
    }
    let whole = app.get(&app.a("/suites")).await;
    assert_eq!(whole.array().iter().map(|suite| suite["name"].as_str().expect("text")).collect::<Vec<_>>(), names);
    assert_eq!(whole.header("link"), None);
    assert_conforms("listSuites", 200, &whole.json());
    let page = app.get(&app.a("/suites?per_page=10")).await;
    assert_eq!((page.array().len(), page.rels()), (10, vec!["next".to_owned(), "last".to_owned()]));
    assert_eq!(app.get(&app.a("/suites?page=2")).await.array().len(), 5);
    let tokens = app.get(&app.a("/suites?show_api_token=true")).await.array();
    assert_eq!(tokens[0]["api_token"], json!(app.suite.upload_token));
}
