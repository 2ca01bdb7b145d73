//! `PATCH` and `PUT A/suites/{suite}`: both change only what they name.

use axum::extract::State;

use super::body::SuiteBody;
use super::input::SuiteInput;
use crate::App;
use crate::api::body::JsonObject;
use crate::api::error::ApiError;
use crate::api::json::Json;
use crate::auth::{EditableSuite, WriteSuites};
use crate::urls::Urls;
use crate::usecases::suites::update_suite;

/// Changes a suite. A new name gives a new slug, and the old one is 404 from then on.
///
/// # Errors
/// 400, 401, 403, 404, 413, 422.
pub async fn update(
    State(app): State<App>,
    EditableSuite(place): EditableSuite<WriteSuites>,
    urls: Urls,
    body: JsonObject,
) -> Result<Json<SuiteBody>, ApiError> {
    let input = SuiteInput::for_change(&body, place.suite.settings.clone())?;
    let suite = update_suite(&app.store, &place.suite, input.settings, &input.teams, app.clock.now()).await?;
    input.show_api_token.body(&app, &place.organization, suite, &urls).await.map(Json)
}
