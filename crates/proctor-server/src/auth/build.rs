//! A caller at a build.

use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use http::request::Parts;
use proctor_core::organization::Organization;

use super::{Caller, InOrganization, RequiredScope, path_uuid};
use crate::App;
use crate::api::error::ApiError;
use crate::usecases::builds::Build;

/// A caller with the scope `S` who may see the build `{build}` of the path; 404 otherwise, also for a number in place of the id.
#[derive(Debug)]
pub struct InBuild<S> {
    /// The caller.
    pub caller: Caller,
    /// The organization.
    pub organization: Organization,
    /// The build.
    pub build: Build,
    scope: PhantomData<S>,
}

impl<S: RequiredScope> FromRequestParts<App> for InBuild<S> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let InOrganization { caller, organization, .. } = InOrganization::<S>::from_request_parts(parts, app).await?;
        let unknown = || ApiError::not_found("No build found");
        let id = path_uuid(parts, "build").await.ok_or_else(unknown)?;
        let build = Build::find(&app.store, organization.id, id).await?.ok_or_else(unknown)?;
        Ok(Self { caller, organization, build, scope: PhantomData })
    }
}
