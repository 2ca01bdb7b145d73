//! `GET A/suites/{suite}/runs/{run}/failed_executions`.

use axum::extract::State;
use http::Uri;
use proctor_core::result::TestResult;

use super::execution::{ExecutionBody, FailureExpanded};
use crate::App;
use crate::api::error::ApiError;
use crate::auth::{InRun, ReadSuites};
use crate::pagination::{ListTarget, PageParams, Paged};
use crate::query::QueryParams;
use crate::urls::Urls;

/// Every failed execution of the run, newest first.
///
/// # Errors
/// 401, 403, 404.
pub async fn list(
    State(app): State<App>,
    InRun { place, run }: InRun<ReadSuites>,
    query: QueryParams,
    urls: Urls,
    uri: Uri,
) -> Result<Paged<ExecutionBody>, ApiError> {
    let params = PageParams::of(&query);
    let failure = FailureExpanded::asked(query.flag("include_failure_expanded"));
    let page = app.store.executions_of_run(place.suite.id, run.id, Some(TestResult::Failed), params.request()).await?;
    let suite_urls = urls.suite(&place.organization.slug, &place.suite.slug);
    let items = page.items.into_iter().map(|execution| ExecutionBody::new(execution, &suite_urls, failure)).collect();
    let target = ListTarget { urls: &urls, path: uri.path(), query: &query, through: None };
    Ok(Paged::new(items, page.total, params, &target))
}
