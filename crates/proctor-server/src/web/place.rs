//! Where a page is: in an organization, at a suite.

use axum::extract::FromRequestParts;
use http::request::Parts;
use proctor_core::organization::{Organization, Role};
use proctor_core::scope::{READ_SUITES, WRITE_SUITES};
use proctor_core::suite::{Suite, Visibility};

use super::error::WebError;
use super::viewer::{MaybeViewer, SignedIn, Viewer, sign_in};
use crate::App;
use crate::auth::path_text;

/// A member of the organization `{org}` of the path.
#[derive(Clone, Debug)]
pub struct AtOrganization {
    /// Who.
    pub viewer: Viewer,
    /// Where.
    pub organization: Organization,
    /// What the viewer is there.
    pub role: Role,
}

/// Somebody who may see the suite `{suite}` of the path: a member, or anybody if it is public.
#[derive(Clone, Debug)]
pub struct AtSuite {
    /// Who, if signed in and a member.
    pub viewer: Option<Viewer>,
    /// Where.
    pub organization: Organization,
    /// The suite.
    pub suite: Suite,
    /// Whether anybody may see it.
    pub visibility: Visibility,
    /// What the viewer may do with it.
    pub rights: Rights,
}

/// What a viewer may do with a suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rights {
    /// Look.
    Read,
    /// Change it and what is in it.
    Edit,
}

impl FromRequestParts<App> for AtOrganization {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, WebError> {
        let SignedIn(viewer) = SignedIn::from_request_parts(parts, app).await?;
        let unknown = || WebError::unknown("organization");
        let slug = path_text(parts, "org").await.ok_or_else(unknown)?;
        let organization = app.store.organization_by_slug(&slug).await?.filter(|it| viewer.allows(it.id)).ok_or_else(unknown)?;
        let role = app.store.role(organization.id, viewer.user.id).await?.ok_or_else(unknown)?;
        if !viewer.may(READ_SUITES) {
            return Err(WebError::forbidden("The API token that you signed in with lacks the scope read_suites."));
        }
        Ok(Self { viewer, organization, role })
    }
}

impl FromRequestParts<App> for AtSuite {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, WebError> {
        let MaybeViewer(viewer) = MaybeViewer::from_request_parts(parts, app).await?;
        // To somebody who is not signed in, what is not public and what does not exist look the same.
        let hidden = |viewer: &Option<Viewer>, parts: &Parts| match viewer {
            Some(_) => WebError::unknown("suite"),
            None => sign_in(parts),
        };
        let slugs = (path_text(parts, "org").await, path_text(parts, "suite").await);
        let (Some(organization), Some(suite)) = slugs else { return Err(hidden(&viewer, parts)) };
        let Some(organization) = app.store.organization_by_slug(&organization).await? else { return Err(hidden(&viewer, parts)) };
        let Some(suite) = app.store.suite_by_slug(organization.id, &suite).await? else { return Err(hidden(&viewer, parts)) };
        let visibility = app.store.visibility(suite.id).await?;
        let member = match viewer.clone().filter(|viewer| viewer.allows(organization.id) && viewer.may(READ_SUITES)) {
            Some(viewer) => app.store.role(organization.id, viewer.user.id).await?.map(|_| viewer),
            None => None,
        };
        if member.is_none() && visibility == Visibility::Private {
            return Err(hidden(&viewer, parts));
        }
        let rights = match &member {
            Some(viewer) if viewer.may(WRITE_SUITES) => {
                let editable = app.store.editable_suites(organization.id, viewer.user.id, &[suite.id]).await?;
                if editable.is_empty() { Rights::Read } else { Rights::Edit }
            }
            _ => Rights::Read,
        };
        Ok(Self { viewer: member, organization, suite, visibility, rights })
    }
}

impl AtSuite {
    /// The path of the suite's summary.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/organizations/{}/analytics/suites/{}", self.organization.slug, self.suite.slug)
    }

    /// Nothing for members; others are sent to sign in, also where the suite is public: how uploads fare is no business of theirs
    /// (`workflows.md`, section 9).
    ///
    /// # Errors
    /// To sign in and come back.
    pub fn require_member(&self, uri: &http::Uri) -> Result<(), WebError> {
        match self.viewer {
            Some(_) => Ok(()),
            None => Err(WebError::SignIn(uri.path_and_query().map_or("/", |target| target.as_str()).to_owned())),
        }
    }

    /// Nothing, unless the viewer may not change the suite.
    ///
    /// # Errors
    /// 403.
    pub fn require_edit(&self) -> Result<(), WebError> {
        match self.rights {
            Rights::Edit => Ok(()),
            Rights::Read => Err(WebError::forbidden("You may look at this suite, but not change it.")),
        }
    }

    /// The viewer, who may change the suite.
    ///
    /// # Errors
    /// 403.
    pub fn editor(&self) -> Result<&Viewer, WebError> {
        self.require_edit()?;
        self.viewer.as_ref().ok_or_else(|| WebError::forbidden("Sign in first."))
    }
}
