//! `GET .../summaries` and `GET .../summaries/{summary}`.

use axum::extract::{FromRequestParts, State};
use http::request::Parts;
use proctor_core::id::SummaryId;
use proctor_store::catalog::summaries::Summary;

use super::SummaryBody;
use super::input::is_seen;
use crate::App;
use crate::api::error::ApiError;
use crate::api::json::Json;
use crate::auth::{InSuite, ReadSuites, RequiredScope, path_uuid};

/// A caller with the scope `S` who may see the subscription `{summary}` of the path; 404 otherwise.
#[derive(Debug)]
pub struct InSummary<S> {
    /// Where it is.
    pub place: InSuite<S>,
    /// The subscription.
    pub summary: Summary,
}

impl<S: RequiredScope> FromRequestParts<App> for InSummary<S> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let place = InSuite::<S>::from_request_parts(parts, app).await?;
        let unknown = || ApiError::not_found("No summary found");
        let id = path_uuid(parts, "summary").await.map(SummaryId::new).ok_or_else(unknown)?;
        let summary = app.store.summary(place.suite.id, id).await?.ok_or_else(unknown)?;
        Ok(Self { place, summary })
    }
}

/// All subscriptions of the suite, oldest first. There are never many, so there are no pages.
///
/// # Errors
/// 401, 403, 404.
pub async fn list(State(app): State<App>, place: InSuite<ReadSuites>) -> Result<Json<Vec<SummaryBody>>, ApiError> {
    let mails = app.store.last_mails(place.suite.id).await?;
    let mut bodies = Vec::new();
    for summary in app.store.summaries(place.suite.id).await? {
        let team = team_slug(&app, &place, &summary).await?;
        let mail = mails.get(&summary.id);
        bodies.push(SummaryBody::new(summary, team, mail));
    }
    Ok(Json(bodies))
}

/// One subscription.
///
/// # Errors
/// 401, 403, 404.
pub async fn get(State(app): State<App>, InSummary { place, summary }: InSummary<ReadSuites>) -> Result<Json<SummaryBody>, ApiError> {
    let mails = app.store.last_mails(place.suite.id).await?;
    let team = team_slug(&app, &place, &summary).await?;
    let mail = mails.get(&summary.id);
    Ok(Json(SummaryBody::new(summary, team, mail)))
}

/// The slug of its team, unless the caller may not see that.
async fn team_slug<S>(app: &App, place: &InSuite<S>, summary: &Summary) -> Result<Option<String>, ApiError> {
    let Some(team) = summary.settings.recipients.team else { return Ok(None) };
    let Some(team) = app.store.team(place.organization.id, team).await? else { return Ok(None) };
    Ok(is_seen(app, place, &team).await?.then_some(team.slug))
}
