//! What a suite takes on disk. Proctor's own.

use http::Method;
use proctor_core::scope::READ_SUITES;
use serde_json::{Value, json};

use super::document::Noun;
use super::object::Object;
use super::operation::{Access, Operation};
use super::schema::{count, list, named, nullable, seconds, text, uuid};

pub(super) fn noun() -> Noun {
    let path = "/v2/proctor/organizations/{org}/suites/{suite}/storage";
    let get = Operation::new(Method::GET, path, "getStorage", "Proctor", Access::Scope(READ_SUITES))
        .summary("What a suite takes on disk, by day")
        .answers(200, "In all and by day.", &named("Storage"));
    Noun { operations: vec![get], schemas: vec![("Storage", storage())] }
}

fn storage() -> Value {
    let date = json!({ "type": "string", "format": "date", "description": "UTC." });
    let day = amount(Object::new("One day.").key("day", date)).schema();
    let keys = Object::new("What a suite takes on disk.")
        .key("suite_id", uuid(""))
        .key("suite", text("Its slug."))
        .key("retention_days", nullable(count("How long executions are kept; null: for ever.")))
        .key("aggregates_days", nullable(count("How long aggregates are kept; null: for ever.")));
    amount(keys).key("days", list(&day, "Ascending; days without anything are left out.")).schema()
}

fn amount(keys: Object) -> Object {
    keys.key("executions", count(""))
        .key("bytes", count("Of day files and segments."))
        .key("bytes_per_execution", nullable(seconds("Null without executions.")))
        .key("files", count("Day files."))
        .key("segments_waiting", count("Segments that are not compacted yet."))
        .key("segment_bytes", count(""))
        .key("aggregated_executions", count("Executions that are there as aggregates only."))
        .key("aggregate_bytes", count(""))
}
