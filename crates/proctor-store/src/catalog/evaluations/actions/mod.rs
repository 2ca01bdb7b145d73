//! Carrying actions out: labels and states at once, messages by way of the outbox (`workflows.md`, section 4).

mod labels;
mod states;

use std::collections::HashMap;

use proctor_core::id::{LedgerId, SuiteId};
use proctor_core::label::Label;
use proctor_core::monitors::hysteresis::EventKind;
use proctor_core::time::Timestamp;
use proctor_core::workflow::{Action, Channel, Mode, Outgoing, StateChange};
use serde_json::{Map, Value, json};

use self::labels::HeldLabels;
use self::states::{HeldStates, Wanted};
use super::outcome::TestEvent;
use crate::catalog::labels::LabelSource;
use crate::catalog::ledger::{LedgerKind, NewEntry};
use crate::catalog::outbox::{NewMessage, Receiver, queue_messages};
use crate::catalog::workflows::Workflow;
use crate::database::WriteTransaction;
use crate::{Store, StoreError};

const HOUR_MS: i64 = 3_600_000;
/// Tests that one statement names.
const ROWS_PER_STATEMENT_MAX: usize = 500;

/// What became of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ActionOutcome {
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

impl ActionOutcome {
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

/// Carries out the actions of one evaluation: [`Self::act`] for each event in order, then [`Self::write`].
#[derive(Debug)]
pub(super) struct Acting<'a> {
    suite: SuiteId,
    now: Timestamp,
    labels: HeldLabels,
    states: HeldStates,
    store: &'a Store,
    /// By channel and settings.
    receivers: HashMap<(Channel, &'a str), Receiver>,
    messages: Vec<NewMessage<'a>>,
}

/// The event that actions follow from.
#[derive(Clone, Copy, Debug)]
struct Occasion<'a> {
    workflow: &'a Workflow,
    id: LedgerId,
    event: &'a TestEvent,
}

