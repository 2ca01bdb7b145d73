//! `GET .../workflows` and `GET .../workflows/{workflow}`.

use axum::extract::State;

use super::{InWorkflow, WorkflowBody};
use crate::App;
use crate::api::error::ApiError;
use crate::api::json::Json;
use crate::auth::{InSuite, ReadSuites};

/// All workflows of the suite, by name. There are never many, so there are no pages.
///
/// # Errors
/// 401, 403, 404.
pub async fn list(State(app): State<App>, place: InSuite<ReadSuites>) -> Result<Json<Vec<WorkflowBody>>, ApiError> {
    Ok(Json(app.store.workflows(place.suite.id).await?.iter().map(WorkflowBody::new).collect()))
}

/// One workflow.
///
/// # Errors
/// 401, 403, 404.
pub async fn get(InWorkflow { workflow, .. }: InWorkflow<ReadSuites>) -> Json<WorkflowBody> {
    Json(WorkflowBody::new(&workflow))
}
