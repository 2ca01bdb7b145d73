//! Parameters of operations.

use serde_json::{Value, json};

use crate::pagination::{PER_PAGE_DEFAULT, PER_PAGE_MAX};

/// What every name between braces in a path stands for. A word where an id is wanted is 404, so ids are plain texts here.
const IN_PATHS: &[(&str, &str)] = &[
    ("org", "The slug of an organization."),
    ("suite", "The slug of a suite."),
    ("run", "The id of a run."),
    ("upload", "The id of an upload."),
    ("token", "The id of an API token."),
    ("test", "The id of a test."),
    ("execution", "The id of an execution."),
    ("build", "The UUID of a build."),
    ("pipeline", "The slug of a pipeline."),
    ("number", "The number of a build."),
    ("user", "The id of a user."),
    ("team", "The id of a team."),
    ("suite_id", "The id of a suite."),
    ("workflow", "The id of a workflow."),
    ("delivery", "The id of a message of a workflow."),
    ("version", "The number of a version, from 1."),
    ("summary", "The id of a subscription to the weekly summary."),
    ("entry", "The id of an entry of the ledger."),
];

/// The parameters of a path such as `/v2/organizations/{org}`.
pub(super) fn of_path(path: &str) -> Vec<Value> {
    let names = path.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name);
    names.map(|name| reference(&format!("path_{name}"))).collect()
}

/// A parameter that the document names.
pub(super) fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/parameters/{name}") })
}

/// A parameter of a query.
pub(super) fn query(name: &str, mut schema: Value) -> Value {
    let description = schema.as_object_mut().and_then(|keys| keys.remove("description")).unwrap_or_else(|| name.into());
    json!({ "name": name, "in": "query", "description": description, "schema": schema })
}

/// A header of a request.
pub(super) fn header(name: &str, schema: Value) -> Value {
    let mut header = query(name, schema);
    header["in"] = json!("header");
    header
}

/// The parameters that the document names.
pub(super) fn named() -> Value {
    let mut all = json!({
        "page": query("page", json!({ "type": "integer", "minimum": 1, "default": 1, "description":
            "Which page, from 1. Whatever cannot be a page is page 1; beyond the last page the answer is an empty array." })),
        "per_page": query("per_page", json!({ "type": "integer", "minimum": 1, "default": PER_PAGE_DEFAULT, "description":
            format!("Elements of a page, at most {PER_PAGE_MAX}: what is more counts as {PER_PAGE_MAX}.") })),
    });
    for (name, description) in IN_PATHS {
        all[format!("path_{name}")] =
            json!({ "name": name, "in": "path", "required": true, "description": description, "schema": { "type": "string" } });
    }
    all
}
