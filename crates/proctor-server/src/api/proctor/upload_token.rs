//! `POST .../suites/{suite}/upload-token/rotate`.

use axum::extract::State;
use serde::Serialize;

use crate::App;
use crate::api::error::ApiError;
use crate::api::json::Json;
use crate::auth::{EditableSuite, WriteSuites};
use crate::usecases::secrets::new_upload_token;

/// A suite's new upload token.
#[derive(Serialize)]
pub struct RotatedBody {
    suite_id: String,
    upload_token: String,
}

/// Gives the suite another upload token; the old one stops working at once.
///
/// # Errors
/// 401, 403, 404.
pub async fn rotate(State(app): State<App>, EditableSuite(place): EditableSuite<WriteSuites>) -> Result<Json<RotatedBody>, ApiError> {
    let upload_token = new_upload_token().map_err(|error| ApiError::internal(&error))?;
    app.store.rotate_upload_token(place.organization.id, place.suite.id, &upload_token).await?;
    Ok(Json(RotatedBody { suite_id: place.suite.id.to_string(), upload_token }))
}
