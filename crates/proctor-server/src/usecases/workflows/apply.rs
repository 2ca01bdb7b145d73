//! A version of a workflow takes in the stored history (`workflows.md`, 1.2).

use proctor_core::id::SuiteId;
use proctor_core::monitors::hysteresis::Phase;
use proctor_core::time::Timestamp;
use proctor_store::catalog::evaluations::{AlarmChange, Applied, Committed, Evaluation, StateMap, TestEvent, WorkflowOutcome};
use proctor_store::catalog::workflows::{Application, Workflow};
use proctor_store::executions::WantedTests;
use proctor_store::{Store, StoreError};

use super::observe::Observed;
use super::rebuild::{Rebuild, rebuild};

/// Takes the history in: all of it but what still waits to be evaluated.
pub(super) async fn apply(
    store: &Store,
    suite: SuiteId,
    epoch: u64,
    workflow: &Workflow,
    application: Application,
    (until, now): (Timestamp, Timestamp),
) -> Result<Committed, StoreError> {
    let before = store.alarmed_tests(suite, workflow.id).await?;
    // What still waits is older than now; time goes on when it is evaluated.
    let until = if store.pending_uploads(suite).await?.is_empty() { until } else { Timestamp::from_millis(0) };
    let rebuilt =
        rebuild(store, suite, workflow, Rebuild { tests: WantedTests::All, taken: Vec::new(), incidents: Vec::new(), until }).await?;
    let rule = &workflow.definition.rule;
    let mut observed = Observed::default();
    let mut alarmed = 0;
    for (ordinal, test) in rebuilt.tests {
        let phase_before = if before.contains_key(&ordinal) { Phase::Alarmed } else { Phase::Idle };
        if application == Application::Fire {
            observed.events.extend(test.report(phase_before).map(|event| TestEvent { ordinal, event }));
        }
        if test.tracker.phase() == Phase::Alarmed {
            alarmed += 1;
            observed.alarms.push(AlarmChange::Open { ordinal, since: test.since, due_at: test.tracker.next_tick(rule) });
        }
        observed.states.insert(ordinal, test.tracker.to_bytes());
    }
    let applied = Applied { application, executions: rebuilt.executions, alarmed };
    let outcome = WorkflowOutcome {
        pages: observed.pages(&StateMap::default())?,
        alarms: observed.alarms,
        events: observed.events,
        applied: Some(applied),
        ..WorkflowOutcome::of(workflow)
    };
    let evaluation = Evaluation { suite, epoch, taken: Vec::new(), outcomes: vec![outcome], incidents: Vec::new() };
    store.commit_evaluation(&evaluation, now).await
}
