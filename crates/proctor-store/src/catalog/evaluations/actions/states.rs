//! The states of tests that the actions of one evaluation change: read at once, changed in memory, written at once.

use std::collections::BTreeMap;

use proctor_core::id::{SuiteId, WorkflowId};
use proctor_core::monitors::hysteresis::EventKind;
use proctor_core::state::TestState;
use proctor_core::time::Timestamp;
use rustc_hash::FxHashMap;

use super::{ActionOutcome, ROWS_PER_STATEMENT_MAX};
use crate::StoreError;
use crate::catalog::tests::ordinal_of;
use crate::database::{Columns, Statement, Value, WriteTransaction};

/// States of some tests as the actions so far leave them.
#[derive(Debug, Default)]
pub(super) struct HeldStates {
    allowed: StatesAllowed,
    tests: FxHashMap<u32, HeldState>,
}

/// What states the suite allows.
#[derive(Clone, Copy, Debug, Default)]
struct StatesAllowed {
    mute: bool,
    skip: bool,
}

#[derive(Debug)]
struct HeldState {
    state: TestState,
    /// The workflow that set it, if one did.
    setter: Option<WorkflowId>,
    /// The last change, if there was one: what is to be written.
    changed: Option<Changed>,
}

/// A change of a test's state by a workflow. Tests with the same are written together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Changed {
    /// Code of the state before.
    before: u8,
    /// Code of the state after.
    after: u8,
    pub(super) reason: String,
    workflow: WorkflowId,
    pub(super) expires_at: Option<Timestamp>,
}

/// What a workflow wants of a test.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) kind: EventKind,
    pub(super) workflow: WorkflowId,
    pub(super) state: TestState,
    pub(super) reason: String,
    pub(super) expires_at: Option<Timestamp>,
}

impl HeldStates {
    /// Reads the states of these tests, which nobody else changes until the transaction ends.
    pub(super) async fn read(transaction: &mut WriteTransaction, suite: SuiteId, ordinals: &[u32]) -> Result<Self, StoreError> {
        if ordinals.is_empty() {
            return Ok(Self::default());
        }
        let select = Statement::fixed("SELECT test_states, mute_allowed, skip_allowed FROM suites WHERE id = $1").with(suite.bytes());
        let row = select.one(transaction.connection()).await?;
        let is_managed = row.flag("test_states")?;
        let allowed = StatesAllowed { mute: is_managed && row.flag("mute_allowed")?, skip: is_managed && row.flag("skip_allowed")? };
        let mut tests = FxHashMap::default();
        for some in ordinals.chunks(ROWS_PER_STATEMENT_MAX) {
            let for_update = transaction.engine().for_update();
            let mut select =
                Statement::built(transaction.engine(), "SELECT ordinal, state, state_workflow_id FROM tests WHERE suite_id = ");
            select.value(suite.bytes()).push(" AND ordinal IN ").list(some.iter().map(|ordinal| Value::from(*ordinal)));
            // In one order, so that two who lock the same tests wait for each other only one way.
            select.push(" ORDER BY ordinal").push(for_update);
            for row in select.all(transaction.connection()).await? {
                let code = u8::try_from(row.int("state")?).ok();
                let state = code.and_then(TestState::from_code).ok_or_else(|| StoreError::Corrupt("state of a test".to_owned()))?;
                let setter = row.maybe_id("state_workflow_id", WorkflowId::from_bytes)?;
                tests.insert(ordinal_of(&row)?, HeldState { state, setter, changed: None });
            }
        }
        Ok(Self { allowed, tests })
    }

    /// Changes the state of a test; with the state before when that did something.
    pub(super) fn change(&mut self, ordinal: u32, wanted: Wanted) -> (ActionOutcome, Option<(TestState, &Changed)>) {
        let Wanted { kind, workflow, state, reason, expires_at } = wanted;
        let StatesAllowed { mute, skip } = self.allowed;
        if (state == TestState::Muted && !mute) || (state == TestState::Skipped && !skip) {
            return (ActionOutcome::NotAvailable, None);
        }
        let Some(test) = self.tests.get_mut(&ordinal).filter(|test| test.state != state) else {
            return (ActionOutcome::Unchanged, None);
        };
        if kind == EventKind::Recover && test.setter != Some(workflow) {
            return (ActionOutcome::Held, None);
        }
        let before = std::mem::replace(&mut test.state, state);
        test.setter = Some(workflow);
        let changed = test.changed.insert(Changed { before: before.code(), after: state.code(), reason, workflow, expires_at });
        (ActionOutcome::Done, Some((before, changed)))
    }

    /// Writes what has changed.
    pub(super) async fn write(&self, transaction: &mut WriteTransaction, suite: SuiteId, now: Timestamp) -> Result<(), StoreError> {
        let mut changes: BTreeMap<&Changed, Vec<u32>> = BTreeMap::new();
        for (ordinal, test) in &self.tests {
            if let Some(changed) = &test.changed {
                changes.entry(changed).or_default().push(*ordinal);
            }
        }
        for (Changed { before, after, reason, workflow, expires_at }, mut ordinals) in changes {
            ordinals.sort_unstable();
            for some in ordinals.chunks(ROWS_PER_STATEMENT_MAX) {
                let mut update = Statement::built(transaction.engine(), "UPDATE tests SET state_user_id = NULL, state_before = ");
                update.value(u32::from(*before)).push(", state = ").value(u32::from(*after));
                update.push(", state_since = ").value(now).push(", state_reason = ").value(reason);
                update.push(", state_workflow_id = ").value(workflow.bytes()).push(", state_expires_at = ").value(*expires_at);
                update.push(" WHERE suite_id = ").value(suite.bytes());
                update.push(" AND ordinal IN ").list(some.iter().map(|ordinal| Value::from(*ordinal)));
                update.execute(transaction.connection()).await?;
            }
        }
        Ok(())
    }
}
