//! `GET /v2/proctor/organizations/{org}/suites/{suite}/runs/{run}/executions`: Proctor's own.

use axum::extract::State;
use http::{StatusCode, Uri};
use proctor_core::result::TestResult;

use super::execution::{AnyExecutionBody, FailureExpanded};
use crate::App;
use crate::api::error::ApiError;
use crate::auth::{InRun, ReadSuites};
use crate::pagination::{ListTarget, PageParams, Paged};
use crate::query::QueryParams;
use crate::urls::Urls;

/// Every execution of the run, or with `result=` those with that result, newest first.
///
/// # Errors
/// 401, 403, 404; 422 for a result that does not exist.
pub async fn list(
    State(app): State<App>,
    InRun { place, run }: InRun<ReadSuites>,
    query: QueryParams,
    urls: Urls,
    uri: Uri,
) -> Result<Paged<AnyExecutionBody>, ApiError> {
    let result = wanted_result(&query)?;
    let params = PageParams::of(&query);
    let failure = FailureExpanded::asked(query.flag("include_failure_expanded"));
    let page = app.store.executions_of_run(place.suite.id, run.id, result, params.request()).await?;
    let suite_urls = urls.suite(&place.organization.slug, &place.suite.slug);
    let items = page.items.into_iter().map(|execution| AnyExecutionBody::new(execution, &suite_urls, failure)).collect();
    let target = ListTarget { urls: &urls, path: uri.path(), query: &query, through: None };
    Ok(Paged::new(items, page.total, params, &target))
}

fn wanted_result(query: &QueryParams) -> Result<Option<TestResult>, ApiError> {
    let Some(word) = query.filled("result") else { return Ok(None) };
    TestResult::from_wire(&word).map(Some).ok_or_else(|| {
        let words: Vec<&str> = TestResult::ALL.iter().map(|result| result.as_str()).collect();
        ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, format!("result must be one of {}", words.join(", ")))
    })
}
