//! `GET A/suites/{suite}/tests/muted` and `/skipped`.

use axum::extract::State;
use http::Uri;
use proctor_core::state::TestState;
use proctor_store::Page;
use proctor_store::catalog::tests::TestListFilter;

use super::body::TestBody;
use crate::App;
use crate::api::error::ApiError;
use crate::auth::{InSuite, ReadSuites};
use crate::pagination::{ListTarget, PageParams, Paged};
use crate::query::QueryParams;
use crate::urls::Urls;

/// All muted tests by scope, name and id; or a page of them when the client asks for one.
///
/// # Errors
/// 401, 403, 404.
pub async fn muted(
    State(app): State<App>,
    place: InSuite<ReadSuites>,
    query: QueryParams,
    urls: Urls,
    uri: Uri,
) -> Result<Paged<TestBody>, ApiError> {
    list(&app, &place, &query, &ListTarget { urls: &urls, path: uri.path(), query: &query, through: None }, TestState::Muted).await
}

/// As [`muted`], the skipped ones.
///
/// # Errors
/// 401, 403, 404.
pub async fn skipped(
    State(app): State<App>,
    place: InSuite<ReadSuites>,
    query: QueryParams,
    urls: Urls,
    uri: Uri,
) -> Result<Paged<TestBody>, ApiError> {
    list(&app, &place, &query, &ListTarget { urls: &urls, path: uri.path(), query: &query, through: None }, TestState::Skipped).await
}

async fn list(
    app: &App,
    place: &InSuite<ReadSuites>,
    query: &QueryParams,
    target: &ListTarget<'_>,
    state: TestState,
) -> Result<Paged<TestBody>, ApiError> {
    place.suite.settings.states.check_managed()?;
    let params = PageParams::if_asked(query);
    let filter = TestListFilter { state: Some(state), ..TestListFilter::default() };
    let Page { items, total } = app.store.list_tests(place.suite.id, filter, params.map(PageParams::request)).await?;
    let addresses = target.urls.suite(&place.organization.slug, &place.suite.slug);
    let items = items.into_iter().map(|test| TestBody::new(test, &addresses)).collect();
    Ok(match params {
        Some(params) => Paged::new(items, total, params, target),
        None => Paged::whole(items),
    })
}
