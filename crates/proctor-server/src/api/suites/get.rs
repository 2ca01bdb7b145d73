//! `GET A/suites/{suite}`.

use axum::extract::State;

use super::body::{ShowApiToken, SuiteBody};
use crate::App;
use crate::api::error::ApiError;
use crate::api::json::Json;
use crate::auth::{InSuite, ReadSuites};
use crate::query::QueryParams;
use crate::urls::Urls;

/// One suite.
///
/// # Errors
/// 401, 403, 404.
pub async fn get(State(app): State<App>, place: InSuite<ReadSuites>, query: QueryParams, urls: Urls) -> Result<Json<SuiteBody>, ApiError> {
    let show = ShowApiToken::asked(query.flag("show_api_token"));
    if show == ShowApiToken::Yes {
        place.require_edit(&app, "You don't have permission to view this suite's API token").await?;
    }
    show.body(&app, &place.organization, place.suite, &urls).await.map(Json)
}
