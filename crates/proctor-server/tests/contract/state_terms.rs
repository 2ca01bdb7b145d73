//! States with a term and a reason, given by people and by workflows: `workflows.md`, section 7.

use proctor_server::delivery::MailSettings;
use proctor_server::settings::PrivateTargets;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, NOW, TestApp, assert_conforms, envelope, mail_server, names, record};

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

async fn put(app: &TestApp, test: &str, verb: &str, body: &Value) -> Answer {
    app.send(Method::PUT, &app.t(test, &format!("/{verb}")).await, body).await
}

impl TestApp {
    /// The newest entry of the ledger about the state of a test.
    async fn last_change(&self, name: &str) -> Value {
        let id = self.test_id(name).await;
        self.get(&self.of_suite(&format!("/tests/{id}/ledger?kind=state_changed"))).await.array().remove(0)
    }

    async fn look(&self) {
        self.app.calendar.look().await.expect("the clock is looked at");
    }
}

#[tokio::test]
async fn people_say_until_when_and_why_and_the_test_returns_by_itself() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    app.run_of(&envelope("run", &[record("a", "passed"), record("b", "passed"), record("c", "passed")])).await;
    let muted = put(&app, "a", "mute", &json!({ "expires_in_days": 2, "reason": " waits for DNS ", "more": 1 })).await;
    assert_eq!(muted.status, 200, "{}", muted.text);
    assert_conforms("muteTest", 200, &muted.json());
    let skipped = put(&app, "b", "skip", &json!({ "expires_at": "2026-04-10T20:22:05.031+02:00" })).await;
    assert_eq!(skipped.status, 200, "{}", skipped.text);
    assert_eq!(put(&app, "c", "mute", &json!({})).await.status, 200);
    let change = app.last_change("a").await;
    assert_eq!((&change["reason"], &change["expires_at"]), (&json!("waits for DNS"), &json!("2026-04-11T18:22:05.031Z")));
    // Sent again, a state stays as it came about; with another term it has that.
    app.put(&app.t("a", "/mute").await).await;
    assert_eq!(app.last_change("a").await["id"], change["id"]);
    put(&app, "b", "skip", &json!({ "expires_in_days": 1, "reason": "still" })).await;
    assert_eq!(app.last_change("b").await["from"], "skipped");

    app.clock().advance_ms(DAY_MS - 1);
    app.look().await;
    assert_eq!(names(&app.get(&app.s("/tests/skipped")).await), ["b"]);
    app.clock().advance_ms(1);
    app.look().await;
    assert_eq!(app.get(&app.s("/tests/skipped")).await.text, "[]");
    assert_eq!(names(&app.get(&app.s("/tests/muted")).await), ["a", "c"]);
    let ended = app.last_change("b").await;
    assert_eq!((&ended["actor"], &ended["cause"], &ended["to"]), (&json!("system"), &json!("expiry"), &json!("enabled")));
    assert_eq!(ended["expired_at"], "2026-04-10T18:22:05.031Z");
    app.clock().advance_ms(400 * DAY_MS);
    app.look().await;
    assert_eq!(names(&app.get(&app.s("/tests/muted")).await), ["c"], "without a term it stays");
}

// contract: workflows 38 (the list and the run)
#[tokio::test]
async fn a_muted_test_is_listed_and_its_failing_run_has_failed_nevertheless() {
    let app = TestApp::start().await;
    app.run_of(&envelope("run", &[record("a", "passed"), record("b", "passed")])).await;
    assert_eq!(put(&app, "a", "mute", &json!({ "reason": "broken" })).await.status, 200);
    assert_eq!(names(&app.get(&app.s("/tests/muted")).await), ["a"]);
    let failing =
        json!({ "format": "json", "run_env": { "key": "next", "branch": "main" }, "data": [record("a", "failed"), record("b", "passed")] });
    let run = app.run_of(&failing).await;
    assert_eq!(app.get(&app.s(&format!("/runs/{run}"))).await.json()["result"], "failed");
}

