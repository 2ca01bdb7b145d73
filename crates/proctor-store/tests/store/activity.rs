//! What lists of workflows show: counts of alarms, events and messages, versions, and the ledger page by page.

use proctor_core::id::SuiteId;
use proctor_core::monitors::evaluation::{Figures, Thresholds};
use proctor_core::monitors::filter::TagFilters;
use proctor_core::monitors::hysteresis::EventKind;
use proctor_core::monitors::monitor::MonitorSettings;
use proctor_core::monitors::rule::Rule;
use proctor_core::monitors::tracker::{Cause, Event};
use proctor_core::result::TestResult::{Failed, Passed};
use proctor_core::time::Timestamp;
use proctor_core::workflow::{Action, Channel, Definition, Mode, Outgoing, Status};
use proctor_store::catalog::evaluations::{AlarmChange, Committed, Evaluation, SnapshotLimits, TestEvent, WorkflowOutcome};
use proctor_store::catalog::ledger::{LedgerFilter, LedgerKind};
use proctor_store::catalog::workflows::{Application, Author, Changed, EventCount, Workflow};
use proctor_store::{PageRequest, Store};

use crate::engines::{at, on_both};
use crate::fixtures::{results, suite, upload};

const HOUR_MS: i64 = 3_600_000;

fn definition(name: &str) -> Definition {
    let rule = Rule::new(MonitorSettings::default_of("passed_on_retry").unwrap(), TagFilters::default()).unwrap();
    let send = Action::Send(Outgoing { channel: Channel::Webhook, settings: r#"{"url":"http://receiver.test"}"#.to_owned() });
    Definition {
        name: name.to_owned(),
        status: Status::Active,
        mode: Mode::Live,
        rule,
        alarm: vec![send],
        recover: Vec::new(),
        events_per_minute: 500,
    }
}

async fn workflow(store: &Store, suite: SuiteId, name: &str) -> Workflow {
    let made = store.create_workflow(suite, definition(name), Application::Quiet, Author::System, at(0)).await.unwrap();
    let Changed::Yes(workflow) = made else { panic!("made") };
    *workflow
}

fn event(kind: EventKind, ordinal: u32, at: Timestamp, score: f64) -> TestEvent {
    let thresholds = Thresholds { alarm: 1.0, recover: Some(0.0) };
    let figures = Figures::NewTest { passed_in_a_row: 0 };
    TestEvent { ordinal, event: Event { kind, at, cause: Cause::Clock, score: Some(score), thresholds, figures, evidence: Vec::new() } }
}

async fn happen(store: &Store, suite: SuiteId, workflow: &Workflow, events: Vec<TestEvent>, alarms: Vec<AlarmChange>) {
    let limits = SnapshotLimits { until: at(365 * 24 * HOUR_MS), uploads_max: 10, executions_max: 1_000 };
    let snapshot = store.evaluation_snapshot(suite, limits).await.unwrap().unwrap();
    let outcome = WorkflowOutcome { events, alarms, ..WorkflowOutcome::of(workflow) };
    let evaluation = Evaluation { suite, epoch: snapshot.epoch, taken: Vec::new(), outcomes: vec![outcome], incidents: Vec::new() };
    assert_eq!(store.commit_evaluation(&evaluation, at(1)).await.unwrap(), Committed::Yes);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn activity_is_counted_by_workflow() {
    on_both(async |place| {
        let store = place.open().await;
        let suite = suite(&store).await.1.id;
        store.complete_upload(upload(suite, "r", at(0), results(suite, &[Failed, Passed]))).await.unwrap();
        let (one, other) = (workflow(&store, suite, "one").await, workflow(&store, suite, "other").await);
        let hour = at(0).millis().div_euclid(HOUR_MS);
        let in_hour = |number: i64| Timestamp::from_millis((hour + number) * HOUR_MS + 1);
        let alarm = |ordinal| AlarmChange::Open { ordinal, since: Some(at(1)), due_at: None };
        let events = vec![
            event(EventKind::Alarm, 0, in_hour(0), 1.0),
            event(EventKind::Recover, 0, in_hour(0), 0.0),
            event(EventKind::Alarm, 0, in_hour(2), 3.0),
            event(EventKind::Alarm, 1, in_hour(2), 2.0),
        ];
        happen(&store, suite, &one, events, vec![alarm(0), alarm(1)]).await;
        happen(&store, suite, &other, vec![event(EventKind::Recover, 1, in_hour(1), 0.0)], Vec::new()).await;

        let alarmed = store.alarm_counts(suite).await.unwrap();
        assert_eq!((alarmed.get(&one.id), alarmed.get(&other.id)), (Some(&2), None));
        assert_eq!(store.waiting_counts(suite).await.unwrap().get(&one.id), Some(&3), "one message an alarm");
        let mut counts = store.event_counts(suite, Timestamp::from_millis(hour * HOUR_MS)).await.unwrap();
        counts.sort_by_key(|count| (count.workflow != one.id, count.hour));
        let count = |workflow: &Workflow, hour, alarms, recoveries| EventCount { workflow: workflow.id, hour, alarms, recoveries };
        assert_eq!(counts, [count(&one, hour, 1, 1), count(&one, hour + 2, 2, 0), count(&other, hour + 1, 0, 1)]);
        assert_eq!(store.event_counts(suite, in_hour(1)).await.unwrap(), [count(&one, hour + 2, 2, 0)], "only after");
        let last = store.last_events(suite, &[one.id, other.id]).await.unwrap();
        assert_eq!((last[&one.id], last[&other.id]), ((LedgerKind::Alarm, in_hour(2)), (LedgerKind::Recover, in_hour(1))));
        let newest = store.newest_alarms(suite, one.id, &[0, 1, 9]).await.unwrap();
        let mut scores: Vec<_> = newest.iter().map(|entry| (entry.test.as_ref().unwrap().ordinal, entry.detail["score"].clone())).collect();
        scores.sort_by_key(|(ordinal, _)| *ordinal);
        assert_eq!(scores, [(0, 3.0.into()), (1, 2.0.into())], "the newest of each test");
        assert!(store.newest_alarms(suite, other.id, &[0, 1]).await.unwrap().is_empty());
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn versions_and_the_ledger_are_read_newest_first() {
    on_both(async |place| {
        let store = place.open().await;
        let suite = suite(&store).await.1.id;
        let made = workflow(&store, suite, "w").await;
        for name in ["x", "y"] {
            store.update_workflow(suite, made.id, definition(name), Application::Quiet, Author::System, at(5)).await.unwrap();
        }
        let versions = store.workflow_versions(suite, made.id, PageRequest { offset: 0, limit: 2 }).await.unwrap().items;
        let named: Vec<_> =
            versions.iter().map(|version| (version.version, version.definition.name.as_str(), version.created_at)).collect();
        assert_eq!(named, [(3, "y", at(5)), (2, "x", at(5))]);

        let filter = LedgerFilter { workflow: Some(made.id), ..LedgerFilter::default() };
        let (mut seen, mut through) = (Vec::new(), None);
        loop {
            let mut page = store.ledger_newest(suite, &LedgerFilter { through, ..filter.clone() }, 3).await.unwrap();
            through = page.get(2).map(|next| next.id);
            page.truncate(2);
            seen.extend(page);
            if through.is_none() {
                break;
            }
        }
        let whole = store.ledger(suite, &filter, proctor_store::PageRequest { offset: 0, limit: 100 }).await.unwrap().items;
        assert_eq!((seen.len(), &seen), (3, &whole), "page by page the same");
        store.close().await;
    })
    .await;
}
