//! Reading workflows.

use proctor_core::id::{SuiteId, WorkflowId};
use proctor_core::time::Timestamp;
use proctor_core::workflow::Definition;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::{Application, AppliedHistory, Workflow};
use crate::database::{Columns, Statement};
use crate::documents::{Actions, read_workflow};
use crate::{Page, PageRequest, Store, StoreError};

const COLUMNS: &str = "id, suite_id, version, applied_version, application, document, created_at, updated_at";

impl Store {
    /// The workflows of the suite, by name in the order of bytes.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn workflows(&self, suite: SuiteId) -> Result<Vec<Workflow>, StoreError> {
        workflows_of(&mut *self.connections().read().await?, suite).await
    }

    /// One workflow.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn workflow(&self, suite: SuiteId, id: WorkflowId) -> Result<Option<Workflow>, StoreError> {
        let mut select = Statement::built(self.connections().engine(), format!("SELECT {COLUMNS} FROM workflows WHERE id = "));
        select.value(id.bytes()).push(" AND suite_id = ").value(suite.bytes());
        select.optional(&mut *self.connections().read().await?).await?.as_ref().map(workflow_of).transpose()
    }

    /// What a workflow said in one of its versions, also after it was deleted.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn workflow_version(&self, suite: SuiteId, id: WorkflowId, version: u32) -> Result<Option<Definition>, StoreError> {
        let select = "SELECT document FROM workflow_versions WHERE suite_id = $1 AND workflow_id = $2 AND version = $3";
        let select = Statement::fixed(select).with(suite.bytes()).with(id.bytes()).with(version);
        let row = select.optional(&mut *self.connections().read().await?).await?;
        row.map(|row| definition_of(&row)).transpose()
    }

    /// The versions that a workflow has had, newest first, also after it was deleted.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn workflow_versions(&self, suite: SuiteId, id: WorkflowId, page: PageRequest) -> Result<Page<WorkflowVersion>, StoreError> {
        let connection = &mut *self.connections().read().await?;
        let count = Statement::fixed("SELECT COUNT(*) AS total FROM workflow_versions WHERE suite_id = $1 AND workflow_id = $2");
        let total = count.with(suite.bytes()).with(id.bytes()).one(connection).await?.count("total")?;
        let select = "SELECT version, document, created_at FROM workflow_versions WHERE suite_id = $1 AND workflow_id = $2 \
                      ORDER BY version DESC LIMIT $3 OFFSET $4";
        let select = Statement::fixed(select).with(suite.bytes()).with(id.bytes()).with(page.limit).with(page.offset);
        let items = select.all(connection).await?.iter().map(version_of).collect::<Result<_, _>>()?;
        Ok(Page { items, total })
    }

    /// One version of a workflow with the time at which it was made, also after the workflow was deleted.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn dated_workflow_version(
        &self,
        suite: SuiteId,
        id: WorkflowId,
        version: u32,
    ) -> Result<Option<WorkflowVersion>, StoreError> {
        let select =
            "SELECT version, document, created_at FROM workflow_versions WHERE suite_id = $1 AND workflow_id = $2 AND version = $3";
        let select = Statement::fixed(select).with(suite.bytes()).with(id.bytes()).with(version);
        select.optional(&mut *self.connections().read().await?).await?.as_ref().map(version_of).transpose()
    }
}

/// What a workflow said from some time on.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkflowVersion {
    /// From 1.
    pub version: u32,
    /// What its owners wrote down; secrets are sealed.
    pub definition: Definition,
    /// When it was made.
    pub created_at: Timestamp,
}

fn version_of(row: &AnyRow) -> Result<WorkflowVersion, StoreError> {
    Ok(WorkflowVersion { version: number(row, "version")?, definition: definition_of(row)?, created_at: row.time("created_at")? })
}

pub(crate) async fn workflows_of(connection: &mut AnyConnection, suite: SuiteId) -> Result<Vec<Workflow>, StoreError> {
    let select = "SELECT id, suite_id, version, applied_version, application, document, created_at, updated_at FROM workflows \
                  WHERE suite_id = $1";
    let rows = Statement::fixed(select).with(suite.bytes()).all(connection).await?;
    let mut workflows: Vec<Workflow> = rows.iter().map(workflow_of).collect::<Result<_, _>>()?;
    // Not left to the engines, whose collations differ.
    workflows.sort_unstable_by(|one, other| one.definition.name.cmp(&other.definition.name));
    Ok(workflows)
}

/// How many events of a workflow may be told outside within a minute. None: the workflow is gone.
pub(crate) async fn events_per_minute(
    connection: &mut AnyConnection,
    suite: SuiteId,
    workflow: WorkflowId,
) -> Result<Option<u32>, StoreError> {
    let select = Statement::fixed("SELECT document FROM workflows WHERE id = $1 AND suite_id = $2").with(workflow.bytes());
    let row = select.with(suite.bytes()).optional(connection).await?;
    row.map(|row| Ok(definition_of(&row)?.events_per_minute)).transpose()
}

pub(super) fn workflow_of(row: &AnyRow) -> Result<Workflow, StoreError> {
    let (version, applied) = (number(row, "version")?, number(row, "applied_version")?);
    let application = row.word("application", Application::from_word)?;
    Ok(Workflow {
        id: row.id("id", WorkflowId::from_bytes)?,
        suite_id: row.id("suite_id", SuiteId::from_bytes)?,
        version,
        history: if applied < version { AppliedHistory::Waiting(application) } else { AppliedHistory::Done },
        definition: definition_of(row)?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}

fn number(row: &AnyRow, column: &str) -> Result<u32, StoreError> {
    u32::try_from(row.int(column)?).map_err(|_| StoreError::Corrupt(format!("column {column} of a workflow")))
}

/// Stored filters are complete, so the default branch does not matter.
fn definition_of(row: &AnyRow) -> Result<Definition, StoreError> {
    let corrupt = |what: String| StoreError::Corrupt(format!("document of a workflow: {what}"));
    let document = serde_json::from_str(&row.text("document")?).map_err(|error| corrupt(error.to_string()))?;
    read_workflow(document, "", Actions::Stored).map_err(|reasons| corrupt(reasons.join(", ")))
}
