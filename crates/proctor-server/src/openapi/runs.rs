//! Runs.

use http::Method;
use proctor_core::scope::READ_SUITES;
use serde_json::Value;

use super::document::Noun;
use super::object::Object;
use super::operation::{Access, Operation};
use super::schema::{named, text, timestamp, url, uuid, word};
use crate::router::a;

const TAG: &str = "Runs";

pub(super) fn noun() -> Noun {
    let read = |path: &str, id| Operation::new(Method::GET, a(path), id, TAG, Access::Scope(READ_SUITES));
    let operations = vec![
        read("/suites/{suite}/runs", "listRuns")
            .summary("Runs of a suite")
            .query("build_id", uuid("Only runs of this build. Blank counts as absent."))
            .query("through", text("Out of the `Link` header: the list as it was when this run was the newest."))
            .answers_pages("Newest first.", "Run")
            .errors(&[400]),
        read("/suites/{suite}/runs/{run}", "getRun").summary("One run").answers(200, "The run.", &named("Run")),
    ];
    Noun { operations, schemas: vec![("Run", run())] }
}

fn run() -> Value {
    Object::new("Everything that was uploaded to a suite under one key.")
        .key("id", uuid(""))
        .key("branch", text("`\"\"` if unknown."))
        .key("commit_sha", text("`\"\"` if unknown."))
        .key("state", word(&["running", "finished"], "Whether uploads are being processed."))
        .key("result", word(&["pending", "passed", "failed", "stale"], "What is known so far; `failed` is final."))
        .key("url", url("In the API."))
        .key("web_url", url("For people."))
        .key("build_id", text("The UUID of the build, `\"\"` if unknown."))
        .key("created_at", timestamp("When the server saw its first upload."))
        .schema()
}
