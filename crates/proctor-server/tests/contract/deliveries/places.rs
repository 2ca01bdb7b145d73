//! What waits for what: messages for their own receiver only, and nothing for a slow one of somebody else.

use std::time::{Duration, Instant};

use proctor_server::delivery::MailSettings;
use proctor_server::settings::PrivateTargets;
use serde_json::{Value, json};
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::{header, receiver, requests, retry, start, webhook};
use crate::support::{NOW, TestApp, mail_server, record};

/// Long enough for a busy machine, and shorter than one attempt that nobody answers (10 s).
const SOON: Duration = Duration::from_secs(6);
/// Messages to one host at once.
const OF_HOST: usize = 20;

/// Waits until it is so.
async fn soon(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let begin = Instant::now();
    while !is_so().await {
        assert!(begin.elapsed() < SOON, "{what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn workflow_of(app: &TestApp, alarm: &[Value], recover: &[Value]) -> Value {
    let monitor = json!({ "type": "passed_on_retry", "window_executions": 2 });
    let workflow = app.only(monitor, alarm[0].clone()).await;
    let path = app.of_suite(&format!("/workflows/{}", workflow["id"].as_str().unwrap()));
    let changed = app.send(reqwest::Method::PATCH, &path, &json!({ "alarm_actions": alarm, "recover_actions": recover })).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    app.app.evaluator.settle().await.unwrap();
    changed.json()
}

#[tokio::test]
async fn a_receiver_that_hangs_holds_up_neither_others_nor_mail() {
    let (port, heard) = mail_server().await;
    let settings = |settings: &mut proctor_server::Settings| {
        settings.delivery.private_targets = PrivateTargets::Allowed;
        settings.delivery.mail = Some(MailSettings::new(&format!("smtp://127.0.0.1:{port}"), "ci@proctor.test").unwrap());
    };
    let app = TestApp::builder().manual_clock(NOW).settings(settings).start().await;
    let (hangs, answers) = (MockServer::start().await, receiver(200).await);
    Mock::given(method("POST")).respond_with(ResponseTemplate::new(200).set_delay(Duration::from_secs(60))).mount(&hangs).await;
    app.only(retry(), webhook(&hangs)).await;
    let flaky = |number: u32| {
        let name = format!("t{number}");
        [record(&name, "failed"), record(&name, "passed")]
    };
    let arrives = async |run: &str, data: Vec<Value>| {
        let run_env = json!({ "key": run, "branch": "main", "commit_sha": run });
        assert_eq!(app.upload(&json!({ "format": "json", "run_env": run_env, "data": data })).await.status, 202);
        app.app.evaluator.settle().await.unwrap();
    };
    arrives("r1", (0..100).flat_map(flaky).collect()).await;
    let delivering = tokio::spawn(app.app.deliverer.clone().run());
    soon("the slow one has its share", async || requests(&hangs).await.len() == OF_HOST).await;

    // What comes later, of another workflow and of nobody's.
    let other = json!({ "name": "other", "monitor": retry(), "alarm_actions": [webhook(&answers)] });
    assert_eq!(app.post(&app.of_suite("/workflows"), &other).await.status, 201);
    app.app.evaluator.settle().await.unwrap();
    arrives("r2", (100..110).flat_map(flaky).collect()).await;
    soon("the healthy one is told", async || requests(&answers).await.len() == 10).await;
    let summary = app.post(&app.of_suite("/summaries"), &json!({ "addresses": ["qa@x.test"], "send_empty": true })).await.json();
    let send = app.of_suite(&format!("/summaries/{}/send", summary["id"].as_str().unwrap()));
    assert_eq!(app.post(&send, &json!({})).await.status, 202);
    soon("the mail leaves", async || heard.lock().unwrap().contains("RCPT TO:<qa@x.test>")).await;
    // Sent again by hand, one to the slow host starts beside those that hang.
    let last = app.get(&app.of_suite("/deliveries?status=waiting&per_page=100")).await.array();
    let last = last.iter().find(|delivery| delivery["attempts"] == 0).unwrap();
    let again = app.of_suite(&format!("/deliveries/{}/redeliver", last["id"].as_str().unwrap()));
    assert_eq!(app.post(&again, &json!({})).await.status, 202);
    let is_asked = async || requests(&hangs).await.iter().any(|request| last["id"] == header(request, "x-proctor-delivery"));
    soon("what a person asks for leaves", is_asked).await;
    delivering.abort();
}

#[tokio::test]
async fn a_failing_receiver_holds_up_what_is_meant_for_it_until_somebody_sends_that_by_hand() {
    let (app, works) = (start().await, receiver(200).await);
    let fails = receiver(500).await;
    let actions = [webhook(&fails), webhook(&works)];
    workflow_of(&app, &actions, &actions).await;
    app.alarm().await;
    app.tell("r2", "c2", &[record("adds", "passed"), record("adds", "passed"), record("adds", "passed")]).await;
    let told = async |server: &MockServer| -> Vec<String> {
        requests(server).await.iter().map(|request| header(request, "x-proctor-event").to_owned()).collect()
    };
    assert_eq!(told(&works).await, ["workflow.alarm", "workflow.recover"]);
    assert_eq!(told(&fails).await, ["workflow.alarm", "workflow.alarm"], "its alarm was not taken yet");
    let waiting = app.get(&app.of_suite("/deliveries?status=waiting")).await.array();
    let recovery = waiting.iter().find(|delivery| delivery["attempts"] == 0).unwrap_or_else(|| panic!("{waiting:#?}"));
    let again = app.of_suite(&format!("/deliveries/{}/redeliver", recovery["id"].as_str().unwrap()));
    assert_eq!(app.post(&again, &json!({})).await.status, 202);
    app.later(0).await;
    assert_eq!(told(&fails).await, ["workflow.alarm", "workflow.alarm", "workflow.recover"]);
}
