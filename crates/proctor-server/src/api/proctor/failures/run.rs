//! `GET P/runs/{run}/failures`: why a run is red, and whose doing it is.

use axum::extract::State;
use axum::response::Response;
use http::Uri;
use proctor_core::result::TestResult;
use serde::Serialize;

use super::body::GroupBody;
use crate::App;
use crate::api::error::ApiError;
use crate::auth::{InRun, ReadSuites};
use crate::pagination::{ListTarget, PageParams, Paged};
use crate::query::QueryParams;
use crate::urls::Urls;
use crate::usecases::failures::{RunFailures, failures_of_run};

/// A page of the failures of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RunFailuresBody {
    /// Failed executions of the run.
    executions_count: u64,
    /// Those of them, the newest, that the groups are made of.
    executions_looked_at: u64,
    /// Whether these are not all.
    truncated: bool,
    /// Of all pages.
    groups_count: u64,
    groups: Vec<GroupBody>,
}

/// The groups of the run, those first that ask for most attention.
///
/// # Errors
/// 401, 403, 404.
pub async fn get(
    State(app): State<App>,
    InRun { place, run }: InRun<ReadSuites>,
    query: QueryParams,
    urls: Urls,
    uri: Uri,
) -> Result<Response, ApiError> {
    let RunFailures { groups, executions, is_cut } = failures_of_run(&app.store, &place.suite, &run).await?;
    let suite_urls = urls.suite(&place.organization.slug, &place.suite.slug);
    let groups_count = groups.len() as u64;
    let groups = groups.into_iter().map(|group| GroupBody::of_run(group, &suite_urls)).collect();
    let target = ListTarget { urls: &urls, path: uri.path(), query: &query, through: None };
    Ok(Paged::out_of(groups, PageParams::of(&query), &target).within(|groups| RunFailuresBody {
        executions_count: run.counts.of(TestResult::Failed),
        executions_looked_at: executions,
        truncated: is_cut,
        groups_count,
        groups,
    }))
}
