//! Mutable tags of executions.

use http::Method;
use proctor_core::scope::WRITE_SUITES;
use serde_json::{Value, json};

use super::document::Noun;
use super::object::Object;
use super::operation::{Access, Operation};
use super::schema::{list, uuid};
use crate::router::a;

pub(super) fn noun() -> Noun {
    let put =
        Operation::new(Method::PUT, a("/suites/{suite}/execution-tags"), "putExecutionTags", "Executions", Access::Scope(WRITE_SUITES))
            .summary("Replaces the mutable tags of executions, all or none")
            .takes(input())
            .answers(200, "They are replaced.", &Object::new("Nothing.").schema())
            .errors(&[422, 429, 503]);
    Noun { operations: vec![put], schemas: Vec::new() }
}

fn input() -> Value {
    let tags = json!({
        "type": "object",
        "maxProperties": 10,
        "propertyNames": { "pattern": "^mut\\.[A-Za-z0-9_.-]+$" },
        "additionalProperties": { "type": "string", "pattern": "\\S" },
        "description": "In place of all that it has; none removes them. Keys have less than 64 bytes, values less than 128.",
    });
    let execution = Object::new("One execution.").key("id", uuid("One that is unknown is passed over.")).key("tags", tags).schema();
    Object::new("Tags by execution.").key("executions", list(&execution, "At most 100,000. Of one id the last counts.")).schema()
}
