//! Claiming messages that are due, no more of a workflow within a minute than it may send.

use std::collections::{BTreeMap, HashSet};

use proctor_core::id::{LedgerId, SuiteId, WorkflowId};
use proctor_core::time::Timestamp;
use proctor_core::workflow::definition::EVENTS_PER_MINUTE_DEFAULT;
use sqlx::any::AnyRow;

use super::overflow::{cancel_due, hold_back};
use super::{COLUMNS, Message, message_of, settings_hash};
use crate::catalog::workflows::events_per_minute;
use crate::database::{Columns, Statement, WriteTransaction};
use crate::{Store, StoreError};

const MINUTE_MS: i64 = 60_000;

/// Bounds on one claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClaimLimits {
    /// Messages.
    pub messages_max: u32,
    /// How long they are the claimer's, in milliseconds.
    pub lease_ms: i64,
}

/// A message that is due.
struct Candidate {
    seq: i64,
    message: Message,
}

/// What a workflow may still send in this minute.
struct Allowance {
    left: u32,
    /// Events that have been told in part: the rest of them is free.
    begun: HashSet<LedgerId>,
}

impl Store {
    /// Claims messages that are due at `now`, the oldest first: each counts as tried once more, and is nobody else's until the lease ends.
    ///
    /// Messages of one test, workflow and channel leave in order: a later event waits until the earlier one has been delivered or given
    /// up. What is beyond the limit of a workflow waits for the next minute (`workflows.md`, section 5).
    ///
    /// # Errors
    /// When the catalog cannot be read or written; then nothing was claimed.
    pub async fn claim_messages(&self, limits: ClaimLimits, now: Timestamp) -> Result<Vec<Message>, StoreError> {
        let due = Statement::fixed("SELECT seq FROM outbox WHERE status = 'waiting' AND next_attempt_at <= $1 LIMIT 1").with(now);
        // Without the writer's turn, which uploads need.
        if due.optional(&mut *self.connections().read().await?).await?.is_none() {
            return Ok(Vec::new());
        }
        let mut transaction = self.connections().write().await?;
        let claimed = claim(&mut transaction, limits, now).await?;
        transaction.commit().await?;
        Ok(claimed)
    }
}

async fn claim(transaction: &mut WriteTransaction, limits: ClaimLimits, now: Timestamp) -> Result<Vec<Message>, StoreError> {
    cancel_due(transaction, now).await?;
    let minute = Timestamp::from_millis(now.millis().div_euclid(MINUTE_MS) * MINUTE_MS);
    let mut allowances: BTreeMap<(SuiteId, WorkflowId), Allowance> = BTreeMap::new();
    let mut claimed = Vec::new();
    let mut held_back = Vec::new();
    for Candidate { seq, mut message } in candidates(transaction, limits.messages_max, now).await? {
        let of = (message.suite, message.workflow);
        if is_paused(transaction, &message).await? {
            finish_paused(transaction, seq, now).await?;
            continue;
        }
        if message.started_at.is_none() && message.digest_tests.is_none() {
            let allowance = match allowances.entry(of) {
                std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
                std::collections::btree_map::Entry::Vacant(entry) => entry.insert(allowance(transaction, of, minute).await?),
            };
            if !allowance.take(message.event) {
                if !held_back.contains(&of) {
                    held_back.push(of);
                }
                continue;
            }
        }
        let update = Statement::fixed(
            "UPDATE outbox SET attempts = attempts + 1, next_attempt_at = $1, started_at = COALESCE(started_at, $2) \
             WHERE seq = $3 AND attempts = $4 AND status = 'waiting'",
        );
        let lease_until = now.plus_millis(limits.lease_ms);
        let update = update.with(lease_until).with(now).with(seq).with(message.attempts);
        if update.execute(transaction.connection()).await? > 0 {
            message.attempts += 1;
            message.next_attempt_at = lease_until;
            message.started_at = message.started_at.or(Some(now));
            claimed.push(message);
        }
    }
    for of in held_back {
        hold_back(transaction, of, (now, minute.plus_millis(MINUTE_MS))).await?;
    }
    Ok(claimed)
}

async fn candidates(transaction: &mut WriteTransaction, limit: u32, now: Timestamp) -> Result<Vec<Candidate>, StoreError> {
    let mut select = Statement::built(transaction.engine(), format!("SELECT o.seq AS seq, {COLUMNS} FROM outbox o"));
    select.push(" WHERE o.status = 'waiting' AND o.next_attempt_at <= ").value(now);
    select.push(
        " AND NOT EXISTS (SELECT 1 FROM outbox e WHERE e.suite_id = o.suite_id AND e.workflow_id = o.workflow_id \
         AND e.ordinal = o.ordinal AND e.status = 'waiting' AND e.seq < o.seq AND e.channel = o.channel AND e.event_id <> o.event_id) \
         ORDER BY o.seq LIMIT ",
    );
    select.value(limit);
    let of = |row: &AnyRow| Ok(Candidate { seq: row.int("seq")?, message: message_of(row)? });
    select.all(transaction.connection()).await?.iter().map(of).collect()
}

async fn allowance(
    transaction: &mut WriteTransaction,
    (suite, workflow): (SuiteId, WorkflowId),
    minute: Timestamp,
) -> Result<Allowance, StoreError> {
    let limit = events_per_minute(transaction.connection(), suite, workflow).await?.unwrap_or(EVENTS_PER_MINUTE_DEFAULT);
    let select =
        "SELECT DISTINCT event_id FROM outbox WHERE suite_id = $1 AND workflow_id = $2 AND started_at >= $3 AND digest_tests IS NULL";
    let rows = Statement::fixed(select).with(suite.bytes()).with(workflow.bytes()).with(minute).all(transaction.connection()).await?;
    let begun = rows.iter().map(|row| row.id("event_id", LedgerId::from_bytes)).collect::<Result<HashSet<_>, _>>()?;
    Ok(Allowance { left: limit.saturating_sub(u32::try_from(begun.len()).unwrap_or(u32::MAX)), begun })
}

impl Allowance {
    fn take(&mut self, event: LedgerId) -> bool {
        if self.begun.contains(&event) {
            return true;
        }
        if self.left == 0 {
            return false;
        }
        self.left -= 1;
        self.begun.insert(event)
    }
}

async fn is_paused(transaction: &mut WriteTransaction, message: &Message) -> Result<bool, StoreError> {
    let select = "SELECT paused_at FROM paused_actions WHERE suite_id = $1 AND workflow_id = $2 AND channel = $3 AND settings_hash = $4";
    let select = Statement::fixed(select).with(message.suite.bytes()).with(message.workflow.bytes()).with(message.channel.as_str());
    Ok(select.with(&settings_hash(&message.settings)).optional(transaction.connection()).await?.is_some())
}

async fn finish_paused(transaction: &mut WriteTransaction, seq: i64, now: Timestamp) -> Result<(), StoreError> {
    let update = "UPDATE outbox SET status = 'cancelled', finished_at = $1, last_error = $2 WHERE seq = $3";
    let why = "the action is paused: its receiver answered 410";
    Statement::fixed(update).with(now).with(why).with(seq).execute(transaction.connection()).await.map(drop)
}
