//! Messages are claimed once, in order and within limits; what came of them is recorded by who claimed them last.

use std::collections::HashMap;

use proctor_core::id::{ExecutionId, SuiteId, Uuid};
use proctor_core::monitors::evaluation::{Figures, Thresholds};
use proctor_core::monitors::hysteresis::EventKind;
use proctor_core::monitors::tracker::{Cause, Event};
use proctor_core::workflow::{Action, Channel, Definition, Outgoing};
use proctor_store::catalog::evaluations::{Committed, Evaluation, SnapshotLimits, TestEvent, WorkflowOutcome};
use proctor_store::catalog::outbox::{
    ActionList, Answer, Attempt, AttemptOutcome, Claim, ClaimLimits, Message, MessageFilter, MessageStatus, PausedAction, Turn,
};
use proctor_store::catalog::workflows::{Application, Author, Changed, Workflow};
use proctor_store::{PageRequest, Store, StoreError};

use crate::engines::{at, on_both};
use crate::fixtures::suite;

const LIMITS: ClaimLimits = ClaimLimits { messages_max: 10, lease_ms: 60_000 };
const PAGE: PageRequest = PageRequest { offset: 0, limit: 100 };
const MINUTE_MS: i64 = 60_000;

fn claim(turn: Turn) -> Claim {
    Claim { limits: LIMITS, turn, of_host_max: LIMITS.messages_max, under_way: HashMap::new() }
}

fn send(channel: Channel, settings: &str) -> Action {
    Action::Send(Outgoing { channel, settings: settings.to_owned() })
}

