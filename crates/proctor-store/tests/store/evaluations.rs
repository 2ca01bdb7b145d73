//! Evaluations become true as a whole and once; what they read is the same before and after compaction; and what `kill -9` leaves.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use proctor_core::id::{ExecutionId, SuiteId, Uuid};
use proctor_core::label::Label;
use proctor_core::monitors::evaluation::{Figures, Thresholds};
use proctor_core::monitors::filter::TagFilters;
use proctor_core::monitors::history::{History, Incidental, Needed, Needs};
use proctor_core::monitors::hysteresis::EventKind;
use proctor_core::monitors::incident::{Incident, IncidentSettings};
use proctor_core::monitors::monitor::MonitorSettings;
use proctor_core::monitors::new_test::Origin;
use proctor_core::monitors::rule::Rule;
use proctor_core::monitors::tracker::{Cause, Event};
use proctor_core::result::TestResult::{Failed, Passed};
use proctor_core::state::TestState;
use proctor_core::suite::SuiteSettings;
use proctor_core::time::Timestamp;
use proctor_core::workflow::{Action, Channel, Definition, Mode, Outgoing, StateChange, Status};
use proctor_store::catalog::evaluations::{
    AlarmChange, Applied, Committed, Evaluation, NewIncident, Snapshot, SnapshotLimits, StatePage, TestEvent, WorkflowOutcome,
};
use proctor_store::catalog::history::{HistoryQuery, HistoryUploads};
use proctor_store::catalog::ledger::{LedgerFilter, LedgerKind};
use proctor_store::catalog::outbox::MessageStatus;
use proctor_store::catalog::states::{NewState, StateAuthor};
use proctor_store::catalog::workflows::{Application, AppliedHistory, Author, Changed, Workflow};
use proctor_store::{Database, PageRequest, Store, Sweep};

use crate::engines::{at, on_both, options};
use crate::fixtures::{results, suite, upload};

const CHILD: &str = "PROCTOR_TEST_EVALUATING_CHILD";
/// Evaluations after which the child is killed.
const EVALUATED_MIN: usize = 40;
const DAY_MS: i64 = 86_400_000;
pub(crate) const PAGE: PageRequest = PageRequest { offset: 0, limit: 1_000 };

/// A workflow that labels, and tells somebody.
pub(crate) fn definition(name: &str) -> Definition {
    let rule = Rule::new(MonitorSettings::default_of("passed_on_retry").unwrap(), TagFilters::default()).unwrap();
    let send = Action::Send(Outgoing { channel: Channel::Webhook, settings: r#"{"url":"http://receiver.test"}"#.to_owned() });
    let alarm = vec![Action::AddLabel(Label::new("flaky").unwrap()), send];
    Definition { name: name.to_owned(), status: Status::Active, mode: Mode::Live, rule, alarm, recover: Vec::new(), events_per_minute: 500 }
}

pub(crate) async fn made(store: &Store, suite: SuiteId, definition: Definition) -> Workflow {
    let made = store.create_workflow(suite, definition, Application::Quiet, Author::System, at(0)).await.unwrap();
    let Changed::Yes(workflow) = made else { panic!("made") };
    *workflow
}

async fn workflow(store: &Store, suite: SuiteId, name: &str) -> Workflow {
    made(store, suite, definition(name)).await
}

pub(crate) async fn snapshot(store: &Store, suite: SuiteId) -> Snapshot {
    let limits = SnapshotLimits { until: at(365 * DAY_MS), uploads_max: 10, executions_max: 1_000 };
    store.evaluation_snapshot(suite, limits).await.unwrap().unwrap()
}

pub(crate) fn event(kind: EventKind, ordinal: u32, at: Timestamp) -> TestEvent {
    let execution = ExecutionId::new(Uuid::from_u128(7));
    let thresholds = Thresholds { alarm: 1.0, recover: Some(0.0) };
    let figures = Figures::PassedOnRetry { commit_count: 1, executions_in_window: 2, days_in_window: 1 };
    let cause = Cause::Execution(execution);
    TestEvent { ordinal, event: Event { kind, at, cause, score: Some(1.0), thresholds, figures, evidence: vec![execution] } }
}

/// What alarms test 0 for the uploads that wait.
fn alarming<'a>(suite: SuiteId, snapshot: &Snapshot, workflow: &'a Workflow, at: Timestamp) -> Evaluation<'a> {
    let outcome = WorkflowOutcome {
        pages: vec![StatePage::pack(0, [(0, [1, 2, 3].as_slice()), (63, &[4])]).unwrap()],
        alarms: vec![AlarmChange::Open { ordinal: 0, since: Some(at), due_at: Some(at.plus_millis(DAY_MS)) }],
        events: vec![event(EventKind::Alarm, 0, at)],
        ..WorkflowOutcome::of(workflow)
    };
    let taken = snapshot.pending.iter().map(|upload| upload.seq).collect();
    Evaluation { suite, epoch: snapshot.epoch, taken, outcomes: vec![outcome], incidents: Vec::new() }
}

