//! Proctor's own routes: tokens, organizations, and the rotation of upload tokens.

use proctor_core::organization::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{NOW, TestApp, envelope};

const TOKENS: &str = "/v2/proctor/organizations/northwind/tokens";

#[tokio::test]
async fn a_token_is_made_shown_once_and_revoked() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    app.clock().advance_ms(1);
    let body = json!({ "description": "ci", "scopes": ["read_suites", "read_pipelines"], "expires_at": "2026-04-10T00:00:00+02:00" });
    let made = app.post(TOKENS, &body).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let secret = made.json()["token"].as_str().expect("a secret").to_owned();
    assert!(secret.starts_with("prct_") && secret.len() == 45);
    assert_eq!(made.json()["expires_at"], "2026-04-09T22:00:00.000Z");
    assert_eq!(app.get_as(&secret, &app.s("/runs")).await.status, 200);
    let list = app.get(TOKENS).await;
    assert!(!list.text.contains(&secret));
    assert_eq!(list.array().last().map(|token| token["scopes"].clone()), Some(json!(["read_suites", "read_pipelines"])));
    let id = made.json()["id"].as_str().expect("an id").to_owned();
    assert_eq!(app.delete(&format!("{TOKENS}/{id}")).await.status, 204);
    assert_eq!(app.get_as(&secret, &app.s("/runs")).await.status, 401);
    assert_eq!(app.delete(&format!("{TOKENS}/{id}")).await.message(), "No token found");
}

#[tokio::test]
async fn nobody_grants_what_they_lack() {
    let app = TestApp::start().await;
    let small = app.token_with(&["write_tokens", "read_suites"]).await;
    let body = |scopes: Value| json!({ "description": "x", "scopes": scopes });
    let refused = app.send_as(&small, Method::POST, TOKENS, &body(json!(["read_suites", "write_suites"]))).await;
    assert_eq!((refused.status, refused.message().as_str()), (403, "Your access token doesn't have the write_suites scope"));
    assert_eq!(app.send_as(&small, Method::POST, TOKENS, &body(json!(["read_suites"]))).await.status, 201);
    assert_eq!(app.send_as(&small, Method::POST, TOKENS, &body(json!("read_suites"))).await.status, 422);
}

#[tokio::test]
async fn members_see_their_own_tokens_only() {
    let app = TestApp::start().await;
    let (member, token) = app.user("Sam", Role::Member).await;
    let seen = app.get_as(&token, TOKENS).await.array();
    assert_eq!(seen.iter().map(|token| &token["user_id"]).collect::<Vec<_>>(), [&json!(member.id.to_string())]);
    let administrators = app.get(TOKENS).await.array();
    let other = administrators.iter().find(|token| token["user_id"] == app.admin.id.to_string()).expect("a token");
    let path = format!("{TOKENS}/{}", other["id"].as_str().expect("an id"));
    assert_eq!(app.send_as(&token, Method::DELETE, &path, &json!({})).await.status, 404);
    assert_eq!(app.get("/v2/user").await.status, 200);
}

#[tokio::test]
async fn an_organization_is_made_with_a_token_for_it() {
    let app = TestApp::start().await;
    let path = "/v2/proctor/organizations";
    let made = app.post(path, &json!({ "name": "South Wind" })).await;
    assert_eq!((made.status, made.json()["slug"].as_str()), (201, Some("south-wind")));
    let token = made.json()["api_token"]["token"].as_str().expect("a secret").to_owned();
    let suites = "/v2/analytics/organizations/south-wind/suites";
    assert_eq!(app.get_as(&token, suites).await.text, "[]");
    assert_eq!(app.get(suites).await.status, 404, "the first token does not reach it");
    assert_eq!(app.get(path).await.array().len(), 2);
    let taken = app.post(path, &json!({ "name": "x", "slug": "south-wind" })).await;
    assert_eq!((taken.status, taken.message().as_str()), (422, "Validation failed: Slug has already been taken"));
    assert_eq!(app.post(path, &json!({ "name": "x", "slug": "A B" })).await.status, 422);
    assert_eq!(app.post(path, &json!({})).await.status, 422);
    let (_, member) = app.user("Sam", Role::Member).await;
    assert_eq!(app.send_as(&member, Method::POST, path, &json!({ "name": "x" })).await.status, 403);
}

#[tokio::test]
async fn an_upload_token_is_rotated() {
    let app = TestApp::start().await;
    let path = "/v2/proctor/organizations/northwind/suites/checkout-api/upload-token/rotate";
    let rotated = app.post(path, &json!({})).await;
    assert_eq!(rotated.status, 200);
    assert_eq!(app.upload(&envelope("run", &[])).await.status, 401);
    let mut suite = app.suite.clone();
    suite.upload_token = rotated.json()["upload_token"].as_str().expect("a token").to_owned();
    assert_eq!(app.upload_to(&suite, &envelope("run", &[])).await.status, 202);
    assert_eq!(app.get(&format!("{}?show_api_token=true", app.s(""))).await.json()["api_token"], json!(suite.upload_token));
}
