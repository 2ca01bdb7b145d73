//! What came of an attempt, and sending again.

use proctor_core::id::{DeliveryId, SuiteId};
use proctor_core::time::Timestamp;

use super::{Message, MessageStatus, settings_hash};
use crate::database::Statement;
use crate::{Store, StoreError};

/// What a receiver said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status of HTTP, or the code of SMTP.
    pub code: u16,
    /// The beginning of what it said.
    pub text: String,
}

/// What came of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttemptOutcome {
    /// The receiver has it.
    Delivered,
    /// It is tried again at this time.
    Again(Timestamp),
    /// It is given up.
    Failed,
    /// It is given up, and so is the action: the receiver is gone for good.
    Gone,
}

/// An attempt that has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// What came of it.
    pub outcome: AttemptOutcome,
    /// What the receiver said, if it said something.
    pub answer: Option<Answer>,
    /// Why it failed.
    pub error: Option<String>,
}

impl Store {
    /// Records what came of the attempt that `message` was claimed for. When the claim has ended meanwhile and somebody else has tried
    /// it, what they record counts.
    ///
    /// # Errors
    /// When the catalog cannot be written: the message is tried again when the claim ends.
    pub async fn record_attempt(&self, message: &Message, attempt: &Attempt, now: Timestamp) -> Result<(), StoreError> {
        let Attempt { outcome, answer, error } = attempt;
        let (status, next, finished) = match outcome {
            AttemptOutcome::Delivered => (MessageStatus::Delivered, message.next_attempt_at, Some(now)),
            AttemptOutcome::Again(at) => (MessageStatus::Waiting, *at, None),
            AttemptOutcome::Failed | AttemptOutcome::Gone => (MessageStatus::Failed, message.next_attempt_at, Some(now)),
        };
        let mut transaction = self.connections().write().await?;
        let update = Statement::fixed(
            "UPDATE outbox SET status = $1, next_attempt_at = $2, finished_at = $3, last_error = $4, answer_code = $5, answer = $6 \
             WHERE suite_id = $7 AND idempotency_key = $8 AND attempts = $9 AND status = 'waiting'",
        );
        let code = crate::database::Value::Int(answer.as_ref().map(|answer| i64::from(answer.code)));
        let text = answer.as_ref().map(|answer| answer.text.as_str());
        let update = update.with(status.as_str()).with(next).with(finished).with(error).with(code).with(text);
        let update = update.with(message.suite.bytes()).with(&message.id.to_string()).with(message.attempts);
        let recorded = update.execute(transaction.connection()).await?;
        if recorded > 0 && *outcome == AttemptOutcome::Gone {
            let insert = "INSERT INTO paused_actions (suite_id, workflow_id, channel, settings_hash, paused_at) \
                          VALUES ($1, $2, $3, $4, $5) ON CONFLICT (suite_id, workflow_id, channel, settings_hash) DO NOTHING";
            let insert = Statement::fixed(insert).with(message.suite.bytes()).with(message.workflow.bytes());
            let insert = insert.with(message.channel.as_str()).with(&settings_hash(&message.settings)).with(now);
            insert.execute(transaction.connection()).await?;
        }
        transaction.commit().await
    }

    /// Has a message sent again, under the same id and at once: whatever waits before it, and whenever it would have been tried next. Its
    /// action is no longer paused. One that is under way just now is sent twice; receivers know that by the id.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is no such message (any more).
    pub async fn redeliver(&self, suite: SuiteId, id: DeliveryId, now: Timestamp) -> Result<Message, StoreError> {
        let message = self.message(suite, id).await?.ok_or(StoreError::Missing("delivery"))?;
        let mut transaction = self.connections().write().await?;
        let delete = "DELETE FROM paused_actions WHERE suite_id = $1 AND workflow_id = $2 AND channel = $3 AND settings_hash = $4";
        let delete = Statement::fixed(delete).with(suite.bytes()).with(message.workflow.bytes()).with(message.channel.as_str());
        delete.with(&settings_hash(&message.settings)).execute(transaction.connection()).await?;
        // No attempts, but begun: that is how a claim knows what a person asked for ([`super::Turn::Asked`]).
        let update = "UPDATE outbox SET status = 'waiting', attempts = 0, next_attempt_at = $1, started_at = $2, finished_at = NULL \
                      WHERE suite_id = $3 AND idempotency_key = $4";
        let update = Statement::fixed(update).with(now).with(now).with(suite.bytes()).with(&id.to_string());
        update.execute(transaction.connection()).await?;
        transaction.commit().await?;
        self.message(suite, id).await?.ok_or(StoreError::Missing("delivery"))
    }

    /// Forgets at most `limit` messages that ended before `before`; gives how many.
    ///
    /// # Errors
    /// When the catalog cannot be written.
    pub async fn forget_messages(&self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let delete = "DELETE FROM outbox WHERE seq IN (SELECT seq FROM outbox WHERE finished_at < $1 ORDER BY finished_at LIMIT $2)";
        Statement::fixed(delete).with(before).with(limit).execute(&mut *self.connections().writer().await?).await
    }
}
