//! Workflows: their API, and what they do when results arrive, when they change, and when time passes.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{NOW, TestApp, record};

mod changepoint;
mod preview;
mod replay;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// An envelope of a run on a commit of `main`.
fn on_commit(run: &str, commit: &str, data: &[Value]) -> Value {
    on_branch(run, commit, "main", data)
}

fn on_branch(run: &str, commit: &str, branch: &str, data: &[Value]) -> Value {
    json!({ "format": "json", "run_env": { "key": run, "branch": branch, "commit_sha": commit }, "data": data })
}

/// A label that the workflow gives on alarm and takes away on recovery.
fn labelling(label: &str) -> [Value; 2] {
    [json!([{ "type": "add_label", "label": label }]), json!([{ "type": "remove_label", "label": label }])]
}

impl TestApp {
    /// The API path of Proctor's own below the first suite.
    fn p(&self, rest: &str) -> String {
        format!("/v2/proctor/organizations/{}/suites/{}{rest}", self.organization.slug, self.suite.suite.slug)
    }

    async fn settle(&self) {
        self.app.evaluator.settle().await.expect("workflows are evaluated");
    }

    async fn create(&self, workflow: Value) -> Value {
        let answer = self.post(&self.p("/workflows"), &workflow).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()
    }

    /// Uploads, an hour later than what was before, and has it evaluated.
    async fn arrive(&self, envelope: &Value) {
        self.clock().advance_ms(HOUR_MS);
        assert_eq!(self.upload(envelope).await.status, 202);
        self.settle().await;
    }

    /// Kind, test and time of the suite's events, oldest first.
    async fn events(&self) -> Vec<(String, String, String)> {
        let mut events = self.get(&self.p("/events?per_page=100")).await.array();
        events.reverse();
        let word = |value: &Value| value.as_str().expect("a word").to_owned();
        events.iter().map(|event| (word(&event["kind"]), word(&event["test"]["name"]), word(&event["at"]))).collect()
    }

    async fn kinds(&self) -> Vec<String> {
        self.events().await.into_iter().map(|(kind, _, _)| kind).collect()
    }

    /// The labels of a test by name.
    async fn labels_of(&self, name: &str) -> Vec<String> {
        let id = proctor_core::identity::test_id(self.suite.suite.id, "Cart", name);
        self.app.store.test_by_id(self.suite.suite.id, id).await.expect("the store answers").expect("the test").labels
    }

    async fn state_of(&self, name: &str) -> &'static str {
        let id = proctor_core::identity::test_id(self.suite.suite.id, "Cart", name);
        self.app.store.test_by_id(self.suite.suite.id, id).await.expect("the store answers").expect("the test").state.as_str()
    }
}

async fn start() -> TestApp {
    TestApp::builder().manual_clock(NOW).start().await
}

// contract: workflows 1, 2, 6, 14, 32
#[tokio::test]
async fn a_suite_is_born_with_a_workflow_that_labels_what_passes_on_retry() {
    let app = start().await;
    let workflows = app.get(&app.p("/workflows")).await.array();
    assert_eq!(workflows.len(), 1);
    assert_eq!((&workflows[0]["monitor"]["type"], &workflows[0]["history"]), (&json!("passed_on_retry"), &json!("applied")));
    assert_eq!(workflows[0]["filters"], json!([{ "key": "scm.branch", "operator": "is", "value": "main" }]));

    app.arrive(&on_commit("r1", "c1", &[record("adds", "failed"), record("adds", "passed"), record("divides", "failed")])).await;
    app.arrive(&on_commit("r2", "c2", &[record("adds", "passed"), record("adds", "failed"), record("divides", "failed")])).await;
    app.arrive(&on_branch("r3", "c3", "topic", &[record("divides", "passed"), record("divides", "failed")])).await;
    assert_eq!(app.kinds().await, ["alarm"], "once, and only on main");
    assert_eq!(app.labels_of("adds").await, ["flaky"]);
    assert!(app.labels_of("divides").await.is_empty(), "a broken test is not flaky");
    let alarms = app.get(&app.p("/alarms")).await.array();
    assert_eq!((alarms.len(), &alarms[0]["name"]), (1, &json!("adds")));

    app.clock().advance_ms(7 * DAY_MS);
    app.settle().await;
    assert_eq!(app.kinds().await, ["alarm", "recover"]);
    assert!(app.labels_of("adds").await.is_empty());
    assert!(app.get(&app.p("/alarms")).await.array().is_empty());
    let ledger = app.get(&app.p("/ledger")).await.array();
    let kinds: Vec<&str> = ledger.iter().rev().filter_map(|entry| entry["kind"].as_str()).collect();
    assert_eq!(kinds, ["alarm", "label_added", "recover", "label_removed"]);
}

