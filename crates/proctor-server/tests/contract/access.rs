//! `rest-api.md`, section 4: tokens and scopes (General, 3 to 8; Account, 84 and 85), and the limits (90).

use proctor_core::organization::Role;
use proctor_server::settings::RateLimit;
use reqwest::Method;
use serde_json::json;

use crate::support::{Answer, NOW, TestApp};

// contract: general 3
#[tokio::test]
async fn dead_tokens_are_all_the_same() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    let organizations = [app.organization.id];
    let expiring = app.token_of(&app.admin, &["read_suites"], &organizations, Some(app.now().plus_millis(1_000))).await;
    let revoked = app.token_with(&["read_suites"]).await;
    assert_eq!(app.get_as(&expiring, &app.s("/runs")).await.status, 200);
    assert_eq!(Answer::to(app.anonymous(Method::DELETE, "/v2/access-token").bearer_auth(&revoked)).await.status, 204);
    app.clock().advance_ms(1_000);
    let unknown = app.get_as("nobody", &app.s("/runs")).await;
    assert_eq!(unknown.status, 401);
    for token in [&expiring, &revoked, &app.suite.upload_token] {
        let answer = app.get_as(token, &app.s("/runs")).await;
        assert_eq!((answer.status, &answer.text), (401, &unknown.text));
    }
}

// contract: general 4
#[tokio::test]
async fn only_bearer_is_accepted_in_any_letter_case() {
    let app = TestApp::start().await;
    let with = |value: String| app.anonymous(Method::GET, "/v2/user").header("authorization", value);
    assert_eq!(Answer::to(with(format!("bearer {}", app.token))).await.status, 200);
    assert_eq!(Answer::to(with(format!("BEARER   {}", app.token))).await.status, 200);
    assert_eq!(Answer::to(with(format!("Token {}", app.token))).await.status, 401);
    assert_eq!(Answer::to(with(app.token.clone())).await.status, 401);
    assert_eq!(Answer::to(app.anonymous(Method::GET, "/v2/user").basic_auth(&app.token, Some(""))).await.status, 401);
    assert_eq!(Answer::to(app.anonymous(Method::GET, &format!("/v2/user?access_token={}", app.token))).await.status, 401);
}

// contract: general 5, 6
#[tokio::test]
async fn the_first_missing_scope_is_named() {
    let app = TestApp::start().await;
    let none = app.token_with(&["write_suites"]).await;
    let runs = app.get_as(&none, &app.s("/runs")).await;
    assert_eq!((runs.status, runs.message().as_str()), (403, "Your access token doesn't have the read_suites scope"));
    let read = app.token_with(&["read_suites"]).await;
    let change = app.send_as(&read, Method::PATCH, &app.s(""), &json!({})).await;
    assert_eq!((change.status, change.message().as_str()), (403, "Your access token doesn't have the write_suites scope"));
    for (path, scope) in
        [("/v2/user", "read_user"), ("/v2/organizations", "read_organizations"), ("/v2/proctor/organizations", "write_tokens")]
    {
        assert_eq!(app.get_as(&read, path).await.message(), format!("Your access token doesn't have the {scope} scope"));
    }
}

// contract: general 7
#[tokio::test]
async fn a_missing_scope_wins_over_a_missing_object() {
    let app = TestApp::start().await;
    let none = app.token_with(&[]).await;
    assert_eq!(app.get_as(&none, &app.a("/suites/nope")).await.status, 403);
    assert_eq!(app.get_as(&none, "/v2/analytics/organizations/nope/suites").await.status, 403);
    let read = app.token_with(&["read_suites", "write_suites"]).await;
    assert_eq!(app.get_as(&read, &app.a("/suites/nope")).await.message(), "No suite found");
    let invisible = app.send_as(&read, Method::PATCH, &app.a("/suites/nope"), &json!([])).await;
    assert_eq!(invisible.message(), "No suite found", "visibility comes before the body");
}

// contract: general 8
#[tokio::test]
async fn other_organizations_are_404() {
    let app = TestApp::start().await;
    let other = app.new_organization("other").await;
    for path in ["/v2/analytics/organizations/other/suites", "/v2/analytics/organizations/nope/suites", "/v2/organizations/other"] {
        let answer = app.get(path).await;
        assert_eq!((answer.status, answer.message().as_str()), (404, "No organization found"), "{path}");
    }
    // A token alone is not enough: its user must be a member.
    let (stranger, _) = app.user("Sam", Role::Member).await;
    let token = app.token_of(&stranger, &["read_suites"], &[other.id], None).await;
    assert_eq!(app.get_as(&token, "/v2/analytics/organizations/other/suites").await.status, 404);
}

