//! What is beyond the limit of a workflow: it waits, cancels itself out, or becomes one message (`workflows.md`, section 5).

use proctor_core::actions::queue::{Queued, cancelled};
use proctor_core::id::{SuiteId, WorkflowId};
use proctor_core::monitors::hysteresis::EventKind;
use proctor_core::time::Timestamp;

use crate::StoreError;
use crate::catalog::ledger::LedgerKind;
use crate::database::{Columns, Statement, Value, WriteTransaction};

/// How long a message waits for its turn before one stands for all, in milliseconds.
const DIGEST_AFTER_MS: i64 = 3_600_000;
/// Messages looked at for such that cancel each other out, at a time.
const LOOKED_AT_MAX: u32 = 5_000;
/// Rows that one statement names.
const ROWS_PER_STATEMENT_MAX: usize = 500;

/// Has the messages of a workflow that were not tried yet wait until `next`.
pub(super) async fn hold_back(
    transaction: &mut WriteTransaction,
    of: (SuiteId, WorkflowId),
    (now, next): (Timestamp, Timestamp),
) -> Result<(), StoreError> {
    let update = "UPDATE outbox SET next_attempt_at = $1 WHERE suite_id = $2 AND workflow_id = $3 AND status = 'waiting' \
                  AND started_at IS NULL AND digest_tests IS NULL AND next_attempt_at < $4";
    let update = Statement::fixed(update).with(next).with(of.0.bytes()).with(of.1.bytes()).with(next);
    update.execute(transaction.connection()).await?;
    cancel(transaction, of, now).await?;
    digest(transaction, of, now).await
}

/// Cancels what has become needless while it waited, wherever something that waited is due again.
pub(super) async fn cancel_due(transaction: &mut WriteTransaction, now: Timestamp) -> Result<(), StoreError> {
    let select = "SELECT DISTINCT suite_id, workflow_id FROM outbox WHERE status = 'waiting' AND next_attempt_at <= $1 \
                  AND started_at IS NULL AND digest_tests IS NULL AND next_attempt_at > created_at";
    for row in Statement::fixed(select).with(now).all(transaction.connection()).await? {
        let of = (row.id("suite_id", SuiteId::from_bytes)?, row.id("workflow_id", WorkflowId::from_bytes)?);
        cancel(transaction, of, now).await?;
    }
    Ok(())
}

/// Cancels alarms that were held back, with the recoveries that followed. What is told at once is told in full.
async fn cancel(transaction: &mut WriteTransaction, (suite, workflow): (SuiteId, WorkflowId), now: Timestamp) -> Result<(), StoreError> {
    let select = "SELECT o.seq AS seq, o.ordinal AS ordinal, l.kind AS kind, o.next_attempt_at AS next, o.created_at AS created FROM outbox o \
                  JOIN ledger l ON l.suite_id = o.suite_id AND l.id = o.event_id WHERE o.suite_id = $1 AND o.workflow_id = $2 \
                  AND o.status = 'waiting' AND o.started_at IS NULL AND o.digest_tests IS NULL ORDER BY o.ordinal, o.seq LIMIT $3";
    let select = Statement::fixed(select).with(suite.bytes()).with(workflow.bytes()).with(LOOKED_AT_MAX);
    let mut waiting = Vec::new();
    for row in select.all(transaction.connection()).await? {
        let kind = match row.word("kind", LedgerKind::from_word)? {
            LedgerKind::Alarm if row.time("next")? > row.time("created")? => EventKind::Alarm,
            LedgerKind::Recover => EventKind::Recover,
            _ => continue,
        };
        let ordinal = u32::try_from(row.int("ordinal")?).map_err(|_| StoreError::Corrupt("ordinal of a message".to_owned()))?;
        waiting.push(Queued { seq: row.count("seq")?, ordinal, kind });
    }
    for some in cancelled(&waiting).chunks(ROWS_PER_STATEMENT_MAX) {
        let mut update = Statement::built(transaction.engine(), "UPDATE outbox SET status = 'cancelled', finished_at = ");
        update.value(now).push(", last_error = 'the test recovered before its alarm was told' WHERE seq IN ");
        update.list(some.iter().map(|seq| Value::from(*seq)));
        update.execute(transaction.connection()).await?;
    }
    Ok(())
}

/// Once the oldest has waited too long, one message of each action stands for all that wait; it may leave at once.
async fn digest(transaction: &mut WriteTransaction, (suite, workflow): (SuiteId, WorkflowId), now: Timestamp) -> Result<(), StoreError> {
    let select = "SELECT channel, settings, MIN(seq) AS first, COUNT(DISTINCT ordinal) AS tests FROM outbox WHERE suite_id = $1 \
                  AND workflow_id = $2 AND status = 'waiting' AND started_at IS NULL AND digest_tests IS NULL \
                  GROUP BY channel, settings HAVING MIN(created_at) <= $3";
    let select = Statement::fixed(select).with(suite.bytes()).with(workflow.bytes()).with(now.plus_millis(-DIGEST_AFTER_MS));
    for row in select.all(transaction.connection()).await? {
        let (channel, settings, first) = (row.text("channel")?, row.text("settings")?, row.int("first")?);
        let update = "UPDATE outbox SET digest_tests = $1, next_attempt_at = $2 WHERE seq = $3";
        Statement::fixed(update).with(row.int("tests")?).with(now).with(first).execute(transaction.connection()).await?;
        let update = "UPDATE outbox SET status = 'digested', finished_at = $1 WHERE suite_id = $2 AND workflow_id = $3 AND channel = $4 \
                      AND settings = $5 AND status = 'waiting' AND started_at IS NULL AND digest_tests IS NULL";
        let update = Statement::fixed(update).with(now).with(suite.bytes()).with(workflow.bytes()).with(&channel).with(&settings);
        update.execute(transaction.connection()).await?;
    }
    Ok(())
}
