//! `POST A/suites`.

use axum::extract::State;
use http::StatusCode;

use super::body::SuiteBody;
use super::input::SuiteInput;
use crate::App;
use crate::api::body::JsonObject;
use crate::api::error::ApiError;
use crate::api::json::Json;
use crate::auth::{InOrganization, WriteSuites};
use crate::urls::Urls;
use crate::usecases::suites::create_suite;

/// Makes a suite. Whoever makes it may see its upload token, whatever teams it is given to.
///
/// # Errors
/// 400, 401, 403, 404, 413, 422.
pub async fn create(
    State(app): State<App>,
    InOrganization { organization, .. }: InOrganization<WriteSuites>,
    urls: Urls,
    body: JsonObject,
) -> Result<(StatusCode, Json<SuiteBody>), ApiError> {
    let input = SuiteInput::for_new(&body, app.settings.uploads.identical, app.settings.retention.new_suites)?;
    let suite = create_suite(&app.store, organization.id, input.settings, &input.teams, app.clock.now()).await?;
    let body = input.show_api_token.body(&app, &organization, suite, &urls).await?;
    Ok((StatusCode::CREATED, Json(body)))
}
