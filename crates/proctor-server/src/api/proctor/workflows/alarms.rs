//! `GET .../alarms`: the tests that are alarmed now.

use axum::extract::State;
use http::Uri;
use proctor_core::id::WorkflowId;
use proctor_core::run_env::hyphenated_uuid;
use serde::Serialize;

use crate::App;
use crate::api::error::ApiError;
use crate::auth::{InSuite, ReadSuites};
use crate::pagination::{ListTarget, PageParams, Paged};
use crate::query::QueryParams;
use crate::urls::Urls;

/// An alarmed test.
#[derive(Debug, Serialize)]
pub struct AlarmBody {
    workflow_id: String,
    test_id: String,
    scope: String,
    name: String,
    state: &'static str,
    labels: Vec<String>,
    since: String,
}

/// Workflow by workflow; `?workflow={id}`: of one.
///
/// # Errors
/// 400 for a `workflow` that is no UUID; 401, 403, 404.
pub async fn alarms(
    State(app): State<App>,
    place: InSuite<ReadSuites>,
    query: QueryParams,
    urls: Urls,
    uri: Uri,
) -> Result<Paged<AlarmBody>, ApiError> {
    let workflow = match query.filled("workflow") {
        Some(text) => Some(hyphenated_uuid(&text).ok_or_else(|| ApiError::bad_request("workflow must be a UUID"))?),
        None => None,
    };
    let open = app.store.open_alarms(place.suite.id, workflow.map(WorkflowId::new)).await?;
    let params = PageParams::of(&query);
    let request = params.request();
    let offset = usize::try_from(request.offset).unwrap_or(usize::MAX);
    let total = open.len() as u64;
    let page: Vec<_> = open.into_iter().skip(offset).take(request.limit as usize).collect();
    let ordinals: Vec<u32> = page.iter().map(|alarm| alarm.ordinal).collect();
    let tests = app.store.tests_by_ordinal(place.suite.id, &ordinals).await?;
    let items = page.iter().filter_map(|alarm| {
        let test = tests.iter().find(|test| test.ordinal == alarm.ordinal)?;
        Some(AlarmBody {
            workflow_id: alarm.workflow.to_string(),
            test_id: test.id.to_string(),
            scope: test.scope.clone(),
            name: test.name.clone(),
            state: test.state.as_str(),
            labels: test.labels.clone(),
            since: alarm.since.to_string(),
        })
    });
    let target = ListTarget { urls: &urls, path: uri.path(), query: &query, through: None };
    Ok(Paged::new(items.collect(), total, params, &target))
}