#[tokio::test]
async fn terms_that_cannot_be_are_refused() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    app.run_of(&envelope("run", &[record("a", "passed")])).await;
    for (body, reason) in [
        (json!({ "expires_in_days": 0 }), "expires_in_days must be from 1 to 365"),
        (json!({ "expires_in_days": "3" }), "expires_in_days must be a whole number"),
        (json!({ "expires_at": NOW }), "expires_at must be a time in RFC 3339"),
        (json!({ "expires_at": 7 }), "expires_at must be a string"),
        (json!({ "expires_at": "2026-05-01T00:00:00Z", "expires_in_days": 1 }), "cannot be set together"),
        (json!({ "reason": "x".repeat(501) }), "reason is too long"),
    ] {
        let refused = put(&app, "a", "mute", &body).await;
        assert!(refused.status == 422 && refused.message().contains(reason), "{body}: {}", refused.text);
    }
    for body in ["[]", "expires_in_days=3"] {
        let path = app.t("a", "/mute").await;
        let refused = Answer::to(app.request(Method::PUT, &path).body(body)).await;
        assert_eq!((refused.status, refused.message().as_str()), (400, "Request body must be a JSON object"), "{body}");
    }
    assert_eq!(app.get(&app.s("/tests/muted")).await.text, "[]");
    let blank = Answer::to(app.request(Method::PUT, &app.t("a", "/mute").await).body(" \n")).await;
    assert_eq!(blank.status, 200);
}

#[tokio::test]
async fn a_workflow_mutes_for_a_while_and_the_owners_get_a_mail_when_it_ends() {
    let (port, heard) = mail_server().await;
    let settings = |settings: &mut proctor_server::Settings| {
        settings.delivery.private_targets = PrivateTargets::Allowed;
        settings.delivery.mail = Some(MailSettings::new(&format!("smtp://127.0.0.1:{port}"), "ci@proctor.test").unwrap());
    };
    let app = TestApp::builder().manual_clock(NOW).settings(settings).start().await;
    app.owners("* payments platform\n", &["Payments", "Platform"]).await;
    let monitor = json!({ "type": "passed_on_retry" });
    let action = json!({ "type": "change_state", "state": "muted", "expires_hours": 36, "reason": "flaky: fix it soon" });
    let workflow = app.only(monitor, action.clone()).await;
    assert_eq!(workflow["alarm_actions"], json!([action]));
    app.alarm().await;
    let change = app.last_change("adds").await;
    assert_eq!((&change["actor"], &change["reason"]), (&json!("workflow"), &json!("flaky: fix it soon")));
    assert_eq!(change["expires_at"], "2026-04-11T07:22:05.031Z", "36 hours after the alarm at 19:22");
    assert_eq!(names(&app.get(&app.s("/tests/muted")).await), ["adds"]);
    app.clock().advance_ms(36 * HOUR_MS);
    app.look().await;
    app.app.deliverer.deliver().await.unwrap();
    assert_eq!(app.get(&app.s("/tests/muted")).await.text, "[]");
    assert_eq!(app.last_change("adds").await["cause"], "expiry");
    let heard = heard.lock().unwrap().clone();
    for line in [
        "RCPT TO:<payments@northwind.test>",
        "Subject: [Checkout API] Cart adds is enabled again",
        "Cart adds, was muted (flaky: fix it soon)",
        "@proctor>",
        "text/html",
    ] {
        assert!(heard.contains(line), "{line} in {heard}");
    }
    assert!(!heard.contains("platform@"), "only the first owner is told: {heard}");
    app.look().await;
    app.app.deliverer.deliver().await.unwrap();
    assert_eq!(app.get(&app.of_suite("/ledger?kind=state_changed")).await.array().len(), 2);
}

#[tokio::test]
async fn terms_of_workflows_are_checked_and_written_in_days_if_they_are() {
    let app = TestApp::builder().manual_clock(NOW).start().await;
    let create = async |action: Value| {
        let workflow = json!({ "name": "w", "monitor": { "type": "new_test" }, "alarm_actions": [action] });
        app.post(&app.of_suite("/workflows?dry_run=true"), &workflow).await
    };
    let action = |more: Value| {
        let mut action = json!({ "type": "change_state", "state": "muted" });
        action.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        action
    };
    let days = create(action(json!({ "expires_hours": 48 }))).await.json();
    assert_eq!(days["alarm_actions"][0], action(json!({ "expires_days": 2 })));
    for (more, reason) in [
        (json!({ "expires_days": 0 }), "expires_days must be from 1 to 365"),
        (json!({ "expires_hours": 8761 }), "expires_hours must be from 1 to 8760"),
        (json!({ "expires_hours": 1, "expires_days": 1 }), "expires_days and expires_hours cannot be set together"),
        (json!({ "reason": " " }), "reason must have 1 to 500 bytes"),
        (json!({ "state": "enabled", "expires_days": 1 }), "state enabled has no term"),
    ] {
        let refused = create(action(more.clone())).await;
        assert!(refused.status == 422 && refused.message().contains(&format!("alarm_actions[0].{reason}")), "{more}: {}", refused.text);
    }
}
