//! The order of a list of tests.

use std::cmp::Ordering;

use super::error::FilterError;
use crate::id::TestId;
use crate::metrics::Metrics;
use crate::query::present;

/// The metric by which tests are sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SortBy {
    /// Mean duration.
    #[default]
    DurationAvg,
    /// Sum of durations.
    DurationSum,
    /// Shortest duration.
    DurationMin,
    /// Longest duration.
    DurationMax,
    /// Reliability.
    Reliability,
    /// Proctor's own: the median of durations.
    DurationP50,
    /// Proctor's own: the 90th percentile of durations.
    DurationP90,
    /// Proctor's own: the 95th.
    DurationP95,
    /// Proctor's own: the 99th.
    DurationP99,
}

impl SortBy {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::DurationAvg,
        Self::DurationSum,
        Self::DurationMin,
        Self::DurationMax,
        Self::Reliability,
        Self::DurationP50,
        Self::DurationP90,
        Self::DurationP95,
        Self::DurationP99,
    ];

    /// The word used on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DurationAvg => "duration_avg",
            Self::DurationSum => "duration_sum",
            Self::DurationMin => "duration_min",
            Self::DurationMax => "duration_max",
            Self::Reliability => "reliability",
            Self::DurationP50 => "duration_p50",
            Self::DurationP90 => "duration_p90",
            Self::DurationP95 => "duration_p95",
            Self::DurationP99 => "duration_p99",
        }
    }

    /// The value of a test, in seconds or as a share; none if the metric is undefined. Percentiles do not follow from metrics: for them
    /// it is always none, and the caller computes the value from the durations.
    #[must_use]
    pub fn value(self, metrics: &Metrics) -> Option<f64> {
        match self {
            Self::DurationAvg => metrics.durations.avg(),
            Self::DurationSum => metrics.durations.sum(),
            Self::DurationMin => metrics.durations.min(),
            Self::DurationMax => metrics.durations.max(),
            Self::Reliability => metrics.reliability(),
            Self::DurationP50 | Self::DurationP90 | Self::DurationP95 | Self::DurationP99 => None,
        }
    }
}

/// The direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Order {
    /// Largest first.
    #[default]
    Desc,
    /// Smallest first.
    Asc,
}

/// By what, and in which direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Sort {
    /// By what.
    pub by: SortBy,
    /// In which direction.
    pub order: Order,
}

impl Sort {
    /// Reads `sort_by` and `order`; blank ones count as absent.
    ///
    /// # Errors
    /// When one of them is no such word.
    pub fn parse(sort_by: Option<&str>, order: Option<&str>) -> Result<Self, FilterError> {
        let by = match present(sort_by) {
            None => SortBy::default(),
            Some(word) => SortBy::ALL.into_iter().find(|by| by.as_str() == word).ok_or(FilterError::SortBy)?,
        };
        let order = match present(order) {
            None | Some("desc") => Order::Desc,
            Some("asc") => Order::Asc,
            Some(_) => return Err(FilterError::Order),
        };
        Ok(Self { by, order })
    }

    /// Compares two tests by their values of [`SortBy::value`]: nulls last and ties by id upwards, both in either direction.
    /// A total order as long as ids differ.
    #[must_use]
    pub fn compare(self, left: (Option<f64>, TestId), right: (Option<f64>, TestId)) -> Ordering {
        let by_value = match (left.0, right.0) {
            (Some(left), Some(right)) => match self.order {
                Order::Asc => left.total_cmp(&right),
                Order::Desc => right.total_cmp(&left),
            },
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        };
        by_value.then_with(|| left.1.cmp(&right.1))
    }
}
