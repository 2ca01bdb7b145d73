//! `GET A/suites/{suite}/tests/{test}`.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use proctor_core::filter::TestFilters;
use proctor_store::queries::Selected;

use super::body::TestBody;
use super::metrics_body::MeasuredTestBody;
use super::query::window_of;
use super::version::TestsVersion;
use crate::App;
use crate::api::error::ApiError;
use crate::api::json::Json;
use crate::auth::{InTest, ReadSuites};
use crate::query::QueryParams;
use crate::urls::Urls;

/// One test; with metrics also when it has no executions in the window, and then with percentiles of durations.
///
/// # Errors
/// 401, 403, 404; 400 and 422 for the version and the window.
pub async fn get(
    State(app): State<App>,
    InTest { place, test }: InTest<ReadSuites>,
    version: TestsVersion,
    query: QueryParams,
    urls: Urls,
) -> Result<Response, ApiError> {
    let (window, _) = window_of(&query, app.clock.now(), app.settings.windows)?;
    let suite_urls = urls.suite(&place.organization.slug, &place.suite.slug);
    if version == TestsVersion::Legacy {
        return Ok(Json(TestBody::new(test, &suite_urls)).into_response());
    }
    let selected = Selected { window, filters: &TestFilters::default(), runs: None };
    let (metrics, percentiles) = app.store.metrics_of_test(place.suite.id, test.ordinal, selected).await?;
    Ok(Json(MeasuredTestBody::new(test, &metrics, &suite_urls).with_percentiles(percentiles)).into_response())
}
