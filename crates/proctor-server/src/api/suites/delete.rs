//! `DELETE A/suites/{suite}`.

use axum::extract::State;
use http::StatusCode;

use crate::App;
use crate::api::error::ApiError;
use crate::auth::{EditableSuite, WriteSuites};
use crate::usecases::suites::SuiteError;

/// Deletes a suite with everything in it; its upload token dies with it.
///
/// # Errors
/// 401, 403, 404.
pub async fn delete(State(app): State<App>, EditableSuite(place): EditableSuite<WriteSuites>) -> Result<StatusCode, ApiError> {
    app.store.delete_suite(place.organization.id, place.suite.id).await.map_err(SuiteError::from)?;
    Ok(StatusCode::NO_CONTENT)
}
