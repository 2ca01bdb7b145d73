//! Which percentile a list is sorted by.

use proctor_core::filter::SortBy;
use proctor_store::queries::Percentile;

/// The percentile that `sort_by` names, if it names one.
pub(super) const fn percentile_of(by: SortBy) -> Option<Percentile> {
    match by {
        SortBy::DurationP50 => Some(Percentile::P50),
        SortBy::DurationP90 => Some(Percentile::P90),
        SortBy::DurationP95 => Some(Percentile::P95),
        SortBy::DurationP99 => Some(Percentile::P99),
        SortBy::DurationAvg | SortBy::DurationSum | SortBy::DurationMin | SortBy::DurationMax | SortBy::Reliability => None,
    }
}
