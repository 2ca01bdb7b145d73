//! States whose term has ended: the test is enabled again (`workflows.md`, section 7).

use proctor_core::id::{SuiteId, TeamId, TestId};
use proctor_core::state::TestState;
use proctor_core::time::Timestamp;
use rustc_hash::FxHashMap;
use serde_json::json;

use super::ledger::write_ledger;
use super::mails::{MailKind, MailText, NewMail, Recipients, insert_mail};
use super::owners::OwnerSets;
use super::states::{NewState, StateAuthor, of_change};
use super::tests::{ordinal_of, state_of};
use crate::database::{Columns, Statement, WriteTransaction};
use crate::new_id::uuid_of;
use crate::{Store, StoreError};

/// A test whose state has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpiredState {
    /// The test.
    pub test: TestId,
    /// Its scope.
    pub scope: String,
    /// Its name.
    pub name: String,
    /// The state that has ended.
    pub state: TestState,
    /// Why it had been given.
    pub reason: Option<String>,
    /// Its owner that is told; none: nobody owns it.
    pub owner: Option<TeamId>,
}

/// What tells a team of its tests; none: it is not told.
pub type WriteMail<'a> = dyn Fn(&[ExpiredState]) -> Option<MailText> + Send + Sync + 'a;

impl Store {
    /// Suites with a test whose state has ended by `now`.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn suites_with_expired_states(&self, now: Timestamp) -> Result<Vec<SuiteId>, StoreError> {
        let select = Statement::fixed("SELECT DISTINCT suite_id FROM tests WHERE state_expires_at <= $1").with(now);
        let rows = select.all(&mut *self.connections().read().await?).await?;
        rows.iter().map(|row| row.id("suite_id", SuiteId::from_bytes)).collect()
    }

    /// Enables at most `limit` tests of the suite whose state has ended by `now`. States, ledger, and a mail to the default owner of
    /// each become true in one transaction. Gives how many there were.
    ///
    /// # Errors
    /// When the catalog cannot be written; then nothing of it was.
    pub async fn expire_states(&self, suite: SuiteId, now: Timestamp, limit: u32, write: &WriteMail<'_>) -> Result<u32, StoreError> {
        let mut transaction = self.connections().write().await?;
        let expired = due(&mut transaction, suite, now, limit).await?;
        let mut entries = Vec::with_capacity(expired.len());
        let mut told: Vec<(TeamId, Vec<ExpiredState>)> = Vec::new();
        for (ordinal, ended_at, test) in expired {
            let update = Statement::fixed(
                "UPDATE tests SET state_before = state, state = 0, state_since = $1, state_reason = $2, state_user_id = NULL, \
                 state_workflow_id = NULL, state_expires_at = NULL WHERE suite_id = $3 AND ordinal = $4",
            );
            let new = NewState { state: TestState::Enabled, by: StateAuthor::Expiry, reason: Some(REASON.to_owned()), expires_at: None };
            update.with(now).with(REASON).with(suite.bytes()).with(ordinal).execute(transaction.connection()).await?;
            let mut entry = of_change(ordinal, test.state, &new, now);
            entry.detail.insert("cause".to_owned(), json!("expiry"));
            entry.detail.insert("expired_at".to_owned(), json!(ended_at.to_string()));
            entries.push(entry);
            let Some(owner) = test.owner else { continue };
            match told.iter_mut().find(|(team, _)| *team == owner) {
                Some((_, tests)) => tests.push(test),
                None => told.push((owner, vec![test])),
            }
        }
        write_ledger(&mut transaction, suite, &entries, now).await?;
        for (team, tests) in told {
            let Some(text) = write(&tests) else { continue };
            let recipients = Recipients { team: Some(team), addresses: Vec::new() };
            let mail = NewMail { id: uuid_of(now), suite, kind: MailKind::StatesExpired, subscription: None, recipients, text };
            insert_mail(&mut transaction, &mail, now).await?;
        }
        transaction.commit().await?;
        Ok(u32::try_from(entries.len()).unwrap_or(u32::MAX))
    }
}

const REASON: &str = "the term of the state ended";

async fn due(
    transaction: &mut WriteTransaction,
    suite: SuiteId,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<(u32, Timestamp, ExpiredState)>, StoreError> {
    let for_update = transaction.engine().for_update();
    let select = "SELECT ordinal, id, scope, name, state, state_reason, state_expires_at, owner_set FROM tests WHERE suite_id = ";
    let mut select = Statement::built(transaction.engine(), select);
    select.value(suite.bytes()).push(" AND state_expires_at <= ").value(now);
    select.push(" ORDER BY state_expires_at, ordinal LIMIT ").value(limit).push(for_update);
    let rows = select.all(transaction.connection()).await?;
    let sets = if rows.is_empty() { OwnerSets::default() } else { OwnerSets::load(transaction.connection(), suite).await? };
    let mut owners: FxHashMap<i64, Option<TeamId>> = FxHashMap::default();
    let mut expired = Vec::with_capacity(rows.len());
    for row in &rows {
        let set = row.maybe_int("owner_set")?;
        let owner = set.and_then(|set| *owners.entry(set).or_insert_with(|| sets.owners(set).first().copied()));
        let test = ExpiredState {
            test: row.id("id", TestId::from_bytes)?,
            scope: row.text("scope")?,
            name: row.text("name")?,
            state: state_of(row.int("state")?)?,
            reason: row.maybe_text("state_reason")?,
            owner,
        };
        expired.push((ordinal_of(row)?, row.time("state_expires_at")?, test));
    }
    Ok(expired)
}
