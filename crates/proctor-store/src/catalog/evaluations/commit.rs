//! The transaction in which an evaluation becomes true.

use proctor_core::id::LedgerId;
use proctor_core::monitors::hysteresis::EventKind;
use proctor_core::time::Timestamp;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::actions::Acting;
use super::guard::write_incidents;
use super::outcome::{Applied, Evaluation, TestEvent, WorkflowOutcome};
use super::states::write_states;
use crate::catalog::commits::{Commits, commits_of};
use crate::catalog::ledger::{LedgerKind, NewEntry, write_ledger};
use crate::catalog::workflows::Workflow;
use crate::database::{Statement, Value as Argument, WriteTransaction};
use crate::documents::{event_document, executions_of_change, name_commits};
use crate::{Store, StoreError};

/// Rows that one statement names.
const ROWS_PER_STATEMENT_MAX: usize = 500;

/// Whether an evaluation was stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Committed {
    /// It was.
    Yes,
    /// Something that it rests on has changed: nothing of it was stored, begin anew.
    Outdated,
}

impl Store {
    /// Stores an evaluation: states, alarms, the ledger, labels and states of tests, messages in the outbox, and that its uploads no longer
    /// wait, in one transaction.
    ///
    /// # Errors
    /// When the catalog cannot be written; then nothing of it was stored.
    pub async fn commit_evaluation(&self, evaluation: &Evaluation<'_>, now: Timestamp) -> Result<Committed, StoreError> {
        let mut transaction = self.connections().write().await?;
        let update = Statement::fixed("UPDATE evaluations SET epoch = epoch + 1 WHERE suite_id = $1 AND epoch = $2");
        let update = update.with(evaluation.suite.bytes()).with(evaluation.epoch);
        if update.execute(transaction.connection()).await? == 0 {
            transaction.rollback().await;
            return Ok(Committed::Outdated);
        }
        write(self, &mut transaction, evaluation, now).await?;
        transaction.commit().await?;
        Ok(Committed::Yes)
    }
}

async fn write(store: &Store, transaction: &mut WriteTransaction, evaluation: &Evaluation<'_>, now: Timestamp) -> Result<(), StoreError> {
    let Evaluation { suite, epoch, taken, outcomes, incidents } = evaluation;
    for some in taken.chunks(ROWS_PER_STATEMENT_MAX) {
        let mut delete = Statement::built(transaction.engine(), "DELETE FROM pending_evaluations WHERE suite_id = ");
        delete.value(suite.bytes()).push(" AND upload_seq IN ").list(some.iter().map(|seq| Argument::from(*seq)));
        delete.execute(transaction.connection()).await?;
    }
    let mut entries = write_incidents(transaction, *suite, incidents).await?;
    for outcome in outcomes {
        write_states(transaction, *suite, outcome).await?;
        if let Some(applied) = outcome.applied {
            entries.push(mark_applied(transaction, outcome, applied, now).await?);
        }
    }
    let mut events: Vec<(&WorkflowOutcome<'_>, &TestEvent)> =
        outcomes.iter().flat_map(|outcome| outcome.events.iter().map(move |event| (outcome, event))).collect();
    // As they came true; those of one test under one workflow stay in their order.
    events.sort_by_key(|(_, event)| event.event.at);
    let changes: Vec<_> = events.iter().flat_map(|(_, event)| executions_of_change(&event.event)).collect();
    let engine = transaction.engine();
    let commits = commits_of(transaction.connection(), engine, *suite, &changes).await?;
    let on_what = events.iter().map(|(outcome, event)| (outcome.workflow, *event));
    let mut acting = Acting::read(transaction, (store, *suite), on_what, now).await?;
    for (number, (outcome, event)) in (0_u64..).zip(events) {
        let id = event_id(outcome.workflow, event, *epoch, number);
        let (actions, made) = acting.act(outcome.workflow, id, event);
        entries.push(of_event(outcome.workflow, event, id, actions, &commits));
        entries.extend(made);
    }
    acting.write(transaction).await?;
    write_ledger(transaction, *suite, &entries, now).await
}

/// The same event of the same evaluation has the same id whoever computes it, and no other event ever has it: epochs do not come back.
fn event_id(workflow: &Workflow, event: &TestEvent, epoch: u64, number: u64) -> LedgerId {
    let digest = Sha256::new()
        .chain_update(workflow.suite_id.bytes())
        .chain_update(workflow.id.bytes())
        .chain_update(workflow.version.to_be_bytes())
        .chain_update(event.ordinal.to_be_bytes())
        .chain_update(event.event.at.millis().to_be_bytes())
        .chain_update(epoch.to_be_bytes())
        .chain_update(number.to_be_bytes())
        .finalize();
    let mut bytes = [0_u8; 16];
    bytes.copy_from_slice(&digest[..16]);
    LedgerId::new(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

fn of_event(workflow: &Workflow, event: &TestEvent, id: LedgerId, actions: Vec<Value>, commits: &Commits) -> NewEntry {
    let TestEvent { ordinal, event } = event;
    let mut detail = event_document(workflow.definition.rule.monitor().as_str(), event);
    name_commits(workflow.definition.rule.monitor(), event, commits, &mut detail);
    let (kind, from, to) = match event.kind {
        EventKind::Alarm => (LedgerKind::Alarm, "idle", "alarmed"),
        EventKind::Recover => (LedgerKind::Recover, "alarmed", "idle"),
    };
    detail.insert("from".to_owned(), json!(from));
    detail.insert("to".to_owned(), json!(to));
    detail.insert("workflow".to_owned(), json!(workflow.definition.name));
    detail.insert("actions".to_owned(), Value::Array(actions));
    let workflow = Some((workflow.id, workflow.version));
    NewEntry { id: Some(id), kind, ordinal: Some(*ordinal), workflow, actor: "workflow".to_owned(), at: event.at, detail }
}

async fn mark_applied(
    transaction: &mut WriteTransaction,
    outcome: &WorkflowOutcome<'_>,
    applied: Applied,
    now: Timestamp,
) -> Result<NewEntry, StoreError> {
    let Workflow { id, suite_id, version, definition, .. } = outcome.workflow;
    let update = Statement::fixed("UPDATE workflows SET applied_version = $1 WHERE id = $2 AND suite_id = $3");
    update.with(*version).with(id.bytes()).with(suite_id.bytes()).execute(transaction.connection()).await?;
    let Applied { application, executions, alarmed } = applied;
    let mut detail = Map::new();
    detail.insert("workflow".to_owned(), json!(definition.name));
    detail.insert("application".to_owned(), json!(application.as_str()));
    detail.insert("executions".to_owned(), json!(executions));
    detail.insert("alarmed".to_owned(), json!(alarmed));
    let workflow = Some((*id, *version));
    let actor = "system".to_owned();
    Ok(NewEntry { id: None, kind: LedgerKind::WorkflowApplied, ordinal: None, workflow, actor, at: now, detail })
}
