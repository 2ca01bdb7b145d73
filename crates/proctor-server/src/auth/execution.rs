//! A caller at an execution.

use axum::extract::FromRequestParts;
use http::request::Parts;
use proctor_core::id::ExecutionId;
use proctor_store::executions::StoredExecution;

use super::{InSuite, RequiredScope, path_uuid};
use crate::App;
use crate::api::error::ApiError;

/// A caller with the scope `S` who may see the execution `{execution}` of the path; 404 otherwise.
#[derive(Debug)]
pub struct InExecution<S> {
    /// Where the execution is.
    pub place: InSuite<S>,
    /// The execution.
    pub execution: StoredExecution,
}

impl<S: RequiredScope> FromRequestParts<App> for InExecution<S> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let place = InSuite::<S>::from_request_parts(parts, app).await?;
        // Clients look for this text and no other (`rest-api.md`, 1.5).
        let unknown = || ApiError::not_found("Not Found");
        let id = path_uuid(parts, "execution").await.map(ExecutionId::new).ok_or_else(unknown)?;
        let execution = app.store.execution(place.suite.id, id).await?.ok_or_else(unknown)?;
        Ok(Self { place, execution })
    }
}
