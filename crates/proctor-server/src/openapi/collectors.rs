//! What collectors call.

use http::Method;
use proctor_core::format::ReportFormat;
use serde_json::{Value, json};

use super::document::Noun;
use super::object::Object;
use super::operation::{Access, Operation};
use super::schema::{anything, count, filled, list, named, nullable, result, tags, text, texts, timestamp, url, uuid, word};

const TAG: &str = "Collectors";

pub(super) fn noun() -> Noun {
    let metadata = Operation::new(Method::GET, "/v1/uploads/metadata", "getUploadMetadata", TAG, Access::UploadToken)
        .summary("The address of the suite")
        .answers(200, "The address.", &Object::new("About the suite.").key("suite_url", url("For people.")).schema());
    let operations = vec![
        post("/v1/uploads", "createUpload"),
        metadata,
        // Asked for by jobs whose collectors share one address.
        post("/v1/uploads/uploads", "createUploadAtDoubledPath").deprecated(),
        post("/v1/upload", "createUploadAtOldPath").deprecated(),
    ];
    Noun { operations, schemas: vec![("UploadEnvelope", envelope()), ("UploadReceipt", receipt()), ("UploadRecord", record())] }
}

fn post(path: &'static str, id: &'static str) -> Operation {
    let content = json!({
        "application/json": { "schema": named("UploadEnvelope") },
        "multipart/form-data": { "schema": form() },
    });
    Operation::new(Method::POST, path, id, TAG, Access::Uploader)
        .summary("Takes results in, maybe coded with gzip or deflate; what was answered with 202 is stored")
        .header("Proctor-Suite", text("`{organization}/{suite}`: with an API token that brings history along."))
        .header("Proctor-Received-At", timestamp("When the results were received: with an API token that brings history along."))
        .takes_content(content)
        .answers(202, "The results are stored and every read sees them.", &named("UploadReceipt"))
        .errors(&[400, 404, 413, 415, 422, 429, 503])
}

fn envelope() -> Value {
    Object::new("Results of one job.")
        .key("run_env", run_env())
        .key("data", data())
        .optional("format", word(&ReportFormat::ALL.map(ReportFormat::as_str), "Of `data`; `json` if left out of an array."))
        .optional("tags", tags("Of all executions of the upload."))
        .schema()
}

fn run_env() -> Value {
    Object::new("Of which run the results are, and what describes it. More keys are kept.")
        .key("key", filled("One run for each key; at Buildkite the build's UUID."))
        .optional("CI", text("`buildkite`, `github_actions`, .."))
        .optional("branch", nullable(text("")))
        .optional("commit_sha", nullable(text("")))
        .optional("number", json!({ "type": ["string", "integer", "null"], "description": "Of the build." }))
        .optional("url", nullable(text("Of the build.")))
        .optional("message", nullable(text("Of the commit.")))
        .optional("job_id", nullable(text("")))
        .schema()
}

fn data() -> Value {
    let records = list(&named("UploadRecord"), "Records of the format `json`.");
    json!({ "anyOf": [records, { "type": ["string", "array", "object"] }], "description": "Records, or a report in another format." })
}

fn form() -> Value {
    let format = word(&ReportFormat::ALL.map(ReportFormat::as_str), "Of `data`.");
    json!({
        "type": "object",
        "description": "The same as a form, with fields such as `run_env[key]` and `tags[host.type]`.",
        "required": ["data", "format", "run_env[key]"],
        "properties": {
            "data": { "type": "string", "contentMediaType": "application/octet-stream" },
            "format": format,
            "run_env[key]": filled("One run for each key."),
        },
    })
}

fn record() -> Value {
    Object::new("One execution, as records of the format `json` give it.")
        .key("name", text("Of the test."))
        .optional("scope", text("Of the test."))
        .optional("result", result("What is missing or another word counts as unknown."))
        .optional("location", nullable(text("File and line.")))
        .optional("file_name", nullable(text("")))
        .optional("failure_reason", nullable(text("")))
        .optional("failure_expanded", json!({ "description": "Objects with `expanded` and `backtrace`." }))
        .optional("history", anything("`duration`, `start_at`, `end_at` in seconds, and `children`."))
        .optional("tags", tags("Of this execution."))
        .schema()
}

fn receipt() -> Value {
    Object::new("What became of the upload.")
        .key("id", uuid("The upload's id."))
        .key("run_id", uuid(""))
        .key("queued", count("Executions taken in."))
        .key("skipped", count("Records left out."))
        .key("errors", texts("Why records were left out, at most 50 lines."))
        .key("run_url", url("For people."))
        .key("upload_id", uuid("The upload's id once more."))
        .key("upload_url", url("For people."))
        .schema()
}
