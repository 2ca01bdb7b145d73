//! Making, changing and deleting workflows.

use proctor_core::id::{SuiteId, WorkflowId};
use proctor_core::time::Timestamp;
use proctor_core::workflow::definition::WORKFLOWS_PER_SUITE_MAX;
use proctor_core::workflow::{Definition, Status};
use serde_json::{Map, Value, json};

use super::read::workflows_of;
use super::{Application, AppliedHistory, Author, Workflow};
use crate::catalog::evaluations::raise_epoch;
use crate::catalog::ledger::{LedgerKind, NewEntry, write_ledger};
use crate::database::{Statement, WriteTransaction};
use crate::documents::write_workflow;
use crate::new_id::uuid_of;
use crate::{Store, StoreError};

/// What a change to workflows came to.
#[derive(Clone, Debug, PartialEq)]
pub enum Changed {
    /// It was made: the workflow as it is now.
    Yes(Box<Workflow>),
    /// The suite has as many workflows as it may have.
    TooMany,
}

impl Store {
    /// Makes a workflow. Its states follow from the stored history, which is yet to be read.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when the suite has a workflow of that name; [`StoreError::Missing`] when the suite is gone.
    pub async fn create_workflow(
        &self,
        suite: SuiteId,
        definition: Definition,
        application: Application,
        author: Author,
        now: Timestamp,
    ) -> Result<Changed, StoreError> {
        let definition = self.sealed(suite, definition)?;
        let mut transaction = self.connections().write().await?;
        raise_epoch(&mut transaction, suite).await?;
        if workflows_of(transaction.connection(), suite).await?.len() >= WORKFLOWS_PER_SUITE_MAX {
            transaction.rollback().await;
            return Ok(Changed::TooMany);
        }
        let history = AppliedHistory::Waiting(application);
        let workflow = Workflow {
            id: WorkflowId::new(uuid_of(now)),
            suite_id: suite,
            version: 1,
            history,
            definition,
            created_at: now,
            updated_at: now,
        };
        insert(&mut transaction, &workflow).await?;
        let entry = of_change(&workflow, LedgerKind::WorkflowCreated, author, now);
        write_ledger(&mut transaction, suite, &[entry], now).await?;
        transaction.commit().await?;
        Ok(Changed::Yes(Box::new(workflow)))
    }

    /// Gives a workflow another definition, as a new version. Its states follow from the stored history, which is yet to be read; only
    /// pausing it, and names and actions alone, leave them as they are.
    ///
    /// # Errors
    /// As [`Self::create_workflow`]; [`StoreError::Missing`] also when the workflow is gone.
    pub async fn update_workflow(
        &self,
        suite: SuiteId,
        id: WorkflowId,
        definition: Definition,
        application: Application,
        author: Author,
        now: Timestamp,
    ) -> Result<Workflow, StoreError> {
        let definition = self.sealed(suite, definition)?;
        let mut transaction = self.connections().write().await?;
        raise_epoch(&mut transaction, suite).await?;
        let all = workflows_of(transaction.connection(), suite).await?;
        let before = all.into_iter().find(|workflow| workflow.id == id).ok_or(StoreError::Missing("workflow"))?;
        if before.definition == definition {
            transaction.rollback().await;
            return Ok(before);
        }
        let history = history_after(&before, &definition, application);
        let workflow = Workflow { version: before.version + 1, history, definition, updated_at: now, ..before };
        let (applied, application) = applied_columns(&workflow);
        let document = document_of(&workflow);
        let update = Statement::fixed(
            "UPDATE workflows SET name = $1, version = $2, applied_version = $3, application = $4, status = $5, document = $6, \
             updated_at = $7 WHERE id = $8",
        );
        let update = update.with(&workflow.definition.name).with(workflow.version).with(applied).with(application.as_str());
        let update = update.with(workflow.definition.status.as_str()).with(&document).with(now).with(id.bytes());
        update.execute(transaction.connection()).await?;
        insert_version(&mut transaction, &workflow, &document).await?;
        let entry = of_change(&workflow, LedgerKind::WorkflowUpdated, author, now);
        write_ledger(&mut transaction, suite, &[entry], now).await?;
        transaction.commit().await?;
        Ok(workflow)
    }