// contract: account 84
#[tokio::test]
async fn a_token_about_itself() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    let token = app.token_with(&[]).await;
    let answer = app.get_as(&token, "/v2/access-token").await;
    assert_eq!(answer.status, 200);
    let body = answer.json();
    assert!(uuid::Uuid::try_parse(body["uuid"].as_str().expect("text")).is_ok());
    assert_eq!(body["created_at"], "2026-04-09 18:22:05 UTC");
    assert_eq!(body["expires_at"], json!(null));
    assert_eq!(body["scopes"], json!([]));
    assert_eq!(body["user"], json!({ "name": "Ines Aguado", "email": "ines@northwind.test" }));
    let expires_at = Some(app.now().plus_millis(60_000));
    let other = app.token_of(&app.admin, &["read_pipelines"], &[app.organization.id], expires_at).await;
    let other = app.get_as(&other, "/v2/access-token/").await.json();
    assert_eq!((&other["expires_at"], &other["scopes"]), (&json!("2026-04-09 18:23:05 UTC"), &json!(["read_pipelines"])));
    let revoked = Answer::to(app.anonymous(Method::DELETE, "/v2/access-token").bearer_auth(&token).body("{}")).await;
    assert_eq!((revoked.status, revoked.text.as_str(), revoked.header("content-type")), (204, "", None));
    assert_eq!(app.get_as(&token, "/v2/access-token").await.status, 401);
}

// contract: account 85
#[tokio::test]
async fn organizations_of_the_token() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    app.clock().advance_ms(1);
    let second = app.new_organization("second").await;
    app.new_organization("third").await;
    let token = app.token_of(&app.admin, &["read_organizations"], &[second.id, app.organization.id], None).await;
    let answer = app.get_as(&token, "/v2/organizations/").await;
    let list = answer.array();
    assert_eq!(list.iter().map(|organization| &organization["slug"]).collect::<Vec<_>>(), ["northwind", "second"]);
    let keys: Vec<&String> = list[0].as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["id", "graphql_id", "url", "web_url", "name", "slug", "pipelines_url", "agents_url", "emojis_url", "created_at"]);
    assert_eq!(list[0]["pipelines_url"], app.url("/v2/organizations/northwind/pipelines"));
    assert_eq!(app.get_as(&token, "/v2/organizations/northwind").await.json(), list[0]);
    assert_eq!(app.get_as(&token, "/v2/organizations?per_page=1").await.rels(), ["next", "last"]);
}

#[tokio::test]
async fn the_user_of_the_token() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    let body = app.get("/v2/user").await.json();
    assert_eq!((&body["name"], &body["email"]), (&json!("Ines Aguado"), &json!("ines@northwind.test")));
    assert_eq!(body["created_at"], NOW);
    assert_eq!(body["avatar_url"], app.url("/assets/avatar.svg"));
}

// contract: account 90
#[tokio::test]
async fn limits_are_counted_per_user_and_organization() {
    let limit = RateLimit { organization_per_minute: 3, user_per_minute: 2 };
    let app =
        TestApp::builder().manual_clock("2026-04-09T18:22:43.100Z").settings(|settings| settings.rate_limit = Some(limit)).start().await;
    let first = app.get("/v2/user").await;
    assert_eq!(first.status, 200);
    for (name, value) in [
        ("ratelimit-scope", "rest"),
        ("ratelimit-limit", "3"),
        ("ratelimit-remaining", "2"),
        ("ratelimit-reset", "17"),
        ("ratelimit-user-scope", "rest_user"),
        ("ratelimit-user-limit", "2"),
        ("ratelimit-user-remaining", "1"),
        ("ratelimit-user-reset", "17"),
    ] {
        assert_eq!(first.header(name), Some(value), "{name}");
    }
    assert_eq!(app.get(&app.s("/runs")).await.header("ratelimit-warning"), None);
    let refused = app.get("/v2/user").await;
    assert_eq!(refused.status, 429);
    let message = "You have exceeded your API rate limit. Please wait 17 seconds before making more requests.";
    let body = json!({ "message": message, "scope": "rest_user", "limit": 2, "current": 3, "reset": 17 });
    assert_eq!(refused.json(), body);
    assert_eq!((refused.header("ratelimit-reset"), refused.header("retry-after")), (Some("17"), Some("17")));
    assert_eq!(refused.header("ratelimit-user-warning"), Some("You have exceeded your API rate limit."));
    assert_eq!(refused.message(), message);
    let (_, second_user) = app.user("Sam", Role::Member).await;
    let organization = app.get_as(&second_user, &app.s("/runs")).await;
    assert_eq!((organization.status, &organization.json()["scope"]), (429, &json!("rest")));
    assert_eq!(app.get_as("nobody", "/v2/user").await.status, 401, "strangers are not counted");
    app.clock().advance_ms(16_900);
    assert_eq!(app.get("/v2/user").await.status, 200);
}

#[tokio::test]
async fn without_limits_no_header_speaks_of_them() {
    let app = TestApp::start().await;
    let answer = app.get("/v2/user").await;
    assert!(answer.headers.keys().all(|name| !name.as_str().starts_with("ratelimit")));
}
