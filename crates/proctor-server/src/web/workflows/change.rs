//! Pausing, resuming and deleting a workflow.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use proctor_core::workflow::{Definition, Status};
use proctor_store::StoreError;
use proctor_store::catalog::workflows::{Application, Author};

use super::super::chrome::{Chrome, Tab};
use super::super::error::WebError;
use super::super::form::SentForm;
use super::super::html::Html;
use super::super::when::count;
use super::place::{AtWorkflow, Sight};
use crate::App;

#[derive(Template)]
#[template(path = "workflow_delete.html")]
struct DeletePage {
    chrome: Chrome,
    name: String,
    alarmed: String,
    waiting: String,
    sight: Sight,
    path: String,
}

/// `POST …/workflows/{workflow}/status`: `status` is `active` or `paused`.
///
/// # Errors
/// 403, 404, 422; what the store says.
pub async fn set_status(State(app): State<App>, place: AtWorkflow, SentForm(form): SentForm) -> Result<Response, WebError> {
    let path = place.path();
    let AtWorkflow { at, workflow } = place;
    let viewer = at.editor()?;
    let wanted = form.get("status").and_then(|word| Status::from_word(&word));
    let status = wanted.ok_or_else(|| WebError::invalid("status must be one of active, paused"))?;
    let definition = Definition { status, ..workflow.definition };
    let (author, now) = (Author::User(viewer.user.id), app.clock.now());
    let updated = app.store.update_workflow(at.suite.id, workflow.id, definition, Application::Quiet, author, now).await;
    updated.map_err(known)?;
    app.evaluator.wake();
    let back = if form.get("from").as_deref() == Some("list") { format!("{}/workflows", at.path()) } else { path };
    Ok(Redirect::to(&back).into_response())
}

/// `GET …/workflows/{workflow}/delete`: says what deleting it means, and asks.
///
/// # Errors
/// 403, 404; what the store says.
pub async fn ask_delete(State(app): State<App>, place: AtWorkflow) -> Result<Html<impl Template>, WebError> {
    let path = place.path();
    let AtWorkflow { at, workflow } = place;
    at.require_edit()?;
    let alarmed = app.store.alarm_counts(at.suite.id).await?.get(&workflow.id).copied().unwrap_or(0);
    let waiting = app.store.waiting_counts(at.suite.id).await?.get(&workflow.id).copied().unwrap_or(0);
    Ok(Html(DeletePage {
        chrome: Chrome::of_suite("Delete workflow", &at, Tab::Workflows),
        name: workflow.definition.name,
        alarmed: count(alarmed),
        waiting: count(waiting),
        sight: Sight::of(&at),
        path,
    }))
}

/// `POST …/workflows/{workflow}/delete`.
///
/// # Errors
/// 403, 404; what the store says.
pub async fn delete(State(app): State<App>, place: AtWorkflow, _form: SentForm) -> Result<Response, WebError> {
    let AtWorkflow { at, workflow } = place;
    let viewer = at.editor()?;
    let deleted = app.store.delete_workflow(at.suite.id, workflow.id, Author::User(viewer.user.id), app.clock.now()).await;
    deleted.map_err(known)?;
    Ok(Redirect::to(&format!("{}/workflows", at.path())).into_response())
}

fn known(error: StoreError) -> WebError {
    match error {
        StoreError::Missing(_) => WebError::unknown("workflow"),
        error => error.into(),
    }
}
