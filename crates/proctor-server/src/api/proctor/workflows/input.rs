//! What clients send to make or change a workflow.

use proctor_core::workflow::Definition;
use proctor_store::catalog::workflows::Application;
use proctor_store::documents::{Actions, read_workflow, write_workflow};
use serde_json::{Map, Value};

use crate::api::error::ApiError;

/// What `id`, `version` and times are in an answer: sent back, they say nothing.
const ANSWERED: [&str; 5] = ["id", "version", "history", "created_at", "updated_at"];

/// What a request wants of a workflow.
#[derive(Debug, PartialEq)]
pub(super) struct WorkflowInput {
    pub(super) definition: Definition,
    /// What becomes of the differences that stored history makes: `apply`.
    pub(super) application: Application,
}

impl WorkflowInput {
    /// A new workflow of a suite with this default branch.
    pub(super) fn for_new(mut body: Map<String, Value>, default_branch: &str) -> Result<Self, ApiError> {
        let application = application_of(&mut body)?;
        let definition = read_workflow(body, default_branch, Actions::Sent).map_err(|reasons| ApiError::invalid(&reasons))?;
        Ok(Self { definition, application })
    }

    /// A workflow that is `current` now: what the request does not name stays; a monitor is named as a whole.
    pub(super) fn for_change(mut body: Map<String, Value>, current: &Definition) -> Result<Self, ApiError> {
        let application = application_of(&mut body)?;
        let mut document = write_workflow(current);
        document.extend(body);
        let definition = read_workflow(document, "", Actions::Sent).map_err(|reasons| ApiError::invalid(&reasons))?;
        Ok(Self { definition, application })
    }
}

/// A document without what only answers have, and without `apply`: for rules that are tried and not saved.
pub(super) fn without_answered(mut body: Map<String, Value>) -> Map<String, Value> {
    ANSWERED.iter().for_each(|key| _ = body.remove(*key));
    body.remove("apply");
    body
}

fn application_of(body: &mut Map<String, Value>) -> Result<Application, ApiError> {
    ANSWERED.iter().for_each(|key| _ = body.remove(*key));
    let invalid = || ApiError::invalid(&["apply must be one of quiet, fire".to_owned()]);
    match body.remove("apply") {
        None | Some(Value::Null) => Ok(Application::Quiet),
        Some(Value::String(word)) => Application::from_word(&word).ok_or_else(invalid),
        Some(_) => Err(invalid()),
    }
}
