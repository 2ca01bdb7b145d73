//! `GET .../workflows/{workflow}/queue`.

use axum::extract::State;
use proctor_store::catalog::outbox::QueueFigures;
use serde::Serialize;

use crate::App;
use crate::api::error::ApiError;
use crate::api::json::Json;
use crate::api::proctor::workflows::InWorkflow;
use crate::auth::ReadSuites;

/// How the messages of a workflow stand.
#[derive(Debug, Serialize)]
pub struct QueueBody {
    events_last_minute: u64,
    /// Events that may be told outside within a minute.
    limit: u32,
    queued: u64,
    cancelled: u64,
    digested: u64,
}

/// Events of the last minute, the limit, and messages that wait, were cancelled, or are told of in one number.
///
/// # Errors
/// 401, 403, 404.
pub async fn queue(State(app): State<App>, InWorkflow { place, workflow }: InWorkflow<ReadSuites>) -> Result<Json<QueueBody>, ApiError> {
    let figures = app.store.queue_figures(place.suite.id, workflow.id, app.clock.now()).await?;
    let QueueFigures { events_last_minute, queued, cancelled, digested } = figures;
    Ok(Json(QueueBody { events_last_minute, limit: workflow.definition.events_per_minute, queued, cancelled, digested }))
}
