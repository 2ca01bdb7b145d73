//! A caller at a team.

use axum::extract::FromRequestParts;
use http::request::Parts;
use proctor_core::id::{SuiteId, TeamId};
use proctor_core::organization::{Role, Team, TeamPrivacy};
use proctor_store::catalog::team_suites::TeamSuite;

use super::{InOrganization, RequiredScope, path_uuid};
use crate::App;
use crate::api::error::ApiError;

/// A caller with the scope `S` who may see the team `{team}` of the path; 404 otherwise. A secret team is seen by its members and by
/// administrators.
#[derive(Debug)]
pub struct InTeam<S> {
    /// Where the team is.
    pub place: InOrganization<S>,
    /// The team.
    pub team: Team,
}

impl<S: RequiredScope> FromRequestParts<App> for InTeam<S> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let place = InOrganization::<S>::from_request_parts(parts, app).await?;
        let unknown = || ApiError::not_found("No team found");
        let id = path_uuid(parts, "team").await.map(TeamId::new).ok_or_else(unknown)?;
        let team = app.store.team(place.organization.id, id).await?.ok_or_else(unknown)?;
        let is_hidden = team.settings.privacy == TeamPrivacy::Secret && place.role != Role::Administrator;
        if is_hidden && !app.store.is_team_member(id, place.caller.token.user_id).await? {
            return Err(unknown());
        }
        Ok(Self { place, team })
    }
}

/// A caller with the scope `S` at the link between the team and the suite `{suite_id}` of the path; 404 otherwise.
#[derive(Debug)]
pub struct InTeamSuite<S> {
    /// Where the link is.
    pub place: InTeam<S>,
    /// The link.
    pub link: TeamSuite,
}

impl<S: RequiredScope> FromRequestParts<App> for InTeamSuite<S> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let place = InTeam::<S>::from_request_parts(parts, app).await?;
        let unknown = || ApiError::not_found("No team suite found");
        let suite = path_uuid(parts, "suite_id").await.map(SuiteId::new).ok_or_else(unknown)?;
        let link = app.store.team_suite(place.place.organization.id, place.team.id, suite).await?.ok_or_else(unknown)?;
        Ok(Self { place, link })
    }
}
