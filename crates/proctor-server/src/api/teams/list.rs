//! `GET /v2/organizations/{org}/teams`.

use axum::extract::State;
use http::Uri;
use proctor_core::id::{UserId, Uuid};
use proctor_core::organization::Role;
use proctor_store::Page;
use proctor_store::catalog::teams::TeamFilter;

use super::body::TeamBody;
use crate::App;
use crate::api::error::ApiError;
use crate::auth::{InOrganization, ReadTeams};
use crate::pagination::{ListTarget, PageParams, Paged};
use crate::query::QueryParams;
use crate::urls::Urls;

/// Oldest first. Secret teams are shown to their members and to administrators. `user_id`: only teams of this user.
///
/// # Errors
/// 401, 403, 404.
pub async fn list(
    State(app): State<App>,
    place: InOrganization<ReadTeams>,
    query: QueryParams,
    urls: Urls,
    uri: Uri,
) -> Result<Paged<TeamBody>, ApiError> {
    let organization = place.organization.id;
    let member = match query.filled("user_id") {
        Some(id) => Some(user_of(&app, &place, &id).await?),
        None => None,
    };
    let visible_to = (place.role != Role::Administrator).then_some(place.caller.token.user_id);
    let params = PageParams::of(&query);
    let Page { items, total } = app.store.teams(organization, TeamFilter { visible_to, member }, Some(params.request())).await?;
    let mut bodies = Vec::with_capacity(items.len());
    for team in items {
        bodies.push(TeamBody::load(&app, team, &urls).await?);
    }
    Ok(Paged::new(bodies, total, params, &ListTarget { urls: &urls, path: uri.path(), query: &query, through: None }))
}

async fn user_of(app: &App, place: &InOrganization<ReadTeams>, id: &str) -> Result<UserId, ApiError> {
    let unknown = || ApiError::not_found("No user found");
    let user = Uuid::try_parse(id).map(UserId::new).map_err(|_| unknown())?;
    app.store.role(place.organization.id, user).await?.map(|_| user).ok_or_else(unknown)
}
