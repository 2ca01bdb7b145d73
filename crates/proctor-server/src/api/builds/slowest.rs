//! `GET A/builds/{build}/executions/slowest`.

use axum::extract::State;
use http::StatusCode;
use serde::Serialize;

use crate::App;
use crate::api::error::ApiError;
use crate::api::json::Json;
use crate::auth::{InBuild, ReadSuites};
use crate::query::QueryParams;
use crate::usecases::builds::{SlowExecution, slowest_executions};

/// How many are listed when nobody says.
const LIMIT_DEFAULT: usize = 20;
/// How many are listed at the most.
const LIMIT_MAX: usize = 100;

/// A long execution on the wire.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SlowExecutionBody {
    id: String,
    suite_slug: String,
    test_id: String,
    duration: f64,
    has_trace: bool,
}

/// The longest executions of the build, over all its suites.
///
/// # Errors
/// 401, 403, 404; 422 for a limit out of bounds.
pub async fn list(
    State(app): State<App>,
    InBuild { build, .. }: InBuild<ReadSuites>,
    query: QueryParams,
) -> Result<Json<Vec<SlowExecutionBody>>, ApiError> {
    let limit = limit_of(&query)?;
    let slowest = slowest_executions(&app.store, &build, limit, app.clock.now()).await?;
    let body = |execution: SlowExecution| {
        let SlowExecution { id, suite, test, duration, has_spans } = execution;
        let suite = build.suites.iter().find(|known| known.id == suite)?;
        let (id, test_id) = (id.to_string(), test.to_string());
        Some(SlowExecutionBody { id, suite_slug: suite.slug.clone(), test_id, duration, has_trace: has_spans })
    };
    Ok(Json(slowest.into_iter().filter_map(body).collect()))
}

fn limit_of(query: &QueryParams) -> Result<usize, ApiError> {
    let Some(text) = query.filled("limit") else { return Ok(LIMIT_DEFAULT) };
    let limit = text.parse().ok().filter(|limit| (1..=LIMIT_MAX).contains(limit) && !text.starts_with('+'));
    limit.ok_or_else(|| ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, format!("limit must be an integer between 1 and {LIMIT_MAX}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_whole_numbers_within_bounds() {
        let limit = |query: &str| limit_of(&QueryParams::parse(query)).map_err(|error| (error.status.as_u16(), error.message));
        assert_eq!((limit(""), limit("limit="), limit("limit=1"), limit("limit=100")), (Ok(20), Ok(20), Ok(1), Ok(100)));
        for wrong in ["0", "101", "-1", "x", "1.5", "%2B5", "99999999999999999999"] {
            let refused = (422, "limit must be an integer between 1 and 100".to_owned());
            assert_eq!(limit(&format!("limit={wrong}")), Err(refused), "{wrong}");
        }
    }
}
