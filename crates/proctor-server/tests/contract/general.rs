//! `rest-api.md`, section 4, General: statements 1, 2 and 9 to 17, and section 1.8. Tokens and scopes are in `access.rs`.

use reqwest::Method;
use serde_json::json;

use crate::support::{Answer, TestApp};

// contract: general 1
#[tokio::test]
async fn the_root_answers_everybody() {
    let app = TestApp::start().await;
    let answer = Answer::to(app.anonymous(Method::GET, "/")).await;
    assert_eq!(answer.status, 200);
    assert!(answer.json()["message"].is_string() && answer.json()["timestamp"].is_i64(), "{}", answer.text);
    for path in ["/v2/meta", "/healthz", "/readyz", "/.well-known/api-catalog", "/assets/avatar.svg"] {
        assert_eq!(Answer::to(app.anonymous(Method::GET, path)).await.status, 200, "{path}");
    }
}

/// Every route that needs an API token.
fn token_routes(app: &TestApp) -> Vec<(Method, String)> {
    let id = "f3faa8e8-79ea-4723-8ad5-cfbc1d74bd1c";
    let proctor = |rest: &str| format!("/v2/proctor/organizations/{}{rest}", app.organization.slug);
    vec![
        (Method::GET, app.a("/suites")),
        (Method::POST, app.a("/suites")),
        (Method::GET, app.s("")),
        (Method::PATCH, app.s("")),
        (Method::PUT, app.s("")),
        (Method::DELETE, app.s("")),
        (Method::GET, app.s("/runs")),
        (Method::GET, app.s(&format!("/runs/{id}"))),
        (Method::GET, app.s(&format!("/runs/{id}/failed_executions"))),
        (Method::GET, app.s(&format!("/uploads/{id}"))),
        (Method::GET, "/v2/access-token".to_owned()),
        (Method::DELETE, "/v2/access-token".to_owned()),
        (Method::GET, "/v2/organizations".to_owned()),
        (Method::GET, "/v2/organizations/northwind".to_owned()),
        (Method::GET, "/v2/user".to_owned()),
        (Method::GET, "/v2/proctor/organizations".to_owned()),
        (Method::POST, "/v2/proctor/organizations".to_owned()),
        (Method::GET, proctor("/tokens")),
        (Method::POST, proctor("/tokens")),
        (Method::DELETE, proctor(&format!("/tokens/{id}"))),
        (Method::POST, proctor("/suites/checkout-api/upload-token/rotate")),
        (Method::GET, proctor(&format!("/suites/checkout-api/runs/{id}/executions"))),
    ]
}

// contract: general 2
#[tokio::test]
async fn without_a_token_every_route_is_401() {
    let app = TestApp::start().await;
    for (method, path) in token_routes(&app) {
        let answer = Answer::to(app.anonymous(method.clone(), &path)).await;
        assert_eq!(answer.status, 401, "{method} {path}");
        let docs = format!("Authentication required. Please supply a valid API Access Token: {}", app.url("/docs/api"));
        assert_eq!(answer.message(), docs);
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
    }
}

// contract: general 9, 17
#[tokio::test]
async fn an_unknown_path_is_json() {
    let app = TestApp::start().await;
    for path in ["/nope", "/v2", "/v2/analytics", "/v1/traces", "/v1/uploads/nope", "/%ff", "/v2/organizations/a/b/c"] {
        let answer = Answer::to(app.anonymous(Method::GET, path)).await;
        assert_eq!((answer.status, answer.message().as_str()), (404, "Not Found"), "{path}");
    }
    // What is no UTF-8 names nothing either.
    assert_eq!(app.get("/v2/analytics/organizations/%ff/suites").await.message(), "No organization found");
    assert_eq!(app.get(&app.a("/suites/%ff")).await.status, 404);
    assert_eq!(app.post(&app.a("/suites/create_from_pipeline"), &json!({})).await.message(), "Not Found");
    assert_eq!(app.get(&app.a("/suites/create_from_pipeline")).await.status, 404);
}

// contract: general 10, 17
#[tokio::test]
async fn a_wrong_method_is_405_whoever_asks() {
    let app = TestApp::start().await;
    for (method, path, allow) in [
        (Method::DELETE, app.s("/runs"), "GET,HEAD"),
        (Method::POST, "/v2/user".to_owned(), "GET,HEAD"),
        (Method::PATCH, app.a("/suites"), "GET,HEAD,POST"),
        (Method::GET, "/v1/uploads".to_owned(), "POST"),
    ] {
        let answer = Answer::to(app.anonymous(method, &path)).await;
        assert_eq!((answer.status, answer.message().as_str()), (405, "Method Not Allowed"));
        assert_eq!(answer.header("allow"), Some(allow), "{path}");
    }
}

// contract: general 11
#[tokio::test]
async fn a_large_body_is_413() {
    let app = TestApp::start().await;
    let body = format!("{{\"name\":\"{}\"}}", "x".repeat(2 * 1024 * 1024));
    let declared = Answer::to(app.request(Method::POST, &app.a("/suites")).body(body.clone())).await;
    assert_eq!((declared.status, declared.message().as_str()), (413, "Request body is too large"));
    let pieces = futures_util::stream::iter(
        body.into_bytes().chunks(64 * 1024).map(|piece| Ok::<_, std::io::Error>(piece.to_vec())).collect::<Vec<_>>(),
    );
    let chunked = Answer::to(app.request(Method::POST, &app.a("/suites")).body(reqwest::Body::wrap_stream(pieces))).await;
    assert_eq!((chunked.status, chunked.message().as_str()), (413, "Request body is too large"));
}

