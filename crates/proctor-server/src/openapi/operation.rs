//! One route and method: what it takes and what it answers.

use http::Method;
use serde_json::{Map, Value, json};

use super::parameter;
use super::schema::{list, named};

/// One route and method.
#[derive(Debug)]
pub(super) struct Operation {
    pub(super) path: String,
    pub(super) method: Method,
    id: &'static str,
    summary: &'static str,
    tag: &'static str,
    security: Value,
    parameters: Vec<Value>,
    body: Option<Value>,
    responses: Map<String, Value>,
    is_deprecated: bool,
}

/// Who may call an operation.
#[derive(Clone, Copy, Debug)]
pub(super) enum Access {
    /// Everybody.
    Public,
    /// Whoever has an API token.
    AnyToken,
    /// Whoever has an API token with this scope.
    Scope(&'static str),
    /// Whoever has the upload token of a suite.
    UploadToken,
    /// The same; or, to bring history along, whoever has an API token with `import_history`.
    Uploader,
}

/// The content of JSON bodies.
const JSON: &str = "application/json";

impl Operation {
    /// An operation that answers only errors so far; `tag` is the family it is listed in.
    pub(super) fn new(method: Method, path: impl Into<String>, id: &'static str, tag: &'static str, access: Access) -> Self {
        let path = path.into();
        let security = match access {
            Access::Public => json!([]),
            Access::AnyToken => json!([{ "api_token": [] }]),
            Access::Scope(scope) => json!([{ "api_token": [scope] }]),
            Access::UploadToken => json!([{ "upload_token": [] }]),
            Access::Uploader => json!([{ "upload_token": [] }, { "api_token": [proctor_core::scope::IMPORT_HISTORY] }]),
        };
        let errors: &[u16] = match access {
            Access::Public => &[],
            Access::AnyToken | Access::UploadToken => &[401],
            Access::Scope(_) | Access::Uploader => &[401, 403],
        };
        let parameters = parameter::of_path(&path);
        let operation = Self {
            method,
            id,
            summary: "",
            tag,
            security,
            body: None,
            responses: Map::new(),
            is_deprecated: false,
            path,
            parameters: Vec::new(),
        };
        // Whatever a path names may be unknown.
        let operation = if parameters.is_empty() { operation } else { operation.errors(&[404]) };
        Self { parameters, ..operation.errors(errors) }
    }

    /// What it is for, in one line.
    pub(super) fn summary(mut self, summary: &'static str) -> Self {
        self.summary = summary;
        self
    }

    /// Another one answers the same and is to be preferred.
    pub(super) fn deprecated(mut self) -> Self {
        self.is_deprecated = true;
        self
    }

    /// A parameter.
    pub(super) fn parameter(mut self, parameter: Value) -> Self {
        self.parameters.push(parameter);
        self
    }

    /// A parameter of the query, whose description stands in its schema.
    pub(super) fn query(mut self, name: &str, schema: Value) -> Self {
        self.parameters.push(parameter::query(name, schema));
        self
    }

    /// A header of the request.
    pub(super) fn header(mut self, name: &str, schema: Value) -> Self {
        self.parameters.push(parameter::header(name, schema));
        self
    }

    /// The body is a JSON object like that.
    pub(super) fn takes(self, schema: Value) -> Self {
        self.takes_content(json!({ JSON: { "schema": schema } })).errors(&[400, 413])
    }

    /// The body may be a JSON object like that; it need not be there.
    pub(super) fn may_take(mut self, schema: Value) -> Self {
        self.body = Some(json!({ "required": false, "content": { JSON: { "schema": schema } } }));
        self.errors(&[400, 413])
    }

    /// The body is one of these content types.
    pub(super) fn takes_content(mut self, content: Value) -> Self {
        self.body = Some(json!({ "required": true, "content": content }));
        self
    }

    /// It answers JSON like that.
    pub(super) fn answers(self, status: u16, description: &str, schema: &Value) -> Self {
        self.answers_content(status, description, json!({ JSON: { "schema": schema } }))
    }

    /// It answers other content.
    pub(super) fn answers_content(mut self, status: u16, description: &str, content: Value) -> Self {
        self.responses.insert(status.to_string(), json!({ "description": description, "content": content }));
        self
    }

    /// It answers 204.
    pub(super) fn answers_nothing(mut self, description: &str) -> Self {
        self.responses.insert("204".to_owned(), json!({ "description": description }));
        self
    }

    /// It answers a page of a list of named schemas.
    pub(super) fn answers_pages(self, description: &str, items: &str) -> Self {
        self.answers_pages_of(description, &named(items))
    }

    /// It answers a page of a list.
    pub(super) fn answers_pages_of(mut self, description: &str, items: &Value) -> Self {
        self.parameters.extend(["page", "per_page"].map(parameter::reference));
        let mut operation = self.answers(200, description, &list(items, description));
        operation.responses["200"]["headers"] = json!({ "Link": { "$ref": "#/components/headers/Link" } });
        operation
    }

    /// Errors that callers must reckon with, beside those that follow from access, path and body. Any other is under `default`.
    pub(super) fn errors(mut self, statuses: &[u16]) -> Self {
        for status in statuses {
            self.responses.insert(status.to_string(), json!({ "$ref": format!("#/components/responses/{status}") }));
        }
        self
    }

    pub(super) fn into_json(self) -> Value {
        let Self { path: _, method: _, id, summary, tag, security, parameters, body, responses, is_deprecated } = self;
        let mut operation = json!({ "operationId": id, "tags": [tag], "summary": summary });
        if is_deprecated {
            operation["deprecated"] = json!(true);
        }
        operation["security"] = security;
        if !parameters.is_empty() {
            operation["parameters"] = json!(parameters);
        }
        if let Some(body) = body {
            operation["requestBody"] = body;
        }
        let mut responses: Vec<(String, Value)> = responses.into_iter().collect();
        responses.sort_by(|(one, _), (other, _)| one.cmp(other));
        operation["responses"] = responses.into_iter().collect();
        operation["responses"]["default"] = json!({ "$ref": "#/components/responses/default" });
        operation
    }
}
