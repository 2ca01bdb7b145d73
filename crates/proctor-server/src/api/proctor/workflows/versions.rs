//! `GET .../workflows/{workflow}/versions` and `/versions/{version}`: what a workflow said before, also when it has been deleted. The ledger
//! refers to versions.

use axum::extract::{Path, State};
use proctor_core::id::WorkflowId;
use proctor_core::run_env::hyphenated_uuid;
use proctor_store::catalog::workflows::WorkflowVersion;
use proctor_store::documents::write_workflow;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::App;
use crate::api::error::ApiError;
use crate::api::json::Json;
use crate::api::proctor::ledger::ListPlace;
use crate::auth::{InSuite, ReadSuites};
use crate::pagination::{PageParams, Paged};

/// A version of a workflow.
#[derive(Debug, Serialize)]
pub struct VersionBody {
    workflow_id: String,
    version: u32,
    created_at: String,
    #[serde(flatten)]
    document: Map<String, Value>,
}

impl VersionBody {
    fn new(workflow: WorkflowId, version: &WorkflowVersion) -> Self {
        let WorkflowVersion { version, definition, created_at } = version;
        let document = write_workflow(definition);
        Self { workflow_id: workflow.to_string(), version: *version, created_at: created_at.to_string(), document }
    }
}

/// All versions, newest first.
///
/// # Errors
/// 401, 403, 404.
pub async fn versions(
    State(app): State<App>,
    at: ListPlace,
    Path((_, _, id)): Path<(String, String, String)>,
) -> Result<Paged<VersionBody>, ApiError> {
    let id = workflow_of(&id)?;
    let params = PageParams::of(&at.query);
    let page = app.store.workflow_versions(at.place.suite.id, id, params.request()).await?;
    if page.total == 0 {
        return Err(unknown());
    }
    let items = page.items.iter().map(|version| VersionBody::new(id, version)).collect();
    Ok(Paged::new(items, page.total, params, &at.target(None)))
}

/// One version.
///
/// # Errors
/// 401, 403, 404.
pub async fn version(
    State(app): State<App>,
    place: InSuite<ReadSuites>,
    Path((_, _, id, number)): Path<(String, String, String, String)>,
) -> Result<Json<VersionBody>, ApiError> {
    let id = workflow_of(&id)?;
    let number = number.parse().map_err(|_| ApiError::not_found("No version found"))?;
    let version = app.store.dated_workflow_version(place.suite.id, id, number).await?;
    let version = version.ok_or_else(|| ApiError::not_found("No version found"))?;
    Ok(Json(VersionBody::new(id, &version)))
}

fn workflow_of(text: &str) -> Result<WorkflowId, ApiError> {
    hyphenated_uuid(text).map(WorkflowId::new).ok_or_else(unknown)
}

fn unknown() -> ApiError {
    ApiError::not_found("No workflow found")
}