// contract: general 12
#[tokio::test]
async fn a_body_that_is_no_json_object_is_400() {
    let app = TestApp::start().await;
    for body in ["{\"name\":", "", "[]", "null", "\"x\"", "{} {}"] {
        let answer = Answer::to(app.request(Method::POST, &app.a("/suites")).body(body)).await;
        assert_eq!((answer.status, answer.message().as_str()), (400, "Request body must be a JSON object"), "{body:?}");
    }
    let form = app.request(Method::POST, &app.a("/suites")).header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(Answer::to(form.body("{\"name\":\"Any content type\"}")).await.status, 201);
    let with_body = app.request(Method::GET, &app.a("/suites")).body("no json");
    assert_eq!(Answer::to(with_body).await.status, 200, "bodies of GET are ignored");
}

// contract: general 13, 14
#[tokio::test]
async fn slashes_do_not_matter() {
    let app = TestApp::start().await;
    let runs = app.get(&app.s("/runs")).await;
    let slashed = app.get(&app.s("/runs/")).await;
    assert_eq!((slashed.status, &slashed.text), (200, &runs.text));
    let organizations = app.get("/v2/organizations").await;
    assert_eq!(organizations.status, 200);
    for path in ["//v2/organizations", "/v2/organizations/", "///v2/organizations/?x=1"] {
        let answer = app.get(path).await;
        assert_eq!((answer.status, &answer.text), (200, &organizations.text), "{path}");
    }
}

// contract: general 15
#[tokio::test]
async fn options_needs_no_token() {
    let app = TestApp::start().await;
    for path in [app.s("/runs"), "/nope".to_owned(), "/v1/uploads".to_owned()] {
        let answer = Answer::to(app.anonymous(Method::OPTIONS, &path)).await;
        assert_eq!((answer.status, answer.text.as_str()), (204, ""));
        assert_eq!(answer.header("access-control-allow-methods"), Some("GET, POST, PUT, PATCH, DELETE, OPTIONS"));
        assert_eq!(answer.header("access-control-allow-headers"), Some("Authorization, Content-Type, Buildkite-Version"));
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    }
}

// contract: general 16
#[tokio::test]
async fn every_answer_is_open_to_browsers_and_says_its_charset() {
    let app = TestApp::start().await;
    for path in [app.s(""), app.s("/runs"), "/nope".to_owned(), "/".to_owned(), "/v2/user".to_owned()] {
        let answer = app.get(&path).await;
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "{path}");
        assert!(answer.header("access-control-expose-headers").is_some_and(|names| names.starts_with("Link, RateLimit-Remaining")));
        assert_eq!(answer.header("content-type"), Some("application/json; charset=utf-8"), "{path}");
    }
    assert_eq!(app.get("/v2/user").await.header("cache-control"), Some("private"));
    assert_eq!(app.get("/").await.header("cache-control"), None);
}

#[tokio::test]
async fn head_is_get_without_a_body() {
    let app = TestApp::start().await;
    let (get, head) = (app.get(&app.s("")).await, Answer::to(app.request(Method::HEAD, &app.s(""))).await);
    assert_eq!((head.status, head.text.as_str()), (200, ""));
    assert_eq!(head.header("content-type"), get.header("content-type"));
    assert_eq!(Answer::to(app.request(Method::HEAD, "/nope")).await.status, 404);
}

#[tokio::test]
async fn a_request_id_is_echoed_or_made() {
    let app = TestApp::start().await;
    let given = Answer::to(app.anonymous(Method::GET, "/nope").header("x-request-id", "ci-7")).await;
    assert_eq!(given.header("x-request-id"), Some("ci-7"));
    let strange = Answer::to(app.anonymous(Method::GET, "/").header("x-request-id", "a b")).await;
    assert_eq!(strange.header("x-request-id").map(str::len), Some(36));
}

#[tokio::test]
async fn no_query_is_an_error_of_the_server() {
    let app = TestApp::start().await;
    for query in [
        "%",
        "%00=%00&page=%00",
        "page=%ff&per_page=%ff",
        "build_id=%00",
        "through=x&page=2",
        "=&=&&",
        "page=1e9",
        "a=%F0%9F%92%A9",
        "'\"<>;,|",
    ] {
        for path in [app.s("/runs"), app.a("/suites"), "/v2/organizations".to_owned()] {
            let status = Answer::to(app.request(Method::GET, &format!("{path}?{query}"))).await.status;
            assert!(status == 200 || (status == 400 && query == "build_id=%00"), "{status} {path}?{query}");
        }
    }
}

#[tokio::test]
async fn a_very_long_target_is_414() {
    let app = TestApp::start().await;
    let answer = app.get(&format!("/v2/organizations?x={}", "y".repeat(20_000))).await;
    assert_eq!((answer.status, answer.message().as_str()), (414, "Request URI is too long"));
}
