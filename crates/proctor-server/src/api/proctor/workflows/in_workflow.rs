//! A caller at a workflow.

use axum::extract::FromRequestParts;
use http::request::Parts;
use proctor_core::id::WorkflowId;
use proctor_store::catalog::workflows::Workflow;

use crate::App;
use crate::api::error::ApiError;
use crate::auth::{InSuite, RequiredScope, path_uuid};

/// A caller with the scope `S` who may see the workflow `{workflow}` of the path. Unknown ones, those of other suites and ids that are none
/// are the same 404.
#[derive(Debug)]
pub struct InWorkflow<S> {
    /// Where the workflow is.
    pub place: InSuite<S>,
    /// The workflow.
    pub workflow: Workflow,
}

impl<S: RequiredScope> FromRequestParts<App> for InWorkflow<S> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let place = InSuite::<S>::from_request_parts(parts, app).await?;
        let unknown = || ApiError::not_found("No workflow found");
        let id = path_uuid(parts, "workflow").await.map(WorkflowId::new).ok_or_else(unknown)?;
        let workflow = app.store.workflow(place.suite.id, id).await?.ok_or_else(unknown)?;
        Ok(Self { place, workflow })
    }
}
