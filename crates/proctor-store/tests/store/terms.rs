//! States with a term: they end once, with a ledger entry and a mail to the owners.

use std::sync::Mutex;

use proctor_core::execution::Execution;
use proctor_core::id::{UserId, Uuid};
use proctor_core::identity::test_id;
use proctor_core::owners::OwnersFile;
use proctor_core::result::TestResult::Passed;
use proctor_core::state::TestState;
use proctor_store::PageRequest;
use proctor_store::catalog::ledger::{LedgerFilter, LedgerKind};
use proctor_store::catalog::mails::MailText;
use proctor_store::catalog::outbox::{Attempt, AttemptOutcome, ClaimLimits};
use proctor_store::catalog::state_expiry::ExpiredState;
use proctor_store::catalog::states::{NewState, StateAuthor};

use crate::engines::{at, on_both};
use crate::fixtures::{execution, segment, suite, upload};

const PAGE: PageRequest = PageRequest { offset: 0, limit: 100 };
const LIMITS: ClaimLimits = ClaimLimits { messages_max: 10, lease_ms: 60_000 };

fn muted(expires_at: Option<i64>, reason: Option<&str>) -> NewState {
    let by = StateAuthor::User(UserId::new(Uuid::max()));
    NewState { state: TestState::Muted, by, reason: reason.map(str::to_owned), expires_at: expires_at.map(at) }
}

/// A mail that lists the names.
fn listing(tests: &[ExpiredState]) -> Option<MailText> {
    let names: Vec<&str> = tests.iter().map(|test| test.name.as_str()).collect();
    Some(MailText { subject: names.join(" "), text: String::new(), html: String::new() })
}

#[tokio::test]
async fn a_state_ends_once_and_its_owners_are_told() {
    on_both(async |place| {
        let (store, other) = (place.open().await, place.open().await);
        let (organization, suite) = suite(&store).await;
        let suite = suite.id;
        let located =
            |index, name, location: &'static str| Execution { location: Some(location.into()), ..execution(index, "s", name, Passed) };
        let executions = [located(0, "a", "a/x"), located(1, "b", "a/x"), located(2, "c", "b/x"), located(3, "d", "none/x")];
        store.complete_upload(upload(suite, "k", at(1), segment(suite, &executions))).await.unwrap();
        let team = store.create_team(organization.id, "one", at(2)).await.unwrap();
        store.create_team(organization.id, "two", at(2)).await.unwrap();
        let text = "/a/ one two\n/b/ two\n";
        store.replace_owners_file(suite, text, OwnersFile::parse(text.as_bytes()).unwrap(), at(3)).await.unwrap();
        let id = |name| test_id(suite, "s", name);
        for (name, ends) in [("a", 100), ("b", 100), ("c", 100), ("d", 90)] {
            store.set_test_state(suite, id(name), &muted(Some(ends), Some("dns")), at(10)).await.unwrap();
        }
        // One is given another term, one loses it by another state.
        store.set_test_state(suite, id("b"), &muted(Some(500), None), at(20)).await.unwrap();
        let details = store.test_state(suite, id("b")).await.unwrap().unwrap();
        assert_eq!((details.since, details.before, details.expires_at), (Some(at(10)), Some(TestState::Enabled), Some(at(500))));

        assert!(store.suites_with_expired_states(at(89)).await.unwrap().is_empty());
        assert_eq!(store.suites_with_expired_states(at(100)).await.unwrap(), [suite]);
        let told = Mutex::new(Vec::new());
        let write = |tests: &[ExpiredState]| {
            told.lock().unwrap().extend(tests.iter().map(|test| (test.name.clone(), test.state, test.reason.clone(), test.owner)));
            listing(tests)
        };
        assert_eq!(store.expire_states(suite, at(100), 1, &write).await.unwrap(), 1, "the longest due");
        assert_eq!(store.test_state(suite, id("d")).await.unwrap().unwrap().state, TestState::Enabled);
        let (here, there) = tokio::join!(store.expire_states(suite, at(101), 9, &write), other.expire_states(suite, at(101), 9, &write));
        assert_eq!(here.unwrap() + there.unwrap(), 2);
        assert_eq!(store.expire_states(suite, at(102), 9, &write).await.unwrap(), 0);
        assert!(told.lock().unwrap().contains(&("a".to_owned(), TestState::Muted, Some("dns".to_owned()), Some(team.id))));
        let details = store.test_state(suite, id("a")).await.unwrap().unwrap();
        assert_eq!(
            (details.state, details.before, details.by, details.since),
            (TestState::Enabled, Some(TestState::Muted), None, Some(at(101)))
        );
        assert_eq!(details.expires_at, None);
        assert_eq!(store.test_state(suite, id("b")).await.unwrap().unwrap().state, TestState::Muted);

        let filter = LedgerFilter { kinds: vec![LedgerKind::StateChanged], test: Some(id("a")), ..LedgerFilter::default() };
        let entries = store.ledger(suite, &filter, PAGE).await.unwrap().items;
        assert_eq!((entries.len(), entries[0].actor.as_str(), &entries[0].detail["cause"]), (2, "system", &"expiry".into()));
        assert_eq!((&entries[0].detail["from"], &entries[0].detail["to"]), (&"muted".into(), &"enabled".into()));
        assert_eq!(entries[0].detail["expired_at"], at(100).to_string());

        // One mail for each first owner; nobody owns `d`.
        let mails = store.claim_mails(LIMITS, at(103)).await.unwrap();
        assert!(store.claim_mails(LIMITS, at(104)).await.unwrap().is_empty(), "they are claimed");
        let mut subjects: Vec<&str> = mails.iter().map(|mail| mail.text.subject.as_str()).collect();
        subjects.sort_unstable();
        assert_eq!(subjects, ["a", "c"]);
        let again = store.claim_mails(LIMITS, at(103 + LIMITS.lease_ms)).await.unwrap();
        assert_eq!((again.len(), again[0].attempts), (2, 2), "who claimed them died");
        let delivered = Attempt { outcome: AttemptOutcome::Delivered, answer: None, error: None };
        store.record_mail(&mails[0], &Attempt { outcome: AttemptOutcome::Failed, ..delivered.clone() }, at(70_000)).await.unwrap();
        for mail in &again {
            store.record_mail(mail, &delivered, at(70_001)).await.unwrap();
        }
        assert_eq!(place.number("SELECT COUNT(*) FROM mails WHERE status = 'delivered'").await, 2, "who claimed last decides");
        assert_eq!(store.forget_mails(at(70_001), 10).await.unwrap(), 0);
        assert_eq!(store.forget_mails(at(70_002), 10).await.unwrap(), 2);
        store.close().await;
        other.close().await;
    })
    .await;
}
