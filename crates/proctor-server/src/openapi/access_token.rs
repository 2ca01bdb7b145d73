//! `/v2/access-token`.

use http::Method;
use serde_json::Value;

use super::document::Noun;
use super::object::Object;
use super::operation::{Access, Operation};
use super::schema::{named, nullable, text, texts, uuid};

const TAG: &str = "Account";
const PATH: &str = "/v2/access-token";

pub(super) fn noun() -> Noun {
    let operations = vec![
        Operation::new(Method::GET, PATH, "getAccessToken", TAG, Access::AnyToken).summary("The token about itself").answers(
            200,
            "The token.",
            &named("AccessToken"),
        ),
        Operation::new(Method::DELETE, PATH, "revokeAccessToken", TAG, Access::AnyToken)
            .summary("Revokes the token")
            .answers_nothing("Its next use is 401."),
    ];
    Noun { operations, schemas: vec![("AccessToken", schema())] }
}

fn schema() -> Value {
    let user = Object::new("Whom the token speaks for.").key("name", text("")).key("email", text("")).schema();
    Object::new("An API token. Its times are not RFC 3339 but as in `2026-04-09 18:22:05 UTC`.")
        .key("uuid", uuid("The token's id."))
        .key("scopes", texts("What it may do."))
        .key("description", text("What it is for."))
        .key("created_at", text("When it was made."))
        .key("expires_at", nullable(text("When it ends; null: never.")))
        .key("user", user)
        .schema()
}
