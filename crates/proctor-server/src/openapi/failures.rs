//! Failures in groups of the same cause. Proctor's own.

use http::Method;
use proctor_core::scope::READ_SUITES;
use serde_json::Value;

use super::document::Noun;
use super::object::Object;
use super::operation::{Access, Operation};
use super::parameter::reference;
use super::schema::{count, flag, list, named, text, texts, timestamp, url, uuid, word};
use super::selection;

const VERDICTS: [&str; 4] = ["new", "seen_before", "failing_on_default_branch", "known_flaky"];

pub(super) fn noun() -> Noun {
    let read = |rest: &str, id| {
        let path = format!("/v2/proctor/organizations/{{org}}/suites/{{suite}}{rest}");
        let operation = Operation::new(Method::GET, path, id, "Proctor", Access::Scope(READ_SUITES));
        operation.parameter(reference("page")).parameter(reference("per_page"))
    };
    let operations = vec![
        read("/runs/{run}/failures", "getFailuresOfRun").summary("Failures of a run in groups, with what is known of each").answers(
            200,
            "The groups of one page.",
            &named("RunFailures"),
        ),
        selection::asked(read("/failures", "getFailures")).summary("Failures of a window in groups").answers(
            200,
            "The groups of one page.",
            &named("Failures"),
        ),
        selection::asked(read("/tests/{test}/failures", "getFailuresOfTest")).summary("Failures of one test in groups").answers(
            200,
            "The groups of one page.",
            &named("Failures"),
        ),
    ];
    let run = answer("Failures of a run.").key("executions_count", count("Failed executions of the run.")).schema();
    let window = answer("Failures of a window.").schema();
    Noun { operations, schemas: vec![("RunFailures", run), ("Failures", window), ("FailureGroup", group())] }
}

fn answer(description: &'static str) -> Object {
    Object::new(description)
        .key("executions_looked_at", count("Failed executions, the newest, that the groups are made of."))
        .key("truncated", flag("Whether there are more."))
        .key("groups_count", count("Of all pages."))
        .key("groups", list(&named("FailureGroup"), "One page of them."))
}

fn group() -> Value {
    Object::new("Failures with one fingerprint.")
        .key("id", text("The fingerprint, 32 hexadecimal digits."))
        .key("title", text("The message in one line, volatile parts blanked."))
        .key("frames", texts("Where in the project's own code, the top first."))
        .key("message", text("What the newest of them says."))
        .optional("verdict", word(&VERDICTS, "Of a run only."))
        .key("executions_count", count("Those that the answer is about."))
        .key("tests_count", count(""))
        .key("first_seen_at", timestamp("Over all the history of the suite, as are the next three."))
        .key("first_run_id", uuid(""))
        .key("last_seen_at", timestamp(""))
        .key("last_run_id", uuid(""))
        .key("latest_execution_id", uuid(""))
        .key("tests", list(&test(), "Tests that failed so."))
        .schema()
}

fn test() -> Value {
    Object::new("A test that failed so.")
        .key("id", uuid(""))
        .key("url", url("In the API."))
        .key("web_url", url("For people."))
        .key("scope", text(""))
        .key("name", text(""))
        .key("location", text("`\"\"` if unknown."))
        .key("state", word(&["enabled", "muted", "skipped"], ""))
        .key("labels", texts("Sorted."))
        .key("executions_count", count("Its failures."))
        .optional("verdict", word(&VERDICTS, "Of a run only."))
        .optional("passed_in_run", flag("Whether it passed in the run too: of a run only."))
        .schema()
}
