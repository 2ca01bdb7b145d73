//! Labels of a suite and their colours. Proctor's own.

use http::Method;
use proctor_core::label_color::LabelColor;
use proctor_core::scope::{READ_SUITES, WRITE_SUITES};
use serde_json::{Value, json};

use super::document::Noun;
use super::object::Object;
use super::operation::{Access, Operation};
use super::schema::{count, list, named, text, word};

pub(super) fn noun() -> Noun {
    let operation = |method, id, scope| {
        Operation::new(method, "/v2/proctor/organizations/{org}/suites/{suite}/labels", id, "Tests", Access::Scope(scope))
    };
    let label = json!({ "type": "string", "pattern": "\\S", "maxLength": 64 });
    let color = json!({ "anyOf": [color("One of these."), { "type": "null", "description": "The one that follows from the name." }] });
    let operations = vec![
        operation(Method::GET, "listLabels", READ_SUITES).summary("Labels of a suite and their colours").answers(
            200,
            "Those that tests have or that have a colour of their own, by name.",
            &list(&named("Label"), ""),
        ),
        operation(Method::PUT, "setLabelColor", WRITE_SUITES)
            .summary("Gives a label a colour")
            .takes(Object::new("Which one.").key("name", label).key("color", color).schema())
            .answers(200, "The label.", &named("Label"))
            .errors(&[422]),
    ];
    Noun { operations, schemas: vec![("Label", schema())] }
}

fn color(description: &str) -> Value {
    word(&LabelColor::ALL.map(LabelColor::as_str), description)
}

fn schema() -> Value {
    Object::new("A label of a suite.").key("name", text("")).key("color", color("")).key("tests", count("Tests that have it.")).schema()
}
