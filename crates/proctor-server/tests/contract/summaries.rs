//! The weekly summary of flaky tests: `workflows.md`, section 10.

use std::sync::{Arc, Mutex};

use proctor_core::organization::Role;
use proctor_server::delivery::MailSettings;
use serde_json::{Value, json};

use crate::support::{TestApp, mail_server, record};

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// A Monday, three weeks before the first summary is due.
const START: &str = "2026-03-02T06:30:00Z";

/// A server with a mail server, owners of two teams, and a history of three weeks.
///
/// Flaky in the last week: `cart.rb` tests `adds` (two commits), `divides` (one; also the week before) of payments and platform, and
/// `audits` of `audit.rb`, of the auditors. `subtracts` was flaky the week before only. `multiplies` fails always, on its branch `x` it
/// is flaky.
async fn start() -> (TestApp, Arc<Mutex<String>>) {
    let (port, heard) = mail_server().await;
    let settings = |settings: &mut proctor_server::Settings| {
        settings.public_url = Some("https://proctor.test".to_owned());
        settings.delivery.mail = Some(MailSettings::new(&format!("smtp://127.0.0.1:{port}"), "ci@proctor.test").unwrap());
    };
    let app = TestApp::builder().manual_clock(START).settings(settings).start().await;
    app.owners("cart.rb payments platform\naudit.rb auditors\n", &["Payments", "Platform", "Auditors"]).await;
    (app, heard)
}

impl TestApp {
    async fn arrives(&self, run: &str, branch: &str, commit: &str, data: &[Value]) {
        let run_env = json!({ "key": run, "branch": branch, "commit_sha": commit });
        let answer = self.upload(&json!({ "format": "json", "run_env": run_env, "data": data })).await;
        assert_eq!(answer.status, 202, "{}", answer.text);
        self.app.evaluator.settle().await.unwrap();
    }

    async fn three_weeks(&self) {
        let both = |name: &str| [record(name, "failed"), record(name, "passed")];
        self.clock().advance_ms(8 * DAY_MS);
        self.arrives("r1", "main", "c1", &[both("divides"), both("subtracts")].concat()).await;
        self.clock().advance_ms(7 * DAY_MS);
        let mut audits = record("audits", "failed");
        audits["location"] = json!("audit.rb:1");
        let mut passes = audits.clone();
        passes["result"] = json!("passed");
        self.arrives("r2", "main", "c2", &[both("adds").as_slice(), &both("divides"), &[audits, passes]].concat()).await;
        self.clock().advance_ms(HOUR_MS);
        self.arrives("r3", "main", "c3", &both("adds")).await;
        self.arrives("r4", "main", "c4", &[record("multiplies", "failed"), record("subtracts", "passed")]).await;
        self.arrives("r5", "x", "c5", &both("multiplies")).await;
        // To Monday, 2026-03-23, 08:30 in Berlin.
        self.clock().advance_ms(6 * DAY_MS);
    }

    async fn subscribe(&self, more: Value) -> Value {
        let mut subscription = json!({ "weekday": "monday", "hour": 8, "time_zone": "Europe/Berlin" });
        subscription.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let made = self.post(&self.of_suite("/summaries"), &subscription).await;
        assert_eq!(made.status, 201, "{}", made.text);
        made.json()
    }

    /// Looks at the clock and sends what is to be sent; what the mail server heard of it.
    async fn sent(&self, heard: &Arc<Mutex<String>>) -> String {
        self.app.calendar.look().await.unwrap();
        self.app.deliverer.deliver().await.unwrap();
        // Lines that the encoding broke are whole again.
        std::mem::take(&mut *heard.lock().unwrap()).replace("=\n", "")
    }
}

