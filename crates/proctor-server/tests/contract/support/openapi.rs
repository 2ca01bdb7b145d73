//! Checks answers against the reference document, which is found beside the repository or where `PROCTOR_SHARED` says.
//!
//! It is somebody else's and no part of the project: where it is absent, this check is left out.

use std::path::PathBuf;
use std::sync::LazyLock;

use serde_json::{Value, json};

/// What Proctor sends as null although the document wants a value (`rest-api.md`, appendix A, row 3).
const NULLABLE: [(&str, &str); 4] = [("Suite", "application_name"), ("Suite", "color"), ("Suite", "emoji"), ("Execution", "duration")];

static DOCUMENT: LazyLock<Option<Value>> = LazyLock::new(|| {
    let shared = match std::env::var_os("PROCTOR_SHARED") {
        Some(shared) => PathBuf::from(shared),
        None => PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
    };
    let text = std::fs::read_to_string(shared.join("contracts/reference/analytics-openapi.yaml")).ok()?;
    let mut document: Value = serde_saphyr::from_str(&text).expect("the reference document is YAML");
    for (schema, property) in NULLABLE {
        let kind = &mut document["components"]["schemas"][schema]["properties"][property]["type"];
        *kind = json!([kind.take(), "null"]);
    }
    Some(document)
});

/// Panics unless `body` is what the reference document lets the operation answer with `status`. That it is what our own document does is
/// checked of every answer, see [`super::described`].
#[track_caller]
pub(crate) fn assert_conforms(operation_id: &str, status: u16, body: &Value) {
    let Some(document) = &*DOCUMENT else {
        eprintln!("the reference document is absent: {operation_id} was not checked");
        return;
    };
    let schema = json!({ "components": document["components"], "allOf": [schema_of(document, operation_id, status)] });
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).expect("a JSON schema");
    let errors: Vec<String> = validator.iter_errors(body).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{operation_id} {status}: {errors:#?}\n{body:#}");
}

fn schema_of<'d>(document: &'d Value, operation_id: &str, status: u16) -> &'d Value {
    let paths = document["paths"].as_object().expect("paths");
    let operation = paths
        .values()
        .filter_map(Value::as_object)
        .flat_map(|path| path.values())
        .find(|operation| operation["operationId"] == operation_id)
        .unwrap_or_else(|| panic!("no operation {operation_id}"));
    let mut response = &operation["responses"][status.to_string()];
    if let Some(name) = response["$ref"].as_str().and_then(|reference| reference.strip_prefix("#/components/responses/")) {
        response = &document["components"]["responses"][name];
    }
    let schema = &response["content"]["application/json"]["schema"];
    assert!(schema.is_object(), "{operation_id} does not describe {status}");
    schema
}
