//! `PUT A/suites/{suite}/execution-tags`.

use axum::extract::{Request, State};
use http::StatusCode;
use proctor_store::catalog::execution_tags::TagsChange;
use serde_json::{Value, json};

use super::input::read_changes;
use crate::App;
use crate::api::body::read_body;
use crate::api::error::ApiError;
use crate::api::json::Json;
use crate::auth::{EditableSuite, WriteSuites};

/// Replaces the mutable tags of executions, all or none. An organization may do that once in a while; a refused request does not
/// use its turn up.
///
/// # Errors
/// 400, 401, 403, 404, 408, 413, 422, 429, 503.
pub async fn put(
    State(app): State<App>,
    EditableSuite(place): EditableSuite<WriteSuites>,
    request: Request,
) -> Result<Json<Value>, ApiError> {
    let Ok(_turn) = app.execution_tag_requests.clone().try_acquire_owned() else {
        return Err(ApiError::unavailable("Service temporarily unavailable, please retry"));
    };
    let settings = app.settings.execution_tags.clone();
    let interval_ms = i64::try_from(settings.interval.as_millis()).unwrap_or(i64::MAX);
    let body = read_body(request, settings.body_bytes_max, settings.body_timeout).await?;
    // A body of 64 MiB takes a while to read, and its thread would serve nobody else meanwhile.
    let reading = tokio::task::spawn_blocking(move || read_changes(&body, &settings)).await;
    let changes = reading.map_err(|error| ApiError::internal(&error))??;
    let now = app.clock.now();
    match app.store.set_execution_tags(place.organization.id, place.suite.id, &changes, interval_ms, now).await? {
        TagsChange::Done => Ok(Json(json!({}))),
        TagsChange::TooSoon { wait_ms } => Err(too_soon(wait_ms)),
    }
}

fn too_soon(wait_ms: i64) -> ApiError {
    let seconds = u64::try_from(wait_ms).unwrap_or(1).div_ceil(1000).max(1);
    let message = format!("You have exceeded your API rate limit. Please wait {seconds} seconds before making more requests.");
    ApiError::new(StatusCode::TOO_MANY_REQUESTS, message)
        .with_detail("scope", "execution_tags")
        .with_detail("limit", 1)
        .with_detail("current", 2)
        .with_detail("reset", seconds)
        .with_reset(seconds)
}
