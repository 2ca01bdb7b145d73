//! `/v2/organizations`, and Proctor's own way to make one.

use http::Method;
use proctor_core::scope::{READ_ORGANIZATIONS, WRITE_TOKENS};
use serde_json::{Value, json};

use super::document::Noun;
use super::object::Object;
use super::operation::{Access, Operation};
use super::schema::{named, sluggable, text, timestamp, url, uuid};

const TAG: &str = "Account";

pub(super) fn noun() -> Noun {
    let operations = vec![
        Operation::new(Method::GET, "/v2/organizations", "listOrganizations", TAG, Access::Scope(READ_ORGANIZATIONS))
            .summary("The organizations of the token")
            .answers_pages("Oldest first.", "Organization"),
        Operation::new(Method::GET, "/v2/organizations/{org}", "getOrganization", TAG, Access::Scope(READ_ORGANIZATIONS))
            .summary("One organization")
            .answers(200, "The organization.", &named("Organization")),
        Operation::new(Method::GET, "/v2/proctor/organizations", "listAllOrganizations", "Proctor", Access::Scope(WRITE_TOKENS))
            .summary("The organizations of the token's user")
            .answers_pages("Oldest first, also those that the token does not reach.", "Organization"),
        Operation::new(Method::POST, "/v2/proctor/organizations", "createOrganization", "Proctor", Access::Scope(WRITE_TOKENS))
            .summary("Makes an organization and a token for it")
            .takes(input())
            .answers(201, "The organization with its token.", &named("NewOrganization"))
            .errors(&[422]),
    ];
    let new = keys().described("A new organization with the token that reaches it.").key("api_token", named("Token")).schema();
    Noun { operations, schemas: vec![("Organization", keys().schema()), ("NewOrganization", new)] }
}

fn keys() -> Object {
    Object::new("An organization.")
        .key("id", uuid(""))
        .key("graphql_id", text("Its id in GraphQL."))
        .key("url", url("In the API."))
        .key("web_url", url("For people."))
        .key("name", text(""))
        .key("slug", text("Its name in paths."))
        .key("pipelines_url", url(""))
        .key("agents_url", url(""))
        .key("emojis_url", url(""))
        .key("created_at", timestamp(""))
}

fn input() -> Value {
    Object::new("An organization to be made.")
        .key("name", sluggable("At most 255 bytes."))
        .optional(
            "slug",
            json!({ "type": "string", "pattern": "^[a-z0-9_-]{1,100}$", "description": "Follows from the name if left out." }),
        )
        .schema()
}
