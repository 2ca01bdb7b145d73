//! Subscriptions to the weekly summary, and colours of labels.

use proctor_core::id::Uuid;
use proctor_core::label::Label;
use proctor_core::label_color::LabelColor;
use proctor_core::result::TestResult::Passed;
use proctor_store::PageRequest;
use proctor_store::catalog::label_colors::SuiteLabel;
use proctor_store::catalog::labels::{LabelAuthor, LabelSource, Removal};
use proctor_store::catalog::ledger::LedgerFilter;
use proctor_store::catalog::mails::{MailText, Recipients};
use proctor_store::catalog::outbox::ClaimLimits;
use proctor_store::catalog::summaries::{SummaryMail, SummarySettings};

use crate::engines::{at, on_both};
use crate::fixtures::{results, suite, upload};

const LIMITS: ClaimLimits = ClaimLimits { messages_max: 10, lease_ms: 60_000 };

#[tokio::test]
async fn a_turn_of_a_subscription_is_taken_once() {
    on_both(async |place| {
        let (store, other) = (place.open().await, place.open().await);
        let (organization, suite) = suite(&store).await;
        let suite = suite.id;
        let team = store.create_team(organization.id, "one", at(0)).await.unwrap();
        let settings = |addresses: &[&str]| SummarySettings {
            recipients: Recipients { team: Some(team.id), addresses: addresses.iter().map(|text| (*text).to_owned()).collect() },
            weekday: 1,
            hour: 8,
            time_zone: "Europe/Berlin".to_owned(),
            send_empty: true,
        };
        let made = store.create_summary(suite, settings(&[]), at(100), at(1)).await.unwrap().unwrap();
        let late = store.create_summary(suite, settings(&["a@x.test"]), at(900), at(2)).await.unwrap().unwrap();
        assert_eq!(store.summaries(suite).await.unwrap(), [made.clone(), late.clone()]);
        assert_eq!(store.summary(suite, late.id).await.unwrap(), Some(late.clone()));
        assert!(store.due_summaries(at(99), 10).await.unwrap().is_empty());
        let due = store.due_summaries(at(100), 10).await.unwrap();
        assert_eq!(due, std::slice::from_ref(&made));
        let text = MailText { subject: "s".to_owned(), text: "t".to_owned(), html: "h".to_owned() };
        let mail = || SummaryMail { id: Uuid::from_u128(7), text: text.clone() };
        // Two servers saw it due.
        store.finish_summary(&due[0], Some(mail()), at(700), at(101)).await.unwrap();
        other.finish_summary(&due[0], Some(SummaryMail { id: Uuid::from_u128(8), text: text.clone() }), at(700), at(102)).await.unwrap();
        let mails = store.claim_mails(LIMITS, at(103)).await.unwrap();
        assert_eq!((mails.len(), mails[0].id.uuid(), &mails[0].text), (1, Uuid::from_u128(7), &text));
        assert_eq!((mails[0].recipients.team, mails[0].recipients.addresses.len()), (Some(team.id), 0));
        assert_eq!(store.summary(suite, made.id).await.unwrap().unwrap().next_at, at(700));
        // The same mail again is no other one; a turn without a mail is a turn.
        store.send_summary(&made, mail(), at(104)).await.unwrap();
        assert_eq!(place.rows("mails").await, 1);
        let due = store.due_summaries(at(900), 1).await.unwrap();
        assert_eq!(due[0].id, made.id, "the longest due");
        store.finish_summary(&due[0], None, at(1_300), at(901)).await.unwrap();
        assert_eq!((place.rows("mails").await, store.due_summaries(at(900), 9).await.unwrap()), (1, vec![late.clone()]));
        let last = store.last_mails(suite).await.unwrap();
        assert_eq!((last.len(), last[&made.id].status.as_str(), last[&made.id].attempts), (1, "waiting", 1));
        store.delete_summary(suite, late.id).await.unwrap();
        store.delete_summary(suite, late.id).await.unwrap();
        assert_eq!(store.summaries(suite).await.unwrap().len(), 1);
        store.delete_suite(organization.id, suite).await.unwrap();
        for table in ["summaries", "mails"] {
            assert_eq!(place.rows(table).await, 0, "{table}");
        }
        store.close().await;
        other.close().await;
    })
    .await;
}

