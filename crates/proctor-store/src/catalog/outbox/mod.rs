//! Messages that are to leave. Each is written in the transaction of the event that it tells of, so none is lost and none is made twice.
//!
//! Who delivers *claims* messages for a while, tries them, and records what came of it. Who dies in between loses nothing: the
//! claim ends, and the message is tried again under the same id.

mod claim;
mod overflow;
mod paused;
mod read;
mod receiver;
mod record;

use proctor_core::id::{DeliveryId, LedgerId, SuiteId, WorkflowId};
use proctor_core::time::Timestamp;
use proctor_core::workflow::Channel;
use sha2::{Digest, Sha256};
use sqlx::any::AnyRow;

use crate::StoreError;
use crate::database::{Columns, Statement, WriteTransaction};

pub use claim::{Claim, ClaimLimits, Turn};
pub use paused::{ActionList, PausedAction};
pub use read::{MessageFilter, QueueFigures};
pub(crate) use receiver::Receiver;
pub use record::{Answer, Attempt, AttemptOutcome};

/// Messages in one statement.
const MESSAGES_PER_STATEMENT_MAX: usize = 100;

/// A message to be written.
#[derive(Clone, Debug)]
pub(crate) struct NewMessage<'a> {
    pub(crate) suite: SuiteId,
    pub(crate) event: LedgerId,
    pub(crate) workflow: WorkflowId,
    pub(crate) ordinal: u32,
    /// Position in the list of actions.
    pub(crate) action: u32,
    pub(crate) channel: Channel,
    pub(crate) settings: &'a str,
    pub(crate) receiver: Receiver,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The same in every attempt: receivers know repetitions by it.
    pub id: DeliveryId,
    /// The suite.
    pub suite: SuiteId,
    /// The event that it tells of.
    pub event: LedgerId,
    /// The workflow whose action it is.
    pub workflow: WorkflowId,
    /// The test.
    pub ordinal: u32,
    /// The way out.
    pub channel: Channel,
    /// Where to, as JSON; secrets in it are sealed.
    pub settings: String,
    /// What it shares places with among those that are sent at once: the host and port of a URL, a tracker, the mail server.
    pub host: String,
    /// Where it is.
    pub status: MessageStatus,
    /// Attempts so far.
    pub attempts: u32,
    /// When it is tried next.
    pub next_attempt_at: Timestamp,
    /// Why the last attempt failed, or why there was none.
    pub last_error: Option<String>,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it was first tried.
    pub started_at: Option<Timestamp>,
    /// When it was delivered, given up or cancelled.
    pub finished_at: Option<Timestamp>,
    /// What the receiver said last.
    pub answer: Option<Answer>,
    /// For a message that stands for many: of how many tests it tells.
    pub digest_tests: Option<u32>,
}

/// Where a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MessageStatus {
    /// It waits for its next attempt.
    Waiting,
    /// The receiver has it.
    Delivered,
    /// It was given up.
    Failed,
    /// It was taken back before it left.
    Cancelled,
    /// Another message tells of it in one number.
    Digested,
}

impl MessageStatus {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Waiting, Self::Delivered, Self::Failed, Self::Cancelled, Self::Digested];

    /// The word used on disk and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Digested => "digested",
        }
    }

    /// Reads [`Self::as_str`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }
}

/// What a message is read from.
const COLUMNS: &str = "o.suite_id AS suite_id, o.event_id AS event_id, o.workflow_id AS workflow_id, o.ordinal AS ordinal, \
     o.channel AS channel, o.settings AS settings, o.host AS host, o.idempotency_key AS idempotency_key, o.status AS status, o.attempts AS attempts, \
     o.next_attempt_at AS next_attempt_at, o.last_error AS last_error, o.created_at AS created_at, o.started_at AS started_at, \
     o.finished_at AS finished_at, o.answer_code AS answer_code, o.answer AS answer, o.digest_tests AS digest_tests";

/// Writes messages; they may leave at once.
pub(crate) async fn queue_messages(
    transaction: &mut WriteTransaction,
    messages: &[NewMessage<'_>],
    now: Timestamp,
) -> Result<(), StoreError> {
    for some in messages.chunks(MESSAGES_PER_STATEMENT_MAX) {
        let insert = "INSERT INTO outbox (suite_id, event_id, workflow_id, ordinal, action, channel, settings, receiver, host, idempotency_key, \
                      status, next_attempt_at, created_at) VALUES ";
        let mut insert = Statement::built(transaction.engine(), insert);
        for NewMessage { suite, event, workflow, ordinal, action, channel, settings, receiver } in some {
            insert.row(&[
                suite.bytes().into(),
                event.bytes().into(),
                workflow.bytes().into(),
                (*ordinal).into(),
                (*action).into(),
                channel.as_str().into(),
                (*settings).into(),
                receiver.key.as_str().into(),
                receiver.host.as_str().into(),
                (&delivery_id(*event, *action).to_string()).into(),
                MessageStatus::Waiting.as_str().into(),
                now.into(),
                now.into(),
            ]);
        }
        insert.execute(transaction.connection()).await?;
    }
    Ok(())
}

/// Follows from what the message tells of, so that it is the same whoever writes it.
fn delivery_id(event: LedgerId, action: u32) -> DeliveryId {
    let digest = Sha256::new().chain_update(event.bytes()).chain_update(action.to_be_bytes()).finalize();
    let mut bytes = [0_u8; 16];
    bytes.copy_from_slice(&digest[..16]);
    DeliveryId::new(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

/// What the settings of a paused action are known by.
fn settings_hash(settings: &str) -> [u8; 32] {
    Sha256::digest(settings.as_bytes()).into()
}

fn message_of(row: &AnyRow) -> Result<Message, StoreError> {
    let corrupt = |column: &str| StoreError::Corrupt(format!("{column} of a message"));
    let number = |column: &str| u32::try_from(row.int(column)?).map_err(|_| corrupt(column));
    let maybe = |column: &str| row.maybe_int(column)?.map(|number| u32::try_from(number).map_err(|_| corrupt(column))).transpose();
    let code = maybe("answer_code")?.and_then(|code| u16::try_from(code).ok());
    Ok(Message {
        id: row.text("idempotency_key")?.parse().map_err(|_| corrupt("id"))?,
        suite: row.id("suite_id", SuiteId::from_bytes)?,
        event: row.id("event_id", LedgerId::from_bytes)?,
        workflow: row.id("workflow_id", WorkflowId::from_bytes)?,
        ordinal: number("ordinal")?,
        channel: row.word("channel", Channel::from_word)?,
        settings: row.text("settings")?,
        host: row.text("host")?,
        status: row.word("status", MessageStatus::from_word)?,
        attempts: number("attempts")?,
        next_attempt_at: row.time("next_attempt_at")?,
        last_error: row.maybe_text("last_error")?,
        created_at: row.time("created_at")?,
        started_at: row.maybe_time("started_at")?,
        finished_at: row.maybe_time("finished_at")?,
        answer: code.map(|code| Ok::<_, StoreError>(Answer { code, text: row.maybe_text("answer")?.unwrap_or_default() })).transpose()?,
        digest_tests: maybe("digest_tests")?,
    })
}
