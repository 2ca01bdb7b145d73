//! A caller in an organization.

use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use http::request::Parts;
use proctor_core::organization::{Organization, Role};

use super::path::path_text;
use super::{Caller, RequiredScope, Scoped};
use crate::App;
use crate::api::error::ApiError;

/// A caller with the scope `S` in the organization `{org}` of the path. One that the token or its user does not belong to is 404: it is not
/// theirs to know of.
#[derive(Debug)]
pub struct InOrganization<S> {
    /// The caller.
    pub caller: Caller,
    /// The organization.
    pub organization: Organization,
    /// What the caller's user is in it.
    pub role: Role,
    scope: PhantomData<S>,
}

impl<S> InOrganization<S> {
    /// Whether the caller's user is an administrator.
    ///
    /// # Errors
    /// 403 with `message` when not.
    pub fn require_administrator(&self, message: &str) -> Result<(), ApiError> {
        if self.role == Role::Administrator { Ok(()) } else { Err(ApiError::forbidden(message)) }
    }
}

impl<S: RequiredScope> FromRequestParts<App> for InOrganization<S> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let Scoped { caller, .. } = Scoped::<S>::from_request_parts(parts, app).await?;
        let unknown = || ApiError::not_found("No organization found");
        let slug = path_text(parts, "org").await.ok_or_else(unknown)?;
        let organization = app.store.organization_by_slug(&slug).await?.ok_or_else(unknown)?;
        if !caller.token.allows(organization.id) {
            return Err(unknown());
        }
        let role = app.store.role(organization.id, caller.token.user_id).await?.ok_or_else(unknown)?;
        Ok(Self { caller, organization, role, scope: PhantomData })
    }
}
