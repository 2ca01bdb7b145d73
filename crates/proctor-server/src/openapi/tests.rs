//! Tests.

use http::Method;
use proctor_core::scope::READ_SUITES;
use serde_json::{Value, json};

use super::document::Noun;
use super::object::Object;
use super::operation::{Access, Operation};
use super::schema::{count, list, named, nullable, seconds, text, texts, timestamp, url, uuid, word};
use super::selection;
use crate::router::a;

const TAG: &str = "Tests";

pub(super) fn noun() -> Noun {
    let read = |path: &str, id| Operation::new(Method::GET, a(path), id, TAG, Access::Scope(READ_SUITES));
    let operations = vec![
        selection::filtered(selection::within(versioned(read("/suites/{suite}/tests", "listTests"))))
            .summary("Tests of a suite: with metrics those with selected executions, sorted; without, all that are known")
            .query("label", text("One label. Not together with `labels`."))
            .query(
                "min_executions",
                json!({ "type": "integer", "minimum": 1, "description": "Only tests with so many selected executions." }),
            )
            .answers_pages_of("Tests in the wanted form.", &either()),
        selection::within(versioned(read("/suites/{suite}/tests/{test}", "getTest")))
            .summary("One test, with metrics also when it was not executed")
            .answers(200, "The test in the wanted form.", &either()),
        read("/suites/{suite}/flaky-tests", "listFlakyTests")
            .summary("Tests that passed and failed on one commit")
            .deprecated()
            .query("search", text("A part of name, scope or location."))
            .query("branch", text("Found flaky on this branch."))
            .query("period", word(&["1hour", "4hours", "1day", "7days", "14days", "28days"], "Until now; `7days` if left out."))
            .answers_pages("The last one found first.", "FlakyTest")
            .errors(&[422]),
    ];
    let schemas = vec![("Test", keys().schema()), ("TestWithMetrics", with_metrics()), ("FlakyTest", flaky())];
    Noun { operations, schemas }
}

/// The header says which of the two forms is wanted.
fn versioned(operation: Operation) -> Operation {
    let since = "A date. From `2026-08-01` on the answer has metrics; before, and without the header, it has none.";
    operation.header("Buildkite-Version", json!({ "type": "string", "format": "date", "description": since }))
}

fn either() -> Value {
    json!({ "anyOf": [named("Test"), named("TestWithMetrics")] })
}

fn keys() -> Object {
    Object::new("A test: what a suite calls by one scope and one name.")
        .key("id", uuid("Derived from suite, scope and name."))
        .key("url", url("In the API."))
        .key("web_url", url("For people."))
        .key("scope", text("As sent."))
        .key("name", text("As sent."))
        .key("location", text("The last one sent, from the default branch if there is one; `\"\"` if unknown."))
        .key("file_name", text("Likewise."))
        .key("labels", texts("Sorted."))
}

fn with_metrics() -> Value {
    let by_result = Object::new("Executions by result; they add up to `executions_count`.")
        .key("passed", count(""))
        .key("failed", count(""))
        .optional("skipped", count("Left out when 0."))
        .optional("pending", count("Left out when 0."))
        .optional("unknown", count("Left out when 0."))
        .schema();
    let duration = |which| nullable(seconds(which));
    keys()
        .described("A test with figures over the selected executions.")
        .key("reliability", nullable(seconds("Passed by passed and failed, from 0 to 1; null if there are neither.")))
        .key("duration_avg", duration("Seconds, over the executions that have a duration; null if none has."))
        .key("duration_sum", duration("Likewise."))
        .key("duration_min", duration("Likewise."))
        .key("duration_max", duration("Likewise."))
        .key("executions_count", count("Selected executions of any result."))
        .key("executions_count_by_result", by_result)
        .optional("duration_p50", duration("Exact, linear between neighbours. Of one test, and of a list that is sorted by it."))
        .optional("duration_p90", duration("Likewise."))
        .optional("duration_p95", duration("Likewise."))
        .optional("duration_p99", duration("Likewise."))
        .schema()
}

fn flaky() -> Value {
    Object::new("A test that passed and failed on one commit.")
        .key("id", uuid(""))
        .key("graphql_id", text("Its id in GraphQL."))
        .key("url", url("In the API."))
        .key("web_url", url("For people."))
        .key("scope", text("As sent."))
        .key("name", text("As sent."))
        .key("location", text("`\"\"` if unknown."))
        .key("file_name", text("`\"\"` if unknown."))
        .key("instances", json!({ "type": "integer", "minimum": 1, "description": "How often in the period." }))
        .key("latest_occurrence_at", timestamp("When last."))
        .key("most_recent_instance_at", timestamp("The same."))
        .key("last_resolved_at", json!({ "type": "null" }))
        .key("ownership_team_ids", list(&uuid(""), "Owners, the one to be told first."))
        .schema()
}
