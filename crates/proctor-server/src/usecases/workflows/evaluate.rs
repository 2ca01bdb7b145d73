//! One batch of uploads of one suite.

use std::sync::Arc;

use proctor_core::id::SuiteId;
use proctor_core::monitors::history::{History, Needs};
use proctor_core::monitors::hysteresis::Phase;
use proctor_core::time::Timestamp;
use proctor_core::workflow::Status;
use proctor_store::catalog::evaluations::{AlarmChange, Committed, Evaluation, Snapshot, StateMap, TestEvent, WorkflowOutcome};
use proctor_store::catalog::workflows::{AppliedHistory, Workflow};
use proctor_store::executions::WantedTests;
use proctor_store::{Store, StoreError};

use super::incidents::find_incidents;
use super::observe::{Observed, observe, pages_of, tests_counted};
use super::rebuild::{Rebuild, origins_of, rebuild};

/// Evaluates the uploads of the snapshot. `until`: where time ends if nothing else waits.
pub(super) async fn evaluate(
    store: &Store,
    suite: SuiteId,
    snapshot: &Snapshot,
    (until, now): (Timestamp, Timestamp),
) -> Result<Committed, StoreError> {
    let taken: Vec<u64> = snapshot.pending.iter().map(|upload| upload.seq).collect();
    let is_live = |workflow: &&Workflow| workflow.definition.status == Status::Active && workflow.history == AppliedHistory::Done;
    let live: Vec<&Workflow> = snapshot.workflows.iter().filter(is_live).collect();
    let mut evaluation = Evaluation { suite, epoch: snapshot.epoch, taken, outcomes: Vec::new(), incidents: Vec::new() };
    if !live.is_empty() || snapshot.guard.is_some() {
        let mut needs = Needs::default();
        live.iter().for_each(|workflow| needs.add(&workflow.definition.rule));
        let mut history = store.history_of_uploads(suite, &evaluation.taken, needs).await?;
        if let Some(guard) = &snapshot.guard {
            evaluation.incidents = find_incidents(store, suite, guard, &mut history).await?;
        }
        let incidents = evaluation.incidents.iter().map(|incident| incident.upload_seq).collect();
        let batch = Batch { store, suite, history: Arc::new(history), taken: evaluation.taken.clone(), incidents, until };
        for workflow in live {
            evaluation.outcomes.push(batch.look(workflow).await?);
        }
    }
    store.commit_evaluation(&evaluation, now).await
}

struct Batch<'a> {
    store: &'a Store,
    suite: SuiteId,
    history: Arc<History>,
    taken: Vec<u64>,
    incidents: Vec<u64>,
    until: Timestamp,
}

impl Batch<'_> {
    async fn look<'w>(&self, workflow: &'w Workflow) -> Result<WorkflowOutcome<'w>, StoreError> {
        let (rule, history) = (workflow.definition.rule.clone(), Arc::clone(&self.history));
        let counted = blocking(move || tests_counted(&rule, &history)).await?;
        if counted.is_empty() {
            return Ok(WorkflowOutcome::of(workflow));
        }
        let states = self.store.monitor_states(self.suite, workflow.id, &pages_of(counted.iter().copied())).await?;
        let new: Vec<u32> = counted.into_iter().filter(|ordinal| !states.contains_key(ordinal)).collect();
        let origins = origins_of(self.store, self.suite, workflow, Some(&new)).await?;
        let (rule, history, created_at) = (workflow.definition.rule.clone(), Arc::clone(&self.history), workflow.created_at);
        let (mut observed, states) = blocking(move || {
            let observed = observe(&rule, &history, &states, |ordinal| origins.of(ordinal, created_at));
            (observed, states)
        })
        .await?;
        if !observed.late.is_empty() {
            self.start_over(workflow, &mut observed).await?;
        }
        Ok(self.outcome(workflow, observed, &states))
    }

    fn outcome<'w>(&self, workflow: &'w Workflow, observed: Observed, states: &StateMap) -> WorkflowOutcome<'w> {
        let pages = observed.pages(states);
        WorkflowOutcome { pages, alarms: observed.alarms, events: observed.events, ..WorkflowOutcome::of(workflow) }
    }

    /// Tests whose executions came late are replayed; what is reported is the difference that it makes.
    async fn start_over(&self, workflow: &Workflow, observed: &mut Observed) -> Result<(), StoreError> {
        let before = self.store.alarmed_tests(self.suite, workflow.id).await?;
        let mut without = self.store.pending_uploads(self.suite).await?;
        for seq in &self.taken {
            without.remove(seq);
        }
        let last = self.history.uploads.last().map_or(self.until, |upload| upload.at);
        let until = if without.is_empty() { self.until.max(last) } else { last };
        let late = std::mem::take(&mut observed.late);
        let tests = WantedTests::Only(Arc::new(late.into_iter().collect()));
        let rebuilt = rebuild(
            self.store,
            self.suite,
            workflow,
            Rebuild { tests, taken: self.taken.clone(), incidents: self.incidents.clone(), until },
        )
        .await?;
        let rule = &workflow.definition.rule;
        for (ordinal, test) in rebuilt.tests {
            let phase_before = if before.contains_key(&ordinal) { Phase::Alarmed } else { Phase::Idle };
            observed.events.extend(test.report(phase_before).map(|event| TestEvent { ordinal, event }));
            match (phase_before, test.tracker.phase()) {
                (_, Phase::Alarmed) => {
                    let due_at = test.tracker.next_tick(rule);
                    observed.alarms.push(AlarmChange::Open { ordinal, since: test.since, due_at });
                }
                (Phase::Alarmed, Phase::Idle) => observed.alarms.push(AlarmChange::Closed { ordinal }),
                (Phase::Idle, Phase::Idle) => {}
            }
            observed.states.insert(ordinal, test.tracker.to_bytes());
        }
        Ok(())
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| StoreError::Internal(format!("evaluating workflows: {error}")))
}
