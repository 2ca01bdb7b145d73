//! The schema of a JSON object, key by key.

use serde_json::{Map, Value, json};

/// The schema of a JSON object. Keys that it does not name are allowed: every client ignores them.
#[derive(Clone, Debug)]
pub(super) struct Object {
    description: &'static str,
    properties: Map<String, Value>,
    required: Vec<&'static str>,
}

impl Object {
    pub(super) fn new(description: &'static str) -> Self {
        Self { description, properties: Map::new(), required: Vec::new() }
    }

    /// The same keys under another description, so that more can be added.
    pub(super) fn described(mut self, description: &'static str) -> Self {
        self.description = description;
        self
    }

    /// A key that is always there.
    pub(super) fn key(mut self, name: &'static str, schema: Value) -> Self {
        self.required.push(name);
        self.optional(name, schema)
    }

    /// A key that may be left out.
    pub(super) fn optional(mut self, name: &'static str, schema: Value) -> Self {
        self.properties.insert(name.to_owned(), schema);
        self
    }

    pub(super) fn schema(self) -> Value {
        let Self { description, properties, required } = self;
        let mut schema = json!({ "type": "object", "description": description });
        if !required.is_empty() {
            schema["required"] = json!(required);
        }
        schema["properties"] = Value::Object(properties);
        schema
    }
}
