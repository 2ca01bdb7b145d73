//! Suites that a team has access to.

use http::Method;
use proctor_core::scope::{READ_TEAMS, WRITE_TEAMS};
use serde_json::{Value, json};

use super::document::Noun;
use super::object::Object;
use super::operation::{Access, Operation};
use super::schema::{list, named, timestamp, url, uuid, word};
use super::teams::below;

const TAG: &str = "Teams";
const LEVELS: [&str; 2] = ["read", "edit"];

pub(super) fn noun() -> Noun {
    let read = |path: &str, id| Operation::new(Method::GET, below(path), id, TAG, Access::Scope(READ_TEAMS));
    let write = |method, path: &str, id| Operation::new(method, below(path), id, TAG, Access::Scope(WRITE_TEAMS));
    let link = |path, id| {
        write(Method::POST, path, id)
            .summary("Gives a team access to a suite")
            .takes(named("NewTeamSuite"))
            .answers(201, "The link.", &named("TeamSuite"))
            .errors(&[422])
    };
    let change = |method, id| {
        write(method, "/{team}/suites/{suite_id}", id)
            .summary("Changes the access of a team to a suite")
            .takes(Object::new("What is to change.").optional("access_level", levels()).schema())
            .answers(200, "The link.", &named("TeamSuite"))
            .errors(&[422])
    };
    let operations = vec![
        read("/{team}/suites", "listTeamSuites")
            .summary("Suites that a team has access to")
            .answers_pages("In the order in which they were linked.", "TeamSuite"),
        link("/{team}/suites", "createTeamSuite"),
        // The Go client asks for this one.
        link("/{team}/suite", "createTeamSuiteAtSingularPath"),
        read("/{team}/suites/{suite_id}", "getTeamSuite").summary("One link").answers(200, "The link.", &named("TeamSuite")),
        change(Method::PATCH, "updateTeamSuite"),
        change(Method::PUT, "replaceTeamSuite"),
        write(Method::DELETE, "/{team}/suites/{suite_id}", "deleteTeamSuite")
            .summary("Takes the access away")
            .answers_nothing("It is gone."),
    ];
    Noun { operations, schemas: vec![("TeamSuite", link_schema()), ("NewTeamSuite", new())] }
}

fn link_schema() -> Value {
    Object::new("The access of a team to a suite.")
        .key("suite_id", uuid(""))
        .key("suite_url", url("In the API."))
        .key("access_level", list(&word(&LEVELS, ""), "`read`, or both."))
        .key("created_at", timestamp("When it was given."))
        .schema()
}

fn new() -> Value {
    Object::new("Access to be given.").key("suite_id", uuid("")).key("access_level", levels()).schema()
}

fn levels() -> Value {
    let mut levels = list(&word(&LEVELS, ""), "With `edit` the team may change the suite.");
    levels["minItems"] = json!(1);
    json!({ "anyOf": [levels, word(&LEVELS, "")] })
}
