//! The whole document.

use std::sync::LazyLock;

use http::StatusCode;
use serde_json::{Value, json};

use super::object::Object;
use super::operation::Operation;
use super::schema::{count, named, text, texts};
use super::{
    access_token, builds, collectors, deliveries, discovery, execution_tags, executions, failures, histories, labels, organizations,
    ownership, parameter, pipelines, quarantine, runs, storage, suites, summaries, team_members, team_suites, teams, tests, tokens, traces,
    uploads, user, workflows,
};

/// A noun: its operations, and the schemas that it names.
pub(super) struct Noun {
    pub(super) operations: Vec<Operation>,
    pub(super) schemas: Vec<(&'static str, Value)>,
}

/// All nouns, in the order of the document.
fn nouns() -> Vec<Noun> {
    vec![
        discovery::noun(),
        access_token::noun(),
        organizations::noun(),
        user::noun(),
        suites::noun(),
        runs::noun(),
        executions::noun(),
        tests::noun(),
        quarantine::noun(),
        traces::noun(),
        builds::noun(),
        pipelines::noun(),
        uploads::noun(),
        execution_tags::noun(),
        collectors::noun(),
        ownership::noun(),
        teams::noun(),
        team_suites::noun(),
        team_members::noun(),
        tokens::noun(),
        failures::noun(),
        histories::noun(),
        storage::noun(),
        workflows::noun(),
        deliveries::noun(),
        labels::noun(),
        summaries::noun(),
    ]
}

/// Statuses of errors that operations name.
const ERRORS: &[(u16, &str)] = &[
    (400, "The body or a parameter cannot be read."),
    (401, "There is no token, or not one that is known and valid."),
    (403, "The token lacks the scope, or its user the permission."),
    (404, "There is no such thing, or the token does not reach it."),
    (413, "The body is too large."),
    (415, "The content type or coding is not supported."),
    (422, "What was sent can be read but not used; `message` says why."),
    (429, "Too many requests. `RateLimit-Reset` says how many seconds to wait."),
    (503, "The storage or the server is busy or away; the same request may work later."),
];

static DOCUMENT: LazyLock<Value> = LazyLock::new(build);
static YAML: LazyLock<Option<String>> = LazyLock::new(|| serde_saphyr::to_string(&*DOCUMENT).ok());

/// The document, without the address of a server.
#[must_use]
pub fn document() -> &'static Value {
    &DOCUMENT
}

/// The document as YAML for the server with this base of URLs. `None` if it cannot be written, which a test rules out.
#[must_use]
pub fn yaml(api_base: &str) -> Option<String> {
    // A JSON text is YAML as well.
    YAML.as_ref().map(|yaml| format!("{yaml}servers:\n  - url: {}\n", Value::from(api_base)))
}

fn build() -> Value {
    let mut paths = json!({});
    let mut schemas = json!({ "Error": error() });
    for Noun { operations, schemas: of_noun } in nouns() {
        for operation in operations {
            let (path, method) = (operation.path.clone(), operation.method.as_str().to_lowercase());
            paths[path][method] = operation.into_json();
        }
        for (name, schema) in of_noun {
            schemas[name] = schema;
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": info(),
        "paths": paths,
        "components": {
            "securitySchemes": security_schemes(),
            "parameters": parameter::named(),
            "headers": { "Link": link() },
            "responses": error_responses(),
            "schemas": schemas,
        },
    })
}

fn info() -> Value {
    json!({
        "title": "Proctor",
        "version": env!("CARGO_PKG_VERSION"),
        "license": { "name": "Apache-2.0 OR MIT", "identifier": "Apache-2.0 OR MIT" },
        "description": "A self-hosted test engine that existing collectors and clients of Buildkite Test Engine work with unchanged.\n\n\
            Every error is a JSON object with a string `message`. Trailing slashes and doubled leading slashes do not matter. Unknown \
            parameters and keys are ignored, and answers may gain keys. `HEAD` works wherever `GET` does.\n\n\
            Scopes stand as roles in the security of an operation; all of them are needed, and none implies another.",
    })
}

fn security_schemes() -> Value {
    json!({
        "api_token": { "type": "http", "scheme": "bearer", "description": "An API token of a user." },
        "upload_token": {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "A suite's upload token: `Token token=\"<token>\"`, or in any other spelling that a collector uses.",
        },
    })
}

fn link() -> Value {
    json!({
        "description": "One line with `first`, `prev`, `next` and `last` as far as there are such pages; absent from a list of one page.",
        "schema": { "type": "string" },
    })
}

fn error() -> Value {
    Object::new("What went wrong.")
        .key("message", text("For people."))
        .optional("errors", texts("More of what is wrong."))
        .optional("scope", text("Of a rate limit: which one."))
        .optional("limit", count("Of a rate limit: requests in a window."))
        .optional("current", count("Of a rate limit: requests so far."))
        .optional("reset", count("Of a rate limit: seconds until the next window."))
        .schema()
}

fn error_responses() -> Value {
    let content = json!({ "application/json": { "schema": named("Error") } });
    let mut responses = json!({});
    for (status, description) in ERRORS {
        let name = StatusCode::from_u16(*status).ok().and_then(|status| status.canonical_reason()).unwrap_or_default();
        responses[status.to_string()] = json!({ "description": format!("{name}. {description}"), "content": content });
    }
    responses["default"] = json!({ "description": "Any other error.", "content": content });
    responses
}
