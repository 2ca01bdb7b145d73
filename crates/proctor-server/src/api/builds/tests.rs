//! `GET A/builds/{build}/tests`.

use std::collections::HashMap;

use axum::extract::State;
use http::Uri;
use proctor_core::filter::ListKind;
use proctor_core::id::SuiteId;
use proctor_store::Page;

use crate::App;
use crate::api::error::ApiError;
use crate::api::tests::list::body_of;
use crate::api::tests::metrics_body::MeasuredTestBody;
use crate::api::tests::query::filters_of;
use crate::auth::{InBuild, ReadSuites};
use crate::pagination::{ListTarget, PageParams, Paged};
use crate::query::QueryParams;
use crate::urls::{SuiteUrls, Urls};
use crate::usecases::builds::tests_of_build;

/// The tests with executions in the build, of all its suites, with metrics.
///
/// # Errors
/// 401, 403, 404; 422 for the filters.
pub async fn list(
    State(app): State<App>,
    InBuild { organization, build, .. }: InBuild<ReadSuites>,
    query: QueryParams,
    urls: Urls,
    uri: Uri,
) -> Result<Paged<MeasuredTestBody>, ApiError> {
    let filters = filters_of(&query, ListKind::Build)?;
    let params = PageParams::of(&query);
    let (now, limits) = (app.clock.now(), app.settings.windows);
    let Page { items, total } = tests_of_build(&app.store, &build, &filters, params.request(), now, limits).await?;
    let addresses: HashMap<SuiteId, SuiteUrls> =
        build.suites.iter().map(|suite| (suite.id, urls.suite(&organization.slug, &suite.slug))).collect();
    let items = items.into_iter().filter_map(|test| Some((addresses.get(&test.suite)?, test)));
    let items = items.map(|(urls, test)| body_of(test, filters.sort.by, urls)).collect();
    Ok(Paged::new(items, total, params, &ListTarget { urls: &urls, path: uri.path(), query: &query, through: None }))
}
