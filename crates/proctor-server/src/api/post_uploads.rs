//! `POST /v1/uploads`.

use axum::extract::{Request, State};
use axum::response::Response;
use http::StatusCode;

use crate::App;
use crate::api::error::ApiError;

/// Receives test results (`uploads.md`).
///
/// # Errors
/// As section 13.2 of that contract says.
pub async fn post_upload(State(_app): State<App>, _request: Request) -> Result<Response, ApiError> {
    Err(ApiError::new(StatusCode::NOT_IMPLEMENTED, "not built yet"))
}
