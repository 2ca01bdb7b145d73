//! Where messages do not go.

use serde_json::{Value, json};
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::{receiver, requests, retry, start, webhook};
use crate::pages::page;
use crate::support::{NOW, TestApp, record};

#[tokio::test]
async fn private_addresses_are_not_reached_unless_the_operator_allows_it() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    let server = receiver(200).await;
    let by_name = format!("http://localhost:{}/hook", server.address().port());
    let by_number = format!("{}/hook", server.uri());
    let mapped = format!("http://[::ffff:127.0.0.1]:{}/hook", server.address().port());
    let odd = format!("http://0x7f000001:{}/hook", server.address().port());
    let actions: Vec<Value> =
        [by_name, by_number, mapped, odd].iter().map(|url| json!({ "type": "webhook", "settings": { "url": url } })).collect();
    let workflow = json!({ "name": "telling", "monitor": retry(), "alarm_actions": actions });
    assert_eq!(app.post(&app.of_suite("/workflows"), &workflow).await.status, 201);
    app.app.evaluator.settle().await.unwrap();
    app.alarm().await;
    let deliveries = app.deliveries().await;
    assert_eq!(deliveries.len(), 4);
    for delivery in deliveries {
        assert_eq!(delivery["status"], "failed", "{delivery:#}");
        assert_eq!(delivery["error"], "the address is not public, and the server does not allow private ones");
    }
    assert!(requests(&server).await.is_empty());
}

#[tokio::test]
async fn redirects_are_not_followed_and_a_receiver_that_is_gone_is_left_alone() {
    let (app, server) = (start().await, MockServer::start().await);
    let elsewhere = receiver(200).await;
    let to = format!("{}/hook", elsewhere.uri());
    Mock::given(method("POST"))
        .respond_with(ResponseTemplate::new(302).insert_header("location", to))
        .up_to_n_times(1)
        .mount(&server)
        .await;
    Mock::given(method("POST")).respond_with(ResponseTemplate::new(410)).up_to_n_times(1).mount(&server).await;
    Mock::given(method("POST")).respond_with(ResponseTemplate::new(200)).mount(&server).await;
    let workflow = app.only(retry(), webhook(&server)).await;
    app.alarm().await;
    assert_eq!(app.deliveries().await[0]["answer"]["code"], 302);
    app.later(13_000).await;
    assert!(requests(&elsewhere).await.is_empty());
    let gone = app.deliveries().await.remove(0);
    assert_eq!((&gone["status"], &gone["answer"]["code"]), (&json!("failed"), &json!(410)));
    app.tell("r2", "c2", &[record("divides", "failed"), record("divides", "passed")]).await;
    assert_eq!(requests(&server).await.len(), 2, "the action is paused");
    assert_eq!(app.deliveries().await[0]["status"], "cancelled");
    let queue = app.of_suite(&format!("/workflows/{}/queue", workflow["id"].as_str().unwrap()));
    let paused = |list: &str| json!({ "list": list, "position": 0, "type": "webhook", "paused_at": gone["finished_at"] });
    assert_eq!(app.get(&queue).await.json()["paused"], json!([paused("alarm_actions"), paused("recover_actions")]));
    let shown = format!("/organizations/northwind/analytics/suites/checkout-api/workflows/{}", workflow["id"].as_str().unwrap());
    let html = page(&app, &shown).await.text;
    assert!(html.contains("2 actions are paused") && html.contains("webhook, action 1 on recovery, since"), "{html}");

    let again = app.of_suite(&format!("/deliveries/{}/redeliver", gone["id"].as_str().unwrap()));
    let answer = app.post(&again, &json!({})).await;
    assert_eq!((answer.status, &answer.json()["status"]), (202, &json!("waiting")));
    assert_eq!(app.get(&queue).await.json()["paused"], json!([]));
    assert!(!page(&app, &shown).await.text.contains("actions are paused"));
    app.later(0).await;
    let one = app.get(&app.of_suite(&format!("/deliveries/{}", gone["id"].as_str().unwrap()))).await.json();
    assert_eq!((&one["status"], &one["id"]), (&json!("delivered"), &gone["id"]));
    let reader = app.token_with(&["read_suites"]).await;
    assert_eq!(app.send_as(&reader, reqwest::Method::POST, &again, &json!({})).await.status, 403);
    assert_eq!(app.post(&app.of_suite("/deliveries/5d0f7c1e-93aa-8b64-a2c7-4e1b0c9d7f52/redeliver"), &json!({})).await.status, 404);
    assert_eq!(app.get(&app.of_suite("/deliveries?status=failed")).await.array().len(), 0);
    assert_eq!(app.get(&app.of_suite("/deliveries?status=lost")).await.status, 400);
}