#[tokio::test]
async fn labels_have_colours_and_who_changes_them_stands_in_the_ledger() {
    on_both(async |place| {
        let store = place.open().await;
        let (organization, suite) = suite(&store).await;
        let suite = suite.id;
        store.complete_upload(upload(suite, "k", at(1), results(suite, &[Passed, Passed]))).await.unwrap();
        let tests = store.tests_by_ordinal(suite, &[0, 1]).await.unwrap();
        let user = store.create_user("Ines", "ines@acme.test", at(0)).await.unwrap();
        let by = LabelAuthor { user: user.id, token: None };
        let labels = |names: &[&str]| names.iter().map(|name| Label::new(*name).unwrap()).collect::<Vec<_>>();
        for (test, names) in [(0, ["flaky", "slow"]), (1, ["flaky", "flaky"])] {
            store.add_labels_by(suite, tests[test].id, (&labels(&names), &LabelSource::Person), Some(by), at(2)).await.unwrap();
        }
        store.add_labels_by(suite, tests[0].id, (&labels(&["flaky"]), &LabelSource::Tag("k".to_owned())), None, at(3)).await.unwrap();
        let gone = labels(&["slow", "never"]);
        store.remove_labels_by(suite, tests[0].id, (&gone, &Removal::Everyone), by, at(4)).await.unwrap();
        // Another source keeps it, so it is not gone.
        let (kept, mine) = (labels(&["flaky"]), Removal::Only(LabelSource::Person));
        store.remove_labels_by(suite, tests[0].id, (&kept, &mine), by, at(5)).await.unwrap();
        let entries = store.ledger(suite, &LedgerFilter::default(), PageRequest { offset: 0, limit: 100 }).await.unwrap().items;
        let mut told: Vec<_> = entries
            .iter()
            .filter_map(|entry| Some((entry.kind.as_str(), entry.detail.get("label")?.as_str()?.to_owned(), entry.test.as_ref()?.ordinal)))
            .collect();
        told.sort_unstable();
        let flaky = |ordinal| ("label_added", "flaky".to_owned(), ordinal);
        assert_eq!(told, [flaky(0), flaky(1), ("label_added", "slow".to_owned(), 0), ("label_removed", "slow".to_owned(), 0)]);
        assert!(entries.iter().filter(|entry| entry.detail.contains_key("label")).all(|entry| entry.actor == format!("user:{}", user.id)));
        let (flaky, unused) = (Label::new("flaky").unwrap(), Label::new("unused").unwrap());
        assert!(store.set_label_color(suite, &flaky, Some(LabelColor::Teal)).await.unwrap());
        assert!(store.set_label_color(suite, &flaky, Some(LabelColor::Grey)).await.unwrap());
        assert!(store.set_label_color(suite, &unused, Some(LabelColor::Red)).await.unwrap());
        let label = |name: &str, color, tests| SuiteLabel { name: name.to_owned(), color, tests };
        assert_eq!(store.suite_labels(suite).await.unwrap(), [label("flaky", LabelColor::Grey, 2), label("unused", LabelColor::Red, 0)]);
        assert!(store.set_label_color(suite, &unused, None).await.unwrap());
        let colors = store.label_colors(suite).await.unwrap();
        assert_eq!((colors.of("flaky"), colors.of("unused")), (LabelColor::Grey, LabelColor::of_name("unused")));
        store.delete_suite(organization.id, suite).await.unwrap();
        assert_eq!(place.rows("label_colors").await, 0);
        store.close().await;
    })
    .await;
}
