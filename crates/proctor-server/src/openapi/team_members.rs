//! Who is in a team.

use http::Method;
use proctor_core::scope::{READ_TEAMS, WRITE_TEAMS};

use super::document::Noun;
use super::object::Object;
use super::operation::{Access, Operation};
use super::schema::{filled, list, named};

pub(super) fn noun() -> Noun {
    let operation = |method, rest: &str, id, scope| {
        let path = format!("/v2/proctor/organizations/{{org}}/teams/{{team}}/members{rest}");
        Operation::new(method, path, id, "Proctor", Access::Scope(scope))
    };
    let input = Object::new("Whom to add.").key("email", filled("Of a user of the organization.")).schema();
    let operations = vec![
        operation(Method::GET, "", "listTeamMembers", READ_TEAMS).summary("Members of a team").answers(
            200,
            "All, by name.",
            &list(&named("User"), "By name."),
        ),
        operation(Method::POST, "", "addTeamMember", WRITE_TEAMS)
            .summary("Puts a user into a team")
            .takes(input)
            .answers(201, "The user.", &named("User"))
            .errors(&[422]),
        operation(Method::DELETE, "/{user}", "removeTeamMember", WRITE_TEAMS)
            .summary("Takes a user out of a team")
            .answers_nothing("The user is not in it any more."),
    ];
    Noun { operations, schemas: Vec::new() }
}