// contract: workflows 40
#[tokio::test]
async fn the_weekly_mail_tells_a_team_of_its_flaky_tests_in_any_position() {
    let (app, heard) = start().await;
    let made = app.subscribe(json!({ "team": "platform" })).await;
    assert_eq!((&made["next_at"], &made["last_mail"]), (&json!("2026-03-02T07:00:00.000Z"), &Value::Null));
    assert_eq!(app.sent(&heard).await, "", "it is not due");
    app.clock().advance_ms(HOUR_MS);
    assert_eq!(app.sent(&heard).await, "", "nothing to report, no mail");
    app.three_weeks().await;
    let preview = app.get(&app.of_suite(&format!("/summaries/{}/preview", made["id"].as_str().unwrap()))).await;
    assert_eq!(preview.status, 200, "{}", preview.text);
    let preview = preview.json();
    assert_eq!((&preview["from"], &preview["to"]), (&json!("2026-03-15T23:00:00.000Z"), &json!("2026-03-22T23:00:00.000Z")));
    let figures = ["flaky", "new", "recovered", "runs_failed_by_flaky"].map(|key| preview[key].as_u64().unwrap());
    assert_eq!(figures, [2, 1, 1, 1], "run 2 failed by `audits` of others too, run 4 by a broken test: {preview:#}");
    let listed: Vec<&str> = preview["tests"].as_array().unwrap().iter().map(|test| test["name"].as_str().unwrap()).collect();
    assert_eq!(listed, ["Cart adds", "Cart divides"]);
    let [adds, divides] = [&preview["tests"][0], &preview["tests"][1]];
    assert_eq!((&adds["flaky_commits"], &adds["failed"], &adds["executions"]), (&json!(2), &json!(2), &json!(4)));
    assert_eq!((&adds["reliability"], &adds["reliability_before"], &adds["state"]), (&json!(0.5), &Value::Null, &json!("enabled")));
    assert_eq!((&divides["reliability_before"], &divides["labels"]), (&json!(0.5), &json!(["flaky"])));
    assert_eq!(divides["first_seen_flaky_at"], "2026-03-10T07:30:00.000Z");
    assert!(adds["alarm_open_since"].is_string() && adds["location"] == "cart.rb:1", "{adds:#}");

    let mail = app.sent(&heard).await;
    let id = app.test_id("adds").await;
    for line in [
        "RCPT TO:<platform@northwind.test>".to_owned(),
        "Subject: [Checkout API] 2 flaky tests in the week to 2026-03-22".to_owned(),
        "Flaky tests of Checkout API, 2026-03-16 to 2026-03-22".to_owned(),
        "2 flaky tests: 1 new since the week before, 1 recovered. 1 run failed only by them.".to_owned(),
        "1. Cart adds".to_owned(),
        format!("https://proctor.test/organizations/northwind/analytics/suites/checkout-api/tests/{id}"),
        "2. Cart divides".to_owned(),
        "text/html".to_owned(),
    ] {
        assert!(mail.contains(&line), "{line} in {mail}");
    }
    assert!(!mail.contains("audits") && !mail.contains("multiplies") && !mail.contains("payments@"), "{mail}");
    assert_eq!(app.sent(&heard).await, "", "once a week");
    let now = app.get(&app.of_suite(&format!("/summaries/{}", made["id"].as_str().unwrap()))).await.json();
    assert_eq!((&now["next_at"], &now["last_mail"]["status"]), (&json!("2026-03-30T06:00:00.000Z"), &json!("delivered")));
    assert!(mail.contains(&format!("Message-ID: <{}@proctor>", now["last_mail"]["id"].as_str().unwrap())), "{mail}");
    app.clock().advance_ms(7 * DAY_MS);
    assert_eq!(app.sent(&heard).await, "", "nothing was flaky in the week after");
}

