//! Builds as clients of a pipeline know them, by number.

use http::Method;
use proctor_core::scope::READ_BUILDS;
use serde_json::{Value, json};

use super::document::Noun;
use super::object::Object;
use super::operation::{Access, Operation};
use super::schema::{count, flag, list, named, nullable, text, timestamp, url, uuid, word};

pub(super) fn noun() -> Noun {
    let read = |rest: &str, id| {
        let path = format!("/v2/organizations/{{org}}/pipelines/{{pipeline}}/builds/{{number}}{rest}");
        Operation::new(Method::GET, path, id, "Builds", Access::Scope(READ_BUILDS))
    };
    let operations = vec![
        read("", "getBuild")
            .summary("A build, as far as its runs tell")
            .query("exclude_jobs", flag("Whether `jobs` is left out."))
            .query("include_test_engine", flag("Whether `test_engine` shows."))
            .answers(200, "The build.", &named("Build")),
        read("/jobs", "listJobs").summary("Jobs of a build").answers(200, "None are known.", &jobs()),
        read("/annotations", "listAnnotations").summary("Annotations of a build").answers(200, "There are none.", &nothing()),
    ];
    Noun { operations, schemas: vec![("Build", build())] }
}

fn nothing() -> Value {
    json!({ "type": "array", "maxItems": 0 })
}

fn jobs() -> Value {
    Object::new("No jobs.").key("items", nothing()).key("links", Object::new("None.").schema()).schema()
}

fn build() -> Value {
    let suite = Object::new("Its suite.").key("id", uuid("")).key("slug", text("")).schema();
    let run = Object::new("A run of the build.").key("id", uuid("")).key("suite", suite).schema();
    let test_engine = Object::new("Only when asked for.").key("runs", list(&run, "Oldest first.")).schema();
    Object::new("A build.")
        .key("id", uuid("`build_id` of its runs."))
        .key("graphql_id", text("Its id in GraphQL."))
        .key("url", url("In the API."))
        .key("web_url", text("Where the sender says that it is."))
        .key("number", count(""))
        .key("state", word(&["running", "failed", "passed"], "Of its runs together."))
        .key("blocked", flag("Never."))
        .key("message", text("`\"\"` if unknown."))
        .key("commit", text("`\"\"` if unknown."))
        .key("branch", text("`\"\"` if unknown."))
        .key("env", Object::new("Empty.").schema())
        .key("meta_data", Object::new("Empty.").schema())
        .key("source", text("Always the same."))
        .key("created_at", timestamp("Of its first run."))
        .key("started_at", timestamp("The same."))
        .key("finished_at", nullable(timestamp("Null while a run is running.")))
        .optional("jobs", nothing())
        .optional("test_engine", test_engine)
        .schema()
}
