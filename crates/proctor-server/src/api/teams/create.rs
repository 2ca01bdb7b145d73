//! `POST /v2/organizations/{org}/teams` and `/enable`.

use axum::extract::State;
use http::StatusCode;
use proctor_core::organization::TeamSettings;
use proctor_store::StoreError;

use super::body::TeamBody;
use super::input::team_settings;
use crate::App;
use crate::api::body::JsonObject;
use crate::api::error::ApiError;
use crate::api::json::Json;
use crate::auth::{InOrganization, WriteTeams};
use crate::urls::Urls;

/// Makes a team. Teams decide who may change suites, so only administrators make them.
///
/// # Errors
/// 400, 401, 403, 404, 413, 422.
pub async fn create(
    State(app): State<App>,
    place: InOrganization<WriteTeams>,
    urls: Urls,
    body: JsonObject,
) -> Result<(StatusCode, Json<TeamBody>), ApiError> {
    place.require_administrator("You don't have permission to create teams")?;
    let settings = team_settings(&body, TeamSettings::named(""))?;
    let user = place.caller.token.user_id;
    let team = app.store.create_team_with(place.organization.id, settings, Some(user), app.clock.now()).await;
    let team = team.map_err(refusal)?;
    Ok((StatusCode::CREATED, Json(TeamBody::load(&app, team, &urls).await?)))
}

/// Teams are always on; asking for them changes nothing.
///
/// # Errors
/// 401, 403, 404.
pub async fn enable(_: InOrganization<WriteTeams>) -> StatusCode {
    StatusCode::NO_CONTENT
}

/// What the store says of a team that was to be made or changed.
pub(super) fn refusal(error: StoreError) -> ApiError {
    match error {
        StoreError::Taken(_) => ApiError::invalid(&["Name has already been taken".to_owned()]),
        StoreError::Missing(_) => ApiError::not_found("No team found"),
        error => error.into(),
    }
}
