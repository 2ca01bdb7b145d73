//! JSON Schema in the small: the kinds of values that the API knows (`rest-api.md`, section 1.7).

use proctor_core::result::TestResult;
use serde_json::{Value, json};

/// Some keys need no words.
fn described(mut schema: Value, description: &str) -> Value {
    if !description.is_empty() {
        schema["description"] = Value::from(description);
    }
    schema
}

/// Text that is never null: unknown is `""`.
pub(super) fn text(description: &str) -> Value {
    described(json!({ "type": "string" }), description)
}

/// Text that is not blank.
pub(super) fn filled(description: &str) -> Value {
    described(json!({ "type": "string", "pattern": "\\S" }), description)
}

/// A name that a slug can be made of.
pub(super) fn sluggable(description: &str) -> Value {
    described(json!({ "type": "string", "pattern": "[A-Za-z0-9_]" }), description)
}

/// A UUID, lower case with hyphens.
pub(super) fn uuid(description: &str) -> Value {
    described(json!({ "type": "string", "format": "uuid" }), description)
}

/// An absolute address.
pub(super) fn url(description: &str) -> Value {
    described(json!({ "type": "string", "format": "uri" }), description)
}

/// RFC 3339 in UTC with three decimals.
pub(super) fn timestamp(description: &str) -> Value {
    described(json!({ "type": "string", "format": "date-time" }), description)
}

/// An integer that is not negative.
pub(super) fn count(description: &str) -> Value {
    described(json!({ "type": "integer", "minimum": 0 }), description)
}

/// Seconds, with a fraction.
pub(super) fn seconds(description: &str) -> Value {
    described(json!({ "type": "number" }), description)
}

pub(super) fn flag(description: &str) -> Value {
    described(json!({ "type": "boolean" }), description)
}

/// One of a few words.
pub(super) fn word(words: &[&str], description: &str) -> Value {
    described(json!({ "type": "string", "enum": words }), description)
}

/// The result of an execution.
pub(super) fn result(description: &str) -> Value {
    word(&TestResult::ALL.map(TestResult::as_str), description)
}

/// A schema's value, or null.
pub(super) fn nullable(mut schema: Value) -> Value {
    let kind = schema["type"].take();
    schema["type"] = json!([kind, "null"]);
    schema
}

/// An array.
pub(super) fn list(items: &Value, description: &str) -> Value {
    described(json!({ "type": "array", "items": items }), description)
}

/// An array of texts.
pub(super) fn texts(description: &str) -> Value {
    list(&json!({ "type": "string" }), description)
}

/// A flat map from text to text.
pub(super) fn tags(description: &str) -> Value {
    described(json!({ "type": "object", "additionalProperties": { "type": "string" } }), description)
}

/// Any JSON object.
pub(super) fn anything(description: &str) -> Value {
    described(json!({ "type": "object", "additionalProperties": true }), description)
}

/// A schema that the document names.
pub(super) fn named(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}
