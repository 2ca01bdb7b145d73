//! The metrics of a test: what its selected executions come to (`rest-api.md`, 3.3).
//!
//! Durations are added up as whole numbers of 2⁻⁶⁴ seconds in 128 bits. A duration of a millisecond or more enters
//! exactly, a shorter one with an error below 2⁻⁶⁴ s; whole numbers add without any error. So a sum does not depend on the
//! order of executions, nor on how they were split into parts that were aggregated on their own and merged: raw columns and
//! pre-aggregates give the same bits. Rounding happens once, when the sum is read as seconds.

use crate::result::{ResultCounts, TestResult};

/// The longest duration that metrics know, in seconds (31 years). A longer one is nonsense and counts as this long, so that
/// 10¹⁰ of them still fit a sum.
pub const DURATION_SECONDS_MAX: f64 = 1e9;

/// 2⁶⁴.
const UNITS_PER_SECOND: f64 = 18_446_744_073_709_551_616.0;

/// The metrics of one test over some executions.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Metrics {
    /// The executions, by result.
    pub counts: ResultCounts,
    /// The durations of those that have one, whatever their result.
    pub durations: Durations,
}

impl Metrics {
    /// Takes one more execution in. `duration_seconds`: see [`Durations::add`].
    pub fn add(&mut self, result: TestResult, duration_seconds: Option<f64>) {
        self.counts.add(result);
        if let Some(seconds) = duration_seconds {
            self.durations.add(seconds);
        }
    }

    /// Takes in executions that were aggregated elsewhere.
    pub fn merge(&mut self, other: &Self) {
        let Self { counts, durations } = other;
        for result in TestResult::ALL {
            self.counts.add_many(result, counts.of(result));
        }
        self.durations.merge(durations);
    }

    /// Passed of passed and failed, 0 to 1; none if there is neither.
    #[must_use]
    pub fn reliability(&self) -> Option<f64> {
        reliability(&self.counts)
    }
}

/// Passed of passed and failed, 0 to 1, not rounded; none if there is neither. Other results do not enter.
#[must_use]
pub fn reliability(counts: &ResultCounts) -> Option<f64> {
    let passed = counts.of(TestResult::Passed);
    let judged = passed + counts.of(TestResult::Failed);
    // Counts stay far below 2⁵³, where they would stop being exact.
    (judged > 0).then(|| passed as f64 / judged as f64)
}

/// A duration as it enters metrics and percentiles, in seconds: none that is negative or not finite, cut at
/// [`DURATION_SECONDS_MAX`].
#[must_use]
pub fn counted(seconds: f64) -> Option<f64> {
    // Adding 0 turns -0 into 0, or the minimum would depend on the order.
    (0.0..f64::INFINITY).contains(&seconds).then(|| seconds.min(DURATION_SECONDS_MAX) + 0.0)
}

/// A duration in the units of [`DurationParts::sum_units`]: what of it is finer is cut off. `seconds` come from [`counted`].
/// The same as multiplying and converting, without a call.
#[must_use]
#[inline]
pub const fn units_of(seconds: f64) -> u128 {
    /// Bits of an f64 after the leading one; what its exponent is counted from, less the 64 bits of a unit.
    const FRACTION_BITS: u32 = 52;
    const UNIT_EXPONENT: u32 = 1023 + FRACTION_BITS - 64;
    let bits = seconds.to_bits();
    let exponent = (bits >> FRACTION_BITS) as u32;
    // Far below a unit the leading bit is not there; it is cut off all the same.
    let fraction = bits & ((1 << FRACTION_BITS) - 1) | 1 << FRACTION_BITS;
    if exponent >= UNIT_EXPONENT {
        (fraction as u128) << ((exponent - UNIT_EXPONENT) & 127)
    } else {
        // No more than 63 places: beyond them nothing is left.
        let places = UNIT_EXPONENT - exponent;
        if places > 63 { 0 } else { (fraction >> places) as u128 }
    }
}

/// A sum, a count, a minimum and a maximum of durations.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Durations {
    count: u64,
    sum_units: u128,
    min_seconds: f64,
    max_seconds: f64,
}

impl Durations {
    /// Takes in a duration in seconds. Ingest lets only finite ones through that are not negative; anything else is left
    /// out here, and what is over [`DURATION_SECONDS_MAX`] is cut.
    pub fn add(&mut self, seconds: f64) {
        let Some(seconds) = counted(seconds) else { return };
        self.merge(&Self { count: 1, sum_units: units_of(seconds), min_seconds: seconds, max_seconds: seconds });
    }

    /// Takes in durations that were aggregated elsewhere.
    pub fn merge(&mut self, other: &Self) {
        if other.count == 0 {
            return;
        }
        if self.count == 0 {
            *self = *other;
            return;
        }
        self.count = self.count.saturating_add(other.count);
        self.sum_units = self.sum_units.saturating_add(other.sum_units);
        self.min_seconds = self.min_seconds.min(other.min_seconds);
        self.max_seconds = self.max_seconds.max(other.max_seconds);
    }

    /// How many there are.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// Their sum in seconds.
    #[must_use]
    pub fn sum(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum_units as f64 / UNITS_PER_SECOND)
    }

    /// Their mean in seconds, never outside of minimum and maximum.
    #[must_use]
    pub fn avg(&self) -> Option<f64> {
        self.sum().map(|sum| (sum / self.count as f64).max(self.min_seconds).min(self.max_seconds))
    }

    /// The shortest, in seconds.
    #[must_use]
    pub fn min(&self) -> Option<f64> {
        (self.count > 0).then_some(self.min_seconds)
    }

    /// The longest, in seconds.
    #[must_use]
    pub fn max(&self) -> Option<f64> {
        (self.count > 0).then_some(self.max_seconds)
    }

    /// What a pre-aggregate keeps. [`Self::from_parts`] reads it.
    #[must_use]
    pub const fn parts(&self) -> DurationParts {
        let Self { count, sum_units, min_seconds, max_seconds } = *self;
        DurationParts { count, sum_units, min_seconds, max_seconds }
    }

    /// Reads [`Self::parts`]. A count of 0 means none, whatever else it says.
    #[must_use]
    pub fn from_parts(parts: DurationParts) -> Self {
        let DurationParts { count, sum_units, min_seconds, max_seconds } = parts;
        if count == 0 { Self::default() } else { Self { count, sum_units, min_seconds, max_seconds } }
    }
}

/// [`Durations`] laid open for storage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DurationParts {
    /// How many there are.
    pub count: u64,
    /// Their sum, in units of 2⁻⁶⁴ seconds.
    pub sum_units: u128,
    /// The shortest, in seconds; 0 if there is none.
    pub min_seconds: f64,
    /// The longest, in seconds; 0 if there is none.
    pub max_seconds: f64,
}

#[cfg(test)]
mod tests;
