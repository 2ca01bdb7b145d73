//! Points in time as Proctor keeps them: milliseconds since the Unix epoch, UTC, by the server's clock.

use std::fmt;

/// A point in time, in whole milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From milliseconds since the Unix epoch. Clamped to the years that RFC 3339 can write (0000 to 9999).
    #[must_use]
    pub fn from_millis(millis: i64) -> Self {
        Self(millis.clamp(-62_167_219_200_000, 253_402_300_799_999))
    }

    /// Milliseconds since the Unix epoch.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the Unix epoch.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// This point plus `millis` (negative: minus).
    #[must_use]
    pub fn plus_millis(self, millis: i64) -> Self {
        Self::from_millis(self.0.saturating_add(millis))
    }

    /// Reads RFC 3339 with an offset, any number of decimals; the rest is cut at the millisecond.
    #[must_use]
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        let timestamp: jiff::Timestamp = text.trim().parse().ok()?;
        Some(Self::from_millis(timestamp.as_millisecond()))
    }

    /// The form of `/v2/access-token`: `2026-04-09 18:22:05 UTC`.
    #[must_use]
    pub fn to_utc_words(self) -> String {
        self.strftime("%Y-%m-%d %H:%M:%S UTC")
    }

    /// The UTC day as `2026-04-09`.
    #[must_use]
    pub fn to_date(self) -> String {
        self.strftime("%Y-%m-%d")
    }

    fn strftime(self, form: &str) -> String {
        jiff::Timestamp::from_millisecond(self.0).map_or_else(|_| String::new(), |timestamp| timestamp.strftime(form).to_string())
    }
}

/// RFC 3339, UTC, exactly three decimals: `2026-04-09T18:22:05.031Z` (`rest-api.md`, 1.7).
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.strftime("%Y-%m-%dT%H:%M:%S"))?;
        write!(f, ".{:03}Z", self.0.rem_euclid(1000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // contract: general 30
    #[test]
    fn three_decimals_always() {
        assert_eq!(Timestamp::from_millis(1_775_758_925_031).to_string(), "2026-04-09T18:22:05.031Z");
        assert_eq!(Timestamp::from_millis(0).to_string(), "1970-01-01T00:00:00.000Z");
        assert_eq!(Timestamp::from_millis(-1).to_string(), "1969-12-31T23:59:59.999Z");
        assert_eq!(Timestamp::from_millis(1_775_758_925_031).to_utc_words(), "2026-04-09 18:22:05 UTC");
    }

    #[test]
    fn reads_what_it_writes_and_other_offsets() {
        let at = Timestamp::from_millis(1_775_758_925_031);
        assert_eq!(Timestamp::parse_rfc3339(&at.to_string()), Some(at));
        assert_eq!(Timestamp::parse_rfc3339("2026-04-09T20:22:05.0314+02:00"), Some(at));
        assert_eq!(Timestamp::parse_rfc3339("2026-04-09T20:22:05"), None);
        assert_eq!(Timestamp::parse_rfc3339("yesterday"), None);
    }
}
