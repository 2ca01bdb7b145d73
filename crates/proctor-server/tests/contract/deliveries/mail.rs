//! Mail: who gets it, and what it carries.

use proctor_server::delivery::MailSettings;
use serde_json::json;

use super::{retry, start};
use crate::support::{NOW, TestApp, mail_server, record};

#[tokio::test]
async fn mail_goes_to_the_addresses_of_the_action_and_carries_the_id() {
    let (port, heard) = mail_server().await;
    let settings = |settings: &mut proctor_server::Settings| {
        settings.delivery.mail = Some(MailSettings::new(&format!("smtp://127.0.0.1:{port}"), "Proctor <ci@proctor.test>").unwrap());
    };
    let app = TestApp::builder().manual_clock(NOW).settings(settings).start().await;
    app.only(retry(), json!({ "type": "email", "settings": { "to": ["team@northwind.test"] } })).await;
    app.alarm().await;
    let delivery = app.deliveries().await.remove(0);
    assert_eq!((&delivery["status"], &delivery["answer"]["code"]), (&json!("delivered"), &json!(250)), "{delivery:#}");
    let heard = heard.lock().unwrap().clone();
    for line in [
        "MAIL FROM:<ci@proctor.test>".to_owned(),
        "RCPT TO:<team@northwind.test>".to_owned(),
        "Subject: [Checkout API] Cart adds alarmed".to_owned(),
        format!("Message-ID: <{}@proctor>", delivery["id"].as_str().unwrap()),
    ] {
        assert!(heard.contains(&line), "{line} in {heard}");
    }
    assert!(heard.contains("text/plain") && heard.contains("text/html"), "{heard}");
}

#[tokio::test]
async fn mail_without_a_server_or_without_anybody_to_read_it_fails_at_once() {
    let app = start().await;
    app.only(retry(), json!({ "type": "email", "settings": {} })).await;
    app.alarm().await;
    let delivery = app.deliveries().await.remove(0);
    assert_eq!((&delivery["status"], &delivery["attempts"]), (&json!("failed"), &json!(1)));
    assert_eq!(delivery["error"], "this server has no mail server: see --smtp-url");
}

#[tokio::test]
async fn mail_without_addresses_goes_to_the_members_of_the_first_owner_as_they_are_then() {
    let (port, heard) = mail_server().await;
    let settings = |settings: &mut proctor_server::Settings| {
        settings.delivery.mail = Some(MailSettings::new(&format!("smtp://127.0.0.1:{port}"), "ci@proctor.test").unwrap());
    };
    let app = TestApp::builder().manual_clock(NOW).settings(settings).start().await;
    app.owners("* payments platform\n", &["Payments", "Platform"]).await;
    app.only(retry(), json!({ "type": "email", "settings": { "subject": "{{subject.test_full_name}}: {{owners}}" } })).await;
    let team = app.app.store.team_by_slug(app.organization.id, "payments").await.unwrap().unwrap();
    let second = app.app.store.create_user("Zoe", "zoe@northwind.test", app.now()).await.unwrap();
    app.app.store.add_team_member(app.organization.id, team.id, second.id).await.unwrap();
    app.alarm().await;
    assert_eq!(app.deliveries().await[0]["status"], "delivered");
    let heard = std::mem::take(&mut *heard.lock().unwrap());
    for line in ["RCPT TO:<payments@northwind.test>", "RCPT TO:<zoe@northwind.test>", "Subject: Cart adds: payments, platform"] {
        assert!(heard.contains(line), "{line} in {heard}");
    }
    assert!(!heard.contains("platform@"), "{heard}");
    // A team without members is nobody to write to.
    for user in app.app.store.team_members(app.organization.id, team.id).await.unwrap() {
        app.app.store.remove_team_member(app.organization.id, team.id, user.id).await.unwrap();
    }
    app.tell("r2", "c2", &[record("divides", "failed"), record("divides", "passed")]).await;
    let failed = app.deliveries().await.remove(0);
    assert_eq!((&failed["status"], &failed["attempts"]), (&json!("failed"), &json!(1)));
    assert_eq!(failed["error"], "the test has no owner with members, and the action names no addresses");
}