impl<'a> Acting<'a> {
    /// Reads what the actions on these events look at.
    pub(super) async fn read(
        transaction: &mut WriteTransaction,
        (store, suite): (&'a Store, SuiteId),
        events: impl Iterator<Item = (&'a Workflow, &'a TestEvent)>,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let (mut labelled, mut stated) = (Vec::new(), Vec::new());
        for (workflow, event) in events.filter(|(workflow, _)| workflow.definition.mode == Mode::Live) {
            for action in actions_on(workflow, event.event.kind) {
                match action {
                    Action::AddLabel(_) | Action::RemoveLabel(_) => labelled.push(event.ordinal),
                    Action::ChangeState(_) => stated.push(event.ordinal),
                    Action::Send(_) => {}
                }
            }
        }
        for ordinals in [&mut labelled, &mut stated] {
            ordinals.sort_unstable();
            ordinals.dedup();
        }
        let labels = HeldLabels::read(transaction, suite, &labelled).await?;
        let states = HeldStates::read(transaction, suite, &stated).await?;
        Ok(Self { suite, now, labels, states, store, receivers: HashMap::new(), messages: Vec::new() })
    }

    /// Carries out what the workflow does on this event: each action with its outcome, and entries about what they changed.
    pub(super) fn act(&mut self, workflow: &'a Workflow, id: LedgerId, event: &'a TestEvent) -> (Vec<Value>, Vec<NewEntry>) {
        let actions = actions_on(workflow, event.event.kind);
        let occasion = Occasion { workflow, id, event };
        let (mut lines, mut entries) = (Vec::with_capacity(actions.len()), Vec::new());
        for (position, action) in (0_u32..).zip(actions) {
            let (outcome, entry) = match workflow.definition.mode {
                Mode::DryRun => (ActionOutcome::DryRun, None),
                Mode::Live => self.carry_out(occasion, position, action),
            };
            lines.push(line(action, outcome));
            entries.extend(entry);
        }
        (lines, entries)
    }

    /// Writes what the actions changed.
    pub(super) async fn write(self, transaction: &mut WriteTransaction) -> Result<(), StoreError> {
        self.labels.write(transaction, self.suite, self.now).await?;
        self.states.write(transaction, self.suite, self.now).await?;
        queue_messages(transaction, &self.messages, self.now).await
    }

    fn carry_out(&mut self, occasion: Occasion<'a>, position: u32, action: &'a Action) -> (ActionOutcome, Option<NewEntry>) {
        let ordinal = occasion.event.ordinal;
        let source = LabelSource::Workflow(occasion.workflow.id.uuid());
        match action {
            Action::AddLabel(label) => {
                let outcome = self.labels.add(ordinal, label, &source);
                (outcome, self.label_entry(occasion, LedgerKind::LabelAdded, label, outcome))
            }
            Action::RemoveLabel(label) => {
                let outcome = self.labels.remove(ordinal, label, &source);
                (outcome, self.label_entry(occasion, LedgerKind::LabelRemoved, label, outcome))
            }
            Action::ChangeState(change) => self.change_state(occasion, change),
            Action::Send(Outgoing { channel, settings }) => {
                let (suite, event, workflow) = (self.suite, occasion.id, occasion.workflow.id);
                let (channel, action) = (*channel, position);
                let receiver = self.receivers.entry((channel, settings)).or_insert_with(|| self.store.receiver(suite, channel, settings));
                let receiver = receiver.clone();
                self.messages.push(NewMessage { suite, event, workflow, ordinal, action, channel, settings, receiver });
                (ActionOutcome::Queued, None)
            }
        }
    }

    fn label_entry(&self, occasion: Occasion<'_>, kind: LedgerKind, label: &Label, outcome: ActionOutcome) -> Option<NewEntry> {
        (outcome == ActionOutcome::Done).then(|| {
            let mut detail = Map::new();
            detail.insert("label".to_owned(), json!(label.as_str()));
            entry(occasion, kind, self.now, detail)
        })
    }

    fn change_state(&mut self, occasion: Occasion<'_>, change: &StateChange) -> (ActionOutcome, Option<NewEntry>) {
        let StateChange { state, expires_hours, reason } = change;
        let Occasion { workflow, event, .. } = occasion;
        let kind = event.event.kind;
        let reason = reason.clone().unwrap_or_else(|| format!("{} by workflow {}", kind.as_str(), workflow.definition.name));
        let expires_at = expires_hours.map(|hours| self.now.plus_millis(i64::from(hours) * HOUR_MS));
        let wanted = Wanted { kind, workflow: workflow.id, state: *state, reason, expires_at };
        let (outcome, changed) = self.states.change(event.ordinal, wanted);
        let entry = changed.map(|(before, changed)| {
            let mut detail = Map::new();
            detail.insert("from".to_owned(), json!(before.as_str()));
            detail.insert("to".to_owned(), json!(state.as_str()));
            detail.insert("reason".to_owned(), json!(changed.reason));
            detail.insert("expires_at".to_owned(), json!(changed.expires_at.map(|at| at.to_string())));
            entry(occasion, LedgerKind::StateChanged, self.now, detail)
        });
        (outcome, entry)
    }
}

fn actions_on(workflow: &Workflow, kind: EventKind) -> &[Action] {
    match kind {
        EventKind::Alarm => &workflow.definition.alarm,
        EventKind::Recover => &workflow.definition.recover,
    }
}

fn entry(occasion: Occasion<'_>, kind: LedgerKind, at: Timestamp, mut detail: Map<String, Value>) -> NewEntry {
    let Occasion { workflow, id, event } = occasion;
    detail.insert("workflow".to_owned(), json!(workflow.definition.name));
    detail.insert("event_id".to_owned(), json!(id.to_string()));
    let workflow = Some((workflow.id, workflow.version));
    NewEntry { id: None, kind, ordinal: Some(event.ordinal), workflow, actor: "workflow".to_owned(), at, detail }
}

fn line(action: &Action, outcome: ActionOutcome) -> Value {
    let (kind, outcome) = (action.as_str(), outcome.as_str());
    match action {
        Action::AddLabel(label) | Action::RemoveLabel(label) => json!({ "type": kind, "label": label.as_str(), "outcome": outcome }),
        Action::ChangeState(change) => json!({ "type": kind, "state": change.state.as_str(), "outcome": outcome }),
        Action::Send(_) => json!({ "type": kind, "outcome": outcome }),
    }
}
