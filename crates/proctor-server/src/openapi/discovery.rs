//! What needs no token.

use http::Method;
use serde_json::{Value, json};

use super::document::Noun;
use super::object::Object;
use super::operation::{Access, Operation};
use super::schema::{list, text, url, word};
use crate::api::user::AVATAR_PATH;

const TAG: &str = "Server";

pub(super) fn noun() -> Noun {
    let get = |path, id| Operation::new(Method::GET, path, id, TAG, Access::Public);
    let operations = vec![
        get("/", "getRoot").summary("Whether this is such a server").answers(200, "It is.", &root()),
        get("/healthz", "getHealth").summary("Whether requests are answered").answers(200, "They are.", &status("ok")),
        get("/readyz", "getReadiness").summary("Whether the store answers").answers(200, "It does.", &status("ready")).errors(&[503]),
        get("/v2/meta", "getMeta").summary("Addresses of webhooks").answers(200, "There are none.", &meta()),
        get("/.well-known/api-catalog", "getApiCatalog").summary("Where this document is (RFC 9727)").answers_content(
            200,
            "Its address.",
            json!({ "application/linkset+json": { "schema": catalog() } }),
        ),
        get("/v2/analytics/openapi.yaml", "getOpenapi").summary("This document").answers_content(
            200,
            "OpenAPI 3.1 as YAML.",
            json!({ "application/openapi+yaml": { "schema": {} } }),
        ),
        get(AVATAR_PATH, "getAvatar").summary("The picture of every user").answers_content(
            200,
            "A picture.",
            json!({ "image/svg+xml": { "schema": { "type": "string" } } }),
        ),
    ];
    Noun { operations, schemas: Vec::new() }
}

fn root() -> Value {
    Object::new("A greeting.")
        .key("message", text("Any text."))
        .key("timestamp", json!({ "type": "integer", "description": "Seconds since 1970." }))
        .schema()
}

fn status(is: &str) -> Value {
    Object::new("How the server is.").key("status", word(&[is], "Always the same.")).schema()
}

fn meta() -> Value {
    Object::new("About the server.").key("webhook_ips", list(&json!({ "type": "string" }), "None: there are no fixed addresses.")).schema()
}

fn catalog() -> Value {
    let target = |what| Object::new(what).key("href", url("Where.")).key("type", text("Its content type.")).schema();
    let set = Object::new("One API.")
        .key("anchor", url("What is described."))
        .key("service-desc", list(&target("A description for machines."), "For machines."))
        .key("service-doc", list(&target("A description for people."), "For people."))
        .schema();
    Object::new("A set of links.").key("linkset", list(&set, "The APIs.")).schema()
}
