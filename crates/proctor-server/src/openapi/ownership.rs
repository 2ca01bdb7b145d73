//! The TESTOWNERS file of a suite.

use http::Method;
use serde_json::{Value, json};

use super::document::Noun;
use super::object::Object;
use super::operation::{Access, Operation};
use super::schema::{count, flag, list, named, text, texts};

pub(super) fn noun() -> Noun {
    let form = json!({
        "type": "object",
        "required": ["file"],
        "properties": { "file": { "type": "string", "contentMediaType": "text/plain", "description": "At most 1 MiB of UTF-8." } },
    });
    let content = json!({ "multipart/form-data": { "schema": form }, "text/plain": { "schema": { "type": "string" } } });
    let post = Operation::new(Method::POST, "/v1/test-ownerships", "putTestOwnerships", "Collectors", Access::UploadToken)
        .summary("Replaces the TESTOWNERS file of the token's suite, and with it the owners of its tests")
        .takes_content(content)
        .answers(200, "The file is the active one.", &named("Ownership"))
        .errors(&[400, 403, 413, 415, 422]);
    Noun { operations: vec![post], schemas: vec![("Ownership", ownership())] }
}

fn ownership() -> Value {
    let line = Object::new("A line without effect.").key("line", count("From 1.")).key("reason", text("Why.")).schema();
    Object::new("What became of a TESTOWNERS file.")
        .key("message", text("For people."))
        .key("changed", flag("False when it was the active one already."))
        .key("rules", count("Lines with a pattern and a team."))
        .key("teams", texts("Slugs of teams that own something by it."))
        .key("unknown_teams", texts("Slugs of no team that reaches the suite."))
        .key("ignored_lines", list(&line, "Lines without effect."))
        .key("tests_matched", count("Tests that a rule fits."))
        .key("tests_without_owner", count("Tests that none fits."))
        .schema()
}
