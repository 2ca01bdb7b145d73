//! One entry of the ledger, and the same event judged once more.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use proctor_core::id::LedgerId;
use proctor_core::run_env::hyphenated_uuid;
use proctor_store::catalog::ledger::LedgerEntry;
use proctor_store::catalog::outbox::Message;

use super::super::chrome::{Chrome, Tab};
use super::super::error::WebError;
use super::super::form::SentForm;
use super::super::html::answer;
use super::super::place::AtSuite;
use super::deliveries::{DeliveryView, deliveries_of};
use super::entry::EntryView;
use super::ledger::ledger_of;
use super::place::Sight;
use crate::App;
use crate::usecases::workflows::{Replay, replay_entry};

/// What a replay came to, for people.
struct Verdict {
    word: &'static str,
    class: &'static str,
    text: &'static str,
    /// What the monitor sees now, if that is something else: name and value.
    figures: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "ledger_entry.html")]
struct EntryPage {
    chrome: Chrome,
    entry: EntryView,
    deliveries: Vec<DeliveryView>,
    verdict: Option<Verdict>,
    sight: Sight,
    suite_path: String,
    /// Which page asks for a message to be sent again.
    from: &'static str,
}

/// `GET …/ledger/{entry}`.
///
/// # Errors
/// 404; what the store says.
pub async fn show(State(app): State<App>, at: AtSuite, Path((_, _, id)): Path<(String, String, String)>) -> Result<Response, WebError> {
    let entry = entry_of(&app, &at, &id).await?;
    page(&app, &at, &entry, None).await
}

/// `POST …/ledger/{entry}/replay`: lets the version of the workflow that gave the event look at the stored history of the test again.
///
/// # Errors
/// 403, 404; 422 for other entries; 503 while other history is read.
pub async fn replay(
    State(app): State<App>,
    at: AtSuite,
    Path((_, _, id)): Path<(String, String, String)>,
    _form: SentForm,
) -> Result<Response, WebError> {
    at.require_edit()?;
    let entry = entry_of(&app, &at, &id).await?;
    let busy = || WebError::Shown(StatusCode::SERVICE_UNAVAILABLE, "Other history is being read. Try again in a moment.".to_owned());
    let turn = app.evaluator.history_turn().ok_or_else(busy)?;
    let replayed = replay_entry(&app.store, at.suite.id, &entry).await?;
    drop(turn);
    let verdict = match replayed {
        Replay::Same => verdict("same", "passed", "The stored history gives the same event, with the same score, thresholds and evidence."),
        Replay::Different(event) => {
            let seen = LedgerEntry { detail: event, ..entry.clone() };
            let figures = ledger_of(&app, &at, "", &[]).await?.view(&seen).figures;
            Verdict { figures, ..verdict("different", "failed", "The stored history gives another event at that time:") }
        }
        Replay::Gone => verdict("gone", "stale", "The stored history gives no such event: executions were deleted, or came late."),
        Replay::NotAnEvent => return Err(WebError::invalid("Only alarms and recoveries can be replayed.")),
    };
    page(&app, &at, &entry, Some(verdict)).await
}

const fn verdict(word: &'static str, class: &'static str, text: &'static str) -> Verdict {
    Verdict { word, class, text, figures: Vec::new() }
}

async fn entry_of(app: &App, at: &AtSuite, id: &str) -> Result<LedgerEntry, WebError> {
    let unknown = || WebError::unknown("entry of the ledger");
    let id = hyphenated_uuid(id).map(LedgerId::new).ok_or_else(unknown)?;
    app.store.ledger_entry(at.suite.id, id).await?.ok_or_else(unknown)
}

async fn page(app: &App, at: &AtSuite, entry: &LedgerEntry, verdict: Option<Verdict>) -> Result<Response, WebError> {
    let suite_path = at.path();
    let sight = Sight::of(at);
    let ledger = ledger_of(app, at, &suite_path, std::slice::from_ref(entry)).await?;
    let messages: Vec<Message> = app.store.messages_of_event(at.suite.id, entry.id).await?;
    let page = EntryPage {
        chrome: Chrome::of_suite("Ledger", at, Tab::Workflows),
        entry: ledger.view(entry),
        deliveries: deliveries_of(app, at, &messages).await?,
        verdict,
        sight,
        suite_path: suite_path.clone(),
        from: "event",
    };
    Ok(answer(StatusCode::OK, &page))
}
