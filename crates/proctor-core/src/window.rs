//! The window of a question about tests: from which executions its metrics come (`rest-api.md`, 3.3).
//!
//! The clock is the server's receive time of an execution, in whole milliseconds. A window includes its start and excludes
//! its end. Where no `max_timestamp` is given the end is *now*: the whole of the running millisecond is inside, because
//! what was received in it was received before now. So an answered upload is never missing from a read that follows it.
//!
//! A day is 24 hours and an hour 3,600 seconds: periods do not know calendars, time zones or daylight saving.

use crate::query::{QueryFault, present};
use crate::time::Timestamp;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// The periods that the legacy list of flaky tests takes (`rest-api.md`, 3.5).
pub const FLAKY_PERIODS: [&str; 6] = ["1hour", "4hours", "1day", "7days", "14days", "28days"];

/// A length of time, in whole hours, at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    millis: i64,
}

impl Period {
    /// `7days`, the default of the contract.
    pub const DEFAULT: Self = Self::days(7);

    /// A period of `days` times 24 hours; 0 counts as 1.
    #[must_use]
    pub const fn days(days: u32) -> Self {
        Self { millis: if days == 0 { DAY_MS } else { days as i64 * DAY_MS } }
    }

    /// Its length in milliseconds.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.millis
    }

    /// Reads `<n>hour`, `<n>hours`, `<n>day` or `<n>days`, n at least 1, nothing around it. A number too large for the type
    /// is read as the longest period that there is, so that it is too long rather than unreadable.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let unit_at = text.find(|character: char| !character.is_ascii_digit())?;
        let (digits, unit) = text.split_at(unit_at);
        let unit_ms = match unit {
            "hour" | "hours" => HOUR_MS,
            "day" | "days" => DAY_MS,
            _ => return None,
        };
        if digits.is_empty() || digits.bytes().all(|digit| digit == b'0') {
            return None;
        }
        let count: i64 = digits.parse().unwrap_or(i64::MAX);
        Some(Self { millis: count.saturating_mul(unit_ms) })
    }
}

/// What a server allows. Both are settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowLimits {
    /// The period when the query names none. Cut to `days_max`.
    pub default_period: Period,
    /// The longest window, in days of 24 hours.
    pub days_max: u32,
}

/// Seven days, and 120 at most.
impl Default for WindowLimits {
    fn default() -> Self {
        Self { default_period: Period::DEFAULT, days_max: 120 }
    }
}

impl WindowLimits {
    fn default_millis(self) -> i64 {
        self.default_period.millis.min(self.millis_max())
    }

    const fn millis_max(self) -> i64 {
        Period::days(self.days_max).millis
    }
}

/// The decoded query values that say which window is meant. Blank ones count as absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WindowQuery<'a> {
    /// `period`.
    pub period: Option<&'a str>,
    /// `min_timestamp`.
    pub min_timestamp: Option<&'a str>,
    /// `max_timestamp`.
    pub max_timestamp: Option<&'a str>,
}

impl WindowQuery<'_> {
    /// Whether it names none of them. A legacy list is restricted to executions only if it names one (`rest-api.md`, 3.5).
    #[must_use]
    pub fn is_empty(&self) -> bool {
        [self.period, self.min_timestamp, self.max_timestamp].into_iter().all(|value| present(value).is_none())
    }
}

/// A half-open span of time: `from` is inside, `until` is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    /// The first millisecond inside.
    pub from: Timestamp,
    /// The first millisecond after it.
    pub until: Timestamp,
}

impl Window {
    /// Whether an execution received at `at` is inside.
    #[must_use]
    pub fn contains(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.until
    }

    /// The window of `period` that ends with the millisecond `now`.
    #[must_use]
    pub fn last(period: Period, now: Timestamp) -> Self {
        Self { from: now.plus_millis(period.millis.saturating_neg()), until: now.plus_millis(1) }
    }

