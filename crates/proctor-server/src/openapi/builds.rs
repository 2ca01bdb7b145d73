//! What the runs of one build have in common.

use http::Method;
use proctor_core::scope::READ_SUITES;
use serde_json::{Value, json};

use super::document::Noun;
use super::object::Object;
use super::operation::{Access, Operation};
use super::schema::{count, flag, list, named, seconds, text, texts, uuid, word};
use super::selection;
use crate::router::a;

pub(super) fn noun() -> Noun {
    let read = |path: &str, id| Operation::new(Method::GET, a(path), id, "Builds", Access::Scope(READ_SUITES));
    let limit = json!({ "type": "integer", "minimum": 1, "maximum": 100, "default": 20, "description": "How many." });
    let operations = vec![
        selection::filtered(read("/builds/{build}/tests", "listTestsOfBuild"))
            .summary("Tests of a build, over all its suites")
            .answers_pages("Over the executions of the build only.", "TestWithMetrics"),
        read("/builds/{build}/preflight/v1", "getPreflightSummary")
            .summary("What is to be known of a build's tests at a glance")
            .query("result", text("As in `tags`, for example `^failed`."))
            .query("state", word(&["enabled", "muted", "skipped"], "The test's state."))
            .query("include", text("`latest_fail`: each failure with its newest failed execution."))
            .answers(200, "Tests by run and outcome.", &named("PreflightSummary"))
            .errors(&[422]),
        read("/builds/{build}/executions/slowest", "listSlowestExecutions")
            .summary("The longest executions of a build")
            .query("limit", limit)
            .answers(200, "Longest first.", &list(&named("SlowExecution"), "Those that have a duration."))
            .errors(&[422]),
    ];
    Noun { operations, schemas: vec![("PreflightSummary", preflight()), ("SlowExecution", slow())] }
}

fn preflight() -> Value {
    let suite = Object::new("Of which suite.").key("id", uuid("")).key("slug", text("")).key("name", text("")).schema();
    let run = Object::new("Tests of one run, each counted once.")
        .key("suite", suite)
        .key("passed", count("With a pass."))
        .key("failed", count("With failures and no pass."))
        .key("skipped", count("Only skipped."))
        .schema();
    let runs = json!({ "type": "object", "additionalProperties": run, "description": "By run id." });
    let tests = Object::new("Tests.").key("runs", runs).key("failures", list(&failure(), "At most 100.")).schema();
    Object::new("The tests of a build at a glance.").key("tests", tests).schema()
}

fn failure() -> Value {
    let expanded = Object::new("One failure.").key("backtrace", texts("Lines.")).key("expanded", texts("Lines.")).schema();
    let latest = Object::new("Its newest failed execution: only when asked for.")
        .key("failure_reason", text("As sent."))
        .key("failure_expanded", list(&expanded, "As sent."))
        .schema();
    Object::new("A test that failed and did not pass.")
        .key("run_id", uuid(""))
        .key("suite_name", text(""))
        .key("suite_slug", text(""))
        .key("name", text("Scope and name."))
        .key("location", text("`\"\"` if unknown."))
        .key("failure_reason", text("As sent."))
        .optional("latest_fail", latest)
        .schema()
}

fn slow() -> Value {
    Object::new("A long execution.")
        .key("id", uuid(""))
        .key("suite_slug", text(""))
        .key("test_id", uuid(""))
        .key("duration", seconds("Seconds."))
        .key("has_trace", flag("Whether the sender traced it."))
        .schema()
}
