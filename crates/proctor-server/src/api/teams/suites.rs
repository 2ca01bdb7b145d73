//! `/v2/organizations/{org}/teams/{team}/suites`: which suites a team has access to.

use axum::extract::State;
use http::{StatusCode, Uri};
use proctor_core::id::{SuiteId, Uuid};
use proctor_core::organization::{Role, SuiteAccess};
use proctor_store::catalog::team_suites::TeamSuite;
use proctor_store::error::Unique;
use proctor_store::{Page, StoreError};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::App;
use crate::api::body::JsonObject;
use crate::api::error::ApiError;
use crate::api::json::Json;
use crate::auth::{InTeam, InTeamSuite, ReadTeams, WriteTeams};
use crate::pagination::{ListTarget, PageParams, Paged};
use crate::query::QueryParams;
use crate::urls::Urls;

/// A link between a team and a suite on the wire.
#[derive(Debug, Serialize)]
pub struct TeamSuiteBody {
    suite_id: String,
    suite_url: String,
    access_level: Vec<&'static str>,
    created_at: String,
}

impl TeamSuiteBody {
    fn new(link: TeamSuite, organization: &str, urls: &Urls) -> Self {
        let TeamSuite { suite_id, suite_slug, access, created_at } = link;
        let access_level = match access {
            SuiteAccess::ReadOnly => vec!["read"],
            SuiteAccess::ManageAndRead => vec!["read", "edit"],
        };
        let suite_url = urls.suite(organization, &suite_slug).api;
        Self { suite_id: suite_id.to_string(), suite_url, access_level, created_at: created_at.to_string() }
    }
}

/// `GET`: in the order of the links.
///
/// # Errors
/// 401, 403, 404.
pub async fn list(
    State(app): State<App>,
    InTeam { place, team }: InTeam<ReadTeams>,
    query: QueryParams,
    urls: Urls,
    uri: Uri,
) -> Result<Paged<TeamSuiteBody>, ApiError> {
    let params = PageParams::of(&query);
    let Page { items, total } = app.store.team_suites(place.organization.id, team.id, Some(params.request())).await?;
    let items = items.into_iter().map(|link| TeamSuiteBody::new(link, &place.organization.slug, &urls)).collect();
    Ok(Paged::new(items, total, params, &ListTarget { urls: &urls, path: uri.path(), query: &query, through: None }))
}

/// `POST`, also to the singular path.
///
/// # Errors
/// 400, 401, 403, 404, 413, 422.
pub async fn create(
    State(app): State<App>,
    place: InTeam<WriteTeams>,
    urls: Urls,
    JsonObject(body): JsonObject,
) -> Result<(StatusCode, Json<TeamSuiteBody>), ApiError> {
    let suite = body.get("suite_id").and_then(Value::as_str).and_then(|id| Uuid::try_parse(id).ok()).map(SuiteId::new);
    let unknown = || ApiError::invalid(&["Suite does not exist".to_owned()]);
    let suite = suite.ok_or_else(unknown)?;
    require_link_permission(&app, &place, suite).await?;
    let access = access_of(&body)?.ok_or_else(|| ApiError::invalid(&[ACCESS_LEVELS.to_owned()]))?;
    let organization = &place.place.organization;
    let added = app.store.add_team_suite(organization.id, place.team.id, suite, access, app.clock.now()).await;
    added.map_err(|error| match error {
        // Terraform looks for "already been added".
        StoreError::Taken(Unique::TeamSuite) => ApiError::invalid(&["Suite has already been added to this team".to_owned()]),
        StoreError::Missing(_) => unknown(),
        error => error.into(),
    })?;
    let link = app.store.team_suite(organization.id, place.team.id, suite).await?.ok_or_else(unknown)?;
    Ok((StatusCode::CREATED, Json(TeamSuiteBody::new(link, &organization.slug, &urls))))
}

/// `GET .../{suite_id}`.
///
/// # Errors
/// 401, 403, 404.
pub async fn get(InTeamSuite { place, link }: InTeamSuite<ReadTeams>, urls: Urls) -> Json<TeamSuiteBody> {
    Json(TeamSuiteBody::new(link, &place.place.organization.slug, &urls))
}

/// `PATCH .../{suite_id}`: another access level.
///
/// # Errors
/// 400, 401, 403, 404, 413, 422.
pub async fn update(
    State(app): State<App>,
    InTeamSuite { place, link }: InTeamSuite<WriteTeams>,
    urls: Urls,
    JsonObject(body): JsonObject,
) -> Result<Json<TeamSuiteBody>, ApiError> {
    require_link_permission(&app, &place, link.suite_id).await?;
    let access = access_of(&body)?.unwrap_or(link.access);
    let organization = &place.place.organization;
    app.store.link_team(organization.id, place.team.id, link.suite_id, access, app.clock.now()).await.map_err(gone)?;
    Ok(Json(TeamSuiteBody::new(TeamSuite { access, ..link }, &organization.slug, &urls)))
}

/// `DELETE .../{suite_id}`.
///
/// # Errors
/// 401, 403, 404.
pub async fn delete(State(app): State<App>, InTeamSuite { place, link }: InTeamSuite<WriteTeams>) -> Result<StatusCode, ApiError> {
    require_link_permission(&app, &place, link.suite_id).await?;
    app.store.remove_team_suite(place.place.organization.id, place.team.id, link.suite_id).await.map_err(gone)?;
    Ok(StatusCode::NO_CONTENT)
}

const ACCESS_LEVELS: &str = "Access level must be read, or read and edit";

/// A link gives the members of a team power over a suite: only who has that power may give it.
async fn require_link_permission<S>(app: &App, place: &InTeam<S>, suite: SuiteId) -> Result<(), ApiError> {
    let InTeam { place, team: _ } = place;
    if place.role == Role::Administrator {
        return Ok(());
    }
    let editable = app.store.editable_suites(place.organization.id, place.caller.token.user_id, &[suite]).await?;
    if editable.is_empty() { Err(ApiError::forbidden("You don't have permission to edit this suite")) } else { Ok(()) }
}

/// `access_level`: an array, or one word. `None`: not sent.
fn access_of(body: &Map<String, Value>) -> Result<Option<SuiteAccess>, ApiError> {
    let words: Option<Vec<&str>> = match body.get("access_level") {
        None => return Ok(None),
        Some(Value::Array(words)) => words.iter().map(Value::as_str).collect(),
        Some(word) => word.as_str().map(|word| vec![word]),
    };
    let words = words.filter(|words| !words.is_empty() && words.iter().all(|word| matches!(*word, "read" | "edit")));
    let words = words.ok_or_else(|| ApiError::invalid(&[ACCESS_LEVELS.to_owned()]))?;
    Ok(Some(if words.contains(&"edit") { SuiteAccess::ManageAndRead } else { SuiteAccess::ReadOnly }))
}

fn gone(error: StoreError) -> ApiError {
    match error {
        StoreError::Missing(_) => ApiError::not_found("No team suite found"),
        error => error.into(),
    }
}
