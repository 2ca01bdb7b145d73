//! Workflows, what they did, and rules tried on stored history. Proctor's own; `docs/workflows.md` tells what all of it means.

use http::Method;
use proctor_core::scope::{READ_SUITES, WRITE_SUITES};
use proctor_store::catalog::ledger::LedgerKind;
use serde_json::{Value, json};

use super::document::Noun;
use super::object::Object;
use super::operation::{Access, Operation};
use super::schema::{anything, count, flag, list, named, nullable, seconds, text, texts, timestamp, uuid, word};

pub(super) fn noun() -> Noun {
    let mut operations = of_workflows();
    operations.extend(of_ledger());
    let schemas = vec![
        ("Workflow", workflow()),
        ("WorkflowDocument", document().schema()),
        ("WorkflowVersion", version()),
        ("Backtest", backtest()),
        ("Preview", preview()),
        ("Alarm", alarm()),
        ("LedgerEntry", entry()),
        ("Incident", incident()),
        ("IncidentGuard", guard()),
    ];
    Noun { operations, schemas }
}

fn operation(method: Method, rest: &str, id: &'static str) -> Operation {
    let reads = method == Method::GET || rest.ends_with("/backtest") || rest.ends_with("/preview") || rest.ends_with("/replay");
    let access = Access::Scope(if reads { READ_SUITES } else { WRITE_SUITES });
    Operation::new(method, format!("/v2/proctor/organizations/{{org}}/suites/{{suite}}{rest}"), id, "Workflows", access)
}

fn of_workflows() -> Vec<Operation> {
    let rehearsed = || flag("Answers 200 with the complete document, and stores nothing.");
    vec![
        operation(Method::GET, "/workflows", "listWorkflows").summary("Workflows of a suite").answers(
            200,
            "By name.",
            &list(&named("Workflow"), ""),
        ),
        operation(Method::POST, "/workflows", "createWorkflow")
            .summary("Makes a workflow")
            .query("dry_run", rehearsed())
            .takes(named("WorkflowDocument"))
            .answers(201, "The workflow.", &named("Workflow"))
            .answers(200, "What it would be.", &named("WorkflowDocument"))
            .errors(&[422]),
        operation(Method::POST, "/workflows/backtest", "backtestWorkflow")
            .summary("Tries a rule on all stored history")
            .takes(named("WorkflowDocument"))
            .answers(200, "What it would have done.", &named("Backtest"))
            .errors(&[422, 503]),
        operation(Method::POST, "/workflows/preview", "previewWorkflow")
            .summary("Tells what a workflow would do if it were saved now")
            .query("days", days_told())
            .takes(named("WorkflowDocument"))
            .answers(200, "What it would do.", &named("Preview"))
            .errors(&[400, 422, 503]),
        operation(Method::POST, "/workflows/{workflow}/preview", "previewWorkflowChange")
            .summary("Tells what a change of a workflow would do; what is not named stays")
            .query("days", days_told())
            .takes(named("WorkflowDocument"))
            .answers(200, "What it would do, held against the saved version.", &named("Preview"))
            .errors(&[400, 422, 503]),
        operation(Method::GET, "/workflows/{workflow}", "getWorkflow").summary("One workflow").answers(
            200,
            "The workflow.",
            &named("Workflow"),
        ),
        operation(Method::GET, "/workflows/{workflow}/versions", "listWorkflowVersions")
            .summary("What a workflow has said, also when it is deleted")
            .answers_pages("Newest first.", "WorkflowVersion"),
        operation(Method::GET, "/workflows/{workflow}/versions/{version}", "getWorkflowVersion")
            .summary("What a workflow said in one version, also when it is deleted")
            .answers(200, "The version.", &named("WorkflowVersion")),
        operation(Method::PATCH, "/workflows/{workflow}", "updateWorkflow")
            .summary("Changes a workflow; what is not named stays")
            .query("dry_run", rehearsed())
            .takes(named("WorkflowDocument"))
            .answers(200, "The workflow, or what it would be.", &json!({ "anyOf": [named("Workflow"), named("WorkflowDocument")] }))
            .errors(&[422]),
        operation(Method::DELETE, "/workflows/{workflow}", "deleteWorkflow")
            .summary("Deletes a workflow")
            .answers_nothing("It is gone; what it did to tests stays."),
        operation(Method::GET, "/alarms", "listAlarms")
            .summary("Tests that are alarmed now")
            .query("workflow", uuid("Only those under this workflow."))
            .answers_pages("By workflow.", "Alarm")
            .errors(&[400]),
    ]
}

