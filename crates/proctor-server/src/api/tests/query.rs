//! The query of a list of tests.

use proctor_core::filter::{FilterQuery, ListKind, TestFilters};
use proctor_core::time::Timestamp;
use proctor_core::window::{Window, WindowLimits, WindowQuery};

use crate::api::error::ApiError;
use crate::query::QueryParams;

/// The query of a list of a suite's tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TestsQuery {
    /// The window that is asked for, or the default one.
    pub(super) window: Window,
    /// As `window`; none when nothing restricts a legacy list to tests with executions.
    pub(super) restricted_to: Option<Window>,
    /// The filters and the order.
    pub(super) filters: TestFilters,
}

impl TestsQuery {
    /// Reads the query: first the window, then the filters.
    ///
    /// # Errors
    /// 400 and 422, see [`Window::of`] and [`TestFilters::parse`].
    pub(super) fn of(query: &QueryParams, now: Timestamp, limits: WindowLimits) -> Result<Self, ApiError> {
        let (window, is_asked) = window_of(query, now, limits)?;
        let filters = filters_of(query, ListKind::Suite)?;
        let restricted_to = (is_asked || filters.concern_executions()).then_some(window);
        Ok(Self { window, restricted_to, filters })
    }
}

/// The window of a query, and whether the query says anything about it.
pub(crate) fn window_of(query: &QueryParams, now: Timestamp, limits: WindowLimits) -> Result<(Window, bool), ApiError> {
    let [period, min, max] = ["period", "min_timestamp", "max_timestamp"].map(|key| query.get(key));
    let asked = WindowQuery { period: period.as_deref(), min_timestamp: min.as_deref(), max_timestamp: max.as_deref() };
    Ok((Window::of(asked, now, limits)?, !asked.is_empty()))
}

/// The filters of a query.
///
/// # Errors
/// 400 and 422, see [`TestFilters::parse`].
pub(crate) fn filters_of(query: &QueryParams, kind: ListKind) -> Result<TestFilters, ApiError> {
    let pairs = query.texts();
    let pairs = pairs.iter().map(|(key, value)| (key.as_ref(), value.as_ref()));
    Ok(TestFilters::parse(&FilterQuery::from_pairs(pairs), kind)?)
}
