//! Teams of an organization.

use http::Method;
use proctor_core::scope::{READ_TEAMS, WRITE_TEAMS};
use serde_json::{Value, json};

use super::document::Noun;
use super::object::Object;
use super::operation::{Access, Operation};
use super::schema::{filled, flag, named, nullable, sluggable, text, timestamp, uuid, word};

const TAG: &str = "Teams";
const PRIVACY: [&str; 2] = ["visible", "secret"];
const ROLES: [&str; 2] = ["member", "maintainer"];
/// What members of a team may do; Buildkite's, kept and shown.
const MEMBERS_CAN: [&str; 5] = [
    "members_can_create_pipelines",
    "members_can_create_suites",
    "members_can_create_registries",
    "members_can_destroy_registries",
    "members_can_destroy_packages",
];

pub(super) fn noun() -> Noun {
    let read = |path: &str, id| Operation::new(Method::GET, below(path), id, TAG, Access::Scope(READ_TEAMS));
    let write = |method, path: &str, id| Operation::new(method, below(path), id, TAG, Access::Scope(WRITE_TEAMS));
    let change = |method, id| {
        write(method, "/{team}", id)
            .summary("Changes a team; what is not named stays")
            .takes(named("TeamInput"))
            .answers(200, "The team, maybe with another slug.", &named("Team"))
            .errors(&[422])
    };
    let operations = vec![
        read("", "listTeams")
            .summary("Teams that the token's user can see")
            .query("user_id", uuid("Only teams of this user."))
            .answers_pages("Oldest first.", "Team"),
        write(Method::POST, "", "createTeam")
            .summary("Makes a team")
            .takes(named("NewTeam"))
            .answers(201, "The team.", &named("Team"))
            .errors(&[422]),
        write(Method::POST, "/enable", "enableTeams").summary("Teams are always on").answers_nothing("They are."),
        read("/{team}", "getTeam").summary("One team").answers(200, "The team.", &named("Team")),
        change(Method::PATCH, "updateTeam"),
        change(Method::PUT, "replaceTeam"),
        write(Method::DELETE, "/{team}", "deleteTeam")
            .summary("Deletes a team with its memberships and links")
            .answers_nothing("It is gone."),
    ];
    Noun { operations, schemas: vec![("Team", team()), ("TeamInput", input()), ("NewTeam", new())] }
}

/// A path below the teams of an organization.
pub(super) fn below(rest: &str) -> String {
    format!("/v2/organizations/{{org}}/teams{rest}")
}

fn team() -> Value {
    let keys = Object::new("A team.")
        .key("id", uuid(""))
        .key("graphql_id", text("Its id in GraphQL."))
        .key("name", text(""))
        .key("slug", text("From the name; TESTOWNERS files name it."))
        .key("description", text("`\"\"` if there is none."))
        .key("privacy", word(&PRIVACY, ""))
        .key("default", flag("Whether new members are in it."))
        .key("is_default_team", flag("The same."))
        .key("default_member_role", word(&ROLES, ""));
    MEMBERS_CAN
        .into_iter()
        .fold(keys, |keys, name| keys.key(name, flag("")))
        .key("created_at", timestamp(""))
        .key("created_by", json!({ "anyOf": [named("User"), { "type": "null" }] }))
        .schema()
}

fn input() -> Value {
    settings(Object::new("What is to change of a team.").optional("name", sluggable("The slug follows from it."))).schema()
}

fn new() -> Value {
    settings(Object::new("A team to be made.").key("name", filled("The slug follows from it."))).schema()
}

fn settings(keys: Object) -> Object {
    let keys = keys
        .optional("description", nullable(text("")))
        .optional("privacy", word(&PRIVACY, ""))
        .optional("is_default_team", flag("Whether new members are in it."))
        .optional("default_member_role", word(&ROLES, ""));
    MEMBERS_CAN.into_iter().fold(keys, |keys, name| keys.optional(name, flag("")))
}