fn of_ledger() -> Vec<Operation> {
    let filtered = |operation: Operation| {
        operation
            .query("kind", text("Only entries of these kinds, with commas between them."))
            .query("workflow", uuid("Only those in which this workflow had a part."))
            .query("through", uuid("Only this entry and those before it; it stands in `Link`."))
            .answers_pages("Newest first.", "LedgerEntry")
            .errors(&[400])
    };
    let by_test = |operation: Operation| operation.query("test", uuid("Only those about this test."));
    vec![
        by_test(filtered(operation(Method::GET, "/events", "listWorkflowEvents").summary("Alarms and recoveries"))),
        by_test(filtered(operation(Method::GET, "/ledger", "listLedger").summary("Who or what did what to tests, and why"))),
        filtered(operation(Method::GET, "/tests/{test}/ledger", "listLedgerOfTest").summary("The ledger of one test")),
        operation(Method::GET, "/ledger/{entry}", "getLedgerEntry").summary("One entry of the ledger").answers(
            200,
            "The entry.",
            &named("LedgerEntry"),
        ),
        operation(Method::POST, "/ledger/{entry}/replay", "replayLedgerEntry")
            .summary("Holds an alarm or a recovery against the stored history")
            .answers(200, "The verdict.", &verdict())
            .errors(&[422, 503]),
        operation(Method::GET, "/incidents", "listIncidents")
            .summary("Runs that were mass failures")
            .answers_pages("Newest first.", "Incident"),
        operation(Method::GET, "/incident-guard", "getIncidentGuard").summary("When runs are mass failures").answers(
            200,
            "The guard; null when they are not looked for.",
            &json!({ "anyOf": [named("IncidentGuard"), { "type": "null" }] }),
        ),
        operation(Method::PUT, "/incident-guard", "setIncidentGuard")
            .summary("Says when runs are mass failures")
            .takes(named("IncidentGuard"))
            .answers(200, "The guard.", &named("IncidentGuard"))
            .errors(&[422]),
        operation(Method::DELETE, "/incident-guard", "deleteIncidentGuard")
            .summary("No longer looks for mass failures")
            .answers_nothing("They are not looked for."),
    ]
}

/// Every key has a default but `name` and `monitor`.
fn document() -> Object {
    Object::new("What owners write down about a workflow.")
        .optional("name", text("Unique in the suite; at most 128 bytes."))
        .optional("status", word(&["active", "paused"], ""))
        .optional("dry_run", flag("Actions are only recorded."))
        .optional("monitor", anything("`type`, and the settings of that monitor."))
        .optional("filters", list(&anything("`key`, `operator`, and `value` or `values`."), "All must hold."))
        .optional("expire_days", nullable(count("An alarm recovers after so many days without an execution.")))
        .optional("alarm_actions", list(&anything("`type`, and `label`, `state` or `settings`."), ""))
        .optional("recover_actions", list(&anything("As on alarm."), ""))
        .optional("events_per_minute", count("Events that may be told outside within a minute; the others wait."))
        .optional("apply", word(&["quiet", "fire"], "What becomes of differences that stored history makes; never in an answer."))
}

fn workflow() -> Value {
    document()
        .described("A workflow.")
        .key("id", uuid(""))
        .key("version", count("Raised by every change, from 1."))
        .key("history", word(&["applied", "waiting"], "Whether the stored history has been taken in."))
        .key("created_at", timestamp(""))
        .key("updated_at", timestamp(""))
        .schema()
}

fn version() -> Value {
    document()
        .described("A version of a workflow.")
        .key("workflow_id", uuid(""))
        .key("version", count("From 1."))
        .key("created_at", timestamp(""))
        .schema()
}

fn backtest() -> Value {
    Object::new("What a rule would have done to the stored history.")
        .key("monitor", anything(""))
        .key("filters", list(&anything(""), ""))
        .key("expire_days", nullable(count("")))
        .key("executions", count("Of any kind."))
        .key("executions_counted", count("Those that the monitor took in."))
        .key("from", nullable(timestamp("")))
        .key("to", nullable(timestamp("")))
        .key("weeks", seconds("Of history."))
        .key("alarms", count(""))
        .key("recoveries", count(""))
        .key("flaps_per_week", seconds("Recoveries by weeks."))
        .key("tests_flagged", count("Tests with an alarm."))
        .key("tests_alarmed", count("Tests that are alarmed at the end."))
        .key("alarmed_test_days", seconds("Days that tests were alarmed, summed."))
        .key("runs_failed", count("Runs with a failed execution."))
        .key("runs_saved", count("Those whose failures are all of tests alarmed before."))
        .key("regressions_hidden", count(""))
        .key("tests", list(&flagged(), "The most flagged ones."))
        .schema()
}

fn days_told() -> Value {
    count("How many days are told of, today and those before it: 1 to 366, otherwise 28.")
}

