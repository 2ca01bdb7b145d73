//! An entry of the ledger on the wire.

use proctor_store::catalog::ledger::{LedgerEntry, LedgerTest};
use serde::Serialize;
use serde_json::{Map, Value};

/// An entry: who or what did what, when, and what it rests on.
#[derive(Debug, Serialize)]
pub struct LedgerBody {
    id: String,
    kind: &'static str,
    at: String,
    recorded_at: String,
    actor: String,
    test: Option<TestBody>,
    workflow_id: Option<String>,
    /// The version of the workflow: what it said then can be replayed.
    workflow_version: Option<u32>,
    #[serde(flatten)]
    detail: Map<String, Value>,
}

#[derive(Debug, Serialize)]
struct TestBody {
    id: String,
    scope: String,
    name: String,
}

impl From<LedgerEntry> for LedgerBody {
    fn from(entry: LedgerEntry) -> Self {
        let LedgerEntry { id, kind, test, workflow, actor, at, recorded_at, detail } = entry;
        let test_of = |LedgerTest { ordinal: _, id, scope, name }: LedgerTest| TestBody { id: id.to_string(), scope, name };
        Self {
            id: id.to_string(),
            kind: kind.as_str(),
            at: at.to_string(),
            recorded_at: recorded_at.to_string(),
            actor,
            test: test.map(test_of),
            workflow_id: workflow.map(|(id, _)| id.to_string()),
            workflow_version: workflow.map(|(_, version)| version),
            detail,
        }
    }
}
