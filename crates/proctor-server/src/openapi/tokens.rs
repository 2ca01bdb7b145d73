//! API tokens of an organization.

use http::Method;
use proctor_core::scope::WRITE_TOKENS;
use serde_json::{Value, json};

use super::document::Noun;
use super::object::Object;
use super::operation::{Access, Operation};
use super::schema::{filled, list, named, nullable, text, texts, timestamp, uuid};

const PATH: &str = "/v2/proctor/organizations/{org}/tokens";

pub(super) fn noun() -> Noun {
    let operation = |method, path, id| Operation::new(method, path, id, "Proctor", Access::Scope(WRITE_TOKENS));
    let operations = vec![
        operation(Method::GET, PATH.to_owned(), "listTokens")
            .summary("API tokens: an administrator sees all, a member the own ones")
            .answers_pages("Oldest first.", "Token"),
        operation(Method::POST, PATH.to_owned(), "createToken")
            .summary("Makes an API token for the own user, with no more than the own scopes")
            .takes(input())
            .answers(201, "The token with its secret.", &named("Token"))
            .errors(&[422]),
        operation(Method::DELETE, format!("{PATH}/{{token}}"), "revokeToken")
            .summary("Revokes an API token")
            .answers_nothing("Its next use is 401."),
    ];
    Noun { operations, schemas: vec![("Token", token())] }
}

fn token() -> Value {
    Object::new("An API token.")
        .key("id", uuid(""))
        .key("user_id", uuid("Whom it speaks for."))
        .key("description", text("What it is for."))
        .key("scopes", texts("What it may do."))
        .key("created_at", timestamp(""))
        .key("expires_at", nullable(timestamp("Null: never.")))
        .optional("token", text("The secret: in the answer that made it, and never again."))
        .schema()
}

fn input() -> Value {
    let scope = json!({ "type": "string", "pattern": "^[a-z0-9_]{1,64}$" });
    Object::new("A token to be made.")
        .key("description", filled("At most 1,024 bytes."))
        .key("scopes", list(&scope, "At most 100 names."))
        .optional("expires_at", nullable(timestamp("In the future; null: never.")))
        .schema()
}
