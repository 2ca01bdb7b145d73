//! `/v2/user`.

use http::Method;
use proctor_core::scope::READ_USER;
use serde_json::Value;

use super::document::Noun;
use super::object::Object;
use super::operation::{Access, Operation};
use super::schema::{named, text, timestamp, url, uuid};

pub(super) fn noun() -> Noun {
    let get = Operation::new(Method::GET, "/v2/user", "getUser", "Account", Access::Scope(READ_USER))
        .summary("Whom the token speaks for")
        .answers(200, "The user.", &named("User"));
    Noun { operations: vec![get], schemas: vec![("User", schema())] }
}

fn schema() -> Value {
    Object::new("A user.")
        .key("id", uuid(""))
        .key("graphql_id", text("Its id in GraphQL."))
        .key("name", text(""))
        .key("email", text(""))
        .key("avatar_url", url("A picture."))
        .key("created_at", timestamp(""))
        .schema()
}
