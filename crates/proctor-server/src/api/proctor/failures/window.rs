//! `GET P/failures` and `GET P/tests/{test}/failures`: what fails most over a period.

use axum::extract::State;
use axum::response::Response;
use http::Uri;
use serde::Serialize;

use super::body::GroupBody;
use crate::App;
use crate::api::error::ApiError;
use crate::api::proctor::question::Question;
use crate::auth::{InSuite, InTest, ReadSuites};
use crate::pagination::{ListTarget, PageParams, Paged};
use crate::query::QueryParams;
use crate::urls::Urls;
use crate::usecases::failures::{WindowFailures, failures_of_window};

/// A page of the failures of a window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WindowFailuresBody {
    /// Failed executions, the newest of the window, that the groups are made of.
    executions_looked_at: u64,
    /// Whether these are not all.
    truncated: bool,
    /// Of all pages.
    groups_count: u64,
    groups: Vec<GroupBody>,
}

/// The groups of the suite, those of most executions first.
///
/// # Errors
/// 401, 403, 404; 400 and 422 for the window and the filters.
pub async fn list(
    State(app): State<App>,
    place: InSuite<ReadSuites>,
    query: QueryParams,
    urls: Urls,
    uri: Uri,
) -> Result<Response, ApiError> {
    answer(&app, &place, None, &ListTarget { urls: &urls, path: uri.path(), query: &query, through: None }).await
}

/// The groups of one test, those of most executions first.
///
/// # Errors
/// 401, 403, 404; 400 and 422 for the window and the filters.
pub async fn list_of_test(
    State(app): State<App>,
    InTest { place, test }: InTest<ReadSuites>,
    query: QueryParams,
    urls: Urls,
    uri: Uri,
) -> Result<Response, ApiError> {
    answer(&app, &place, Some(test.ordinal), &ListTarget { urls: &urls, path: uri.path(), query: &query, through: None }).await
}

async fn answer(app: &App, place: &InSuite<ReadSuites>, test: Option<u32>, target: &ListTarget<'_>) -> Result<Response, ApiError> {
    let Question { window, filters } = Question::of(target.query, app.clock.now(), app.settings.windows)?;
    let params = PageParams::of(target.query);
    let found = failures_of_window(&app.store, place.suite.id, window, &filters, test, params.request()).await?;
    let WindowFailures { groups, executions, is_cut } = found;
    let urls = target.urls.suite(&place.organization.slug, &place.suite.slug);
    let items = groups.items.into_iter().map(|group| GroupBody::of_window(group, &urls)).collect();
    let groups_count = groups.total;
    let page = Paged::new(items, groups_count, params, target);
    Ok(page.within(|groups| WindowFailuresBody { executions_looked_at: executions, truncated: is_cut, groups_count, groups }))
}
