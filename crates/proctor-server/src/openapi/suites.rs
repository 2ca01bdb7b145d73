//! Suites.

use http::Method;
use proctor_core::scope::{READ_SUITES, WRITE_SUITES};
use serde_json::{Value, json};

use super::document::Noun;
use super::object::Object;
use super::operation::{Access, Operation};
use super::schema::{count, flag, list, named, nullable, sluggable, text, texts, url, uuid, word};
use crate::router::a;

const TAG: &str = "Suites";

pub(super) fn noun() -> Noun {
    Noun {
        operations: operations(),
        schemas: vec![("Suite", suite()), ("SuiteInput", input()), ("NewSuite", new()), ("UploadToken", rotated())],
    }
}

fn operations() -> Vec<Operation> {
    let read = |path: &str, id| Operation::new(Method::GET, a(path), id, TAG, Access::Scope(READ_SUITES));
    let write = |method, path: &str, id| Operation::new(method, a(path), id, TAG, Access::Scope(WRITE_SUITES));
    let show = || flag("Whether `api_token` shows. That needs the permission to edit every suite shown.");
    let change = |method, id| {
        write(method, "/suites/{suite}", id)
            .summary("Changes a suite; what is not named stays")
            .takes(named("SuiteInput"))
            .answers(200, "The suite, maybe with another slug.", &named("Suite"))
            .errors(&[422])
    };
    let rotate = "/v2/proctor/organizations/{org}/suites/{suite}/upload-token/rotate";
    vec![
        read("/suites", "listSuites")
            .summary("Suites; without paging parameters all of them")
            .query("show_api_token", show())
            .answers_pages("Oldest first.", "Suite"),
        write(Method::POST, "/suites", "createSuite")
            .summary("Makes a suite")
            .takes(named("NewSuite"))
            .answers(201, "The suite.", &named("Suite"))
            .errors(&[422]),
        read("/suites/{suite}", "getSuite").summary("One suite").query("show_api_token", show()).answers(
            200,
            "The suite.",
            &named("Suite"),
        ),
        change(Method::PATCH, "updateSuite"),
        change(Method::PUT, "replaceSuite"),
        write(Method::DELETE, "/suites/{suite}", "deleteSuite")
            .summary("Deletes a suite with everything in it")
            .answers_nothing("It is gone, and its upload token with it."),
        Operation::new(Method::POST, rotate, "rotateUploadToken", "Proctor", Access::Scope(WRITE_SUITES))
            .summary("Gives a suite another upload token")
            .answers(200, "The token; the old one does not work any more.", &named("UploadToken")),
    ]
}

fn suite() -> Value {
    Object::new("A suite: the tests of one code base and their results.")
        .key("id", uuid(""))
        .key("graphql_id", text("Its id in GraphQL."))
        .key("organization_id", uuid(""))
        .key("slug", text("Its name in paths, from `name`."))
        .key("name", text(""))
        .key("url", url("In the API."))
        .key("web_url", url("For people."))
        .key("default_branch", text(""))
        .key("application_name", nullable(text("")))
        .key("color", nullable(text("`#RRGGBB`.")))
        .key("emoji", nullable(text("As given.")))
        .key("oidc_policy", nullable(text("As given; structure became one JSON text.")))
        .key("label_tag_keys", texts("Tag keys whose values become labels of tests."))
        .key("test_state_management", flag("Whether tests can be muted and skipped at all."))
        .key("mute_allowed", flag("Whether tests can be muted."))
        .key("skip_allowed", flag("Whether tests can be skipped."))
        .optional("api_token", text("The upload token: only when asked for and permitted."))
        .schema()
}

fn new() -> Value {
    input_keys("A suite to be made.", Object::key)
}

fn input() -> Value {
    input_keys("What is to change of a suite. Null or a blank text clears what can be unset.", Object::optional)
}

fn input_keys(description: &'static str, name: impl Fn(Object, &'static str, Value) -> Object) -> Value {
    let policy = json!({ "type": ["string", "array", "object", "null"], "description": "YAML or JSON. `GET` shows it as text." });
    let teams =
        json!({ "anyOf": [list(&uuid(""), ""), uuid("")], "description": "Teams that shall manage the suite, beside those that do." });
    let blank = |what| nullable(text(what));
    name(Object::new(description), "name", sluggable("The slug follows from it."))
        .optional("default_branch", blank("`main` if left out of a new suite."))
        .optional("application_name", blank(""))
        .optional("color", blank("`#RRGGBB`."))
        .optional("emoji", blank(""))
        .optional("oidc_policy", policy)
        .optional("team_ids", teams)
        .optional("show_api_token", flag("Whether the answer has `api_token`."))
        .optional("repo_url", blank("Kept, not shown."))
        .optional("external_url", blank("Kept, not shown."))
        .optional("flaky_detection", flag("Whether flaky tests are looked for; true if left out of a new suite."))
        .optional("label_tag_keys", nullable(texts("Tag keys whose values become labels of tests.")))
        .optional("test_state_management", flag("Whether tests can be muted and skipped at all."))
        .optional("mute_allowed", flag("Whether tests can be muted."))
        .optional("skip_allowed", flag("Whether tests can be skipped."))
        .optional("retention_days", nullable(count("For how many days executions are kept, at least 1; null is for ever.")))
        .optional("aggregates_days", nullable(count("The same of aggregates, of days whose executions are gone.")))
        .optional("identical_uploads", word(&["lost_reply", "always", "off"], "What is done with an upload that repeats an earlier one."))
        .schema()
}

fn rotated() -> Value {
    Object::new("A suite's new upload token.").key("suite_id", uuid("")).key("upload_token", text("The secret.")).schema()
}
