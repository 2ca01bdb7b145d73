//! A delivery on the wire.

use proctor_core::time::Timestamp;
use proctor_store::catalog::outbox::{Answer, Message, MessageStatus};
use serde::Serialize;

/// A message and what became of it. Where it goes stands in the workflow.
#[derive(Debug, Serialize)]
pub struct DeliveryBody {
    /// What receivers know repetitions by.
    id: String,
    event_id: String,
    workflow_id: String,
    #[serde(rename = "type")]
    channel: &'static str,
    status: &'static str,
    attempts: u32,
    /// Only while it waits.
    next_attempt_at: Option<String>,
    answer: Option<AnswerBody>,
    error: Option<String>,
    /// For a message that stands for many: of how many tests it tells.
    digest_tests: Option<u32>,
    created_at: String,
    first_attempt_at: Option<String>,
    finished_at: Option<String>,
}

#[derive(Debug, Serialize)]
struct AnswerBody {
    code: u16,
    text: String,
}

impl From<Message> for DeliveryBody {
    fn from(message: Message) -> Self {
        let Message {
            id,
            suite: _,
            host: _,
            event,
            workflow,
            ordinal: _,
            channel,
            settings: _,
            status,
            attempts,
            next_attempt_at,
            last_error,
            created_at,
            started_at,
            finished_at,
            answer,
            digest_tests,
        } = message;
        let text = |at: Timestamp| at.to_string();
        Self {
            id: id.to_string(),
            event_id: event.to_string(),
            workflow_id: workflow.to_string(),
            channel: channel.as_str(),
            status: status.as_str(),
            attempts,
            next_attempt_at: (status == MessageStatus::Waiting).then(|| text(next_attempt_at)),
            answer: answer.map(|Answer { code, text }| AnswerBody { code, text }),
            error: last_error,
            digest_tests,
            created_at: text(created_at),
            first_attempt_at: started_at.map(text),
            finished_at: finished_at.map(text),
        }
    }
}
