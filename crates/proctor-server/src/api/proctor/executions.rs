//! `GET P/tests/{test}/executions`: the executions of a test, newest first.

use std::collections::BTreeMap;

use axum::extract::State;
use http::Uri;
use proctor_core::execution::ExecutionFlags;
use proctor_store::executions::StoredExecution;
use proctor_store::queries::Selected;
use serde::Serialize;

use super::question::Question;
use crate::App;
use crate::api::error::ApiError;
use crate::api::runs::execution::{FailureBody, FailureExpanded, shown_tags};
use crate::auth::{InTest, ReadSuites};
use crate::pagination::{ListTarget, PageParams, Paged};
use crate::query::QueryParams;
use crate::urls::{SuiteUrls, Urls};

/// An execution of a test on the wire.
#[derive(Debug, PartialEq, Serialize)]
pub struct TestExecutionBody {
    id: String,
    web_url: String,
    run_id: String,
    run_url: String,
    run_web_url: String,
    upload_id: String,
    created_at: String,
    result: &'static str,
    duration: Option<f64>,
    branch: String,
    commit_sha: String,
    location: String,
    file_name: String,
    tags: BTreeMap<String, String>,
    failure_reason: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure_expanded: Option<Vec<FailureBody>>,
    /// The runner tried again by itself: an attempt before this one failed.
    retried_by_runner: bool,
    /// Text or spans were longer than what is kept.
    truncated: bool,
}

impl TestExecutionBody {
    /// The execution with its addresses.
    #[must_use]
    pub fn new(execution: StoredExecution, urls: &SuiteUrls, failure: FailureExpanded) -> Self {
        let StoredExecution {
            id,
            run_id,
            upload_id,
            test_id,
            scope: _,
            name: _,
            branch,
            commit_sha,
            created_at,
            result,
            duration,
            start_at: _,
            end_at: _,
            location,
            file_name,
            failure_reason,
            failure_expanded,
            spans: _,
            tags,
            selector: _,
            client_id: _,
            external_id: _,
            trace_id: _,
            flags,
        } = execution;
        let ExecutionFlags { truncated, runner_retried } = flags;
        Self {
            id: id.to_string(),
            web_url: urls.execution_web(test_id, id),
            run_id: run_id.to_string(),
            run_url: urls.run(run_id),
            run_web_url: urls.run_web(run_id),
            upload_id: upload_id.to_string(),
            created_at: created_at.to_string(),
            result: result.as_str(),
            duration: duration.filter(|seconds| seconds.is_finite()),
            branch: branch.unwrap_or_default(),
            commit_sha: commit_sha.unwrap_or_default(),
            location: location.unwrap_or_default(),
            file_name: file_name.unwrap_or_default(),
            tags: shown_tags(&tags),
            failure_reason: failure_reason.unwrap_or_default(),
            failure_expanded: match failure {
                FailureExpanded::Included => Some(failure_expanded.into_iter().map(FailureBody::from).collect()),
                FailureExpanded::Absent => None,
            },
            retried_by_runner: runner_retried,
            truncated,
        }
    }
}

/// The executions of the test that the window and the filters select.
///
/// # Errors
/// 401, 403, 404; 400 and 422 for the window and the filters.
pub async fn list(
    State(app): State<App>,
    InTest { place, test }: InTest<ReadSuites>,
    query: QueryParams,
    urls: Urls,
    uri: Uri,
) -> Result<Paged<TestExecutionBody>, ApiError> {
    let Question { window, filters } = Question::of(&query, app.clock.now(), app.settings.windows)?;
    let params = PageParams::of(&query);
    let failure = FailureExpanded::asked(query.flag("include_failure_expanded"));
    let selected = Selected { window, filters: &filters, runs: None };
    let page = app.store.executions_of_test(place.suite.id, test.ordinal, selected, params.request()).await?;
    let suite_urls = urls.suite(&place.organization.slug, &place.suite.slug);
    let items = page.items.into_iter().map(|execution| TestExecutionBody::new(execution, &suite_urls, failure)).collect();
    let target = ListTarget { urls: &urls, path: uri.path(), query: &query, through: None };
    Ok(Paged::new(items, page.total, params, &target))
}