    /// Deletes a workflow with its states; what it did to tests stays, and so do its versions and the ledger.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when it is gone already.
    pub async fn delete_workflow(&self, suite: SuiteId, id: WorkflowId, author: Author, now: Timestamp) -> Result<(), StoreError> {
        let mut transaction = self.connections().write().await?;
        raise_epoch(&mut transaction, suite).await?;
        let all = workflows_of(transaction.connection(), suite).await?;
        let workflow = all.into_iter().find(|workflow| workflow.id == id).ok_or(StoreError::Missing("workflow"))?;
        for delete in [
            "DELETE FROM monitor_states WHERE suite_id = $1 AND workflow_id = $2",
            "DELETE FROM alarms WHERE suite_id = $1 AND workflow_id = $2",
            "DELETE FROM workflows WHERE suite_id = $1 AND id = $2",
        ] {
            Statement::fixed(delete).with(suite.bytes()).with(id.bytes()).execute(transaction.connection()).await?;
        }
        let entry = of_change(&workflow, LedgerKind::WorkflowDeleted, author, now);
        write_ledger(&mut transaction, suite, &[entry], now).await?;
        transaction.commit().await
    }
}

fn history_after(before: &Workflow, definition: &Definition, application: Application) -> AppliedHistory {
    let is_resumed = before.definition.status == Status::Paused && definition.status == Status::Active;
    match before.history {
        AppliedHistory::Done if before.definition.rule == definition.rule && !is_resumed => AppliedHistory::Done,
        // Resuming is quiet always: what happened in the pause is past (`workflows.md`, 1.2).
        _ if is_resumed => AppliedHistory::Waiting(Application::Quiet),
        _ => AppliedHistory::Waiting(application),
    }
}

/// A version whose history is yet to be read counts as applied up to the one before it.
const fn applied_columns(workflow: &Workflow) -> (u32, Application) {
    match workflow.history {
        AppliedHistory::Done => (workflow.version, Application::Quiet),
        AppliedHistory::Waiting(application) => (workflow.version - 1, application),
    }
}

fn document_of(workflow: &Workflow) -> String {
    Value::Object(write_workflow(&workflow.definition)).to_string()
}

pub(super) async fn insert(transaction: &mut WriteTransaction, workflow: &Workflow) -> Result<(), StoreError> {
    let Workflow { id, suite_id, version, history: _, definition, created_at, updated_at } = workflow;
    let (applied, application) = applied_columns(workflow);
    let document = document_of(workflow);
    let insert = Statement::fixed(
        "INSERT INTO workflows (id, suite_id, name, version, applied_version, application, status, document, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    );
    let insert = insert.with(id.bytes()).with(suite_id.bytes()).with(&definition.name).with(*version).with(applied);
    let insert = insert.with(application.as_str()).with(definition.status.as_str()).with(&document).with(*created_at).with(*updated_at);
    insert.execute(transaction.connection()).await?;
    insert_version(transaction, workflow, &document).await
}

async fn insert_version(transaction: &mut WriteTransaction, workflow: &Workflow, document: &str) -> Result<(), StoreError> {
    let insert = "INSERT INTO workflow_versions (suite_id, workflow_id, version, document, created_at) VALUES ($1, $2, $3, $4, $5)";
    let insert = Statement::fixed(insert).with(workflow.suite_id.bytes()).with(workflow.id.bytes()).with(workflow.version);
    insert.with(document).with(workflow.updated_at).execute(transaction.connection()).await.map(drop)
}

fn of_change(workflow: &Workflow, kind: LedgerKind, author: Author, at: Timestamp) -> NewEntry {
    let mut detail = Map::new();
    detail.insert("name".to_owned(), json!(workflow.definition.name));
    if let AppliedHistory::Waiting(application) = workflow.history {
        detail.insert("application".to_owned(), json!(application.as_str()));
    }
    NewEntry { id: None, kind, ordinal: None, workflow: Some((workflow.id, workflow.version)), actor: author.to_string(), at, detail }
}
