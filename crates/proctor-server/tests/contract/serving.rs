//! The server as a process: connections, stopping, and what a proxy changes.

use std::time::Duration;

use proctor_server::settings::TrustForwarded;
use reqwest::Method;

use crate::support::{Answer, Raw, TestApp};

#[tokio::test]
async fn a_request_under_way_ends_before_the_server_does() {
    let app = TestApp::start().await;
    let mut raw = Raw::connect(&app).await;
    let body = "{\"name\":\"Late\"}";
    let head = format!(
        "POST {} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-length: {}\r\nexpect: 100-continue\r\n\r\n",
        app.a("/suites"),
        app.token,
        body.len()
    );
    raw.write(&head).await;
    // The handler has been reached when it asks for the body.
    assert!(raw.read_until("\r\n\r\n").await.starts_with("HTTP/1.1 100"));
    let address = app.address;
    let stopping = tokio::spawn(app.stop());
    while tokio::net::TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    raw.write(body).await;
    let answer = raw.read_to_end().await;
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    stopping.await.expect("the server stops");
}

#[tokio::test]
async fn a_request_that_never_ends_does_not_keep_the_server() {
    let app = TestApp::builder().settings(|settings| settings.http.shutdown_grace = Duration::from_millis(50)).start().await;
    let mut raw = Raw::connect(&app).await;
    let head = format!(
        "POST {} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-length: 9\r\nexpect: 100-continue\r\n\r\n",
        app.a("/suites"),
        app.token
    );
    raw.write(&head).await;
    raw.read_until("\r\n\r\n").await;
    app.stop().await;
}

