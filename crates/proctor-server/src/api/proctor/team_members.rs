//! `/v2/proctor/organizations/{org}/teams/{team}/members`: who is in a team. The API that Proctor is compatible with has its members
//! in GraphQL only.

use axum::extract::State;
use http::StatusCode;
use proctor_core::id::{UserId, Uuid};
use serde_json::Value;

use crate::App;
use crate::api::body::JsonObject;
use crate::api::error::ApiError;
use crate::api::json::Json;
use crate::api::user::UserBody;
use crate::auth::{InTeam, ReadTeams, WriteTeams};
use crate::urls::Urls;

const NOT_PERMITTED: &str = "You don't have permission to edit this team";

/// `GET`: all of them, by name.
///
/// # Errors
/// 401, 403, 404.
pub async fn list(State(app): State<App>, place: InTeam<ReadTeams>, urls: Urls) -> Result<Json<Vec<UserBody>>, ApiError> {
    let members = app.store.team_members(place.place.organization.id, place.team.id).await?;
    Ok(Json(members.into_iter().map(|user| UserBody::new(user, &urls)).collect()))
}

/// `POST`: a user of the organization, by e-mail address. One who is in it already stays in it.
///
/// # Errors
/// 400, 401, 403, 404, 413, 422.
pub async fn add(
    State(app): State<App>,
    InTeam { place, team }: InTeam<WriteTeams>,
    urls: Urls,
    JsonObject(body): JsonObject,
) -> Result<(StatusCode, Json<UserBody>), ApiError> {
    place.require_administrator(NOT_PERMITTED)?;
    let email = body.get("email").and_then(Value::as_str).filter(|email| !email.trim().is_empty());
    let email = email.ok_or_else(|| ApiError::invalid(&["Email can't be blank".to_owned()]))?;
    let unknown = || ApiError::not_found("No user found");
    let user = app.store.user_by_email(email).await?.ok_or_else(unknown)?;
    app.store.role(place.organization.id, user.id).await?.ok_or_else(unknown)?;
    app.store.add_team_member(place.organization.id, team.id, user.id).await?;
    Ok((StatusCode::CREATED, Json(UserBody::new(user, &urls))))
}

/// `DELETE .../{user}`.
///
/// # Errors
/// 401, 403, 404.
pub async fn remove(
    State(app): State<App>,
    InTeam { place, team }: InTeam<WriteTeams>,
    axum::extract::Path((_, _, user)): axum::extract::Path<(String, String, String)>,
) -> Result<StatusCode, ApiError> {
    place.require_administrator(NOT_PERMITTED)?;
    let user = Uuid::try_parse(&user).map(UserId::new).map_err(|_| ApiError::not_found("No user found"))?;
    app.store.remove_team_member(place.organization.id, team.id, user).await?;
    Ok(StatusCode::NO_CONTENT)
}
