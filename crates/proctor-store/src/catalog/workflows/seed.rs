//! The workflow that every suite is born with.

use proctor_core::id::{SuiteId, WorkflowId};
use proctor_core::time::Timestamp;
use proctor_core::workflow::Definition;

use super::change::insert;
use super::{Application, AppliedHistory, Workflow};
use crate::StoreError;
use crate::database::{Columns, Connections, Statement, WriteTransaction};
use crate::new_id::uuid_of;

/// Gives a new suite its first workflow, in the transaction that makes the suite. It has no history to be read.
pub(crate) async fn seed_suite(
    transaction: &mut WriteTransaction,
    suite: SuiteId,
    default_branch: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    seed(transaction, suite, default_branch, AppliedHistory::Done, now).await
}

/// Gives suites that were made before there were workflows their first one: once in the life of a suite.
pub(crate) async fn seed_suites(connections: &Connections, now: Timestamp) -> Result<(), StoreError> {
    let select = "SELECT id, default_branch FROM suites WHERE NOT EXISTS (SELECT 1 FROM evaluations WHERE suite_id = suites.id)";
    let rows = Statement::fixed(select).all(&mut *connections.read().await?).await?;
    for row in rows {
        let (suite, branch) = (row.id("id", SuiteId::from_bytes)?, row.text("default_branch")?);
        let mut transaction = connections.write().await?;
        seed(&mut transaction, suite, &branch, AppliedHistory::Waiting(Application::Quiet), now).await?;
        transaction.commit().await?;
    }
    Ok(())
}

async fn seed(
    transaction: &mut WriteTransaction,
    suite: SuiteId,
    default_branch: &str,
    history: AppliedHistory,
    now: Timestamp,
) -> Result<(), StoreError> {
    // A suite that was deleted meanwhile gets nothing, nor does one that another server has just seen to.
    let mut insert_row = Statement::built(transaction.engine(), "INSERT INTO evaluations (suite_id) SELECT id FROM suites WHERE id = ");
    insert_row.value(suite.bytes()).push(" ON CONFLICT (suite_id) DO NOTHING");
    if insert_row.execute(transaction.connection()).await? == 0 {
        return Ok(());
    }
    let Some(definition) = Definition::of_new_suite(default_branch) else { return Ok(()) };
    let id = WorkflowId::new(uuid_of(now));
    insert(transaction, &Workflow { id, suite_id: suite, version: 1, history, definition, created_at: now, updated_at: now }).await
}
