//! A caller at a build that is named by pipeline and number.

use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use http::request::Parts;
use proctor_core::build_place::BuildPlace;
use proctor_core::organization::Organization;

use super::path::path_text;
use super::{InOrganization, RequiredScope};
use crate::App;
use crate::api::error::ApiError;
use crate::usecases::builds::Build;

/// A caller with the scope `S` who may see the build `{number}` of `{pipeline}` in the path; 404 otherwise.
#[derive(Debug)]
pub struct InNumberedBuild<S> {
    /// The organization.
    pub organization: Organization,
    /// How the path names the build.
    pub place: BuildPlace,
    /// The build.
    pub build: Build,
    scope: PhantomData<S>,
}

impl<S: RequiredScope> FromRequestParts<App> for InNumberedBuild<S> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let InOrganization { organization, .. } = InOrganization::<S>::from_request_parts(parts, app).await?;
        let unknown = || ApiError::not_found("No build found");
        let pipeline = path_text(parts, "pipeline").await.ok_or_else(unknown)?;
        let number = path_text(parts, "number").await.filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
        let number = number.and_then(|text| text.parse().ok()).ok_or_else(unknown)?;
        let place = BuildPlace { pipeline, number };
        let id = app.store.build_at(organization.id, &place).await?.ok_or_else(unknown)?;
        let build = Build::find(&app.store, organization.id, id).await?.ok_or_else(unknown)?;
        Ok(Self { organization, place, build, scope: PhantomData })
    }
}
