//! What people say of tests: labels and states.

use http::Method;
use proctor_core::scope::{READ_SUITES, WRITE_SUITES};
use serde_json::{Value, json};

use super::document::Noun;
use super::object::Object;
use super::operation::{Access, Operation};
use super::schema::{list, named, text, timestamp, word};
use crate::router::a;

const TAG: &str = "Tests";

pub(super) fn noun() -> Noun {
    let read = |method, path: &str, id| Operation::new(method, a(path), id, TAG, Access::Scope(READ_SUITES));
    let write = |method, path: &str, id| Operation::new(method, a(path), id, TAG, Access::Scope(WRITE_SUITES));
    let state = |path, id, summary| {
        write(Method::PUT, path, id).summary(summary).answers(200, "The test; its state is not part of it.", &named("Test"))
    };
    let whole = "By scope and name; without paging parameters all of them.";
    let operations = vec![
        read(Method::POST, "/suites/{suite}/tests/find", "findTest")
            .summary("The test with exactly this scope and name")
            .takes(Object::new("What the suite calls it.").key("scope", text("May be empty.")).key("name", text("As sent.")).schema())
            .answers(200, "The test.", &named("Test")),
        read(Method::GET, "/suites/{suite}/tests/muted", "listMutedTests")
            .summary("Tests whose failures do not count")
            .answers_pages(whole, "Test"),
        read(Method::GET, "/suites/{suite}/tests/skipped", "listSkippedTests")
            .summary("Tests that do not run")
            .answers_pages(whole, "Test"),
        write(Method::PATCH, "/suites/{suite}/tests/{test}/labels", "changeLabels")
            .summary("Adds labels to a test or takes them away")
            .takes(labels())
            .answers(200, "The test with all its labels.", &named("Test"))
            .errors(&[422]),
        state("/suites/{suite}/tests/{test}/skip", "skipTest", "The test shall not run").may_take(term()).errors(&[422]),
        state("/suites/{suite}/tests/{test}/mute", "muteTest", "The failures of the test shall not count").may_take(term()).errors(&[422]),
        state("/suites/{suite}/tests/{test}/enable", "enableTest", "The test shall run, and its failures count"),
    ];
    Noun { operations, schemas: Vec::new() }
}

fn term() -> Value {
    let days = json!({ "type": "integer", "minimum": 1, "maximum": 365, "description": "The same in days from now." });
    Object::new("Until when, and why.")
        .optional("expires_at", timestamp("When the test is enabled again by itself; at most a year ahead."))
        .optional("expires_in_days", days)
        .optional("reason", json!({ "type": "string", "maxLength": 500, "description": "At most 500 bytes." }))
        .schema()
}

fn labels() -> Value {
    let label = json!({ "type": "string", "pattern": "\\S", "maxLength": 64 });
    let mut labels = list(&label, "What is so already stays so.");
    labels["minItems"] = json!(1);
    Object::new("A change of labels.").key("operator", word(&["add", "remove"], "")).key("labels", labels).schema()
}
