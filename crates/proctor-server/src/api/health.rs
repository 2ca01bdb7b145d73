//! Whether the server lives, and whether it can work.

use axum::extract::State;
use serde_json::{Value, json};

use crate::App;
use crate::api::error::ApiError;
use crate::api::json::Json;

/// `GET /healthz`: 200 as long as requests are answered at all.
pub async fn alive() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

/// `GET /readyz`: 200 while the store answers.
///
/// # Errors
/// 503 while it does not.
pub async fn ready(State(app): State<App>) -> Result<Json<Value>, ApiError> {
    app.store.ping().await.map_err(|error| {
        tracing::warn!(%error, "not ready");
        ApiError::unavailable("Service temporarily unavailable, please retry")
    })?;
    Ok(Json(json!({ "status": "ready" })))
}
