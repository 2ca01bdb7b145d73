//! A workflow on the wire.

use proctor_store::catalog::workflows::{AppliedHistory, Workflow};
use proctor_store::documents::write_workflow;
use serde::Serialize;
use serde_json::{Map, Value};

/// A workflow: its document, and what Proctor knows of it.
#[derive(Debug, Serialize)]
pub struct WorkflowBody {
    id: String,
    version: u32,
    /// `applied`, or `waiting` while the stored history is yet to be taken in.
    history: &'static str,
    created_at: String,
    updated_at: String,
    #[serde(flatten)]
    document: Map<String, Value>,
}

impl WorkflowBody {
    /// The body of a workflow.
    #[must_use]
    pub fn new(workflow: &Workflow) -> Self {
        let Workflow { id, suite_id: _, version, history, definition, created_at, updated_at } = workflow;
        Self {
            id: id.to_string(),
            version: *version,
            history: match history {
                AppliedHistory::Done => "applied",
                AppliedHistory::Waiting(_) => "waiting",
            },
            created_at: created_at.to_string(),
            updated_at: updated_at.to_string(),
            document: write_workflow(definition),
        }
    }
}
