//! `GET A/suites/{suite}/runs/{run}`.

use axum::extract::State;

use super::body::RunBody;
use crate::App;
use crate::api::json::Json;
use crate::auth::{InRun, ReadSuites};
use crate::urls::Urls;

/// One run.
///
/// # Errors
/// 401, 403, 404.
pub async fn get(State(app): State<App>, InRun { place, run }: InRun<ReadSuites>, urls: Urls) -> Json<RunBody> {
    let suite_urls = urls.suite(&place.organization.slug, &place.suite.slug);
    Json(RunBody::new(run, &suite_urls, &app.settings, app.clock.now()))
}