#[tokio::test]
async fn addresses_hear_of_all_tests_and_of_none_if_they_ask_for_it() {
    let (app, heard) = start().await;
    app.three_weeks().await;
    let all = app.subscribe(json!({ "addresses": ["qa@x.test"], "weekday": "friday" })).await;
    let path = app.of_suite(&format!("/summaries/{}", all["id"].as_str().unwrap()));
    let preview = app.get(&format!("{path}/preview")).await.json();
    assert_eq!((&preview["flaky"], &preview["runs_failed_by_flaky"]), (&json!(3), &json!(2)), "{preview:#}");
    let sent = app.post(&format!("{path}/send"), &json!({})).await;
    assert_eq!((sent.status, &sent.json()["subject"]), (202, &preview["subject"]));
    let mail = app.sent(&heard).await;
    assert!(mail.contains("RCPT TO:<qa@x.test>") && mail.contains("Cart audits"), "{mail}");
    assert_eq!(app.get(&path).await.json()["next_at"], all["next_at"], "its turn stays");
    let auditors =
        app.subscribe(json!({ "team": "auditors", "addresses": ["boss@x.test", "Auditors@northwind.test"], "send_empty": true })).await;
    app.clock().advance_ms(7 * DAY_MS);
    let mail = app.sent(&heard).await;
    assert!(mail.contains("RCPT TO:<boss@x.test>") && mail.contains("0 flaky tests: 0 new"), "{mail}");
    assert_eq!(mail.matches("RCPT TO:<Auditors@northwind.test>").count(), 1, "the team, too: {mail}");
    assert!(!mail.contains("qa@x.test"), "{mail}");
    assert_eq!(app.get(&app.of_suite("/summaries")).await.array().len(), 2);
    assert_eq!(app.delete(&path).await.status, 204);
    assert_eq!(app.get(&path).await.status, 404);
    assert_eq!(app.get(&app.of_suite("/summaries")).await.array()[0]["id"], auditors["id"]);
}

#[tokio::test]
async fn subscriptions_are_checked_and_belong_to_who_may_edit() {
    let app = TestApp::builder().manual_clock(START).start().await;
    let path = app.of_suite("/summaries");
    for (body, reason) in [
        (json!({}), "team or addresses must say who gets it"),
        (json!({ "team": "nobody" }), "team must be the slug of a team"),
        (json!({ "addresses": ["x"] }), "addresses must be at most 20 mail addresses"),
        (json!({ "addresses": ["a@b"], "weekday": "Monday" }), "weekday must be one of monday"),
        (json!({ "addresses": ["a@b"], "time_zome": "UTC" }), "time_zome is not a setting here; settings are team, addresses"),
        (json!({ "addresses": ["a@b"], "hour": 24 }), "hour must be from 0 to 23"),
        (json!({ "addresses": ["a@b"], "time_zone": "Mars" }), "time_zone must be a name of the IANA database"),
        (json!({ "addresses": ["a@b"], "send_empty": 1 }), "send_empty must be true or false"),
    ] {
        let refused = app.post(&path, &body).await;
        assert!(refused.status == 422 && refused.message().contains(reason), "{body}: {}", refused.text);
    }
    let made = app.post(&path, &json!({ "addresses": ["a@b.test"] })).await.json();
    assert_eq!((&made["weekday"], &made["hour"], &made["time_zone"]), (&json!("monday"), &json!(8), &json!("UTC")));
    let one = format!("{path}/{}", made["id"].as_str().unwrap());
    let no_server = app.post(&format!("{one}/send"), &json!({})).await;
    assert_eq!((no_server.status, no_server.message().contains("--smtp-url")), (422, true));
    let reader = app.token_with(&["read_suites"]).await;
    assert_eq!(app.send_as(&reader, reqwest::Method::DELETE, &one, &json!({})).await.status, 403);
    assert_eq!(app.get_as(&reader, &one).await.status, 200);
    let (member, token) = app.user("Sam", Role::Member).await;
    let team = app.app.store.create_team(app.organization.id, "Readers", app.now()).await.unwrap();
    app.app.store.add_team_member(app.organization.id, team.id, member.id).await.unwrap();
    let access = proctor_core::organization::SuiteAccess::ReadOnly;
    app.app.store.link_team(app.organization.id, team.id, app.suite.suite.id, access, app.now()).await.unwrap();
    for (method, path) in [(reqwest::Method::POST, path.clone()), (reqwest::Method::DELETE, one.clone())] {
        assert_eq!(app.send_as(&token, method, &path, &json!({ "addresses": ["a@b.test"] })).await.status, 403);
    }
    for rest in ["/39c0d032-3479-8347-b83b-ea5c88b224f0", "/7", "/7/preview"] {
        assert_eq!(app.get(&format!("{path}{rest}")).await.message(), "No summary found");
    }
}
