//! `POST .../ledger/{entry}/replay`.

use axum::extract::State;
use serde_json::{Value, json};

use super::list::InEntry;
use crate::App;
use crate::api::error::ApiError;
use crate::api::json::Json;
use crate::usecases::workflows::{Replay, replay_entry};

/// Lets the version of the workflow that gave an alarm or a recovery look at the stored history of the test again.
///
/// # Errors
/// 401, 403, 404; 422 for other entries; 503 while other history is read.
pub async fn replay(State(app): State<App>, InEntry { place, entry }: InEntry) -> Result<Json<Value>, ApiError> {
    let _turn = app.evaluator.history_turn().ok_or_else(|| ApiError::unavailable("Other history is being read, please retry"))?;
    match replay_entry(&app.store, place.suite.id, &entry).await? {
        Replay::Same => Ok(Json(json!({ "verdict": "same" }))),
        Replay::Different(event) => Ok(Json(json!({ "verdict": "different", "event": event }))),
        Replay::Gone => Ok(Json(json!({ "verdict": "gone" }))),
        Replay::NotAnEvent => Err(ApiError::invalid(&["only entries of kind alarm and recover can be replayed".to_owned()])),
    }
}
