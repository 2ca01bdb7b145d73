//! Messages to the outside, for people, and sending one again.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use proctor_core::id::DeliveryId;
use proctor_core::run_env::hyphenated_uuid;
use proctor_core::text::full_name;
use proctor_core::workflow::{Channel, Outgoing};
use proctor_store::StoreError;
use proctor_store::catalog::outbox::{Message, MessageStatus};

use super::super::error::WebError;
use super::super::form::SentForm;
use super::super::place::AtSuite;
use super::super::when::When;
use super::place::Sight;
use super::words::{Targets, message_words};
use crate::App;

/// Bytes of an answer that are shown.
const ANSWER_BYTES_MAX: usize = 200;

/// A message and what became of it.
#[derive(Clone, Debug)]
pub struct DeliveryView {
    /// Its id.
    pub id: String,
    /// Where it goes, in words.
    pub what: String,
    /// The page of the event that it tells of.
    pub event_path: String,
    /// The test's page and full name.
    pub test: Option<(String, String)>,
    /// Where it is.
    pub status: &'static str,
    /// The class of its badge.
    pub class: &'static str,
    /// Attempts so far.
    pub attempts: u32,
    /// What the receiver said, or why it failed.
    pub answer: String,
    /// When it was written.
    pub created: When,
    /// When it is tried next; only while it waits.
    pub next: Option<When>,
    /// When it ended.
    pub finished: Option<When>,
    /// Of how many tests it tells, if of many.
    pub digest: Option<u32>,
}

/// Messages for people.
///
/// # Errors
/// When the store cannot be read.
pub(super) async fn deliveries_of(app: &App, at: &AtSuite, messages: &[Message]) -> Result<Vec<DeliveryView>, StoreError> {
    let mut ordinals: Vec<u32> = messages.iter().map(|message| message.ordinal).collect();
    ordinals.sort_unstable();
    ordinals.dedup();
    let tests = app.store.tests_by_ordinal(at.suite.id, &ordinals).await?;
    let (suite_path, now, targets) = (at.path(), app.clock.now(), Sight::of(at).targets);
    let view = |message: &Message| {
        let test = tests.iter().find(|test| test.ordinal == message.ordinal);
        let outgoing = Outgoing { channel: message.channel, settings: message.settings.clone() };
        DeliveryView {
            id: message.id.to_string(),
            what: message_words(&outgoing, targets),
            event_path: format!("{suite_path}/ledger/{}", message.event),
            test: test.map(|test| (format!("{suite_path}/tests/{}", test.id), full_name(&test.scope, &test.name))),
            status: message.status.as_str(),
            class: class_of(message),
            attempts: message.attempts,
            answer: answer_of(message, targets),
            created: When::new(message.created_at, now),
            next: (message.status == MessageStatus::Waiting).then(|| When::new(message.next_attempt_at, now)),
            finished: message.finished_at.map(|at| When::new(at, now)),
            digest: message.digest_tests,
        }
    };
    Ok(messages.iter().map(view).collect())
}

const fn class_of(message: &Message) -> &'static str {
    match message.status {
        MessageStatus::Waiting if message.attempts > 0 => "stale",
        MessageStatus::Waiting => "info",
        MessageStatus::Delivered => "passed",
        MessageStatus::Failed => "failed",
        MessageStatus::Cancelled | MessageStatus::Digested => "plain",
    }
}

fn answer_of(message: &Message, targets: Targets) -> String {
    // What receivers say may name them.
    if targets == Targets::Hidden {
        return String::new();
    }
    let code = message.answer.as_ref().map(|answer| {
        let protocol = if message.channel == Channel::Email { "" } else { "HTTP " };
        format!("{protocol}{} {}", answer.code, proctor_core::text::cut(answer.text.trim(), ANSWER_BYTES_MAX))
    });
    let error = message.last_error.as_deref().filter(|_| message.status != MessageStatus::Delivered);
    match (code, error) {
        (Some(code), Some(error)) => format!("{error} ({})", code.trim()),
        (Some(code), None) => code.trim().to_owned(),
        (None, error) => error.unwrap_or_default().to_owned(),
    }
}

/// `POST …/deliveries/{delivery}/redeliver`: sends a message again, under the same id.
///
/// # Errors
/// 403, 404; what the store says.
pub async fn redeliver(
    State(app): State<App>,
    at: AtSuite,
    Path((_, _, id)): Path<(String, String, String)>,
    SentForm(form): SentForm,
) -> Result<Response, WebError> {
    at.require_edit()?;
    let unknown = || WebError::unknown("delivery");
    let id = hyphenated_uuid(&id).map(DeliveryId::new).ok_or_else(unknown)?;
    let message = app.store.redeliver(at.suite.id, id, app.clock.now()).await.map_err(|error| match error {
        StoreError::Missing(_) => unknown(),
        error => error.into(),
    })?;
    // Back to where the button was: the page of the event, or that of the workflow.
    let back = match form.get("from").as_deref() {
        Some("event") => format!("{}/ledger/{}", at.path(), message.event),
        _ => format!("{}/workflows/{}#deliveries", at.path(), message.workflow),
    };
    Ok(Redirect::to(&back).into_response())
}
