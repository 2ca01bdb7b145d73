//! Carrying actions out: labels and states at once, messages by way of the outbox (`workflows.md`, section 4).

use proctor_core::id::{LedgerId, SuiteId, WorkflowId};
use proctor_core::label::Label;
use proctor_core::monitors::hysteresis::EventKind;
use proctor_core::state::TestState;
use proctor_core::time::Timestamp;
use proctor_core::workflow::{Action, Mode, Outgoing, StateChange};
use serde_json::{Map, Value, json};

use super::outcome::TestEvent;
use crate::StoreError;
use crate::catalog::labels::LABELS_PER_TEST_MAX;
use crate::catalog::ledger::{LedgerKind, NewEntry};
use crate::catalog::outbox::{NewMessage, queue_message};
use crate::catalog::workflows::Workflow;
use crate::database::{Columns, Statement, WriteTransaction};

const HOUR_MS: i64 = 3_600_000;

/// What became of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Done,
    /// The test was that way already.
    Unchanged,
    /// Somebody else set the state that a recovery would end.
    Held,
    /// The suite does not allow the state.
    NotAvailable,
    /// The test has as many labels as it may have.
    TooMany,
    /// The workflow only rehearses.
    DryRun,
    /// The message waits to be delivered.
    Queued,
}

impl Outcome {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Unchanged => "unchanged",
            Self::Held => "held",
            Self::NotAvailable => "not_available",
            Self::TooMany => "too_many_labels",
            Self::DryRun => "dry_run",
            Self::Queued => "queued",
        }
    }
}

/// Carries out the actions of one evaluation.
pub(super) struct Acting {
    suite: SuiteId,
    now: Timestamp,
    /// What states the suite allows; read when first needed.
    states: Option<StatesAllowed>,
}

#[derive(Clone, Copy)]
struct StatesAllowed {
    mute: bool,
    skip: bool,
}

/// The event that actions follow from.
#[derive(Clone, Copy)]
struct Occasion<'a> {
    workflow: &'a Workflow,
    id: LedgerId,
    event: &'a TestEvent,
}

impl Acting {
    pub(super) const fn new(suite: SuiteId, now: Timestamp) -> Self {
        Self { suite, now, states: None }
    }

    /// Carries out what the workflow does on this event: each action with its outcome, and entries about what they changed.
    pub(super) async fn act(
        &mut self,
        transaction: &mut WriteTransaction,
        workflow: &Workflow,
        id: LedgerId,
        event: &TestEvent,
    ) -> Result<(Vec<Value>, Vec<NewEntry>), StoreError> {
        let actions = match event.event.kind {
            EventKind::Alarm => &workflow.definition.alarm,
            EventKind::Recover => &workflow.definition.recover,
        };
        let occasion = Occasion { workflow, id, event };
        let (mut lines, mut entries) = (Vec::with_capacity(actions.len()), Vec::new());
        for (position, action) in (0_u32..).zip(actions) {
            let outcome = match workflow.definition.mode {
                Mode::DryRun => Outcome::DryRun,
                Mode::Live => self.carry_out(transaction, occasion, position, action, &mut entries).await?,
            };
            lines.push(line(action, outcome));
        }
        Ok((lines, entries))
    }

    async fn carry_out(
        &mut self,
        transaction: &mut WriteTransaction,
        occasion: Occasion<'_>,
        position: u32,
        action: &Action,
        entries: &mut Vec<NewEntry>,
    ) -> Result<Outcome, StoreError> {
        let (outcome, entry) = match action {
            Action::AddLabel(label) => (self.add_label(transaction, occasion, label).await?, Some((LedgerKind::LabelAdded, label))),
            Action::RemoveLabel(label) => (self.remove_label(transaction, occasion, label).await?, Some((LedgerKind::LabelRemoved, label))),
            Action::ChangeState(change) => (self.change_state(transaction, occasion, change, entries).await?, None),
            Action::Send(Outgoing { channel, settings }) => {
                let (workflow, ordinal) = (occasion.workflow.id, occasion.event.ordinal);
                let message =
                    NewMessage { suite: self.suite, event: occasion.id, workflow, ordinal, action: position, channel: *channel, settings };
                queue_message(transaction, &message, self.now).await?;
                (Outcome::Queued, None)
            }
        };
        if let (Outcome::Done, Some((kind, label))) = (outcome, entry) {
            let mut detail = Map::new();
            detail.insert("label".to_owned(), json!(label.as_str()));
            entries.push(self.entry(occasion, kind, detail));
        }
        Ok(outcome)
    }

    async fn add_label(&self, transaction: &mut WriteTransaction, occasion: Occasion<'_>, label: &Label) -> Result<Outcome, StoreError> {
        let ordinal = occasion.event.ordinal;
        let select = "SELECT DISTINCT label FROM test_labels WHERE suite_id = $1 AND ordinal = $2";
        let rows = Statement::fixed(select).with(self.suite.bytes()).with(ordinal).all(transaction.connection()).await?;
        let mut has_it = false;
        for row in &rows {
            has_it |= row.text("label")? == label.as_str();
        }
        if !has_it && rows.len() >= LABELS_PER_TEST_MAX {
            return Ok(Outcome::TooMany);
        }
        let insert = "INSERT INTO test_labels (suite_id, label, ordinal, source, created_at) VALUES ($1, $2, $3, $4, $5) \
                      ON CONFLICT (suite_id, label, ordinal, source) DO NOTHING";
        let source = source_of(occasion.workflow.id);
        let insert = Statement::fixed(insert).with(self.suite.bytes()).with(label.as_str()).with(ordinal).with(&source).with(self.now);
        insert.execute(transaction.connection()).await?;
        Ok(if has_it { Outcome::Unchanged } else { Outcome::Done })
    }