async fn workflow(store: &Store, suite: SuiteId, events_per_minute: u32) -> Workflow {
    let sends = vec![send(Channel::Webhook, r#"{"url":"http://receiver.test","secret":"s3cret","headers":{"X-Key":"k3y"}}"#)];
    workflow_of(store, suite, events_per_minute, (sends.clone(), sends)).await
}

async fn workflow_of(store: &Store, suite: SuiteId, events_per_minute: u32, (alarm, recover): (Vec<Action>, Vec<Action>)) -> Workflow {
    let born = Definition::of_new_suite("main").unwrap();
    let definition = Definition { name: format!("telling {events_per_minute}"), alarm, recover, events_per_minute, ..born };
    let made = store.create_workflow(suite, definition, Application::Quiet, Author::System, at(0)).await.unwrap();
    let Changed::Yes(workflow) = made else { panic!("made") };
    *workflow
}

/// What an evaluation at `millis` tells of: letters are tests, large ones alarm and small ones recover.
async fn events(store: &Store, workflow: &Workflow, letters: &str, millis: i64) {
    let suite = workflow.suite_id;
    let limits = SnapshotLimits { until: at(0), uploads_max: 1, executions_max: 1 };
    let snapshot = store.evaluation_snapshot(suite, limits).await.unwrap().unwrap();
    let execution = ExecutionId::new(Uuid::from_u128(7));
    let of = |(number, letter): (i64, char)| {
        let kind = if letter.is_ascii_uppercase() { EventKind::Alarm } else { EventKind::Recover };
        let thresholds = Thresholds { alarm: 1.0, recover: Some(0.0) };
        let figures = Figures::PassedOnRetry { commit_count: 1, executions_in_window: 2, days_in_window: 1 };
        let cause = Cause::Execution(execution);
        let event = Event { kind, at: at(millis + number), cause, score: Some(1.0), thresholds, figures, evidence: vec![execution] };
        TestEvent { ordinal: u32::from(letter.to_ascii_lowercase()) - 97, event }
    };
    let events = (0..).zip(letters.chars()).map(of).collect();
    let outcomes = vec![WorkflowOutcome { events, ..WorkflowOutcome::of(workflow) }];
    let evaluation = Evaluation { suite, epoch: snapshot.epoch, taken: Vec::new(), outcomes, incidents: Vec::new() };
    assert_eq!(store.commit_evaluation(&evaluation, at(millis)).await.unwrap(), Committed::Yes);
}

/// The tests of claimed messages, as letters.
fn letters(messages: &[Message]) -> String {
    messages.iter().map(|message| char::from_u32(message.ordinal + 97).unwrap()).collect()
}

fn attempt(outcome: AttemptOutcome) -> Attempt {
    Attempt { outcome, answer: Some(Answer { code: 500, text: "no".to_owned() }), error: Some("500".to_owned()) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_is_one_claimers_until_the_lease_ends() {
    on_both(async |place| {
        let store = place.open().await;
        let suite = suite(&store).await.1.id;
        let workflow = workflow(&store, suite, 500).await;
        events(&store, &workflow, "Aa", 10).await;
        let claimed = store.claim_messages(&claim(Turn::InOrder), at(20)).await.unwrap();
        assert_eq!((letters(&claimed), claimed[0].attempts), ("a".to_owned(), 1), "the recovery waits for the alarm");
        assert!(store.claim_messages(&claim(Turn::InOrder), at(21)).await.unwrap().is_empty());
        // Its claimer died.
        let again = store.claim_messages(&claim(Turn::InOrder), at(20 + MINUTE_MS)).await.unwrap();
        assert_eq!((again.len(), again[0].id, again[0].attempts), (1, claimed[0].id, 2));
        store.record_attempt(&claimed[0], &attempt(AttemptOutcome::Failed), at(MINUTE_MS)).await.unwrap();
        assert_eq!(store.message(suite, again[0].id).await.unwrap().unwrap().status, MessageStatus::Waiting, "it was not dead, but late");
        store.record_attempt(&again[0], &attempt(AttemptOutcome::Again(at(2 * MINUTE_MS))), at(MINUTE_MS)).await.unwrap();
        let waiting = store.message(suite, again[0].id).await.unwrap().unwrap();
        assert_eq!((waiting.answer.unwrap().code, waiting.next_attempt_at), (500, at(2 * MINUTE_MS)));
        assert!(store.claim_messages(&claim(Turn::InOrder), at(2 * MINUTE_MS - 1)).await.unwrap().is_empty());
        let third = store.claim_messages(&claim(Turn::InOrder), at(2 * MINUTE_MS)).await.unwrap();
        store.record_attempt(&third[0], &attempt(AttemptOutcome::Delivered), at(2 * MINUTE_MS)).await.unwrap();
        let next = store.claim_messages(&claim(Turn::InOrder), at(2 * MINUTE_MS)).await.unwrap();
        assert_eq!((next.len(), next[0].id == claimed[0].id), (1, false), "now the recovery");
        let delivered = MessageFilter { status: Some(MessageStatus::Delivered), ..MessageFilter::default() };
        assert_eq!(store.messages(suite, delivered, PAGE).await.unwrap().total, 1);
        assert_eq!(store.forget_messages(at(3 * MINUTE_MS), 10).await.unwrap(), 1);
        assert_eq!(store.messages(suite, MessageFilter::default(), PAGE).await.unwrap().total, 1);
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_waits_for_its_own_receiver_only_and_for_nothing_if_a_person_asked() {
    on_both(async |place| {
        let store = place.open().await;
        let suite = suite(&store).await.1.id;
        let dead = |header: &str| send(Channel::Webhook, &format!(r#"{{"url":"http://dead.test","headers":{{"X-Key":"{header}"}}}}"#));
        let slack = |text: &str| send(Channel::Slack, &format!(r#"{{"url":"https://hooks.test/T0","text":"{text}"}}"#));
        let alive = || send(Channel::Webhook, r#"{"url":"http://alive.test"}"#);
        let actions = (vec![dead("a"), alive(), slack("broke")], vec![dead("b"), alive(), slack("works")]);
        let workflow = workflow_of(&store, suite, 500, actions).await;
        events(&store, &workflow, "Aa", 10).await;
        let hosts = |messages: &[Message]| messages.iter().map(|message| message.host.clone()).collect::<Vec<_>>();
        let alarm = store.claim_messages(&claim(Turn::InOrder), at(20)).await.unwrap();
        assert_eq!(hosts(&alarm), ["dead.test", "alive.test", "hooks.test"]);
        store.record_attempt(&alarm[0], &attempt(AttemptOutcome::Again(at(MINUTE_MS))), at(21)).await.unwrap();
        store.record_attempt(&alarm[1], &attempt(AttemptOutcome::Delivered), at(21)).await.unwrap();
        store.record_attempt(&alarm[2], &attempt(AttemptOutcome::Again(at(MINUTE_MS))), at(21)).await.unwrap();
        let recovery = store.claim_messages(&claim(Turn::InOrder), at(22)).await.unwrap();
        assert_eq!(hosts(&recovery), ["alive.test"], "other texts and headers make no other receiver");
        let waiting = MessageFilter { status: Some(MessageStatus::Waiting), ..MessageFilter::default() };
        let waiting = store.messages(suite, waiting, PAGE).await.unwrap().items;
        let of_dead: Vec<&Message> = waiting.iter().filter(|message| message.host == "dead.test").collect();
        let [recovery, alarm] = of_dead[..] else { panic!("{waiting:#?}") };
        // The one waits for the other, which waits for its next attempt.
        store.redeliver(suite, recovery.id, at(23)).await.unwrap();
        store.redeliver(suite, alarm.id, at(23)).await.unwrap();
        assert!(store.claim_messages(&claim(Turn::InOrder), at(24)).await.unwrap().is_empty());
        let asked = store.claim_messages(&claim(Turn::Asked), at(24)).await.unwrap();
        assert_eq!(asked.iter().map(|message| (message.id, message.attempts)).collect::<Vec<_>>(), [(alarm.id, 1), (recovery.id, 1)]);
        assert!(store.claim_messages(&claim(Turn::Asked), at(24)).await.unwrap().is_empty());
        store.record_attempt(&asked[1], &attempt(AttemptOutcome::Again(at(30))), at(25)).await.unwrap();
        assert!(store.claim_messages(&claim(Turn::Asked), at(30)).await.unwrap().is_empty(), "once, and then in order");
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_has_no_more_messages_under_way_than_its_share() {
    on_both(async |place| {
        let store = place.open().await;
        let suite = suite(&store).await.1.id;
        let slow = workflow(&store, suite, 500).await;
        events(&store, &slow, "ABCDEFGHIJKLMNOP", 0).await;
        let other = vec![send(Channel::Webhook, r#"{"url":"http://other.test/hook"}"#)];
        let other = workflow_of(&store, suite, 499, (other, Vec::new())).await;
        events(&store, &other, "QRSTU", 0).await;
        let of = |messages_max, of_host_max, under_way: &[(&str, u32)]| {
            let under_way = under_way.iter().map(|(host, count)| ((*host).to_owned(), *count)).collect();
            Claim { limits: ClaimLimits { messages_max, ..LIMITS }, turn: Turn::InOrder, of_host_max, under_way }
        };
        assert_eq!(letters(&store.claim_messages(&of(4, 2, &[]), at(1)).await.unwrap()), "abqr");
        let full = [("receiver.test", 2), ("other.test", 1)];
        assert_eq!(letters(&store.claim_messages(&of(4, 2, &full), at(1)).await.unwrap()), "s");
        let full = [("receiver.test", 2), ("other.test", 2)];
        assert!(store.claim_messages(&of(4, 2, &full), at(1)).await.unwrap().is_empty());
        assert_eq!(letters(&store.claim_messages(&of(1, 2, &[("other.test", 1)]), at(1)).await.unwrap()), "c", "the oldest first");
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn beyond_the_limit_messages_wait_cancel_out_or_become_one() {
    on_both(async |place| {
        let store = place.open().await;
        let suite = suite(&store).await.1.id;
        let workflow = workflow(&store, suite, 2).await;
        // The clock of the stories is 5 s into a minute.
        let minute = |number: i64| at(number * MINUTE_MS);
        events(&store, &workflow, "ABCDcEFG", 0).await;
        let claimed = store.claim_messages(&claim(Turn::InOrder), minute(0)).await.unwrap();
        assert_eq!(letters(&claimed), "ab");
        for message in &claimed {
            store.record_attempt(message, &attempt(AttemptOutcome::Delivered), minute(0)).await.unwrap();
        }
        let figures = store.queue_figures(suite, workflow.id, minute(0)).await.unwrap();
        assert_eq!((figures.events_last_minute, figures.queued, figures.cancelled, figures.digested), (8, 4, 2, 0));
        assert!(store.claim_messages(&claim(Turn::InOrder), at(1)).await.unwrap().is_empty());
        assert_eq!(letters(&store.claim_messages(&claim(Turn::InOrder), minute(1)).await.unwrap()), "de", "the oldest first");
        // An hour later three tests wait: two of them leave, and then one message would stand for what waits.
        events(&store, &workflow, "HIJ", 61 * MINUTE_MS).await;
        let claimed = store.claim_messages(&claim(Turn::InOrder), minute(62)).await.unwrap();
        assert_eq!(letters(&claimed[..2]), "de", "tried again: their claimer died");
        assert_eq!(letters(&claimed[2..]), "fg");
        let digest = store.claim_messages(&claim(Turn::InOrder), minute(62)).await.unwrap();
        assert!(digest.is_empty(), "those that wait are young");
        // Nobody sends for two hours, and more comes than may leave: one message stands for all that is left.
        events(&store, &workflow, "KL", 182 * MINUTE_MS).await;
        let claimed = store.claim_messages(&claim(Turn::InOrder), minute(183)).await.unwrap();
        let firsts: Vec<Message> = claimed.into_iter().filter(|message| message.attempts == 1).collect();
        assert_eq!(letters(&firsts), "hi");
        let digest = store.claim_messages(&claim(Turn::InOrder), minute(183)).await.unwrap();
        assert_eq!((digest.len(), digest[0].digest_tests), (1, Some(3)), "j, k and l");
        let figures = store.queue_figures(suite, workflow.id, minute(183)).await.unwrap();
        assert_eq!((figures.queued, figures.cancelled, figures.digested), (0, 2, 2));
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_action_whose_receiver_is_gone_is_paused_until_somebody_sends_again() {
    on_both(async |place| {
        let store = place.open().await;
        let suite = suite(&store).await.1.id;
        let workflow = workflow(&store, suite, 500).await;
        events(&store, &workflow, "A", 0).await;
        let gone = store.claim_messages(&claim(Turn::InOrder), at(0)).await.unwrap().remove(0);
        store.record_attempt(&gone, &attempt(AttemptOutcome::Gone), at(1)).await.unwrap();
        events(&store, &workflow, "B", 2).await;
        assert!(store.claim_messages(&claim(Turn::InOrder), at(3)).await.unwrap().is_empty());
        let cancelled = store.messages(suite, MessageFilter::default(), PAGE).await.unwrap().items.remove(0);
        assert_eq!((cancelled.status, cancelled.attempts), (MessageStatus::Cancelled, 0));
        let paused = |list| PausedAction { list, position: 0, channel: Channel::Webhook, paused_at: at(1) };
        assert_eq!(store.paused_actions(&workflow).await.unwrap(), ActionList::ALL.map(paused));
        assert_eq!(store.redeliver(suite, gone.id, at(4)).await.unwrap().status, MessageStatus::Waiting);
        events(&store, &workflow, "C", 5).await;
        assert!(store.paused_actions(&workflow).await.unwrap().is_empty());
        assert_eq!(letters(&store.claim_messages(&claim(Turn::Asked), at(6)).await.unwrap()), "a");
        assert_eq!(letters(&store.claim_messages(&claim(Turn::InOrder), at(6)).await.unwrap()), "c");
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn secrets_of_actions_are_sealed_at_rest_and_stay_what_they_are() {
    on_both(async |place| {
        let store = place.open().await;
        let (organization, suite) = suite(&store).await;
        let workflow = workflow(&store, suite.id, 500).await;
        events(&store, &workflow, "A", 0).await;
        for (table, column) in [("workflows", "document"), ("workflow_versions", "document"), ("outbox", "settings")] {
            let leaks = format!("SELECT COUNT(*) FROM {table} WHERE {column} LIKE '%s3cret%' OR {column} LIKE '%k3y%'");
            assert_eq!(place.number(&leaks).await, 0, "{table}");
        }
        let stored = store.workflow(suite.id, workflow.id).await.unwrap().unwrap();
        let author = Author::System;
        let same =
            store.update_workflow(suite.id, workflow.id, stored.definition.clone(), Application::Quiet, author, at(1)).await.unwrap();
        assert_eq!(same.version, 1, "sent back, it is the same");
        let Action::Send(Outgoing { channel, settings }) = &stored.definition.alarm[0] else { panic!("a message") };
        let opened = store.open_settings(suite.id, *channel, settings).unwrap();
        assert_eq!((opened["secret"].as_str(), opened["headers"]["X-Key"].as_str()), (Some("s3cret"), Some("k3y")));
        let elsewhere = settings.replace("receiver.test", "thief.test");
        assert_eq!(store.open_settings(suite.id, *channel, &elsewhere), Err(StoreError::SealedElsewhere));
        let thief = vec![Action::Send(Outgoing { channel: *channel, settings: elsewhere })];
        let moved = Definition { alarm: thief, ..stored.definition.clone() };
        let refused = store.update_workflow(suite.id, workflow.id, moved, Application::Quiet, author, at(2)).await;
        assert_eq!(refused.unwrap_err(), StoreError::SealedElsewhere);
        let settings_of_other = proctor_core::suite::SuiteSettings::named("other");
        let other = store.create_suite(organization.id, settings_of_other, &"t".repeat(32), at(0)).await.unwrap();
        assert!(store.open_settings(other.id, *channel, settings).is_err(), "it opens for its suite only");
        store.close().await;
    })
    .await;
}