    /// The window that a query asks for at `now`.
    ///
    /// # Errors
    /// With the text and the class of status of the contract. A clash of parameters is found before a value that cannot be
    /// read, `min_timestamp` before `max_timestamp`.
    pub fn of(query: WindowQuery<'_>, now: Timestamp, limits: WindowLimits) -> Result<Self, WindowError> {
        let (min, max) = (present(query.min_timestamp), present(query.max_timestamp));
        if let Some(period) = present(query.period) {
            if min.is_some() {
                return Err(WindowError::PeriodWith(Bound::Min));
            }
            if max.is_some() {
                return Err(WindowError::PeriodWith(Bound::Max));
            }
            let period = Period::parse(period).ok_or(WindowError::BadPeriod)?;
            if period.millis > limits.millis_max() {
                return Err(WindowError::PeriodTooLong);
            }
            return Ok(Self::last(period, now));
        }
        let min = min.map(|text| timestamp(text, Bound::Min)).transpose()?;
        let max = max.map(|text| timestamp(text, Bound::Max)).transpose()?;
        let from = min.unwrap_or_else(|| now.plus_millis(-limits.default_millis()));
        let end = max.unwrap_or(now);
        if from >= end {
            return Err(WindowError::Reversed);
        }
        if end.millis().saturating_sub(from.millis()) > limits.millis_max() {
            return Err(WindowError::TooWide { days_max: limits.days_max });
        }
        Ok(Self { from, until: max.unwrap_or_else(|| now.plus_millis(1)) })
    }
}

/// The period of the legacy list of flaky tests: one of [`FLAKY_PERIODS`], by default seven days.
///
/// # Errors
/// [`WindowError::BadPeriod`] for any other word.
pub fn flaky_period(value: Option<&str>) -> Result<Period, WindowError> {
    match present(value) {
        None => Ok(Period::DEFAULT),
        Some(word) if FLAKY_PERIODS.contains(&word) => Period::parse(word).ok_or(WindowError::BadPeriod),
        Some(_) => Err(WindowError::BadPeriod),
    }
}

/// One of the two ends of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bound {
    /// `min_timestamp`.
    Min,
    /// `max_timestamp`.
    Max,
}

impl Bound {
    /// The name of the parameter.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Min => "min_timestamp",
            Self::Max => "max_timestamp",
        }
    }
}

/// Why a query has no window. The texts are those of the API (`rest-api.md`, 1.5 and 3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WindowError {
    /// A timestamp that is none.
    #[error("{} must be an RFC 3339 timestamp", .0.as_str())]
    BadTimestamp(Bound),
    /// `period` and a timestamp.
    #[error("period cannot be combined with {}", .0.as_str())]
    PeriodWith(Bound),
    /// A period that is none.
    #[error("period is invalid")]
    BadPeriod,
    /// A period longer than the maximum.
    #[error("period exceeds the maximum time window")]
    PeriodTooLong,
    /// A window that ends before it starts, or is empty.
    #[error("min_timestamp must be before max_timestamp")]
    Reversed,
    /// A window longer than the maximum.
    #[error("time window exceeds the maximum of {days_max} days")]
    TooWide {
        /// The maximum.
        days_max: u32,
    },
}

impl WindowError {
    /// The class of status.
    #[must_use]
    pub const fn fault(self) -> QueryFault {
        match self {
            Self::BadTimestamp(_) => QueryFault::Unparsable,
            Self::PeriodWith(_) | Self::BadPeriod | Self::PeriodTooLong | Self::Reversed | Self::TooWide { .. } => QueryFault::Unacceptable,
        }
    }
}

fn timestamp(text: &str, bound: Bound) -> Result<Timestamp, WindowError> {
    // The parser behind takes more of ISO 8601 than RFC 3339 allows.
    let read = if is_rfc3339(text.as_bytes()) { Timestamp::parse_rfc3339(text) } else { None };
    read.ok_or(WindowError::BadTimestamp(bound))
}

/// Whether the text has the shape `YYYY-MM-DDThh:mm:ss[.fraction](Z|±hh:mm)`.
fn is_rfc3339(text: &[u8]) -> bool {
    let fits = |text: &[u8], shape: &[u8]| {
        text.len() == shape.len()
            && text.iter().zip(shape).all(|(byte, wanted)| match wanted {
                b'0' => byte.is_ascii_digit(),
                b'+' => matches!(byte, b'+' | b'-'),
                wanted => byte.eq_ignore_ascii_case(wanted),
            })
    };
    let Some((start, rest)) = text.split_at_checked(19) else { return false };
    let rest = match rest.strip_prefix(b".") {
        Some(fraction) => match fraction.iter().position(|byte| !byte.is_ascii_digit()) {
            Some(digits) if digits > 0 => &fraction[digits..],
            _ => return false,
        },
        None => rest,
    };
    fits(start, b"0000-00-00T00:00:00") && (fits(rest, b"Z") || fits(rest, b"+00:00"))
}

#[cfg(test)]
mod tests;