    /// Takes away what this workflow or a person gave. What another workflow or a tag gave, these take away themselves.
    async fn remove_label(&self, transaction: &mut WriteTransaction, occasion: Occasion<'_>, label: &Label) -> Result<Outcome, StoreError> {
        let delete = "DELETE FROM test_labels WHERE suite_id = $1 AND label = $2 AND ordinal = $3 AND source IN ($4, 'person')";
        let delete = Statement::fixed(delete).with(self.suite.bytes()).with(label.as_str()).with(occasion.event.ordinal);
        let removed = delete.with(&source_of(occasion.workflow.id)).execute(transaction.connection()).await?;
        Ok(if removed > 0 { Outcome::Done } else { Outcome::Unchanged })
    }

    async fn change_state(
        &mut self,
        transaction: &mut WriteTransaction,
        occasion: Occasion<'_>,
        change: &StateChange,
        entries: &mut Vec<NewEntry>,
    ) -> Result<Outcome, StoreError> {
        let StateChange { state, expires_hours, reason } = change;
        let state = *state;
        let allowed = self.states_allowed(transaction).await?;
        if (state == TestState::Muted && !allowed.mute) || (state == TestState::Skipped && !allowed.skip) {
            return Ok(Outcome::NotAvailable);
        }
        let ordinal = occasion.event.ordinal;
        let select = "SELECT state, state_workflow_id FROM tests WHERE suite_id = $1 AND ordinal = $2";
        let select = Statement::fixed(select).with(self.suite.bytes()).with(ordinal);
        let Some(row) = select.optional(transaction.connection()).await? else { return Ok(Outcome::Unchanged) };
        let code = u8::try_from(row.int("state")?).ok();
        let before = code.and_then(TestState::from_code).ok_or_else(|| StoreError::Corrupt("state of a test".to_owned()))?;
        if before == state {
            return Ok(Outcome::Unchanged);
        }
        let setter = row.maybe_id("state_workflow_id", WorkflowId::from_bytes)?;
        if occasion.event.event.kind == EventKind::Recover && setter != Some(occasion.workflow.id) {
            return Ok(Outcome::Held);
        }
        let event = || format!("{} by workflow {}", occasion.event.event.kind.as_str(), occasion.workflow.definition.name);
        let reason = reason.clone().unwrap_or_else(event);
        let expires_at = expires_hours.map(|hours| self.now.plus_millis(i64::from(hours) * HOUR_MS));
        let update = Statement::fixed(
            "UPDATE tests SET state_before = state, state = $1, state_since = $2, state_reason = $3, state_user_id = NULL, \
             state_workflow_id = $4, state_expires_at = $5 WHERE suite_id = $6 AND ordinal = $7",
        );
        let update = update.with(u32::from(state.code())).with(self.now).with(&reason).with(occasion.workflow.id.bytes()).with(expires_at);
        update.with(self.suite.bytes()).with(ordinal).execute(transaction.connection()).await?;
        let mut detail = Map::new();
        detail.insert("from".to_owned(), json!(before.as_str()));
        detail.insert("to".to_owned(), json!(state.as_str()));
        detail.insert("reason".to_owned(), json!(reason));
        detail.insert("expires_at".to_owned(), json!(expires_at.map(|at| at.to_string())));
        entries.push(self.entry(occasion, LedgerKind::StateChanged, detail));
        Ok(Outcome::Done)
    }

    async fn states_allowed(&mut self, transaction: &mut WriteTransaction) -> Result<StatesAllowed, StoreError> {
        if let Some(states) = self.states {
            return Ok(states);
        }
        let select = Statement::fixed("SELECT test_states, mute_allowed, skip_allowed FROM suites WHERE id = $1").with(self.suite.bytes());
        let row = select.one(transaction.connection()).await?;
        let is_managed = row.flag("test_states")?;
        let states = StatesAllowed { mute: is_managed && row.flag("mute_allowed")?, skip: is_managed && row.flag("skip_allowed")? };
        self.states = Some(states);
        Ok(states)
    }

    fn entry(&self, occasion: Occasion<'_>, kind: LedgerKind, mut detail: Map<String, Value>) -> NewEntry {
        let Occasion { workflow, id, event } = occasion;
        detail.insert("workflow".to_owned(), json!(workflow.definition.name));
        detail.insert("event_id".to_owned(), json!(id.to_string()));
        let workflow = Some((workflow.id, workflow.version));
        NewEntry { id: None, kind, ordinal: Some(event.ordinal), workflow, actor: "workflow".to_owned(), at: self.now, detail }
    }
}

/// As [`crate::catalog::labels::LabelSource`] writes it.
fn source_of(workflow: WorkflowId) -> String {
    crate::catalog::labels::LabelSource::Workflow(workflow.uuid()).to_string()
}

fn line(action: &Action, outcome: Outcome) -> Value {
    let (kind, outcome) = (action.as_str(), outcome.as_str());
    match action {
        Action::AddLabel(label) | Action::RemoveLabel(label) => json!({ "type": kind, "label": label.as_str(), "outcome": outcome }),
        Action::ChangeState(change) => json!({ "type": kind, "state": change.state.as_str(), "outcome": outcome }),
        Action::Send(_) => json!({ "type": kind, "outcome": outcome }),
    }
}
