//! A caller at a run.

use axum::extract::FromRequestParts;
use http::request::Parts;
use proctor_core::id::RunId;
use proctor_core::run::Run;

use super::{InSuite, RequiredScope, path_uuid};
use crate::App;
use crate::api::error::ApiError;

/// A caller with the scope `S` who may see the run `{run}` of the path. Unknown runs, runs of other suites and ids that are none are the same
/// 404.
#[derive(Debug)]
pub struct InRun<S> {
    /// Where the run is.
    pub place: InSuite<S>,
    /// The run.
    pub run: Run,
}

impl<S: RequiredScope> FromRequestParts<App> for InRun<S> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let place = InSuite::<S>::from_request_parts(parts, app).await?;
        let unknown = || ApiError::not_found("No run found");
        let id = path_uuid(parts, "run").await.map(RunId::new).ok_or_else(unknown)?;
        let run = app.store.run(place.suite.id, id).await?.ok_or_else(unknown)?;
        Ok(Self { place, run })
    }
}
