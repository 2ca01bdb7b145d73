//! Listing messages.

use proctor_core::id::{DeliveryId, LedgerId, SuiteId, WorkflowId};
use proctor_core::time::Timestamp;

use super::{COLUMNS, Message, MessageStatus, message_of};
use crate::database::{Columns, Statement};
use crate::{Page, PageRequest, Store, StoreError};

/// Which messages are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MessageFilter {
    /// Only those of this workflow.
    pub workflow: Option<WorkflowId>,
    /// Only those about this event.
    pub event: Option<LedgerId>,
    /// Only those that are there.
    pub status: Option<MessageStatus>,
}

/// How the messages of a workflow stand (`workflows.md`, section 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueFigures {
    /// Alarms and recoveries of the last minute.
    pub events_last_minute: u64,
    /// Messages that wait for their first attempt.
    pub queued: u64,
    /// Messages that were cancelled, as far as they are remembered.
    pub cancelled: u64,
    /// Messages that another one stands for, as far as they are remembered.
    pub digested: u64,
}

impl Store {
    /// The messages about an event, in the order of their actions.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn messages_of_event(&self, suite: SuiteId, event: LedgerId) -> Result<Vec<Message>, StoreError> {
        let mut select = Statement::built(self.connections().engine(), format!("SELECT {COLUMNS} FROM outbox o WHERE o.suite_id = "));
        select.value(suite.bytes()).push(" AND o.event_id = ").value(event.bytes()).push(" ORDER BY o.action");
        select.all(&mut *self.connections().read().await?).await?.iter().map(message_of).collect()
    }

    /// One message.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn message(&self, suite: SuiteId, id: DeliveryId) -> Result<Option<Message>, StoreError> {
        let mut select = Statement::built(self.connections().engine(), format!("SELECT {COLUMNS} FROM outbox o WHERE o.suite_id = "));
        select.value(suite.bytes()).push(" AND o.idempotency_key = ").value(&id.to_string());
        select.optional(&mut *self.connections().read().await?).await?.as_ref().map(message_of).transpose()
    }

    /// Messages of the suite, newest first.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn messages(&self, suite: SuiteId, filter: MessageFilter, page: PageRequest) -> Result<Page<Message>, StoreError> {
        let connection = &mut *self.connections().read().await?;
        let engine = self.connections().engine();
        let mut count = Statement::built(engine, "SELECT COUNT(*) AS total FROM outbox o");
        push_filter(&mut count, suite, filter);
        let total = count.one(connection).await?.count("total")?;
        let mut select = Statement::built(engine, format!("SELECT {COLUMNS} FROM outbox o"));
        push_filter(&mut select, suite, filter);
        select.push(" ORDER BY o.seq DESC LIMIT ").value(page.limit).push(" OFFSET ").value(page.offset);
        let items = select.all(connection).await?.iter().map(message_of).collect::<Result<_, _>>()?;
        Ok(Page { items, total })
    }

    /// How the messages of a workflow stand at `now`.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn queue_figures(&self, suite: SuiteId, workflow: WorkflowId, now: Timestamp) -> Result<QueueFigures, StoreError> {
        let connection = &mut *self.connections().read().await?;
        let count = "SELECT COUNT(*) AS total FROM ledger WHERE suite_id = $1 AND workflow_id = $2 AND kind IN ('alarm', 'recover') \
                     AND recorded_at > $3";
        let count = Statement::fixed(count).with(suite.bytes()).with(workflow.bytes()).with(now.plus_millis(-60_000));
        let events_last_minute = count.one(connection).await?.count("total")?;
        let select = "SELECT status, COUNT(*) AS total FROM outbox WHERE suite_id = $1 AND workflow_id = $2 \
                      AND (status IN ('cancelled', 'digested') OR (status = 'waiting' AND started_at IS NULL)) GROUP BY status";
        let rows = Statement::fixed(select).with(suite.bytes()).with(workflow.bytes()).all(connection).await?;
        let mut figures = QueueFigures { events_last_minute, queued: 0, cancelled: 0, digested: 0 };
        for row in &rows {
            let total = row.count("total")?;
            match row.word("status", MessageStatus::from_word)? {
                MessageStatus::Waiting => figures.queued = total,
                MessageStatus::Cancelled => figures.cancelled = total,
                MessageStatus::Digested => figures.digested = total,
                MessageStatus::Delivered | MessageStatus::Failed => {}
            }
        }
        Ok(figures)
    }
}

fn push_filter(statement: &mut Statement, suite: SuiteId, filter: MessageFilter) {
    let MessageFilter { workflow, event, status } = filter;
    statement.push(" WHERE o.suite_id = ").value(suite.bytes());
    if let Some(workflow) = workflow {
        statement.push(" AND o.workflow_id = ").value(workflow.bytes());
    }
    if let Some(event) = event {
        statement.push(" AND o.event_id = ").value(event.bytes());
    }
    if let Some(status) = status {
        statement.push(" AND o.status = ").value(status.as_str());
    }
}