// contract: workflows 9, 16
#[tokio::test]
async fn events_say_what_they_rest_on_and_replay_to_the_same_verdict() {
    let app = start().await;
    app.arrive(&on_commit("r1", "b2", &[record("adds", "failed")])).await;
    app.arrive(&on_commit("r2", "b2", &[record("adds", "passed")])).await;
    app.arrive(&on_commit("r3", "c3", &[record("adds", "failed")])).await;
    app.clock().advance_ms(8 * DAY_MS);
    app.settle().await;
    let events = app.get(&app.p("/events")).await.array();
    let [recover, alarm] = events.as_slice() else { panic!("{events:#?}") };
    assert_eq!((&alarm["score"], &alarm["thresholds"]), (&json!(1.0), &json!({ "alarm": 1.0, "recover": 0.0 })));
    assert_eq!((&alarm["cause"], &alarm["workflow_version"]), (&json!("execution"), &json!(1)));
    assert_eq!(alarm["evidence"].as_array().unwrap().len(), 2, "the failure and the pass");
    assert_eq!(alarm["at"], "2026-04-09T20:22:05.031Z");
    assert_eq!((&recover["cause"], &recover["at"]), (&json!("clock"), &json!("2026-04-16T20:22:05.031Z")), "7 days, not the tick's time");
    for event in &events {
        let replayed = app.post(&app.p(&format!("/ledger/{}/replay", event["id"].as_str().unwrap())), &json!({})).await;
        assert_eq!(replayed.json(), json!({ "verdict": "same" }));
    }
    let test = alarm["test"]["id"].as_str().unwrap();
    assert_eq!(app.get(&app.p(&format!("/tests/{test}/ledger"))).await.array().len(), 4);
    let one = app.get(&app.p(&format!("/ledger/{}", alarm["id"].as_str().unwrap()))).await.json();
    assert_eq!(&one, alarm);
}

