//! `GET A/suites/{suite}/runs`.

use axum::extract::State;
use http::Uri;
use proctor_core::id::RunId;
use proctor_core::run_env::hyphenated_uuid;
use proctor_store::catalog::runs::RunFilter;

use super::body::RunBody;
use crate::App;
use crate::api::error::ApiError;
use crate::auth::{InSuite, ReadSuites};
use crate::pagination::{ListTarget, PageParams, Paged};
use crate::query::QueryParams;
use crate::urls::Urls;

/// Newest first.
///
/// # Errors
/// 400 for a `build_id` that is no UUID; 401, 403, 404.
pub async fn list(
    State(app): State<App>,
    InSuite { organization, suite, .. }: InSuite<ReadSuites>,
    query: QueryParams,
    urls: Urls,
    uri: Uri,
) -> Result<Paged<RunBody>, ApiError> {
    let filter = filter_of(&query)?;
    let params = PageParams::of(&query);
    let page = app.store.runs(suite.id, filter, params.request()).await?;
    let through = filter.through.or_else(|| page.items.first().filter(|_| params.page == 1).map(|newest| newest.id));
    let (suite_urls, now) = (urls.suite(&organization.slug, &suite.slug), app.clock.now());
    let items = page.items.into_iter().map(|run| RunBody::new(run, &suite_urls, &app.settings, now)).collect();
    let target = ListTarget { urls: &urls, path: uri.path(), query: &query, through: through.map(|id| id.to_string()) };
    Ok(Paged::new(items, page.total, params, &target))
}

/// `through` comes out of our own `Link` header; what is no id there filters nothing.
fn filter_of(query: &QueryParams) -> Result<RunFilter, ApiError> {
    let build_id = match query.filled("build_id") {
        Some(text) => Some(hyphenated_uuid(&text).ok_or_else(|| ApiError::bad_request("build_id must be a UUID"))?),
        None => None,
    };
    let through = query.filled("through").and_then(|text| hyphenated_uuid(&text)).map(RunId::new);
    Ok(RunFilter { build_id, through })
}
