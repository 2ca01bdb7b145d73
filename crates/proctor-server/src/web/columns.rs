//! The columns of the list of tests, which viewers choose.

use std::collections::BTreeSet;

use proctor_core::filter::{Order, SortBy};
use proctor_core::metrics::Metrics;
use proctor_core::result::TestResult;
use proctor_store::queries::Percentiles;

use super::when::{count, maybe_duration, maybe_percent};
use crate::query::QueryParams;

/// A column beside the test itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    /// Passed of passed and failed.
    Reliability,
    /// Where it lies with 95 % confidence.
    Interval,
    /// Mean duration.
    Mean,
    /// Median duration.
    P50,
    /// 95th percentile of durations.
    P95,
    /// The longest duration.
    Longest,
    /// All durations together.
    Total,
    /// Executions.
    Executions,
    /// Failed ones.
    Failed,
    /// Skipped ones.
    Skipped,
    /// Teams that own it.
    Owners,
}

/// The parameter of the address.
pub const PARAMETER: &str = "columns";

impl Column {
    /// All columns, in the order of the list.
    pub const ALL: [Self; 11] = [
        Self::Reliability,
        Self::Interval,
        Self::Mean,
        Self::P50,
        Self::P95,
        Self::Longest,
        Self::Total,
        Self::Executions,
        Self::Failed,
        Self::Skipped,
        Self::Owners,
    ];
    /// Those that are shown unless others are asked for.
    const DEFAULT: [Self; 5] = [Self::Reliability, Self::Mean, Self::Total, Self::Executions, Self::Failed];

    /// The word of the address.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Reliability => "reliability",
            Self::Interval => "interval",
            Self::Mean => "mean",
            Self::P50 => "p50",
            Self::P95 => "p95",
            Self::Longest => "longest",
            Self::Total => "total",
            Self::Executions => "executions",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::Owners => "owners",
        }
    }

    /// Its heading.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reliability => "Reliability",
            Self::Interval => "95 % sure",
            Self::Mean => "Mean duration",
            Self::P50 => "p50",
            Self::P95 => "p95",
            Self::Longest => "Longest",
            Self::Total => "Time in all",
            Self::Executions => "Executions",
            Self::Failed => "Failed",
            Self::Skipped => "Skipped",
            Self::Owners => "Owners",
        }
    }

    /// By what the list is sorted with it, and which end comes first.
    #[must_use]
    pub const fn sort(self) -> Option<(SortBy, Order)> {
        match self {
            Self::Reliability => Some((SortBy::Reliability, Order::Asc)),
            Self::Mean => Some((SortBy::DurationAvg, Order::Desc)),
            Self::P50 => Some((SortBy::DurationP50, Order::Desc)),
            Self::P95 => Some((SortBy::DurationP95, Order::Desc)),
            Self::Longest => Some((SortBy::DurationMax, Order::Desc)),
            Self::Total => Some((SortBy::DurationSum, Order::Desc)),
            Self::Interval | Self::Executions | Self::Failed | Self::Skipped | Self::Owners => None,
        }
    }

    /// Whether it needs percentiles, which cost a question of their own.
    #[must_use]
    pub const fn needs_percentiles(self) -> bool {
        matches!(self, Self::P50 | Self::P95)
    }

    /// What stands in it.
    #[must_use]
    pub fn cell(self, metrics: &Metrics, percentiles: &Percentiles, owners: &[String]) -> String {
        match self {
            Self::Reliability => maybe_percent(metrics.reliability()),
            Self::Interval => super::test_facts::interval_text(metrics),
            Self::Mean => maybe_duration(metrics.durations.avg()),
            Self::P50 => maybe_duration(percentiles.p50),
            Self::P95 => maybe_duration(percentiles.p95),
            Self::Longest => maybe_duration(metrics.durations.max()),
            Self::Total => maybe_duration(metrics.durations.sum()),
            Self::Executions => count(metrics.counts.total()),
            Self::Failed => count(metrics.counts.of(TestResult::Failed)),
            Self::Skipped => count(metrics.counts.of(TestResult::Skipped)),
            Self::Owners => owners.join(", "),
        }
    }
}

/// The columns that the query asks for: words separated by commas, or the parameter more than once, as a form sends it. Words that are
/// none are left out.
#[must_use]
pub fn columns_of(query: &QueryParams) -> Vec<Column> {
    let asked = query.all().iter().filter(|(key, _)| key == PARAMETER.as_bytes());
    let words = asked.flat_map(|(_, value)| value.split(|byte| *byte == b','));
    let column = |word: &[u8]| Column::ALL.into_iter().find(|column| column.word().as_bytes() == word.trim_ascii());
    let found: BTreeSet<Column> = words.filter_map(column).collect();
    if found.is_empty() { Column::DEFAULT.to_vec() } else { found.into_iter().collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_words_of_the_address() {
        let of = |query: &str| columns_of(&QueryParams::parse(query));
        assert_eq!(of("q=x"), Column::DEFAULT);
        assert_eq!(of("columns=nonsense,"), Column::DEFAULT);
        let some = [Column::Reliability, Column::P95, Column::Owners];
        assert_eq!(of("columns=owners,p95,reliability,p95"), some);
        assert_eq!(of("columns=owners&columns=%20p95&columns=reliability"), some);
        assert!(Column::ALL.is_sorted());
    }
}
