//! One batch of uploads of one suite.

use std::sync::Arc;

use proctor_core::id::SuiteId;
use proctor_core::monitors::history::{History, Needs};
use proctor_core::monitors::hysteresis::Phase;
use proctor_core::time::Timestamp;
use proctor_core::workflow::Status;
use proctor_store::catalog::evaluations::{
    AlarmChange, Committed, Evaluation, Snapshot, StateMap, TESTS_PER_PAGE, TestEvent, WorkflowOutcome,
};
use proctor_store::catalog::workflows::{AppliedHistory, Workflow};
use proctor_store::executions::WantedTests;
use proctor_store::{Store, StoreError};

use super::incidents::find_incidents;
use super::observe::{Observed, observe, pages_of, tests_counted};
use super::rebuild::{Rebuild, origins_of, rebuild};

/// Pages whose states are held at one time: those of some thousand tests, each of which may have several kilobytes.
const PAGES_PER_STEP_MAX: usize = 64;

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
        let filters: Vec<_> = live.iter().map(|workflow| workflow.definition.rule.filters()).collect();
        let mut history = store.history_of_uploads(suite, &evaluation.taken, needs, Some(&filters)).await?;
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
    /// Some tests at a time: their states are held only until they are packed again.
    async fn look<'w>(&self, workflow: &'w Workflow) -> Result<WorkflowOutcome<'w>, StoreError> {
        let (rule, history) = (workflow.definition.rule.clone(), Arc::clone(&self.history));
        let counted = blocking(move || Ok(tests_counted(&rule, &history))).await?;
        let mut outcome = WorkflowOutcome::of(workflow);
        let mut unfinished = Vec::new();
        let pages = pages_of(counted.iter().copied());
        for pages in pages.chunks(PAGES_PER_STEP_MAX) {
            let (observed, states) = self.observe_pages(workflow, &counted, pages).await?;
            if observed.late.is_empty() {
                add(&mut outcome, observed, states).await?;
            } else {
                unfinished.push((pages, observed, states));
            }
        }
        if unfinished.is_empty() {
            return Ok(outcome);
        }
        let late = unfinished.iter_mut().flat_map(|(_, observed, _)| std::mem::take(&mut observed.late)).collect();
        let mut started_over = self.start_over(workflow, late).await?;
        for (pages, mut observed, states) in unfinished {
            for page in pages {
                let mut others = started_over.states.split_off(&(page * TESTS_PER_PAGE));
                started_over.states.append(&mut others.split_off(&((page + 1) * TESTS_PER_PAGE)));
                observed.states.append(&mut others);
            }
            add(&mut outcome, observed, states).await?;
        }
        add(&mut outcome, started_over, StateMap::default()).await?;
        Ok(outcome)
    }

    /// Looks at the tests of these pages; with what was known of them.
    async fn observe_pages(&self, workflow: &Workflow, counted: &[u32], pages: &[u32]) -> Result<(Observed, StateMap), StoreError> {
        let (Some(first), Some(last)) = (pages.first(), pages.last()) else { return Ok((Observed::default(), StateMap::default())) };
        let tests = first * TESTS_PER_PAGE..=last * TESTS_PER_PAGE + (TESTS_PER_PAGE - 1);
        let states = self.store.monitor_states(self.suite, workflow.id, pages).await?;
        let is_new = |ordinal: &&u32| tests.contains(ordinal) && !states.contains_key(ordinal);
        let new: Vec<u32> = counted.iter().filter(is_new).copied().collect();
        let origins = origins_of(self.store, self.suite, workflow, Some(&new)).await?;
        let (rule, history, created_at) = (workflow.definition.rule.clone(), Arc::clone(&self.history), workflow.created_at);
        blocking(move || {
            let observed = observe(&rule, &history, tests, &states, |ordinal| origins.of(ordinal, created_at));
            Ok((observed, states))
        })
        .await
    }

    /// Tests whose executions came late are replayed; what is reported is the difference that it makes.
    async fn start_over(&self, workflow: &Workflow, late: Vec<u32>) -> Result<Observed, StoreError> {
        let before = self.store.alarmed_tests(self.suite, workflow.id).await?;
        let mut without = self.store.pending_uploads(self.suite).await?;
        for seq in &self.taken {
            without.remove(seq);
        }
        let last = self.history.uploads.last().map_or(self.until, |upload| upload.at);
        let until = if without.is_empty() { self.until.max(last) } else { last };
        let tests = WantedTests::Only(Arc::new(late.into_iter().collect()));
        let rebuilt = rebuild(
            self.store,
            self.suite,
            workflow,
            Rebuild { tests, taken: self.taken.clone(), incidents: self.incidents.clone(), until },
        )
        .await?;
        let rule = &workflow.definition.rule;
        let mut observed = Observed::default();
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
        Ok(observed)
    }
}

/// Adds what was observed, with the pages packed; `states`: of the other tests on them.
async fn add(outcome: &mut WorkflowOutcome<'_>, mut observed: Observed, states: StateMap) -> Result<(), StoreError> {
    outcome.alarms.append(&mut observed.alarms);
    outcome.events.append(&mut observed.events);
    outcome.pages.append(&mut blocking(move || observed.pages(&states)).await?);
    Ok(())
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, StoreError> + Send + 'static) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| StoreError::Internal(format!("evaluating workflows: {error}")))?
}