// contract: workflows 7
#[tokio::test]
async fn an_alarm_and_a_recovery_inside_one_upload_come_in_order() {
    let app = start().await;
    app.create(json!({
        "name": "transitions", "monitor": { "type": "transition_count", "window": 10, "alarm": 0.3, "recover": 0.1 },
    }))
    .await;
    app.settle().await;
    let born = app.get(&app.p("/workflows")).await.array()[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(app.delete(&app.p(&format!("/workflows/{born}"))).await.status, 204);
    let letters = "PPPPFPFPPPPPPPPP".chars().chain(std::iter::repeat_n('P', 284));
    let data: Vec<Value> = letters.map(|letter| record("adds", if letter == 'F' { "failed" } else { "passed" })).collect();
    app.arrive(&on_commit("r1", "c1", &data)).await;
    assert_eq!(app.kinds().await, ["alarm", "recover"]);
}

// contract: workflows 8
#[tokio::test]
async fn a_new_workflow_takes_in_stored_history_quietly_or_fires_once_per_test() {
    let app = start().await;
    for run in 0..4 {
        let key = format!("r{run}");
        app.arrive(&on_commit(&key, &key, &[record("adds", "failed"), record("adds", "passed"), record("divides", "passed")])).await;
    }
    let before = app.events().await.len();
    let [alarm_actions, recover_actions] = labelling("shaky");
    let workflow = |name: &str, apply: &str| {
        json!({ "name": name, "apply": apply, "monitor": { "type": "passed_on_retry", "commit_count_threshold_high": 2 },
                "alarm_actions": alarm_actions, "recover_actions": recover_actions })
    };
    let quiet = app.create(workflow("quiet", "quiet")).await;
    assert_eq!(quiet["history"], "waiting");
    app.settle().await;
    assert_eq!(app.events().await.len(), before);
    let alarms = app.get(&app.p(&format!("/alarms?workflow={}", quiet["id"].as_str().unwrap()))).await.array();
    assert_eq!((alarms.len(), &alarms[0]["name"]), (1, &json!("adds")));
    assert!(!app.labels_of("adds").await.contains(&"shaky".to_owned()));

    app.create(workflow("loud", "fire")).await;
    app.settle().await;
    app.settle().await;
    let events = app.events().await;
    assert_eq!(events.len(), before + 1);
    assert_eq!((events[before].0.as_str(), events[before].1.as_str()), ("alarm", "adds"));
    assert_eq!(app.labels_of("adds").await, ["flaky", "shaky"]);
}

// contract: workflows 33, 35
#[tokio::test]
async fn a_recovery_does_not_undo_what_a_person_did_and_a_dry_run_does_nothing() {
    let app = start().await;
    let muting = json!([{ "type": "change_state", "state": "muted" }]);
    let enabling = json!([{ "type": "change_state", "state": "enabled" }]);
    let monitor = json!({ "type": "passed_on_retry" });
    app.create(json!({ "name": "mute", "monitor": monitor, "alarm_actions": muting, "recover_actions": enabling })).await;
    let [alarm_actions, recover_actions] = labelling("rehearsed");
    let dry =
        json!({ "name": "dry", "dry_run": true, "monitor": monitor, "alarm_actions": alarm_actions, "recover_actions": recover_actions });
    app.create(dry).await;
    app.settle().await;
    app.arrive(&on_commit(
        "r1",
        "c1",
        &[record("adds", "failed"), record("adds", "passed"), record("divides", "failed"), record("divides", "passed")],
    ))
    .await;
    assert_eq!((app.state_of("adds").await, app.state_of("divides").await), ("muted", "muted"));
    assert_eq!(app.labels_of("adds").await, ["flaky"], "the dry run labels nothing");
    let skip = proctor_core::identity::test_id(app.suite.suite.id, "Cart", "adds");
    let by_hand = proctor_store::catalog::states::NewState {
        state: proctor_core::state::TestState::Skipped,
        by: proctor_store::catalog::states::StateAuthor::User(app.admin.id),
        reason: None,
        expires_at: None,
    };
    app.app.store.set_test_state(app.suite.suite.id, skip, &by_hand, app.now()).await.unwrap();
    let newest = app.get(&app.p("/ledger?kind=state_changed")).await.array().remove(0);
    assert_eq!((&newest["from"], &newest["to"]), (&json!("muted"), &json!("skipped")));
    assert_eq!(newest["actor"], format!("user:{}", app.admin.id));
    app.clock().advance_ms(8 * DAY_MS);
    app.settle().await;
    assert_eq!((app.state_of("adds").await, app.state_of("divides").await), ("skipped", "enabled"));
    let events = app.get(&app.p("/events?kind=recover&per_page=100")).await.array();
    let outcome = |workflow: &str, test: &str| {
        let event = events.iter().find(|event| event["workflow"] == workflow && event["test"]["name"] == test).expect("an event");
        event["actions"][0]["outcome"].as_str().expect("an outcome").to_owned()
    };
    assert_eq!((outcome("mute", "adds").as_str(), outcome("mute", "divides").as_str()), ("held", "done"));
    assert_eq!(outcome("dry", "adds"), "dry_run");
}

// contract: workflows 25, 27
#[tokio::test]
async fn new_tests_fire_once_and_not_in_the_first_run() {
    let app = start().await;
    app.create(json!({ "name": "new", "monitor": { "type": "new_test" } })).await;
    app.settle().await;
    app.arrive(&on_commit("r1", "c1", &[record("adds", "passed")])).await;
    app.arrive(&on_commit("r2", "c2", &[record("adds", "passed"), record("divides", "passed")])).await;
    app.arrive(&on_commit("r3", "c3", &[record("adds", "passed"), record("divides", "passed")])).await;
    let names: Vec<String> = app.events().await.into_iter().map(|(_, name, _)| name).collect();
    assert_eq!(names, ["divides"]);
    app.create(json!({ "name": "newer", "apply": "fire", "monitor": { "type": "new_test" } })).await;
    app.settle().await;
    app.arrive(&on_commit("r4", "c4", &[record("adds", "passed"), record("divides", "passed")])).await;
    assert_eq!(app.events().await.len(), 1, "known before the workflow was made");
}

// contract: workflows 26
#[tokio::test]
async fn a_test_first_seen_on_a_branch_is_new_when_it_comes_to_main() {
    let app = start().await;
    app.create(json!({ "name": "new", "monitor": { "type": "new_test" } })).await;
    app.settle().await;
    app.arrive(&on_commit("r1", "c1", &[record("adds", "passed")])).await;
    app.arrive(&on_branch("r2", "c2", "x", &[record("divides", "passed")])).await;
    assert!(app.events().await.is_empty());
    app.arrive(&on_commit("r3", "c3", &[record("divides", "passed")])).await;
    assert_eq!(app.events().await.len(), 1);
}

#[tokio::test]
async fn mass_failures_are_kept_out_and_listed() {
    let app = start().await;
    let guard = app.send(Method::PUT, &app.p("/incident-guard"), &json!({ "tests_min": 5, "failed_share": 0.5 })).await;
    assert_eq!((guard.status, &guard.json()["tests_min"]), (200, &json!(5)));
    let names = ["a", "b", "c", "d", "e", "f"];
    let all = |result: &str| names.iter().map(|name| record(name, result)).collect::<Vec<_>>();
    app.arrive(&on_commit("r1", "c1", &all("failed"))).await;
    app.arrive(&on_commit("r2", "c1", &all("passed"))).await;
    assert!(app.events().await.is_empty(), "nobody is flaky because a disk was full");
    let incidents = app.get(&app.p("/incidents")).await.array();
    assert_eq!((incidents.len(), &incidents[0]["failed"], &incidents[0]["uploads"]), (1, &json!(6), &json!(1)));
    app.arrive(&on_commit("r3", "c1", &[record("a", "failed")])).await;
    assert_eq!(app.events().await.len(), 1, "one failure is no incident");
    assert_eq!(app.delete(&app.p("/incident-guard")).await.status, 204);
    assert_eq!(app.get(&app.p("/incident-guard")).await.json(), Value::Null);
}

// contract: workflows 36
#[tokio::test]
async fn a_back_test_gives_the_events_of_live_evaluation() {
    let app = start().await;
    let monitor = json!({ "type": "passed_on_retry", "window_executions": 3 });
    app.create(json!({ "name": "live", "monitor": monitor })).await;
    let born = app.get(&app.p("/workflows")).await.array().iter().find(|w| w["name"] == "Flaky tests").unwrap()["id"].clone();
    app.delete(&app.p(&format!("/workflows/{}", born.as_str().unwrap()))).await;
    app.settle().await;
    for (run, letters) in ["FP", "P", "F", "P", "P", "PF", "P", "P", "P", "P"].iter().enumerate() {
        let data: Vec<Value> = letters.chars().map(|letter| record("adds", if letter == 'F' { "failed" } else { "passed" })).collect();
        app.arrive(&on_commit(&format!("r{run}"), &format!("c{run}"), &data)).await;
    }
    let live: Vec<(String, String)> = app.events().await.into_iter().map(|(kind, _, at)| (kind, at)).collect();
    assert_eq!(live.iter().map(|(kind, _)| kind.as_str()).collect::<Vec<_>>(), ["alarm", "recover", "alarm", "recover"]);
    let report = app.post(&app.p("/workflows/backtest"), &json!({ "monitor": monitor })).await;
    assert_eq!(report.status, 200, "{}", report.text);
    let report = report.json();
    let of_report = report["tests"][0]["events"].as_array().unwrap().iter();
    let tested: Vec<(String, String)> =
        of_report.map(|event| (event["event"].as_str().unwrap().to_owned(), event["at"].as_str().unwrap().to_owned())).collect();
    assert_eq!(tested, live);
    assert_eq!((&report["alarms"], &report["tests_flagged"], &report["runs_failed"]), (&json!(2), &json!(1), &json!(3)));
    assert_eq!((&report["runs_saved"], &report["executions"]), (&json!(1), &json!(12)), "run r2 alone came after an alarm");
}

#[tokio::test]
async fn executions_that_arrive_late_start_their_test_over() {
    let app = start().await;
    app.clock().advance_ms(10 * HOUR_MS);
    app.arrive(&on_commit("r2", "c1", &[record("adds", "passed")])).await;
    app.arrive(&on_commit("r3", "c2", &[record("adds", "passed")])).await;
    // Received before both, committed after them: as another server's clock, or an importer, may have it.
    app.clock().advance_ms(-11 * HOUR_MS);
    app.arrive(&on_commit("r1", "c1", &[record("adds", "failed")])).await;
    app.clock().advance_ms(11 * HOUR_MS);
    app.settle().await;
    let events = app.events().await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].2, "2026-04-10T05:22:05.031Z", "when the pass completed the pair");
    assert_eq!(app.labels_of("adds").await, ["flaky"]);
}

