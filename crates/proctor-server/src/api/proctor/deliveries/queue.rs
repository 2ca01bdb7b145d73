//! `GET .../workflows/{workflow}/queue`.

use axum::extract::State;
use proctor_store::catalog::outbox::{PausedAction, QueueFigures};
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
    /// Actions whose receiver is gone for good.
    paused: Vec<PausedBody>,
}

/// An action that is paused.
#[derive(Debug, Serialize)]
struct PausedBody {
    list: &'static str,
    position: u32,
    #[serde(rename = "type")]
    channel: &'static str,
    paused_at: String,
}

impl PausedBody {
    fn of(action: PausedAction) -> Self {
        let PausedAction { list, position, channel, paused_at } = action;
        Self { list: list.as_str(), position, channel: channel.as_str(), paused_at: paused_at.to_string() }
    }
}

/// Events of the last minute, the limit, messages that wait, were cancelled, or are told of in one number, and actions that are paused.
///
/// # Errors
/// 401, 403, 404.
pub async fn queue(State(app): State<App>, InWorkflow { place, workflow }: InWorkflow<ReadSuites>) -> Result<Json<QueueBody>, ApiError> {
    let figures = app.store.queue_figures(place.suite.id, workflow.id, app.clock.now()).await?;
    let QueueFigures { events_last_minute, queued, cancelled, digested } = figures;
    let paused = app.store.paused_actions(&workflow).await?.into_iter().map(PausedBody::of).collect();
    Ok(Json(QueueBody { events_last_minute, limit: workflow.definition.events_per_minute, queued, cancelled, digested, paused }))
}
