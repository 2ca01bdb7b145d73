//! The actions of an evaluation: for very many tests at once, and where several workflows act on one test.

use proctor_core::id::SuiteId;
use proctor_core::label::Label;
use proctor_core::monitors::hysteresis::EventKind::{Alarm, Recover};
use proctor_core::result::TestResult::{Failed, Passed};
use proctor_core::state::TestState;
use proctor_core::suite::SuiteSettings;
use proctor_core::workflow::{Action, Definition, StateChange};
use proctor_store::Store;
use proctor_store::catalog::evaluations::{Committed, Evaluation, TestEvent, WorkflowOutcome};
use proctor_store::catalog::labels::{Added, LABELS_PER_TEST_MAX, LabelSource};
use proctor_store::catalog::ledger::LedgerFilter;
use proctor_store::catalog::states::StateAuthor;
use proctor_store::catalog::workflows::Workflow;

use crate::engines::{at, on_both};
use crate::evaluations::{PAGE, definition, event, made, snapshot};
use crate::fixtures::{results, suite, upload};

/// More than any statement names.
const MANY: u32 = 1_203;

fn label(text: &str) -> Label {
    Label::new(text).unwrap()
}

fn state(state: TestState, expires_hours: Option<u16>) -> Action {
    Action::ChangeState(StateChange { expires_hours, ..state.into() })
}

/// Stores what the workflows report, as one evaluation.
async fn report(store: &Store, suite: SuiteId, reports: Vec<(&Workflow, Vec<TestEvent>)>, millis: i64) {
    let outcomes = reports.into_iter().map(|(workflow, events)| WorkflowOutcome { events, ..WorkflowOutcome::of(workflow) }).collect();
    let epoch = snapshot(store, suite).await.epoch;
    let evaluation = Evaluation { suite, epoch, taken: Vec::new(), outcomes, incidents: Vec::new() };
    assert_eq!(store.commit_evaluation(&evaluation, at(millis)).await.unwrap(), Committed::Yes);
}

/// The kinds of entries about a test, oldest first, each with the outcomes of the event's actions.
async fn told(store: &Store, suite: SuiteId, ordinal: u32) -> Vec<String> {
    let test = store.tests_by_ordinal(suite, &[ordinal]).await.unwrap()[0].id;
    let filter = LedgerFilter { test: Some(test), ..LedgerFilter::default() };
    let entries = store.ledger(suite, &filter, PAGE).await.unwrap().items;
    let outcomes = |actions: &serde_json::Value| {
        let outcomes: Vec<_> = actions.as_array().unwrap().iter().map(|action| action["outcome"].as_str().unwrap()).collect();
        format!(": {}", outcomes.join(", "))
    };
    let line = |kind: &str, actions: Option<&serde_json::Value>| format!("{kind}{}", actions.map(outcomes).unwrap_or_default());
    entries.iter().rev().map(|entry| line(entry.kind.as_str(), entry.detail.get("actions"))).collect()
}

// contract: workflows 32, 33
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thousands_that_alarm_together_all_get_their_actions() {
    on_both(async |place| {
        let store = place.open().await;
        let suite = suite(&store).await.1.id;
        store.complete_upload(upload(suite, "r", at(0), results(suite, &[Failed; MANY as usize]))).await.unwrap();
        let send = definition("other").alarm.pop().unwrap();
        let workflow = Definition {
            alarm: vec![Action::AddLabel(label("flaky")), state(TestState::Muted, Some(2)), send],
            recover: vec![Action::RemoveLabel(label("flaky")), state(TestState::Enabled, None)],
            ..definition("w")
        };
        let workflow = made(&store, suite, workflow).await;
        report(&store, suite, vec![(&workflow, (0..MANY).map(|ordinal| event(Alarm, ordinal, at(5))).collect())], 6).await;

        let many = i64::from(MANY);
        assert_eq!((place.rows("test_labels").await, place.rows("outbox").await), (many, many));
        assert_eq!(place.number("SELECT COUNT(DISTINCT idempotency_key) FROM outbox WHERE status = 'waiting'").await, many);
        let muted =
            "SELECT COUNT(*) FROM tests WHERE state_reason = 'alarm by workflow w' AND state_user_id IS NULL AND state_expires_at =";
        assert_eq!(place.number(&format!("{muted} {}", at(6 + 2 * 3_600_000).millis())).await, many);
        for ordinal in [0, 499, 500, MANY - 1] {
            assert_eq!(told(&store, suite, ordinal).await, ["alarm: done, done, queued", "label_added", "state_changed"], "{ordinal}");
        }

        // All but the last recover; of the first the label is a tag's too.
        let tests = store.tests_by_ordinal(suite, &[0, MANY - 1]).await.unwrap();
        let tag = LabelSource::Tag("team".to_owned());
        assert_eq!(store.add_labels(suite, tests[0].id, &[label("flaky")], &tag, at(7)).await.unwrap(), Added::Yes);
        report(&store, suite, vec![(&workflow, (0..MANY - 1).map(|ordinal| event(Recover, ordinal, at(8))).collect())], 9).await;
        let enabled = "SELECT COUNT(*) FROM tests WHERE state_reason = 'recover by workflow w' AND state_expires_at IS NULL";
        assert_eq!(place.number(enabled).await, many - 1);
        let tests = store.tests_by_ordinal(suite, &[0, 1, MANY - 1]).await.unwrap();
        let labels: Vec<_> = tests.iter().map(|test| (test.state, test.labels.len())).collect();
        assert_eq!(labels, [(TestState::Enabled, 1), (TestState::Enabled, 0), (TestState::Muted, 1)]);
        assert_eq!(place.rows("test_labels").await, 2);
        store.close().await;
    })
    .await;
}