// contract: workflows 5, 12, 13
#[tokio::test]
async fn workflows_are_made_changed_and_refused() {
    let app = start().await;
    let workflows = app.p("/workflows");
    let refused =
        app.post(&workflows, &json!({ "name": "x", "monitor": { "type": "transition_count", "alarm": 0.1, "recover": 0.2 } })).await;
    assert_eq!((refused.status, refused.message().as_str()), (422, "Validation failed: monitor.recover must be lower than alarm"));
    let webhook = json!({ "name": "x", "monitor": { "type": "new_test" }, "alarm_actions": [{ "type": "webhook" }] });
    assert_eq!(app.post(&workflows, &webhook).await.message(), "Validation failed: alarm_actions[0].settings.url is required");
    let slip = app.post(&format!("{workflows}?dry_run=yes"), &json!({ "name": "x", "monitor": { "type": "new_test" } })).await;
    assert_eq!((slip.status, slip.message().as_str()), (400, "dry_run must be true or false"));
    let rehearsed = app.post(&format!("{workflows}?dry_run=true"), &json!({ "name": "x", "monitor": { "type": "new_test" } })).await;
    assert_eq!((rehearsed.status, &rehearsed.json()["monitor"]["stable_executions"]), (200, &Value::Null));
    assert_eq!(app.get(&workflows).await.array().len(), 1);

    let made = app.create(json!({ "name": "x", "monitor": { "type": "new_test" } })).await;
    let one = format!("{workflows}/{}", made["id"].as_str().unwrap());
    let taken = app.post(&workflows, &json!({ "name": "x", "monitor": { "type": "new_test" } })).await;
    assert_eq!((taken.status, taken.message().as_str()), (422, "Validation failed: name has already been taken"));
    let renamed = app.send(Method::PATCH, &one, &json!({ "name": "y" })).await.json();
    assert_eq!((&renamed["version"], &renamed["name"], &renamed["monitor"]), (&json!(2), &json!("y"), &made["monitor"]));
    let same = app.send(Method::PATCH, &one, &renamed).await.json();
    assert_eq!(same["version"], 2, "what changes nothing makes no version");
    assert_eq!(app.get(&one).await.json()["name"], "y");

    let reader = app.token_with(&["read_suites"]).await;
    assert_eq!(app.get_as(&reader, &one).await.status, 200);
    assert_eq!(app.send_as(&reader, Method::PATCH, &one, &json!({})).await.status, 403);
    assert_eq!(app.delete(&one).await.status, 204);
    assert_eq!(app.get(&one).await.message(), "No workflow found");
    assert_eq!(app.get(&app.p("/ledger?kind=nonsense")).await.status, 400);
    let kinds: Vec<Value> = app.get(&app.p("/ledger")).await.array().into_iter().map(|entry| entry["kind"].clone()).collect();
    assert_eq!(kinds, ["workflow_deleted", "workflow_updated", "workflow_created"]);
}

