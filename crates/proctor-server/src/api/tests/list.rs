//! `GET A/suites/{suite}/tests`.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::Uri;
use proctor_core::filter::SortBy;

use super::body::TestBody;
use super::metrics_body::MeasuredTestBody;
use super::query::TestsQuery;
use super::version::TestsVersion;
use crate::App;
use crate::api::error::ApiError;
use crate::auth::{InSuite, ReadSuites};
use crate::pagination::{ListTarget, PageParams, Paged};
use crate::query::QueryParams;
use crate::urls::{SuiteUrls, Urls};
use crate::usecases::tests::{MeasuredTest, Scope, known_tests, measured_tests};

/// The tests of the suite: with metrics those that have selected executions, sorted by a metric; else all known ones, by scope and name.
///
/// # Errors
/// 401, 403, 404; 400 and 422 for the version, the window and the filters.
pub async fn list(
    State(app): State<App>,
    InSuite { organization, suite, .. }: InSuite<ReadSuites>,
    version: TestsVersion,
    query: QueryParams,
    urls: Urls,
    uri: Uri,
) -> Result<Response, ApiError> {
    let TestsQuery { window, restricted_to, filters } = TestsQuery::of(&query, app.clock.now(), app.settings.windows)?;
    let params = PageParams::of(&query);
    let suite_urls = urls.suite(&organization.slug, &suite.slug);
    let target = ListTarget { urls: &urls, path: uri.path(), query: &query, through: None };
    match version {
        TestsVersion::Legacy => {
            let page = known_tests(&app.store, suite.id, restricted_to, &filters, params.request()).await?;
            let items: Vec<_> = page.items.into_iter().map(|test| TestBody::new(test, &suite_urls)).collect();
            Ok(Paged::new(items, page.total, params, &target).into_response())
        }
        TestsVersion::Metrics => {
            let scope = Scope { suite: suite.id, runs: None };
            let page = measured_tests(&app.store, &[scope], window, &filters, params.request()).await?;
            let items: Vec<_> = page.items.into_iter().map(|test| body_of(test, filters.sort.by, &suite_urls)).collect();
            Ok(Paged::new(items, page.total, params, &target).into_response())
        }
    }
}

/// A test of a sorted list; a percentile that it is sorted by shows.
pub(crate) fn body_of(test: MeasuredTest, by: SortBy, urls: &SuiteUrls) -> MeasuredTestBody {
    let MeasuredTest { test, suite: _, metrics, sorted_by } = test;
    let body = MeasuredTestBody::new(test, &metrics, urls);
    match by {
        SortBy::DurationP50 | SortBy::DurationP90 | SortBy::DurationP95 | SortBy::DurationP99 => {
            body.with_percentile(by.as_str(), sorted_by)
        }
        SortBy::DurationAvg | SortBy::DurationSum | SortBy::DurationMin | SortBy::DurationMax | SortBy::Reliability => body,
    }
}
