//! `GET P/tests/{test}/history`: how a test fares, day by day.

use axum::extract::State;
use http::Uri;
use proctor_core::result::{ResultCounts, TestResult};
use proctor_store::queries::{GroupBy, HistoryPoint, Percentiles, Selected};
use serde::Serialize;

use super::question::{Question, group_of};
use crate::App;
use crate::api::error::ApiError;
use crate::auth::{InTest, ReadSuites};
use crate::pagination::{ListTarget, PageParams, Paged};
use crate::query::QueryParams;
use crate::urls::Urls;

/// One day, or one value of a tag on that day. Durations are seconds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DayBody {
    /// `2026-04-09`, UTC.
    date: String,
    /// Only when a tag was asked for; null for executions without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<Option<String>>,
    executions_count: u64,
    executions_count_by_result: CountsBody,
    reliability: Option<f64>,
    duration_avg: Option<f64>,
    duration_p50: Option<f64>,
    duration_p90: Option<f64>,
    duration_p95: Option<f64>,
    duration_p99: Option<f64>,
}

/// Executions by result: all five, so that a chart needs no defaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
struct CountsBody {
    passed: u64,
    failed: u64,
    skipped: u64,
    pending: u64,
    unknown: u64,
}

impl DayBody {
    /// The day. `by`: what was asked for.
    #[must_use]
    pub fn new(point: HistoryPoint, by: &GroupBy) -> Self {
        let HistoryPoint { day, group, metrics, percentiles: Percentiles { p50, p90, p95, p99 } } = point;
        let finite = |seconds: Option<f64>| seconds.filter(|seconds| seconds.is_finite());
        Self {
            date: day.to_date(),
            group: match by {
                GroupBy::Nothing => None,
                GroupBy::Tag(_) => Some(group),
            },
            executions_count: metrics.counts.total(),
            executions_count_by_result: CountsBody::new(&metrics.counts),
            reliability: metrics.reliability(),
            duration_avg: finite(metrics.durations.avg()),
            duration_p50: finite(p50),
            duration_p90: finite(p90),
            duration_p95: finite(p95),
            duration_p99: finite(p99),
        }
    }
}

impl CountsBody {
    fn new(counts: &ResultCounts) -> Self {
        Self {
            passed: counts.of(TestResult::Passed),
            failed: counts.of(TestResult::Failed),
            skipped: counts.of(TestResult::Skipped),
            pending: counts.of(TestResult::Pending),
            unknown: counts.of(TestResult::Unknown),
        }
    }
}

/// The days with selected executions of the test, oldest first; days without any are left out.
///
/// # Errors
/// 401, 403, 404; 400 and 422 for the window, the filters and `group_by`.
pub async fn list(
    State(app): State<App>,
    InTest { place, test }: InTest<ReadSuites>,
    query: QueryParams,
    urls: Urls,
    uri: Uri,
) -> Result<Paged<DayBody>, ApiError> {
    let Question { window, filters } = Question::of(&query, app.clock.now(), app.settings.windows)?;
    let by = group_of(&query)?;
    let selected = Selected { window, filters: &filters, runs: None };
    let points = app.store.history_of_test(place.suite.id, test.ordinal, selected, &by).await?;
    let days = points.into_iter().map(|point| DayBody::new(point, &by)).collect();
    let target = ListTarget { urls: &urls, path: uri.path(), query: &query, through: None };
    Ok(Paged::out_of(days, PageParams::of(&query), &target))
}
