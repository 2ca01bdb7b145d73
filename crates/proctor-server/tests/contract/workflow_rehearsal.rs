//! `PATCH .../workflows/{id}?dry_run=true`: what a change would keep, secrets sealed.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::TestApp;

fn document(secret: &str) -> Value {
    let settings = json!({ "url": "https://a.example/x", "secret": secret, "headers": { "X-Team": "web" } });
    let hook = json!({ "type": "webhook", "settings": settings });
    json!({ "name": "hook", "monitor": { "type": "new_test" }, "alarm_actions": [hook] })
}

/// Who has the secrets in the open learns from it whether the change would be one.
#[tokio::test]
async fn a_rehearsed_change_answers_with_the_document_that_would_be_kept() {
    let app = TestApp::start().await;
    let made = app.post(&app.of_suite("/workflows"), &document("abc")).await.json();
    let one = app.of_suite(&format!("/workflows/{}", made["id"].as_str().unwrap()));
    let rehearsal = format!("{one}?dry_run=true");
    let same = app.send(Method::PATCH, &rehearsal, &document("abc")).await;
    assert_eq!((same.status, &same.json()["alarm_actions"]), (200, &made["alarm_actions"]));
    let other = app.send(Method::PATCH, &rehearsal, &document("abd")).await.json();
    assert_ne!(other["alarm_actions"], made["alarm_actions"]);
    let mut moved = made["alarm_actions"].clone();
    moved[0]["settings"]["url"] = json!("https://b.example/x");
    assert_eq!(app.send(Method::PATCH, &rehearsal, &json!({ "alarm_actions": moved })).await.status, 422);
    assert_eq!(app.get(&one).await.json()["version"], 1);
}
