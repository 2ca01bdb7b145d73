//! Time alone ends alarms: tests that stopped running recover or expire (`workflows.md`, 1.2).

use std::collections::BTreeMap;

use proctor_core::id::{SuiteId, WorkflowId};
use proctor_core::monitors::tracker::Tracker;
use proctor_core::time::Timestamp;
use proctor_core::workflow::Status;
use proctor_store::catalog::evaluations::{Committed, Evaluation, Snapshot, WorkflowOutcome};
use proctor_store::catalog::workflows::{AppliedHistory, Workflow};
use proctor_store::{Store, StoreError};

use super::observe::{Observed, pages_of};

/// Alarms that one transaction ends at the most.
pub(super) const ALARMS_PER_TICK_MAX: u32 = 1_000;

/// Looks at the alarms that are due up to `until`. Nothing of the suite may wait to be evaluated.
///
/// Gives how many there were; as many as [`ALARMS_PER_TICK_MAX`] means that there may be more.
pub(super) async fn tick(
    store: &Store,
    suite: SuiteId,
    snapshot: &Snapshot,
    (until, now): (Timestamp, Timestamp),
) -> Result<(Committed, u32), StoreError> {
    let due = store.due_alarms(suite, until, ALARMS_PER_TICK_MAX).await?;
    let mut by_workflow: BTreeMap<WorkflowId, Vec<u32>> = BTreeMap::new();
    for alarm in &due {
        by_workflow.entry(alarm.workflow).or_default().push(alarm.ordinal);
    }
    let is_live = |workflow: &&Workflow| workflow.definition.status == Status::Active && workflow.history == AppliedHistory::Done;
    let mut outcomes = Vec::new();
    let mut looked_at = 0;
    for workflow in snapshot.workflows.iter().filter(is_live) {
        let Some(ordinals) = by_workflow.remove(&workflow.id) else { continue };
        looked_at += u32::try_from(ordinals.len()).unwrap_or(u32::MAX);
        let rule = &workflow.definition.rule;
        let states = store.monitor_states(suite, workflow.id, &pages_of(ordinals.iter().copied())).await?;
        let mut observed = Observed::default();
        for ordinal in ordinals {
            // A state that cannot be read is started over with the next execution.
            let Some(mut tracker) = states.get(&ordinal).and_then(|bytes| Tracker::from_bytes(rule, bytes)) else { continue };
            let (before, mut events) = (tracker.phase(), Vec::new());
            tracker.tick(rule, until, &mut |event| events.push(event));
            observed.settle(rule, ordinal, before, &tracker, events);
        }
        let pages = observed.pages(&states)?;
        outcomes.push(WorkflowOutcome { pages, alarms: observed.alarms, events: observed.events, ..WorkflowOutcome::of(workflow) });
    }
    if outcomes.is_empty() {
        return Ok((Committed::Yes, 0));
    }
    let evaluation = Evaluation { suite, epoch: snapshot.epoch, taken: Vec::new(), outcomes, incidents: Vec::new() };
    Ok((store.commit_evaluation(&evaluation, now).await?, looked_at))
}
