//! Executions of a run.

use http::Method;
use proctor_core::scope::READ_SUITES;
use serde_json::Value;

use super::document::Noun;
use super::object::Object;
use super::operation::{Access, Operation};
use super::schema::{flag, list, nullable, result, seconds, tags, text, texts, timestamp, url, uuid};
use crate::router::a;

const TAG: &str = "Executions";

pub(super) fn noun() -> Noun {
    let expanded = || flag("Whether `failure_expanded` shows.");
    let failed = a("/suites/{suite}/runs/{run}/failed_executions");
    let all = "/v2/proctor/organizations/{org}/suites/{suite}/runs/{run}/executions";
    let operations = vec![
        Operation::new(Method::GET, failed, "listFailedExecutions", TAG, Access::Scope(READ_SUITES))
            .summary("Failed executions of a run, one element for each")
            .query("include_failure_expanded", expanded())
            .answers_pages("Newest first.", "Execution"),
        Operation::new(Method::GET, all, "listExecutionsOfRun", "Proctor", Access::Scope(READ_SUITES))
            .summary("All executions of a run")
            .query("result", result("Only those with this result."))
            .query("include_failure_expanded", expanded())
            .answers_pages("Newest first.", "AnyExecution")
            .errors(&[422]),
    ];
    Noun { operations, schemas: vec![("Execution", keys().schema()), ("AnyExecution", any())] }
}

fn keys() -> Object {
    let failure = Object::new("One failure.").key("backtrace", texts("Lines.")).key("expanded", texts("Lines.")).schema();
    Object::new("One execution of a test.")
        .key("execution_id", uuid(""))
        .key("run_id", uuid(""))
        .key("test_id", uuid(""))
        .key("run_name", text("The run's id."))
        .key("commit_sha", text("`\"\"` if unknown."))
        .key("branch", text("`\"\"` if unknown."))
        .key("created_at", timestamp("When its upload was received."))
        .key("failure_reason", text("As sent, with line breaks and escapes; `\"\"` if there is none."))
        .key("duration", nullable(seconds("Seconds, null if the sender gave none.")))
        .key("location", text("`\"\"` if unknown."))
        .key("test_name", text("Scope and name."))
        .key("run_url", url("For people."))
        .key("test_url", url("For people."))
        .key("test_execution_url", url("For people."))
        .key("tags", tags("What senders attached: execution over upload, `mut.*` over both."))
        .optional("failure_expanded", list(&failure, "Only when asked for."))
}

fn any() -> Value {
    keys()
        .described("One execution of a test, whatever its result.")
        .key("scope", text("Of the test."))
        .key("name", text("Of the test."))
        .key("result", result(""))
        .key("file_name", text("`\"\"` if unknown."))
        .schema()
}
