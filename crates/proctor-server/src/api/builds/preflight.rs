//! `GET A/builds/{build}/preflight/v1`: what `bk preflight` shows of a build's tests.

use std::borrow::Cow;
use std::collections::BTreeMap;

use axum::extract::State;
use proctor_core::filter::{FilterQuery, ListKind, TestFilters};
use proctor_core::suite::Suite;
use proctor_core::text::full_name;
use proctor_store::executions::StoredExecution;
use proctor_store::queries::TestTotals;
use serde::Serialize;

use crate::App;
use crate::api::error::ApiError;
use crate::api::json::Json;
use crate::api::runs::execution::FailureBody;
use crate::auth::{InBuild, ReadSuites};
use crate::query::QueryParams;
use crate::usecases::builds::{Preflight, PreflightFailure, PreflightFilters, PreflightRun, preflight};

/// The summary on the wire.
#[derive(Debug, Serialize)]
pub struct PreflightBody {
    tests: TestsBody,
}

#[derive(Debug, Serialize)]
struct TestsBody {
    /// By run id: an array would break the client.
    runs: BTreeMap<String, RunBody>,
    failures: Vec<PreflightFailureBody>,
}

/// Counts of tests, not of executions.
#[derive(Debug, Serialize)]
struct RunBody {
    suite: SuiteBody,
    passed: u64,
    failed: u64,
    skipped: u64,
}

#[derive(Debug, Serialize)]
struct SuiteBody {
    id: String,
    slug: String,
    name: String,
}

#[derive(Debug, Serialize)]
struct PreflightFailureBody {
    run_id: String,
    suite_name: String,
    suite_slug: String,
    name: String,
    location: String,
    failure_reason: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    latest_fail: Option<LatestFailBody>,
}

#[derive(Debug, Serialize)]
struct LatestFailBody {
    failure_reason: String,
    failure_expanded: Vec<FailureBody>,
}

/// Whether each failure shows its newest failed execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LatestFail {
    Included,
    Absent,
}

/// Counts of tests by run, and the tests that failed and did not pass.
///
/// # Errors
/// 401, 403, 404; 422 for a result or a state that is none.
pub async fn get(
    State(app): State<App>,
    InBuild { build, .. }: InBuild<ReadSuites>,
    query: QueryParams,
) -> Result<Json<PreflightBody>, ApiError> {
    let filters = filters_of(&query)?;
    let is_asked = query.get("include").is_some_and(|list| list.split(',').any(|item| item.trim() == "latest_fail"));
    let latest_fail = if is_asked { LatestFail::Included } else { LatestFail::Absent };
    let Preflight { runs, failures } = preflight(&app.store, &build, filters, app.clock.now()).await?;
    let runs = runs.into_iter().map(|run| (run.id.to_string(), RunBody::new(run))).collect();
    let failures = failures.into_iter().map(|failure| PreflightFailureBody::new(failure, latest_fail)).collect();
    Ok(Json(PreflightBody { tests: TestsBody { runs, failures } }))
}

/// `result` takes what the tag of that name takes in lists of tests.
fn filters_of(query: &QueryParams) -> Result<PreflightFilters, ApiError> {
    let (result, state) = (query.filled("result"), query.filled("state"));
    let tags = result.map(|value| Cow::Owned(format!("result:{value}")));
    let asked = FilterQuery { tags, state: state.as_deref(), ..FilterQuery::default() };
    let TestFilters { result, state, .. } = TestFilters::parse(&asked, ListKind::Build)?;
    Ok(PreflightFilters { result, state })
}

impl RunBody {
    fn new(run: PreflightRun<'_>) -> Self {
        let PreflightRun { id: _, suite, totals: TestTotals { passed, failed, skipped } } = run;
        let Suite { id, slug, settings, .. } = suite;
        let suite = SuiteBody { id: id.to_string(), slug: slug.clone(), name: settings.name.clone() };
        Self { suite, passed, failed, skipped }
    }
}

impl PreflightFailureBody {
    fn new(failure: PreflightFailure<'_>, latest_fail: LatestFail) -> Self {
        let PreflightFailure { suite, execution } = failure;
        let StoredExecution { run_id, scope, name, location, failure_reason, failure_expanded, .. } = execution;
        let failure_reason = failure_reason.unwrap_or_default();
        let latest = || LatestFailBody {
            failure_reason: failure_reason.clone(),
            failure_expanded: failure_expanded.into_iter().map(FailureBody::from).collect(),
        };
        let latest_fail = (latest_fail == LatestFail::Included).then(latest);
        Self {
            run_id: run_id.to_string(),
            suite_name: suite.settings.name.clone(),
            suite_slug: suite.slug.clone(),
            name: full_name(&scope, &name),
            location: location.unwrap_or_default(),
            failure_reason,
            latest_fail,
        }
    }
}

#[cfg(test)]
mod tests {
    use proctor_core::filter::ResultFilter;
    use proctor_core::result::TestResult;
    use proctor_core::state::TestState;

    use super::*;

    #[test]
    fn filters_as_the_client_sends_them() {
        let read = |query: &str| filters_of(&QueryParams::parse(query)).map_err(|error| (error.status.as_u16(), error.message));
        let expected = PreflightFilters { result: Some(ResultFilter::Only(TestResult::Failed)), state: Some(TestState::Enabled) };
        assert_eq!(read("result=^failed&state=enabled&include=latest_fail"), Ok(expected));
        assert_eq!(read("result=&state="), Ok(PreflightFilters::default()));
        let results = "result must be one of passed, failed, skipped, pending, unknown";
        assert_eq!(read("result=red"), Err((422, results.to_owned())));
        assert_eq!(read("state=off"), Err((422, "state must be one of enabled, muted, skipped".to_owned())));
    }
}
