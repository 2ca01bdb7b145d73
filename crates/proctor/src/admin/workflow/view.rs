//! A workflow as the command line sees it.

use proctor_store::documents::{Actions, read_workflow, write_workflow};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::admin::workflow::next_step;
use crate::exit::Failure;

/// A workflow: what Proctor knows of it, and its document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct WorkflowView {
    /// Its id.
    pub(crate) id: String,
    /// Raised by every change.
    pub(crate) version: u32,
    /// `applied` or `waiting`.
    pub(crate) history: String,
    /// When it was made.
    pub(crate) created_at: String,
    /// When it was last changed.
    pub(crate) updated_at: String,
    /// What its owners wrote down, defaults included.
    #[serde(flatten)]
    pub(crate) document: Map<String, Value>,
}

impl WorkflowView {
    /// Its name.
    pub(crate) fn name(&self) -> &str {
        self.text("name")
    }

    /// A text of its document.
    pub(crate) fn text(&self, key: &str) -> &str {
        self.document.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    /// The type of its monitor.
    pub(crate) fn monitor(&self) -> &str {
        self.document.get("monitor").and_then(|monitor| monitor["type"].as_str()).unwrap_or_default()
    }
}

/// A document with every default in it, so that two can be compared.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn complete(document: Map<String, Value>, default_branch: &str) -> Result<Map<String, Value>, Failure> {
    let name = document.get("name").and_then(Value::as_str).unwrap_or("without a name").to_owned();
    match read_workflow(document, default_branch, Actions::Sent) {
        Ok(definition) => Ok(write_workflow(&definition)),
        Err(reasons) => {
            let reasons = reasons.join(", ");
            Err(Failure::usage(format!("workflow {name}: {reasons}"), next_step(&reasons)))
        }
    }
}
