//! The envelope of webhooks (`workflows.md`, 4.1).

use proctor_core::id::WorkflowId;
use proctor_core::suite::Suite;
use proctor_core::text::full_name;
use proctor_core::workflow::Definition;
use proctor_store::catalog::ledger::LedgerEntry;
use proctor_store::catalog::tests::KnownTest;
use proctor_store::executions::StoredExecution;
use serde_json::{Value, json};

use super::figures::workflow_event;
use crate::urls::SuiteUrls;

/// Where it happened.
#[derive(Debug)]
pub(super) struct Place<'a> {
    pub(super) suite: &'a Suite,
    pub(super) urls: &'a SuiteUrls,
    pub(super) workflow: WorkflowId,
}

/// What happened to which test.
#[derive(Debug)]
pub(super) struct Subject<'a> {
    pub(super) test: &'a KnownTest,
    /// Slugs of its teams, the default owner first.
    pub(super) owners: Vec<String>,
    /// The workflow in the version that decided.
    pub(super) definition: &'a Definition,
    pub(super) entry: &'a LedgerEntry,
    /// The execution that decided, unless time did or it is gone.
    pub(super) execution: Option<&'a StoredExecution>,
}

/// The body about an alarm or a recovery.
pub(super) fn event_payload(place: &Place<'_>, subject: &Subject<'_>, event: &str) -> Value {
    let Place { suite, urls, workflow } = place;
    let Subject { test, owners, entry, .. } = subject;
    json!({
        "event": event,
        "subject": {
            "type": "test",
            "test_id": test.id.to_string(),
            "test_full_name": full_name(&test.scope, &test.name),
            "test_location": test.location,
            "test_url": urls.test_web(test.id),
        },
        "workflow_id": workflow.to_string(),
        "workflow_url": urls.workflow_web(*workflow),
        "workflow_event": workflow_event(subject),
        "event_id": entry.id.to_string(),
        "occurred_at": entry.at.to_string(),
        "suite": suite_of(suite),
        "owners": owners,
        "labels": test.labels,
        "state": test.state.as_str(),
    })
}

/// The body that stands for many.
pub(super) fn digest_payload(place: &Place<'_>, tests: u32) -> Value {
    let Place { suite, urls, workflow } = place;
    json!({
        "event": "workflow.digest",
        "tests": tests,
        "workflow_id": workflow.to_string(),
        "workflow_url": urls.workflow_web(*workflow),
        "suite": suite_of(suite),
    })
}

fn suite_of(suite: &Suite) -> Value {
    json!({ "id": suite.id.to_string(), "slug": suite.slug, "name": suite.settings.name })
}
