//! How a suite fares, day by day.

use proctor_core::filter::TestFilters;
use proctor_core::id::SuiteId;
use proctor_core::window::Window;
use proctor_store::catalog::run_days::RunsOfDay;
use proctor_store::queries::{GroupBy, HistoryPoint, Selected};
use proctor_store::{Store, StoreError};

/// One day of a suite, or of one value of a tag on that day.
#[derive(Clone, Debug, PartialEq)]
pub struct TrendPoint {
    /// Its executions.
    pub point: HistoryPoint,
    /// The runs that began on the day, on a branch that passes the filter; other filters do not concern runs. `None` when days are
    /// split by a tag: a run can have executions with several values of it.
    pub runs: Option<RunsOfDay>,
}

/// The days (UTC) with selected executions, oldest first.
///
/// # Errors
/// When the store cannot be read.
pub async fn suite_trend(
    store: &Store,
    suite: SuiteId,
    window: Window,
    filters: &TestFilters,
    group: &GroupBy,
) -> Result<Vec<TrendPoint>, StoreError> {
    let points = store.history_of_suite(suite, Selected { window, filters, runs: None }, group).await?;
    if points.is_empty() || *group != GroupBy::Nothing {
        return Ok(points.into_iter().map(|point| TrendPoint { point, runs: None }).collect());
    }
    let days = store.runs_by_day(suite, window, filters.branch.as_ref()).await?;
    let with_runs = |point: HistoryPoint| {
        let runs = Some(days.get(&point.day).copied().unwrap_or_default());
        TrendPoint { point, runs }
    };
    Ok(points.into_iter().map(with_runs).collect())
}
