//! Claiming messages that are due, no more of a workflow within a minute than it may send.

use std::collections::{BTreeMap, HashMap, HashSet};

use proctor_core::id::{LedgerId, SuiteId, WorkflowId};
use proctor_core::time::Timestamp;
use proctor_core::workflow::definition::EVENTS_PER_MINUTE_DEFAULT;

use super::overflow::{cancel_due, hold_back};
use super::paused::is_paused;
use super::{COLUMNS, Message, message_of};
use crate::catalog::workflows::events_per_minute;
use crate::database::{Columns, Statement, Value, WriteTransaction};
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

/// Which messages wait for each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// What a person asked to be sent again, until it has been tried: it waits for nothing.
    Asked,
    /// Everything else: messages of one test, workflow and receiver leave in order.
    InOrder,
}

/// What one claim may take.
#[derive(Clone, Debug)]
pub struct Claim {
    /// How many and for how long.
    pub limits: ClaimLimits,
    /// Which ones.
    pub turn: Turn,
    /// Messages of one host at once: those that are claimed, and those that are under way.
    pub of_host_max: u32,
    /// Messages that the claimer has under way, by host ([`Message::host`]).
    pub under_way: HashMap<String, u32>,
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
    /// Messages of one test, workflow and receiver leave in order: a later event waits until the earlier one has been delivered or given
    /// up. What is beyond the limit of a workflow waits for the next minute (`workflows.md`, section 5). Hosts that have as many messages under
    /// way as they may are passed over, so that a slow one holds up nobody else.
    ///
    /// # Errors
    /// When the catalog cannot be read or written; then nothing was claimed.
    pub async fn claim_messages(&self, claim: &Claim, now: Timestamp) -> Result<Vec<Message>, StoreError> {
        let mut due = Statement::built(self.connections().engine(), "SELECT o.seq AS seq FROM outbox o");
        push_due(&mut due, claim, &claim.under_way, now);
        due.push(" LIMIT 1");
        // Without the writer's turn, which uploads need.
        if due.optional(&mut *self.connections().read().await?).await?.is_none() {
            return Ok(Vec::new());
        }
        loop {
            let mut transaction = self.connections().write().await?;
            cancel_due(&mut transaction, now).await?;
            let found = candidates(&mut transaction, claim, now).await?;
            let is_last = found.is_empty();
            let claimed = claim_some(&mut transaction, found, claim.limits.lease_ms, now).await?;
            transaction.commit().await?;
            // None of some: they are not due any more, and what comes after them may be. Uploads have their turn before that is looked at.
            if is_last || !claimed.is_empty() {
                return Ok(claimed);
            }
        }
    }
}

/// Claims those of `found` that may leave. Of the others none is due any more.
async fn claim_some(
    transaction: &mut WriteTransaction,
    found: Vec<Candidate>,
    lease_ms: i64,
    now: Timestamp,
) -> Result<Vec<Message>, StoreError> {
    let minute = Timestamp::from_millis(now.millis().div_euclid(MINUTE_MS) * MINUTE_MS);
    let mut allowances: BTreeMap<(SuiteId, WorkflowId), Allowance> = BTreeMap::new();
    let mut claimed = Vec::new();
    let mut held_back = Vec::new();
    for Candidate { seq, mut message } in found {
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
        let lease_until = now.plus_millis(lease_ms);
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

/// As many as may be claimed, no more of a host than it may have at once.
async fn candidates(transaction: &mut WriteTransaction, claim: &Claim, now: Timestamp) -> Result<Vec<Candidate>, StoreError> {
    let limit = claim.limits.messages_max as usize;
    let mut under_way = claim.under_way.clone();
    let (mut found, mut after) = (Vec::new(), 0_i64);
    // Each time at least one more host has become full, or the last one is found.
    while found.len() < limit {
        let mut select = Statement::built(transaction.engine(), format!("SELECT o.seq AS seq, {COLUMNS} FROM outbox o"));
        push_due(&mut select, claim, &under_way, now);
        select.push(" AND o.seq > ").value(after).push(" ORDER BY o.seq LIMIT ").value(claim.limits.messages_max);
        let rows = select.all(transaction.connection()).await?;
        for row in &rows {
            let (seq, message) = (row.int("seq")?, message_of(row)?);
            let of_host = under_way.entry(message.host.clone()).or_default();
            if *of_host < claim.of_host_max && found.len() < limit {
                *of_host += 1;
                found.push(Candidate { seq, message });
            }
            after = seq;
        }
        if rows.len() < limit {
            break;
        }
    }
    Ok(found)
}

/// What is due and may leave, without hosts that are full.
fn push_due(statement: &mut Statement, claim: &Claim, under_way: &HashMap<String, u32>, now: Timestamp) {
    statement.push(" WHERE o.status = 'waiting' AND o.next_attempt_at <= ").value(now);
    statement.push(match claim.turn {
        Turn::Asked => " AND o.attempts = 0 AND o.started_at IS NOT NULL",
        Turn::InOrder => {
            " AND (o.attempts > 0 OR o.started_at IS NULL) AND NOT EXISTS (SELECT 1 FROM outbox e WHERE e.suite_id = o.suite_id \
             AND e.workflow_id = o.workflow_id AND e.ordinal = o.ordinal AND e.status = 'waiting' AND e.seq < o.seq \
             AND e.channel = o.channel AND e.receiver = o.receiver AND e.event_id <> o.event_id)"
        }
    });
    let full: Vec<&str> = under_way.iter().filter(|(_, count)| **count >= claim.of_host_max).map(|(host, _)| host.as_str()).collect();
    if !full.is_empty() {
        statement.push(" AND o.host NOT IN ").list(full.into_iter().map(Value::from));
    }
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

async fn finish_paused(transaction: &mut WriteTransaction, seq: i64, now: Timestamp) -> Result<(), StoreError> {
    let update = "UPDATE outbox SET status = 'cancelled', finished_at = $1, last_error = $2 WHERE seq = $3";
    let why = "the action is paused: its receiver answered 410";
    Statement::fixed(update).with(now).with(why).with(seq).execute(transaction.connection()).await.map(drop)
}
