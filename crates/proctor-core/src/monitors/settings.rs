//! Bounds on the settings of monitors. The messages are those of a 422.

use super::filter::{FILTERS_MAX, FilterError, check_key};

/// A window counted in days.
pub const WINDOW_DAYS_MAX: u16 = 90;
/// A window counted in executions, in monitors that do not say otherwise.
pub const WINDOW_EXECUTIONS_MAX: u16 = 1000;
/// Milliseconds of a day: 24 hours, never a calendar day.
pub(super) const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// A setting that cannot be.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SettingsError {
    /// A number outside its bounds.
    #[error("{field} must be between {min} and {max}")]
    OutOfRange {
        /// The setting.
        field: &'static str,
        /// The smallest value allowed.
        min: f64,
        /// The largest value allowed.
        max: f64,
    },
    /// The two thresholds would meet.
    #[error("{recover} must be lower than {alarm}")]
    NotLower {
        /// The recover setting.
        recover: &'static str,
        /// The alarm setting.
        alarm: &'static str,
    },
    /// A tag key that cannot be used.
    #[error("variant_tags: {0}")]
    VariantTags(FilterError),
    /// A filter that cannot be.
    #[error("{0}")]
    Filter(#[from] FilterError),
    /// Transitions between branches mean nothing.
    #[error("transition_count needs a filter on scm.branch with \"is\", \"is one of\" or \"starts with\"")]
    BranchFilterMissing,
}

/// Holds a number against its bounds; not-a-number is outside of any.
pub(super) fn within(field: &'static str, value: impl Into<f64>, min: f64, max: f64) -> Result<(), SettingsError> {
    if (min..=max).contains(&value.into()) { Ok(()) } else { Err(SettingsError::OutOfRange { field, min, max }) }
}

/// Holds two thresholds, each with its name, against each other.
pub(super) fn lower(
    (recover_name, recover): (&'static str, impl Into<f64>),
    (alarm_name, alarm): (&'static str, impl Into<f64>),
) -> Result<(), SettingsError> {
    if recover.into() < alarm.into() { Ok(()) } else { Err(SettingsError::NotLower { recover: recover_name, alarm: alarm_name }) }
}

/// Checks the tags by which a monitor keeps executions apart.
pub(super) fn check_variant_tags(keys: &[String]) -> Result<(), SettingsError> {
    if keys.len() > FILTERS_MAX {
        return Err(SettingsError::VariantTags(FilterError::TooManyTags));
    }
    keys.iter().try_for_each(|key| check_key(key).map_err(SettingsError::VariantTags))
}

/// The tags that keep executions apart in what Proctor proposes: results from different processors and language versions are not
/// compared, as a test that fails on one of them only is not flaky. `docs/detectors.md` has the figures with and without. Where
/// these tags are missing it makes no difference.
pub(super) fn variant_tags_proposed() -> Vec<String> {
    vec!["host.arch".to_owned(), "language.version".to_owned()]
}
