//! What workflows said before.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{NOW, TestApp};

#[tokio::test]
async fn versions_stay_when_a_workflow_changes_and_when_it_goes() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    let action = json!({ "type": "webhook", "settings": { "url": "https://x.example/hook", "secret": "s3cret" } });
    let workflow = json!({ "name": "first", "monitor": { "type": "new_test" }, "alarm_actions": [action] });
    let made = app.post(&app.of_suite("/workflows"), &workflow).await.json();
    let path = app.of_suite(&format!("/workflows/{}", made["id"].as_str().unwrap()));
    app.clock().advance_ms(1_000);
    assert_eq!(app.send(Method::PATCH, &path, &json!({ "name": "second" })).await.status, 200);
    assert_eq!(app.send(Method::PATCH, &path, &json!({ "name": "second" })).await.status, 200, "nothing changes");
    app.delete(&path).await;
    assert_eq!(app.get(&path).await.status, 404);
    let versions = app.get(&format!("{path}/versions")).await;
    assert!(!versions.text.contains("s3cret"), "{}", versions.text);
    let of = |version: &Value| (version["version"].as_u64().unwrap(), version["name"].as_str().unwrap().to_owned());
    assert_eq!(versions.array().iter().map(of).collect::<Vec<_>>(), [(2, "second".to_owned()), (1, "first".to_owned())]);
    assert_eq!(app.get(&format!("{path}/versions?per_page=1&page=2")).await.array()[0]["version"], 1);
    let first = app.get(&format!("{path}/versions/1")).await.json();
    assert_eq!(first, versions.array()[1]);
    assert_eq!((&first["workflow_id"], &first["created_at"]), (&made["id"], &json!(NOW)));
    for key in ["monitor", "filters", "alarm_actions", "recover_actions", "events_per_minute"] {
        assert_eq!(first[key], made[key], "{key}");
    }
    for (rest, message) in [("/versions/3", "No version found"), ("/versions/x", "No version found"), ("/versions/-1", "No version found")]
    {
        let unknown = app.get(&format!("{path}{rest}")).await;
        assert_eq!((unknown.status, unknown.message().as_str()), (404, message));
    }
    let other = app.of_suite("/workflows/39c0d032-3479-8347-b83b-ea5c88b224f0/versions");
    assert_eq!(app.get(&other).await.message(), "No workflow found");
}
