//! `GET P/trend`: how a suite fares, day by day.

use axum::extract::State;
use http::Uri;
use proctor_store::catalog::run_days::RunsOfDay;
use serde::Serialize;

use super::history::DayBody;
use super::question::{Question, group_of};
use crate::App;
use crate::api::error::ApiError;
use crate::auth::{InSuite, ReadSuites};
use crate::pagination::{ListTarget, PageParams, Paged};
use crate::query::QueryParams;
use crate::urls::Urls;
use crate::usecases::trend::{TrendPoint, suite_trend};

/// One day of a suite.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TrendBody {
    #[serde(flatten)]
    day: DayBody,
    #[serde(flatten)]
    runs: Option<RunsBody>,
}

/// The runs that began on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
struct RunsBody {
    runs_count: u64,
    failed_runs_count: u64,
}

/// The days with selected executions, oldest first, with the runs that began on each unless days are split by a tag.
///
/// # Errors
/// 401, 403, 404; 400 and 422 for the window, the filters and `group_by`.
pub async fn list(
    State(app): State<App>,
    InSuite { suite, .. }: InSuite<ReadSuites>,
    query: QueryParams,
    urls: Urls,
    uri: Uri,
) -> Result<Paged<TrendBody>, ApiError> {
    let Question { window, filters } = Question::of(&query, app.clock.now(), app.settings.windows)?;
    let by = group_of(&query)?;
    let points = suite_trend(&app.store, suite.id, window, &filters, &by).await?;
    let body = |TrendPoint { point, runs }: TrendPoint| TrendBody {
        day: DayBody::new(point, &by),
        runs: runs.map(|RunsOfDay { runs, failed }| RunsBody { runs_count: runs, failed_runs_count: failed }),
    };
    let target = ListTarget { urls: &urls, path: uri.path(), query: &query, through: None };
    Ok(Paged::out_of(points.into_iter().map(body).collect(), PageParams::of(&query), &target))
}
