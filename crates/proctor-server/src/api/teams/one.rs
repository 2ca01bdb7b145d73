//! `/v2/organizations/{org}/teams/{team}`.

use axum::extract::State;
use http::StatusCode;

use super::body::TeamBody;
use super::create::refusal;
use super::input::team_settings;
use crate::App;
use crate::api::body::JsonObject;
use crate::api::error::ApiError;
use crate::api::json::Json;
use crate::auth::{InTeam, ReadTeams, WriteTeams};
use crate::urls::Urls;

const NOT_PERMITTED: &str = "You don't have permission to edit this team";

/// `GET`.
///
/// # Errors
/// 401, 403, 404.
pub async fn get(State(app): State<App>, InTeam { team, .. }: InTeam<ReadTeams>, urls: Urls) -> Result<Json<TeamBody>, ApiError> {
    TeamBody::load(&app, team, &urls).await.map(Json)
}

/// `PATCH`: what is not named stays. Renaming changes the slug, and TESTOWNERS files name teams by it.
///
/// # Errors
/// 400, 401, 403, 404, 413, 422.
pub async fn update(
    State(app): State<App>,
    InTeam { place, team }: InTeam<WriteTeams>,
    urls: Urls,
    body: JsonObject,
) -> Result<Json<TeamBody>, ApiError> {
    place.require_administrator(NOT_PERMITTED)?;
    let settings = team_settings(&body, team.settings)?;
    let team = app.store.update_team(place.organization.id, team.id, settings).await.map_err(refusal)?;
    TeamBody::load(&app, team, &urls).await.map(Json)
}

/// `DELETE`: with its memberships and links.
///
/// # Errors
/// 401, 403, 404.
pub async fn delete(State(app): State<App>, InTeam { place, team }: InTeam<WriteTeams>) -> Result<StatusCode, ApiError> {
    place.require_administrator(NOT_PERMITTED)?;
    app.store.delete_team(place.organization.id, team.id).await.map_err(refusal)?;
    Ok(StatusCode::NO_CONTENT)
}