#[tokio::test]
async fn idle_connections_do_not_keep_the_server() {
    let app = TestApp::start().await;
    let mut idle = Raw::connect(&app).await;
    idle.write("GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await;
    idle.read_until("{\"status\":\"ok\"}").await;
    let _silent = Raw::connect(&app).await;
    tokio::time::timeout(Duration::from_secs(10), app.stop()).await.expect("far sooner than the grace of 30 s");
    idle.read_to_end().await;
}

#[tokio::test]
async fn a_connection_is_kept() {
    let app = TestApp::start().await;
    let mut raw = Raw::connect(&app).await;
    for _ in 0..2 {
        raw.write("GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await;
        assert!(raw.read_until("{\"status\":\"ok\"}").await.starts_with("HTTP/1.1 200"));
    }
    // An early answer does not cost the connection either: the unread body is read and dropped.
    raw.write(&format!("POST {} HTTP/1.1\r\nhost: x\r\ncontent-length: 200000\r\n\r\n", app.a("/suites"))).await;
    assert!(raw.read_until("/docs/api\"}").await.starts_with("HTTP/1.1 401"));
    raw.write(&"x".repeat(200_000)).await;
    raw.write("GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    assert!(raw.read_to_end().await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn who_waits_for_continue_gets_the_final_error_instead() {
    let app = TestApp::start().await;
    for (authorization, status) in [("Bearer nobody".to_owned(), "401"), (format!("Bearer {}", app.token), "413")] {
        let mut raw = Raw::connect(&app).await;
        let path = app.a("/suites");
        raw.write(&format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\nauthorization: {authorization}\r\ncontent-length: 5000000\r\nexpect: 100-continue\r\n\r\n"
        ))
        .await;
        let answer = raw.read_to_end().await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{answer}");
    }
}

#[tokio::test]
async fn a_head_that_does_not_come_is_not_waited_for() {
    let app = TestApp::builder().settings(|settings| settings.http.head_timeout = Duration::from_millis(100)).start().await;
    for beginning in ["", "P", "PRI * HTTP/2.0\r\n", "GET / HTTP/1.1\r\nhost:"] {
        let mut raw = Raw::connect(&app).await;
        raw.write(beginning).await;
        raw.read_to_end().await;
    }
}

// contract: uploads 13.2
#[tokio::test]
async fn a_head_that_is_no_http_is_refused_in_json() {
    let app = TestApp::start().await;
    let long = "x".repeat(1_000_000);
    for (head, status, message) in [
        ("GARBAGE\r\n\r\n".to_owned(), 400, "The request is not valid HTTP"),
        ("POST /v1/uploads HTTP/1.1\r\nhost: x\r\ncontent-length: abc\r\n\r\n".to_owned(), 400, "The request is not valid HTTP"),
        ("GET / HTTP/7.0\r\n\r\n".to_owned(), 400, "The request is not valid HTTP"),
        (format!("GET / HTTP/1.1\r\nx: {long}"), 431, "The headers of the request are too large"),
        // An address that long breaks the bound on the whole head, however its bytes arrive.
        (format!("GET /{} HTTP/1.1\r\n\r\n", &long[..70_000]), 431, "The headers of the request are too large"),
    ] {
        for before in ["", "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n"] {
            let mut raw = Raw::connect(&app).await;
            if !before.is_empty() {
                raw.write(before).await;
                raw.read_until("{\"status\":\"ok\"}").await;
            }
            raw.write(&head).await;
            let answer = raw.read_until("}").await;
            assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
            assert!(answer.contains("\r\ncontent-type: application/json; charset=utf-8\r\n"), "{answer}");
            assert!(answer.ends_with(&format!("\r\n\r\n{{\"message\":\"{message}\"}}")), "{answer}");
        }
    }
}

#[tokio::test]
async fn a_body_that_does_not_come_is_408() {
    let app = TestApp::builder().settings(|settings| settings.http.json_timeout = Duration::from_millis(50)).start().await;
    let mut raw = Raw::connect(&app).await;
    let (path, token) = (app.a("/suites"), &app.token);
    raw.write(&format!("POST {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\ncontent-length: 9\r\n\r\n{{")).await;
    let answer = raw.read_until("}").await;
    assert!(answer.starts_with("HTTP/1.1 408") && answer.ends_with("{\"message\":\"Request body did not arrive in time\"}"), "{answer}");
}

#[tokio::test]
async fn http_2_without_tls() {
    let app = TestApp::start().await;
    let client = reqwest::Client::builder().http2_prior_knowledge().no_proxy().build().expect("a client");
    let answer = Answer::to(client.get(app.url("/v2/user")).bearer_auth(&app.token)).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["avatar_url"], app.url("/assets/avatar.svg"));
}

#[tokio::test]
async fn one_connection_too_many_waits_for_its_turn() {
    let app = TestApp::builder().settings(|settings| settings.http.connections_max = 1).start().await;
    let mut first = Raw::connect(&app).await;
    first.write("GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await;
    first.read_until("{\"status\":\"ok\"}").await;
    let mut second = Raw::connect(&app).await;
    second.write("GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    drop(first);
    assert!(second.read_to_end().await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn configured_bases_stand_in_every_url() {
    let app = TestApp::builder()
        .settings(|settings| {
            settings.public_url = Some("https://ci.example.test/proctor".to_owned());
            settings.web_url = Some("https://web.example.test".to_owned());
        })
        .start()
        .await;
    app.new_suite("Second").await;
    let answer = app.get(&format!("/proctor{}?per_page=1", app.a("/suites"))).await;
    let suite = &answer.array()[0];
    assert_eq!(suite["url"], "https://ci.example.test/proctor/v2/analytics/organizations/northwind/suites/checkout-api");
    assert_eq!(suite["web_url"], "https://web.example.test/organizations/northwind/analytics/suites/checkout-api");
    let next = "https://ci.example.test/proctor/v2/analytics/organizations/northwind/suites?page=2&per_page=1";
    assert_eq!(answer.link("next").as_deref(), Some(next));
}

#[tokio::test]
async fn a_trusted_proxy_says_the_address() {
    let app = TestApp::builder().settings(|settings| settings.trust_forwarded = TrustForwarded::Yes).start().await;
    let request = app.request(Method::GET, &app.s("")).header("x-forwarded-proto", "https").header("x-forwarded-host", "ci.example.test");
    assert_eq!(Answer::to(request).await.json()["url"], format!("https://ci.example.test{}", app.s("")));
}

#[tokio::test]
async fn a_server_without_its_store_lives_but_is_not_ready() {
    let app = TestApp::start().await;
    app.app.store.close().await;
    assert_eq!(Answer::to(app.anonymous(Method::GET, "/healthz")).await.status, 200);
    let ready = Answer::to(app.anonymous(Method::GET, "/readyz")).await;
    assert_eq!((ready.status, ready.message().as_str()), (503, "Service temporarily unavailable, please retry"));
    let read = app.get(&app.s("/runs")).await;
    assert_eq!((read.status, read.message().as_str()), (503, "Service temporarily unavailable, please retry"));
}
