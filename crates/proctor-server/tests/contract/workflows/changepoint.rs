//! What an alarm of a changepoint says: between which commits a test broke, and how sure that is.

use serde_json::{Value, json};

use super::{HOUR_MS, on_commit, start};
use crate::support::record;

#[tokio::test]
async fn a_changepoint_names_the_commits_between_which_a_test_broke() {
    let app = start().await;
    let made = app.create(json!({ "name": "breaks", "monitor": { "type": "changepoint" } })).await;
    app.settle().await;
    for number in 0..40 {
        let result = if number < 35 { "passed" } else { "failed" };
        app.clock().advance_ms(HOUR_MS);
        let envelope = on_commit(&format!("r{number}"), &format!("c{number}"), &[record("adds", result), record("divides", "passed")]);
        assert_eq!(app.upload(&envelope).await.status, 202);
    }
    app.settle().await;
    let events = app.get(&app.p(&format!("/events?workflow={}", made["id"].as_str().unwrap()))).await.array();
    assert_eq!(events.len(), 1, "{events:#?}");
    let alarm = &events[0];
    let figures = &alarm["figures"];
    let (after, before) = (figures["after_commit"].as_str().unwrap(), figures["before_commit"].as_str().unwrap());
    let number = |commit: &str| commit[1..].parse::<u32>().unwrap();
    assert!(number(after) < 35 && 35 <= number(before), "c35 broke it: {figures}");
    let probability = figures["probability"].as_f64().unwrap();
    assert!((0.9..=1.0).contains(&probability));
    let percent = (probability * 100.0).min(99.0).floor();
    assert_eq!(alarm["summary"], format!("broke between commits {after} and {before}, {percent} %"));
    let replayed = app.post(&app.p(&format!("/ledger/{}/replay", alarm["id"].as_str().unwrap())), &json!({})).await.json();
    assert_eq!(replayed, json!({ "verdict": "same" }));

    let preview = app.post(&app.p("/workflows/preview"), &json!({ "monitor": { "type": "changepoint" } })).await.json();
    let last = &preview["alarmed"]["tests"][0]["last_event"];
    assert_eq!((&last["summary"], &last["figures"]), (&alarm["summary"], figures));
    let healthy = app.post(&app.p("/workflows/preview"), &json!({ "monitor": { "type": "failure_rate" } })).await.json();
    assert_eq!(healthy["alarmed"]["tests"][0]["last_event"].get("summary"), None::<&Value>);
}