// contract: workflows 32, 33
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_action_sees_what_those_before_it_did() {
    on_both(async |place| {
        let store = place.open().await;
        let suite = suite(&store).await.1.id;
        store.complete_upload(upload(suite, "r", at(0), results(suite, &[Failed, Passed, Failed]))).await.unwrap();
        let muting = Definition {
            alarm: vec![Action::AddLabel(label("flaky")), state(TestState::Muted, None)],
            recover: vec![Action::RemoveLabel(label("flaky")), state(TestState::Enabled, None)],
            ..definition("muting")
        };
        let muting = made(&store, suite, muting).await;
        let skipping = Definition {
            alarm: vec![Action::AddLabel(label("flaky")), state(TestState::Skipped, Some(1))],
            recover: vec![Action::RemoveLabel(label("flaky")), state(TestState::Enabled, None)],
            ..definition("skipping")
        };
        let skipping = made(&store, suite, skipping).await;

        // In order of time, whatever the order of workflows: muted, skipped, held, enabled, muted again.
        let of_skipping = vec![event(Alarm, 0, at(6)), event(Recover, 0, at(8))];
        let of_muting = vec![event(Alarm, 0, at(5)), event(Recover, 0, at(7)), event(Alarm, 0, at(9))];
        report(&store, suite, vec![(&skipping, of_skipping), (&muting, of_muting)], 10).await;
        let expected = [
            "alarm: done, done",
            "label_added",
            "state_changed",
            "alarm: unchanged, done",
            "state_changed",
            "recover: done, held",
            "label_removed",
            "recover: done, done",
            "label_removed",
            "state_changed",
            "alarm: done, done",
            "label_added",
            "state_changed",
        ];
        assert_eq!(told(&store, suite, 0).await, expected);
        let tests = store.tests_by_ordinal(suite, &[0, 1, 2]).await.unwrap();
        assert_eq!((tests[0].state, tests[0].labels.as_slice()), (TestState::Muted, ["flaky".to_owned()].as_slice()));
        let details = store.test_state(suite, tests[0].id).await.unwrap().unwrap();
        assert_eq!((details.before, details.since, details.expires_at), (Some(TestState::Enabled), Some(at(10)), None));
        assert_eq!(details.by, Some(StateAuthor::Workflow(muting.id.uuid())));
        assert_eq!(place.rows("test_labels").await, 1, "what was given and taken in between left nothing");

        // What a person gave goes with the recovery, and comes back with the alarm as the workflow's.
        let person = LabelSource::Person;
        store.add_labels(suite, tests[1].id, &[label("flaky")], &person, at(11)).await.unwrap();
        report(&store, suite, vec![(&muting, vec![event(Recover, 1, at(12)), event(Alarm, 1, at(13))])], 14).await;
        assert_eq!(told(&store, suite, 1).await[1..3], ["recover: done, unchanged", "label_removed"]);
        assert_eq!(place.number("SELECT COUNT(*) FROM test_labels WHERE source = 'person'").await, 0);
        assert_eq!(place.number("SELECT COUNT(*) FROM test_labels WHERE ordinal = 1 AND source LIKE 'workflow:%'").await, 1);

        // A test that has as many labels as it may gets no other; one that it has is not one more.
        let full: Vec<_> = (0..LABELS_PER_TEST_MAX).map(|number| label(&format!("l{number}"))).collect();
        assert_eq!(store.add_labels(suite, tests[2].id, &full, &person, at(15)).await.unwrap(), Added::Yes);
        report(&store, suite, vec![(&muting, vec![event(Alarm, 2, at(16))])], 17).await;
        assert_eq!(told(&store, suite, 2).await[LABELS_PER_TEST_MAX..], ["alarm: too_many_labels, done", "state_changed"]);
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_has_waited_longest_is_evaluated_first() {
    on_both(async |place| {
        let store = place.open().await;
        let (organization, first) = suite(&store).await;
        let settings = |name: &str| SuiteSettings::named(name);
        let second = store.create_suite(organization.id, settings("Second"), "token-of-second", at(0)).await.unwrap();
        let third = store.create_suite(organization.id, settings("Third"), "token-of-third", at(0)).await.unwrap();
        for (suite, times) in [(first.id, [30, 40]), (second.id, [20, 50])] {
            for time in times {
                store.complete_upload(upload(suite, "r", at(time), results(suite, &[Failed]))).await.unwrap();
            }
        }
        assert_eq!(store.suites_to_evaluate(at(60)).await.unwrap(), [second.id, first.id]);
        assert_eq!(store.suites_to_evaluate(at(20)).await.unwrap(), [second.id], "what came later is left alone");
        made(&store, third.id, definition("takes history in")).await;
        assert_eq!(store.suites_to_evaluate(at(60)).await.unwrap(), [third.id, second.id, first.id]);
        store.close().await;
    })
    .await;
}