fn preview() -> Value {
    let day = Object::new("").key("day", text("UTC.")).key("alarms", count("")).key("recoveries", count("")).schema();
    let tests =
        |description| Object::new(description).key("count", count("All of them.")).key("tests", list(&previewed(), "The first ten."));
    let saved = Object::new("Held against the saved version.")
        .key("id", uuid(""))
        .key("version", count(""))
        .key("added", tests("Alarmed under the edited rule only.").schema())
        .key("removed", tests("Alarmed under the saved rule only.").schema())
        .key("same", tests("Alarmed under both.").schema());
    Object::new("What a workflow would do if it were saved now.")
        .key("monitor", anything(""))
        .key("filters", list(&anything(""), ""))
        .key("expire_days", nullable(count("")))
        .key("days", count("Days that are told of."))
        .key("from", timestamp("The first of them begins."))
        .key("to", timestamp("Now."))
        .key("executions", count("Of any kind; all that are stored."))
        .key("executions_counted", count("Those that the monitor took in."))
        .key("events_per_day", list(&day, "Every day, oldest first."))
        .key("alarmed", tests("Tests that would be alarmed now, newest first.").schema())
        .key("recovered", tests("Tests that alarmed, and recovered in these days, newest first.").schema())
        .key("saved", nullable(saved.schema()))
        .schema()
}

fn previewed() -> Value {
    let last = Object::new("The alarm that stands, or the recovery; null for a test that the edited rule does not alarm.")
        .key("event", word(&["alarm", "recover"], ""))
        .key("at", timestamp(""))
        .key("monitor", text("Its type."))
        .key("cause", word(&["execution", "clock", "expired"], ""))
        .key("execution_id", nullable(uuid("")))
        .key("score", nullable(seconds("")))
        .key("thresholds", anything("`alarm` and `recover`."))
        .key("figures", nullable(anything("What belongs to the score of this monitor.")))
        .key("evidence", list(&uuid(""), "The executions that decided."))
        .optional("summary", text("Of `changepoint`: between which commits it changed, and how sure that is."));
    Object::new("A test in a preview.")
        .key("test_id", uuid(""))
        .key("scope", text(""))
        .key("name", text(""))
        .key("state", word(&["enabled", "muted", "skipped"], ""))
        .key("labels", texts(""))
        .key("last_event", nullable(last.schema()))
        .key("events", list(&flag_event(), "The newest of these days, oldest first."))
        .schema()
}

fn flag_event() -> Value {
    Object::new("").key("event", word(&["alarm", "recover"], "")).key("at", timestamp("")).key("score", nullable(seconds(""))).schema()
}

fn flagged() -> Value {
    Object::new("A test with an alarm.")
        .key("test_id", uuid(""))
        .key("scope", text(""))
        .key("name", text(""))
        .key("alarms", count(""))
        .key("recoveries", count(""))
        .key("alarmed_days", seconds(""))
        .key("is_alarmed", flag(""))
        .key("regressions_hidden", count(""))
        .key("events", list(&flag_event(), "The first of them."))
        .schema()
}

fn alarm() -> Value {
    Object::new("A test that is alarmed.")
        .key("workflow_id", uuid(""))
        .key("test_id", uuid(""))
        .key("scope", text(""))
        .key("name", text(""))
        .key("state", word(&["enabled", "muted", "skipped"], ""))
        .key("labels", texts(""))
        .key("since", timestamp(""))
        .schema()
}

fn entry() -> Value {
    let kinds: Vec<&str> = LedgerKind::ALL.iter().map(|kind| kind.as_str()).collect();
    let test = Object::new("The test.").key("id", uuid("")).key("scope", text("")).key("name", text("")).schema();
    let mut schema =
        Object::new("An entry of the ledger. What else it has depends on its kind: alarms and recoveries have their evidence.")
            .key("id", uuid(""))
            .key("kind", word(&kinds, ""))
            .key("at", timestamp("When it came true."))
            .key("recorded_at", timestamp("When it was written down."))
            .key("actor", text("`workflow`, `system`, or `user:` and an id."))
            .key("test", nullable(test))
            .key("workflow_id", nullable(uuid("")))
            .key("workflow_version", nullable(count("")))
            .schema();
    schema["additionalProperties"] = json!(true);
    schema
}

fn verdict() -> Value {
    Object::new("What the stored history gives now.")
        .key("verdict", word(&["same", "different", "gone"], ""))
        .optional("event", anything("If different: what it gives."))
        .schema()
}

fn incident() -> Value {
    Object::new("A run that was a mass failure.")
        .key("run_id", uuid(""))
        .key("at", timestamp(""))
        .key("uploads", count("Those that are left out."))
        .key("tests", count("That ran."))
        .key("failed", count("Of these, without a pass."))
        .key("failed_share", seconds("0 to 1."))
        .key("fingerprint_share", nullable(seconds("Of the most frequent reason, 0 to 1; null: the guard does not ask for it.")))
        .schema()
}

fn guard() -> Value {
    Object::new("When a run is a mass failure.")
        .optional("tests_min", count("Tests that must have run."))
        .optional("failed_share", seconds("More than this share of them failed."))
        .optional("fingerprint_share", nullable(seconds("At least this share of them for one reason.")))
        .schema()
}
