//! Days: 24 hours of UTC, by which executions are filed, listed and deleted.

use std::fmt;

use crate::time::Timestamp;

/// Milliseconds of a day: 24 hours, always.
pub const DAY_MS: i64 = 86_400_000;

/// A day of UTC, as the number of days since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i64);

impl Day {
    /// The day with this number.
    #[must_use]
    pub const fn from_number(number: i64) -> Self {
        Self(number)
    }

    /// The day of a point in time.
    #[must_use]
    pub const fn of(time: Timestamp) -> Self {
        Self(time.millis().div_euclid(DAY_MS))
    }

    /// Days since 1970-01-01.
    #[must_use]
    pub const fn number(self) -> i64 {
        self.0
    }

    /// Its first millisecond.
    #[must_use]
    pub fn start(self) -> Timestamp {
        Timestamp::from_millis(self.0.saturating_mul(DAY_MS))
    }

    /// This day plus `days` (negative: minus).
    #[must_use]
    pub const fn plus(self, days: i64) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// Reads `2026-04-09`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_plain = text.len() == 10
            && text.bytes().enumerate().all(|(at, byte)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() });
        if !is_plain {
            return None;
        }
        Timestamp::parse_rfc3339(&format!("{text}T00:00:00Z")).map(Self::of)
    }
}

/// `2026-04-09`.
impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.start().to_date())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_begin_at_midnight() {
        let day = Day::of(Timestamp::from_millis(1_775_758_925_031));
        assert_eq!(day.to_string(), "2026-04-09");
        assert_eq!(Day::of(day.start()), day);
        assert_eq!(Day::of(day.start().plus_millis(-1)), day.plus(-1));
        assert_eq!(Day::of(Timestamp::from_millis(-1)).to_string(), "1969-12-31");
    }

    #[test]
    fn days_are_read_as_they_are_written() {
        let day = Day::from_number(20_552);
        assert_eq!(Day::parse(&day.to_string()), Some(day));
        for text in ["", "2026-4-9", "2026-02-30", "2026-04-09T00:00:00Z", "20260409", "+2026-04-0"] {
            assert_eq!(Day::parse(text), None, "{text}");
        }
    }
}
