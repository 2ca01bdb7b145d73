//! Checks answers against our own document. Clients must put up with keys that it does not name; here they are faults, so that the
//! document keeps up with the code.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use jsonschema::Validator;
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::Answer;

/// Errors that an operation must name: they are about what this operation is asked. All others may hide behind `default`.
const NAMED_ERRORS: [u16; 7] = [400, 401, 403, 404, 409, 415, 422];

static SCHEMAS: LazyLock<Value> = LazyLock::new(|| {
    let mut schemas = proctor_server::openapi::document()["components"]["schemas"].clone();
    close(&mut schemas);
    schemas
});

/// By method, template and status.
type Validators = HashMap<(String, String, u16), Arc<Validator>>;

static VALIDATORS: LazyLock<Mutex<Validators>> = LazyLock::new(Mutex::default);

/// What is wrong with an answer. Nothing, where no operation is described: routes and operations are compared by a test of their own.
pub(crate) fn faults(method: &Method, path: &str, answer: &Answer) -> Vec<String> {
    let Some((template, operation)) = operation(method, path) else { return Vec::new() };
    let Some(response) = response(operation, answer.status) else { return vec!["the status is not described".to_owned()] };
    let Some(content) = response["content"].as_object() else {
        return if answer.text.is_empty() { Vec::new() } else { vec!["there is a body, and none is described".to_owned()] };
    };
    let content_type = answer.header("content-type").unwrap_or_default();
    let media = content_type.split(';').next().unwrap_or_default();
    let Some(described) = content.get(media) else { return vec![format!("the content type {content_type:?} is not described")] };
    if !media.ends_with("json") {
        return Vec::new();
    }
    let validator = validator(method, template, answer.status, &described["schema"]);
    validator.iter_errors(&answer.json()).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// The operation that a request reaches, with the template of its path. Of several templates that fit, the most literal one.
fn operation<'d>(method: &Method, path: &str) -> Option<(&'d str, &'d Value)> {
    let paths = proctor_server::openapi::document()["paths"].as_object().expect("paths");
    let sent: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let fits = |template: &str| {
        let parts: Vec<&str> = template.split('/').filter(|part| !part.is_empty()).collect();
        parts.len() == sent.len() && parts.iter().zip(&sent).all(|(part, sent)| part.starts_with('{') || part == sent)
    };
    let (template, operations) =
        paths.iter().filter(|(template, _)| fits(template)).min_by_key(|(template, _)| template.matches('{').count())?;
    Some((template.as_str(), operations.get(method.as_str().to_lowercase())?))
}

fn response(operation: &Value, status: u16) -> Option<&Value> {
    let responses = &operation["responses"];
    let named = responses.get(status.to_string());
    let must_be_named = status < 400 || NAMED_ERRORS.contains(&status);
    let response = if must_be_named { named? } else { named.unwrap_or(&responses["default"]) };
    match response["$ref"].as_str() {
        Some(reference) => proctor_server::openapi::document().pointer(&reference[1..]),
        None => Some(response),
    }
}

/// Building one takes longer than most tests.
fn validator(method: &Method, template: &str, status: u16, schema: &Value) -> Arc<Validator> {
    let key = (method.to_string(), template.to_owned(), status);
    let mut known = VALIDATORS.lock().expect("no test panics here");
    let validator = known.entry(key).or_insert_with(|| {
        let mut schema = schema.clone();
        close(&mut schema);
        let whole = json!({ "components": { "schemas": &*SCHEMAS }, "allOf": [schema] });
        Arc::new(jsonschema::options().should_validate_formats(true).build(&whole).expect("a JSON schema"))
    });
    Arc::clone(validator)
}

/// Forbids the keys that an object's schema does not name, everywhere.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(keys) => {
            keys.values_mut().for_each(close);
            if is_object_schema(keys) && !keys.contains_key("additionalProperties") {
                keys.insert("additionalProperties".to_owned(), json!(false));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn is_object_schema(keys: &Map<String, Value>) -> bool {
    keys.get("type").is_some_and(|kind| kind == "object") && keys.get("properties").is_some_and(Value::is_object)
}