// contract: workflows 6
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_suite_gets_its_first_workflow_once() {
    on_both(async |place| {
        let store = place.open().await;
        let suite = suite(&store).await.1.id;
        let born = store.workflows(suite).await.unwrap();
        assert_eq!((born.len(), born[0].history), (1, AppliedHistory::Done));
        store.delete_workflow(suite, born[0].id, Author::System, at(1)).await.unwrap();
        store.close().await;
        let store = place.open().await;
        assert!(store.workflows(suite).await.unwrap().is_empty(), "who deletes it does not get it back");
        // As a suite looks that is older than workflows.
        place.execute("DELETE FROM evaluations").await;
        store.close().await;
        let store = place.open().await;
        let seeded = store.workflows(suite).await.unwrap();
        assert_eq!((seeded.len(), seeded[0].history), (1, AppliedHistory::Waiting(Application::Quiet)));
        assert_eq!(store.suites_to_evaluate(at(0)).await.unwrap(), [suite]);
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_evaluation_is_stored_as_a_whole_and_once() {
    on_both(async |place| {
        let store = place.open().await;
        let (organization, suite) = suite(&store).await;
        let suite = suite.id;
        let workflow = workflow(&store, suite, "w").await;
        for number in 0..3 {
            store.complete_upload(upload(suite, "r", at(number), results(suite, &[Failed, Passed]))).await.unwrap();
        }
        let before = snapshot(&store, suite).await;
        assert_eq!(before.pending.len(), 3);
        assert!(before.pending.is_sorted_by_key(|upload| (upload.received_at, upload.seq)));
        assert_eq!(store.pending_uploads(suite).await.unwrap().len(), 3);
        let evaluation = alarming(suite, &before, &workflow, at(5));
        assert_eq!(store.commit_evaluation(&evaluation, at(10)).await.unwrap(), Committed::Yes);
        assert_eq!(store.commit_evaluation(&evaluation, at(10)).await.unwrap(), Committed::Outdated, "another server, or a second try");

        assert!(store.pending_uploads(suite).await.unwrap().is_empty());
        let states = store.monitor_states(suite, workflow.id, &[0, 1]).await.unwrap();
        assert_eq!((states.len(), &states[&0], &states[&63]), (2, &vec![1, 2, 3], &vec![4]));
        let open = store.open_alarms(suite, None).await.unwrap();
        assert_eq!((open.len(), open[0].since), (1, at(5)));
        let due = store.due_alarms(suite, at(5 + DAY_MS), 10).await.unwrap();
        assert_eq!((due.len(), store.due_alarms(suite, at(4 + DAY_MS), 10).await.unwrap().len()), (1, 0));
        assert_eq!(store.tests_by_ordinal(suite, &[0]).await.unwrap()[0].labels, ["flaky"]);

        let events = LedgerFilter { kinds: vec![LedgerKind::Alarm, LedgerKind::Recover], ..LedgerFilter::default() };
        let page = store.ledger(suite, &events, PAGE).await.unwrap();
        assert_eq!((page.total, page.items[0].test.as_ref().unwrap().name.as_str()), (1, "t0"));
        let all = store.ledger(suite, &LedgerFilter::default(), PAGE).await.unwrap().items;
        let kinds: Vec<_> = all.iter().rev().map(|entry| entry.kind.as_str()).collect();
        assert_eq!(kinds, ["workflow_created", "alarm", "label_added"]);
        assert_eq!(store.ledger_entry(suite, page.items[0].id).await.unwrap().as_ref(), Some(&page.items[0]));
        let messages = store.messages_of_event(suite, page.items[0].id).await.unwrap();
        assert_eq!((messages.len(), messages[0].status, messages[0].attempts), (1, MessageStatus::Waiting, 0));
        assert_eq!(messages[0].id.uuid().get_version_num(), 8, "it follows from the event");

        // An alarm that stays, with another due time; then the workflow takes in history, which replaces all that it knew.
        let now = snapshot(&store, suite).await;
        let mut stays = alarming(suite, &now, &workflow, at(6));
        stays.outcomes[0].alarms = vec![AlarmChange::Open { ordinal: 0, since: None, due_at: None }];
        stays.outcomes[0].events.clear();
        assert_eq!(store.commit_evaluation(&stays, at(11)).await.unwrap(), Committed::Yes);
        assert_eq!(store.open_alarms(suite, Some(workflow.id)).await.unwrap()[0].since, at(5));
        assert!(store.due_alarms(suite, at(300 * DAY_MS), 10).await.unwrap().is_empty());
        let applied = Some(Applied { application: Application::Quiet, executions: 6, alarmed: 0 });
        let outcomes = vec![WorkflowOutcome { applied, ..WorkflowOutcome::of(&workflow) }];
        let epoch = snapshot(&store, suite).await.epoch;
        let evaluation = Evaluation { suite, epoch, taken: Vec::new(), outcomes, incidents: Vec::new() };
        assert_eq!(store.commit_evaluation(&evaluation, at(12)).await.unwrap(), Committed::Yes);
        assert!(store.open_alarms(suite, None).await.unwrap().is_empty());
        assert_eq!(store.workflow(suite, workflow.id).await.unwrap().unwrap().history, AppliedHistory::Done);
        assert_eq!(store.workflow_version(suite, workflow.id, 1).await.unwrap(), Some(workflow.definition.clone()));

        store.delete_suite(organization.id, suite).await.unwrap();
        for table in
            ["evaluations", "workflows", "workflow_versions", "monitor_states", "alarms", "ledger", "outbox", "pending_evaluations"]
        {
            assert_eq!(place.rows(table).await, 0, "{table}");
        }
        store.close().await;
    })
    .await;
}

// contract: workflows 32, 33
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn labels_and_states_follow_events_and_incidents_are_listed() {
    on_both(async |place| {
        let store = place.open().await;
        let suite = suite(&store).await.1.id;
        let run = upload(suite, "r", at(0), results(suite, &[Failed, Failed]));
        store.complete_upload(run).await.unwrap();
        let label = Label::new("flaky").unwrap();
        let for_an_hour = StateChange { expires_hours: Some(1), reason: Some("why".to_owned()), ..TestState::Muted.into() };
        let muting = Definition {
            alarm: vec![Action::AddLabel(label.clone()), Action::ChangeState(for_an_hour)],
            recover: vec![Action::RemoveLabel(label), Action::ChangeState(TestState::Enabled.into())],
            ..definition("muting")
        };
        let made = workflow(&store, suite, "w").await;
        let (quiet, author) = (Application::Quiet, Author::System);
        let workflow = store.update_workflow(suite, made.id, muting.clone(), quiet, author, at(1)).await.unwrap();
        assert_eq!((workflow.version, workflow.history), (2, AppliedHistory::Waiting(quiet)));
        assert_eq!(store.update_workflow(suite, made.id, muting, quiet, author, at(2)).await.unwrap().version, 2);

        assert_eq!(store.incident_guard(suite).await.unwrap(), None);
        store.set_incident_guard(suite, Some(IncidentSettings::default())).await.unwrap();
        let now = snapshot(&store, suite).await;
        assert_eq!(now.guard, Some(IncidentSettings::default()));
        let found = Incident { tests: 60, failed: 60, failed_share: 1.0, fingerprint_share: Some(0.5) };
        let pending = now.pending[0];
        let incident = NewIncident { upload_seq: pending.seq, run: pending.run, at: pending.received_at, found };
        let both = vec![event(EventKind::Alarm, 0, at(5)), event(EventKind::Alarm, 1, at(6))];
        let outcomes = vec![WorkflowOutcome { events: both, ..WorkflowOutcome::of(&workflow) }];
        let evaluation = Evaluation { suite, epoch: now.epoch, taken: vec![pending.seq], outcomes, incidents: vec![incident] };
        assert_eq!(store.commit_evaluation(&evaluation, at(7)).await.unwrap(), Committed::Yes);
        let incidents = store.incidents(suite, PAGE).await.unwrap();
        assert_eq!((incidents.total, incidents.items[0].run, incidents.items[0].uploads), (1, pending.run, 1));
        let history = store.history_of_uploads(suite, &[pending.seq], Needs::default(), None).await.unwrap();
        assert_eq!(history.uploads[0].incident, Incidental::Yes);
        assert_eq!(store.run_times(suite).await.unwrap().len(), 1);
        assert_eq!(store.upload_seqs_of_run(suite, pending.run).await.unwrap(), [pending.seq]);
        let origins = store.test_origins(suite, Some(&[0, 1])).await.unwrap();
        assert_eq!(origins.of(0, at(-1)), Origin::Known, "it came with the first run");

        let tests = async || store.tests_by_ordinal(suite, &[0, 1]).await.unwrap();
        assert!(tests().await.iter().all(|test| test.state == TestState::Muted && test.labels == ["flaky"]));
        let details = store.test_state(suite, tests().await[0].id).await.unwrap().unwrap();
        assert_eq!((details.reason.as_deref(), details.expires_at), (Some("why"), Some(at(7 + 3_600_000))));
        let first = store.first_flaky_alarms(suite, &[0, 1, 2]).await.unwrap();
        assert_eq!((first.len(), first[&0], first[&1]), (2, at(5), at(6)));
        let by_hand = NewState { state: TestState::Skipped, by: StateAuthor::Expiry, reason: None, expires_at: None };
        store.set_test_state(suite, tests().await[1].id, &by_hand, at(8)).await.unwrap();
        let both = vec![event(EventKind::Recover, 0, at(9)), event(EventKind::Recover, 1, at(9))];
        let outcomes = vec![WorkflowOutcome { events: both, ..WorkflowOutcome::of(&workflow) }];
        let epoch = snapshot(&store, suite).await.epoch;
        let evaluation = Evaluation { suite, epoch, taken: Vec::new(), outcomes, incidents: Vec::new() };
        assert_eq!(store.commit_evaluation(&evaluation, at(10)).await.unwrap(), Committed::Yes);
        let after = tests().await;
        assert_eq!((after[0].state, after[1].state), (TestState::Enabled, TestState::Skipped));
        assert!(after.iter().all(|test| test.labels.is_empty()));
        let filter = LedgerFilter { workflow: Some(workflow.id), test: Some(after[1].id), ..LedgerFilter::default() };
        let entries = store.ledger(suite, &filter, PAGE).await.unwrap().items;
        let kinds: Vec<_> = entries.iter().rev().map(|entry| entry.kind.as_str()).collect();
        assert_eq!(kinds, ["alarm", "label_added", "state_changed", "recover", "label_removed"]);
        assert_eq!(entries[1].detail["actions"][1]["outcome"], "held");
        let through = LedgerFilter { through: Some(entries[2].id), ..filter };
        assert_eq!(store.ledger(suite, &through, PAGE).await.unwrap().total, 3);
        assert!(store.suites_with_due_alarms(at(DAY_MS)).await.unwrap().is_empty());
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn versions_of_a_workflow_are_kept_when_it_goes() {
    on_both(async |place| {
        let store = place.open().await;
        let suite = suite(&store).await.1.id;
        let made = workflow(&store, suite, "first").await;
        let second = store.update_workflow(suite, made.id, definition("second"), Application::Quiet, Author::System, at(1)).await.unwrap();
        store.delete_workflow(suite, made.id, Author::System, at(2)).await.unwrap();
        let versions = store.workflow_versions(suite, made.id, PageRequest { offset: 0, limit: 1 }).await.unwrap();
        assert_eq!((versions.total, versions.items.len(), versions.items[0].version), (2, 1, 2));
        assert_eq!((&versions.items[0].definition, versions.items[0].created_at), (&second.definition, at(1)));
        let first = store.dated_workflow_version(suite, made.id, 1).await.unwrap().unwrap();
        assert_eq!((first.definition.name.as_str(), first.created_at), ("first", at(0)));
        assert_eq!(store.dated_workflow_version(suite, made.id, 3).await.unwrap(), None);
        store.close().await;
    })
    .await;
}

/// What can be compared of a history: contexts are numbered as they are met.
fn comparable(history: &History) -> String {
    let row = |row: &proctor_core::monitors::history::HistoryRow| {
        let context = &history.contexts[row.context as usize];
        let upload = &history.uploads[row.upload as usize];
        let location = (row.location as usize).checked_sub(1).map(|at| history.locations[at]);
        format!(
            "{} {} {} {:?} {:?} {:?} {context:?} {location:?}\n",
            row.ordinal, upload.seq, row.index, row.result, row.flags, row.duration_s
        )
    };
    history.rows.iter().map(row).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn history_reads_the_same_from_segments_and_from_day_files() {
    on_both(async |place| {
        let server = place.try_open(Sweep::DeadUploads).await.unwrap();
        let suite = suite(&server).await.1.id;
        for number in 0..6 {
            // The later ones were received before the earlier ones.
            let received_at = at(DAY_MS * (number % 2) - number);
            let mut upload = upload(suite, &format!("r{number}"), received_at, results(suite, &[Failed, Passed, Passed]));
            upload.run_env_json = format!(r#"{{"key":"r{number}","branch":"main","commit_sha":"c{number}"}}"#);
            server.complete_upload(upload).await.unwrap();
        }
        let everything = Needs { locations: Needed::Yes, files: Needed::Yes, selectors: Needed::Yes };
        let query = HistoryQuery { needs: everything, ..HistoryQuery::default() };
        let read = async || {
            let days = server.history_days(suite).await.unwrap();
            let mut text = format!("{days:?}\n");
            for day in &days {
                let history = server.history_of_day(suite, day.day, &query).await.unwrap();
                assert!(history.rows.is_sorted_by_key(|row| (row.ordinal, row.upload, row.index)));
                text += &comparable(&history);
            }
            let seqs: Vec<u64> = server.pending_uploads(suite).await.unwrap().into_iter().collect();
            text + &comparable(&server.history_of_uploads(suite, &seqs, everything, None).await.unwrap())
        };
        let before = read().await;
        assert_eq!(before.matches("scm.commit_sha").count(), 36, "18 executions by day, and again by upload");
        server.compact(at(30 * DAY_MS)).await.unwrap();
        assert_eq!(place.rows("segments").await, 0);
        assert_eq!(read().await, before);
        let seqs: Vec<u64> = server.pending_uploads(suite).await.unwrap().into_iter().collect();
        let (main, other) = (TagFilters::on_branch("main"), TagFilters::on_branch("other"));
        let passing = async |any: &[&TagFilters]| {
            let history = server.history_of_uploads(suite, &seqs, everything, Some(any)).await.unwrap();
            (history.uploads.len(), history.rows.len())
        };
        assert_eq!(passing(&[&other, &main]).await, (6, 18));
        assert_eq!(passing(&[&other]).await, (6, 0), "named, but not read");
        let evaluated = HistoryQuery { uploads: HistoryUploads::EvaluatedAnd(Vec::new()), ..query.clone() };
        for day in server.history_days(suite).await.unwrap() {
            assert!(server.history_of_day(suite, day.day, &evaluated).await.unwrap().rows.is_empty());
        }
        server.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_between_result_and_action_loses_nothing_and_repeats_nothing() {
    on_both(async |place| {
        let store = place.open().await;
        let suite = suite(&store).await.1.id;
        workflow(&store, suite, "w").await;
        store.close().await;
        let address = match &place.database {
            Database::Sqlite(path) => path.display().to_string(),
            Database::Postgres(url) => url.clone(),
        };
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "evaluations::the_evaluating_child", "--nocapture"])
            .env(CHILD, address)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let evaluated = lines.map_while(Result::ok).filter(|line| line.contains("evaluated ")).take(EVALUATED_MIN).count();
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(evaluated, EVALUATED_MIN);
        let store = place.open().await;
        let stored = place.number("SELECT COUNT(*) FROM uploads WHERE status = 'succeeded'").await;
        let pending = place.rows("pending_evaluations").await;
        let events = place.number("SELECT COUNT(*) FROM ledger WHERE kind = 'alarm'").await;
        // The child takes one upload at a time, and makes one event of it.
        assert_eq!(events + pending, stored, "each upload waits, or has its event");
        assert_eq!(place.rows("outbox").await, events, "each event has its message");
        assert_eq!(place.number("SELECT COUNT(DISTINCT idempotency_key) FROM outbox").await, events);
        assert_eq!(place.number("SELECT epoch FROM evaluations").await, events + 1, "one more for making the workflow");
        store.close().await;
    })
    .await;
}

/// Not a story: the process that is killed. It uploads and evaluates until then.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_evaluating_child() {
    let Ok(address) = std::env::var(CHILD) else { return };
    let database = if address.starts_with("postgres") { Database::Postgres(address) } else { Database::Sqlite(address.into()) };
    let store = Store::open(options(database, Sweep::Nothing), at(0)).await.unwrap();
    let organization = store.organization_by_slug("acme").await.unwrap().unwrap();
    let suite = store.suite_by_slug(organization.id, &SuiteSettings::named("web").name).await.unwrap().unwrap().id;
    let uploading = async {
        for number in 0.. {
            store.complete_upload(upload(suite, "r", at(number), results(suite, &[Failed, Passed]))).await.unwrap();
        }
    };
    let evaluating = async {
        loop {
            let limits = SnapshotLimits { until: at(365 * DAY_MS), uploads_max: 1, executions_max: 1 };
            let snapshot = store.evaluation_snapshot(suite, limits).await.unwrap().unwrap();
            let Some(first) = snapshot.pending.first().copied() else {
                tokio::task::yield_now().await;
                continue;
            };
            let workflow = snapshot.workflows.iter().find(|workflow| workflow.definition.name == "w").unwrap();
            let evaluation = alarming(suite, &snapshot, workflow, first.received_at);
            assert_eq!(store.commit_evaluation(&evaluation, at(0)).await.unwrap(), Committed::Yes);
            println!("evaluated {}", first.seq);
        }
    };
    tokio::join!(uploading, evaluating);
}