#[tokio::test]
async fn how_long_uploads_have_waited_is_known() {
    let app = start().await;
    assert_eq!(app.app.store.waiting_since().await.unwrap(), None);
    assert_eq!(app.upload(&on_commit("r1", "c1", &[record("adds", "passed")])).await.status, 202);
    let oldest = app.now();
    app.clock().advance_ms(HOUR_MS);
    assert_eq!(app.upload(&on_commit("r2", "c1", &[record("adds", "passed")])).await.status, 202);
    assert_eq!(app.app.store.waiting_since().await.unwrap(), Some((oldest, app.now())));
    app.settle().await;
    assert_eq!(app.app.store.waiting_since().await.unwrap(), None);
}

#[tokio::test]
async fn a_paused_workflow_continues_from_stored_history() {
    let app = start().await;
    let born = app.get(&app.p("/workflows")).await.array()[0]["id"].as_str().unwrap().to_owned();
    let one = app.p(&format!("/workflows/{born}"));
    app.send(Method::PATCH, &one, &json!({ "status": "paused" })).await;
    app.arrive(&on_commit("r1", "c1", &[record("adds", "failed"), record("adds", "passed")])).await;
    assert!(app.events().await.is_empty());
    app.send(Method::PATCH, &one, &json!({ "status": "active" })).await;
    app.settle().await;
    assert!(app.events().await.is_empty(), "quietly");
    assert_eq!(app.get(&app.p("/alarms")).await.array().len(), 1);
    app.clock().advance_ms(8 * DAY_MS);
    app.settle().await;
    assert_eq!(app.kinds().await, ["recover"]);
}

#[tokio::test]
async fn time_passes_for_old_alarms_while_new_results_wait() {
    let app = start().await;
    app.arrive(&on_commit("r1", "c1", &[record("adds", "failed"), record("adds", "passed")])).await;
    app.clock().advance_ms(8 * DAY_MS);
    // A busy suite: something has always just arrived.
    assert_eq!(app.upload(&on_commit("r2", "c2", &[record("other", "passed")])).await.status, 202);
    app.app.evaluator.tick().await.expect("the clock is looked at");
    assert_eq!(app.kinds().await, ["alarm", "recover"]);
    assert_eq!(app.labels_of("adds").await, Vec::<String>::new());
    app.settle().await;
    assert_eq!(app.kinds().await, ["alarm", "recover"]);
}
