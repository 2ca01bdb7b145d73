//! A caller at a suite.

use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use http::request::Parts;
use proctor_core::organization::Organization;
use proctor_core::suite::Suite;

use super::path::path_text;
use super::{Caller, InOrganization, RequiredScope};
use crate::App;
use crate::api::error::ApiError;

/// A caller with the scope `S` who may see the suite `{suite}` of the path; 404 otherwise.
#[derive(Debug)]
pub struct InSuite<S> {
    /// The caller.
    pub caller: Caller,
    /// The organization.
    pub organization: Organization,
    /// The suite.
    pub suite: Suite,
    scope: PhantomData<S>,
}

impl<S: RequiredScope> FromRequestParts<App> for InSuite<S> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let InOrganization { caller, organization, .. } = InOrganization::<S>::from_request_parts(parts, app).await?;
        let unknown = || ApiError::not_found("No suite found");
        let slug = path_text(parts, "suite").await.ok_or_else(unknown)?;
        let suite = app.store.suite_by_slug(organization.id, &slug).await?.ok_or_else(unknown)?;
        Ok(Self { caller, organization, suite, scope: PhantomData })
    }
}

impl<S> InSuite<S> {
    /// Whether the caller may change the suite, and so see its upload token (`rest-api.md`, section 3.1).
    ///
    /// # Errors
    /// 403 with `message` when not.
    pub async fn require_edit(&self, app: &App, message: &str) -> Result<(), ApiError> {
        let editable = app.store.editable_suites(self.organization.id, self.caller.token.user_id, &[self.suite.id]).await?;
        if editable.contains(&self.suite.id) { Ok(()) } else { Err(ApiError::forbidden(message)) }
    }
}

/// As [`InSuite`], of a caller who may change the suite; 403 otherwise.
#[derive(Debug)]
pub struct EditableSuite<S>(pub InSuite<S>);

impl<S: RequiredScope> FromRequestParts<App> for EditableSuite<S> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let place = InSuite::<S>::from_request_parts(parts, app).await?;
        place.require_edit(app, "You don't have permission to edit this suite").await?;
        Ok(Self(place))
    }
}
