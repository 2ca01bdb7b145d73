//! Evaluating workflows: what is still to be looked at, what monitors know, and the one transaction in which an evaluation becomes true.
//!
//! Who evaluates reads a [`Snapshot`] first, then states and executions, and hands in an [`Evaluation`]. It is stored only if nothing
//! that it rests on has changed meanwhile, which the suite's *epoch* tells: all who write states raise it. So an evaluation happens once,
//! whatever dies in between, and however many servers try.

mod actions;
mod commit;
mod guard;
mod outcome;
mod pending;
mod snapshot;
mod states;

use proctor_core::id::SuiteId;

use crate::StoreError;
use crate::database::{Statement, WriteTransaction};

pub use commit::Committed;
pub use guard::{Incident, NewIncident};
pub use outcome::{AlarmChange, Applied, Evaluation, StatePage, TestEvent, WorkflowOutcome};
pub use snapshot::{PendingUpload, Snapshot, SnapshotLimits};
pub use states::{DueAlarm, OpenAlarm, StateMap, TESTS_PER_PAGE};

pub(crate) use pending::enqueue;

/// Says that what others have read of the suite's states no longer holds. Locks the suite's evaluation until the transaction ends.
pub(crate) async fn raise_epoch(transaction: &mut WriteTransaction, suite: SuiteId) -> Result<(), StoreError> {
    let update = Statement::fixed("UPDATE evaluations SET epoch = epoch + 1 WHERE suite_id = $1").with(suite.bytes());
    if update.execute(transaction.connection()).await? == 0 {
        return Err(StoreError::Missing("suite"));
    }
    Ok(())
}
