//! States of tests: enabled, muted, skipped (`workflows.md`, section 7).

use proctor_core::id::{SuiteId, TestId, UserId, Uuid};
use proctor_core::state::TestState;
use proctor_core::time::Timestamp;
use serde_json::{Map, json};

use super::ledger::{LedgerKind, NewEntry, write_ledger};
use super::tests::{ordinal_of, state_of};
use crate::database::{Columns, Statement, Value};
use crate::{Store, StoreError};

/// Who changed a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateAuthor {
    /// A person.
    User(UserId),
    /// A workflow.
    Workflow(Uuid),
    /// The end of the term for which the state was given.
    Expiry,
}

/// A state that a test is to have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewState {
    /// The state.
    pub state: TestState,
    /// Who wants it.
    pub by: StateAuthor,
    /// Why, in the author's words.
    pub reason: Option<String>,
    /// When the test is to be enabled again by itself.
    pub expires_at: Option<Timestamp>,
}

/// A state and how it came about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateDetails {
    /// The state.
    pub state: TestState,
    /// The state before; none if it was never changed.
    pub before: Option<TestState>,
    /// Since when; none if it was never changed.
    pub since: Option<Timestamp>,
    /// Who changed it last; none if nobody did, or if a term ended.
    pub by: Option<StateAuthor>,
    /// Why.
    pub reason: Option<String>,
    /// When the test is enabled again by itself.
    pub expires_at: Option<Timestamp>,
}

impl Store {
    /// Gives a test a state, and writes it in the ledger. One that it has already stays as it came about, unless a term or a reason is
    /// given that is another one: then author, reason and term are the new ones, and since when it is so stays.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is no such test.
    pub async fn set_test_state(&self, suite: SuiteId, test: TestId, new: &NewState, now: Timestamp) -> Result<(), StoreError> {
        let NewState { state, by, reason, expires_at } = new;
        let mut transaction = self.connections().write().await?;
        let for_update = transaction.engine().for_update();
        let select = "SELECT ordinal, state, state_before, state_since, state_reason, state_expires_at FROM tests WHERE suite_id = ";
        let mut select = Statement::built(transaction.engine(), select);
        select.value(suite.bytes()).push(" AND id = ").value(test.bytes()).push(for_update);
        let Some(row) = select.optional(transaction.connection()).await? else {
            transaction.rollback().await;
            return Err(StoreError::Missing("test"));
        };
        let (ordinal, present) = (ordinal_of(&row)?, state_of(row.int("state")?)?);
        let says_more = (reason.is_some() && *reason != row.maybe_text("state_reason")?)
            || (expires_at.is_some() && *expires_at != row.maybe_time("state_expires_at")?);
        let (before, since) = match present == *state {
            true if !says_more => {
                transaction.rollback().await;
                return Ok(());
            }
            true => (row.maybe_int("state_before")?, row.maybe_time("state_since")?),
            false => (Some(i64::from(present.code())), Some(now)),
        };
        let (user, workflow) = match by {
            StateAuthor::User(user) => (Some(user.bytes().as_slice()), None),
            StateAuthor::Workflow(workflow) => (None, Some(workflow.as_bytes().as_slice())),
            StateAuthor::Expiry => (None, None),
        };
        let update = Statement::fixed(
            "UPDATE tests SET state_before = $1, state = $2, state_since = $3, state_reason = $4, state_user_id = $5, \
             state_workflow_id = $6, state_expires_at = $7 WHERE suite_id = $8 AND ordinal = $9",
        );
        let update = update.with(Value::Int(before)).with(u32::from(state.code())).with(since).with(reason).with(user).with(workflow);
        update.with(*expires_at).with(suite.bytes()).with(ordinal).execute(transaction.connection()).await?;
        write_ledger(&mut transaction, suite, &[of_change(ordinal, present, new, now)], now).await?;
        transaction.commit().await
    }

    /// The state of a test and how it came about; `None`: no such test.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn test_state(&self, suite: SuiteId, test: TestId) -> Result<Option<StateDetails>, StoreError> {
        let select = Statement::fixed(
            "SELECT state, state_before, state_since, state_reason, state_user_id, state_workflow_id, state_expires_at FROM tests \
             WHERE suite_id = $1 AND id = $2",
        );
        let row = select.with(suite.bytes()).with(test.bytes()).optional(&mut *self.connections().read().await?).await?;
        let Some(row) = row else { return Ok(None) };
        let user = row.maybe_id("state_user_id", UserId::from_bytes)?.map(StateAuthor::User);
        let workflow = row.maybe_id("state_workflow_id", |bytes| Uuid::from_slice(bytes).ok())?.map(StateAuthor::Workflow);
        Ok(Some(StateDetails {
            state: state_of(row.int("state")?)?,
            before: row.maybe_int("state_before")?.map(state_of).transpose()?,
            since: row.maybe_time("state_since")?,
            by: user.or(workflow),
            reason: row.maybe_text("state_reason")?,
            expires_at: row.maybe_time("state_expires_at")?,
        }))
    }
}

pub(super) fn of_change(ordinal: u32, before: TestState, new: &NewState, at: Timestamp) -> NewEntry {
    let NewState { state, by, reason, expires_at } = new;
    let actor = match by {
        StateAuthor::User(user) => format!("user:{user}"),
        StateAuthor::Workflow(_) => "workflow".to_owned(),
        StateAuthor::Expiry => "system".to_owned(),
    };
    let mut detail = Map::new();
    detail.insert("from".to_owned(), json!(before.as_str()));
    detail.insert("to".to_owned(), json!(state.as_str()));
    detail.insert("reason".to_owned(), json!(reason));
    detail.insert("expires_at".to_owned(), json!(expires_at.map(|at| at.to_string())));
    NewEntry { id: None, kind: LedgerKind::StateChanged, ordinal: Some(ordinal), workflow: None, actor, at, detail }
}
