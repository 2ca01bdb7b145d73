//! When a summary is due, and which week it tells of: by the calendar and the clocks of a time zone.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, ZonedDateTime};
use proctor_core::day::DAY_MS;
use proctor_core::flaky_week::Weeks;
use proctor_core::time::Timestamp;
use proctor_store::catalog::summaries::SummarySettings;

/// In the order of the week, Monday first.
pub const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// The word for a day of the week, 1 for Monday.
#[must_use]
pub fn weekday_word(weekday: u8) -> &'static str {
    usize::from(weekday).checked_sub(1).and_then(|at| WEEKDAYS.get(at).copied()).unwrap_or_default()
}

/// Reads [`weekday_word`].
#[must_use]
pub fn weekday_named(word: &str) -> Option<u8> {
    (1..).zip(WEEKDAYS).find(|(_, known)| *known == word).map(|(number, _)| number)
}

/// A weekday and an hour in a time zone.
#[derive(Clone, Debug)]
pub struct Schedule {
    weekday: Weekday,
    hour: i8,
    zone: TimeZone,
}

/// There is no such time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("time_zone must be a name of the IANA database, as in Europe/Berlin or UTC")]
pub struct UnknownZone;

/// The zone of that name; names are those of the IANA database that this program carries.
///
/// # Errors
/// [`UnknownZone`].
pub fn zone_named(name: &str) -> Result<TimeZone, UnknownZone> {
    TimeZone::get(name).map_err(|_| UnknownZone)
}

impl Schedule {
    /// Of a subscription.
    ///
    /// # Errors
    /// [`UnknownZone`]; also for a weekday or an hour that there is not.
    pub fn of(settings: &SummarySettings) -> Result<Self, UnknownZone> {
        let weekday = i8::try_from(settings.weekday).ok().and_then(|day| Weekday::from_monday_one_offset(day).ok());
        let hour = i8::try_from(settings.hour).ok().filter(|hour| (0..=23).contains(hour));
        Ok(Self { weekday: weekday.ok_or(UnknownZone)?, hour: hour.ok_or(UnknownZone)?, zone: zone_named(&settings.time_zone)? })
    }

    /// When one is due first after `now`. An hour that clocks leave out is due when they go on.
    #[must_use]
    pub fn next_after(&self, now: Timestamp) -> Timestamp {
        let today = self.zoned(now).date();
        // Today, if its hour is yet to come, up to the same day of the next week.
        let found = (0..=7).filter_map(|days| self.due_on(days_after(today, days))).find(|due| *due > now);
        found.unwrap_or_else(|| now.plus_millis(7 * DAY_MS))
    }

    /// When one was due last up to `now`.
    #[must_use]
    pub fn last_until(&self, now: Timestamp) -> Timestamp {
        let today = self.zoned(now).date();
        let found = (0..=7).filter_map(|days| self.due_on(days_after(today, -days))).find(|due| *due <= now);
        found.unwrap_or_else(|| now.plus_millis(-7 * DAY_MS))
    }

    /// The seven full days before the day of `at`, and the seven before them.
    #[must_use]
    pub fn weeks(&self, at: Timestamp) -> Weeks {
        let today = self.zoned(at).date();
        let start = |days| self.start_of(days_after(today, days), at.plus_millis(days * DAY_MS));
        Weeks { before: start(-14), from: start(-7), to: start(0) }
    }

    /// The day of a point in time, as `2026-04-09`.
    #[must_use]
    pub fn day(&self, at: Timestamp) -> String {
        self.zoned(at).date().to_string()
    }

    /// The last day of a period that ends before `end`.
    #[must_use]
    pub fn day_before(&self, end: Timestamp) -> String {
        self.day(end.plus_millis(-1))
    }

    fn due_on(&self, date: Date) -> Option<Timestamp> {
        if date.weekday() != self.weekday {
            return None;
        }
        date.at(self.hour, 0, 0, 0).to_zoned_datetime(self.zone.clone()).ok().map(|at| timestamp(&at))
    }

    fn start_of(&self, date: Date, otherwise: Timestamp) -> Timestamp {
        date.to_zoned_datetime(self.zone.clone()).map_or(otherwise, |at| timestamp(&at))
    }

    fn zoned(&self, at: Timestamp) -> ZonedDateTime {
        // Proctor's times are those that RFC 3339 can write, which all are known to the calendar.
        jiff::Timestamp::from_millisecond(at.millis()).unwrap_or(jiff::Timestamp::UNIX_EPOCH).to_zoned_datetime(self.zone.clone())
    }
}

fn timestamp(at: &ZonedDateTime) -> Timestamp {
    Timestamp::from_millis(at.timestamp().as_millisecond())
}

fn days_after(date: Date, days: i64) -> Date {
    date.saturating_add(Span::new().days(days))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proctor_store::catalog::mails::Recipients;

    fn schedule(weekday: u8, hour: u8, zone: &str) -> Schedule {
        let time_zone = zone.to_owned();
        Schedule::of(&SummarySettings { recipients: Recipients::default(), weekday, hour, time_zone, send_empty: false }).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    #[test]
    fn it_is_due_once_a_week_at_its_hour_by_the_clocks_of_the_zone() {
        let monday = schedule(1, 8, "Europe/Berlin");
        // 2026-03-29 is the Sunday on which clocks go forward.
        assert_eq!(monday.next_after(at("2026-03-22T12:00:00Z")), at("2026-03-23T07:00:00Z"));
        assert_eq!(monday.next_after(at("2026-03-23T06:59:59Z")), at("2026-03-23T07:00:00Z"));
        assert_eq!(monday.next_after(at("2026-03-23T07:00:00Z")), at("2026-03-30T06:00:00Z"));
        assert_eq!(monday.last_until(at("2026-03-30T06:00:00Z")), at("2026-03-30T06:00:00Z"));
        assert_eq!(monday.last_until(at("2026-03-30T05:59:59Z")), at("2026-03-23T07:00:00Z"));
        // At 02:00 of that Sunday clocks show 03:00.
        assert_eq!(schedule(7, 2, "Europe/Berlin").next_after(at("2026-03-28T12:00:00Z")), at("2026-03-29T01:00:00Z"));
        assert_eq!(schedule(4, 0, "UTC").next_after(at("2026-04-09T18:22:05Z")), at("2026-04-16T00:00:00Z"));
    }

    #[test]
    fn the_period_is_the_seven_full_days_before() {
        let monday = schedule(1, 8, "Europe/Berlin");
        let weeks = monday.weeks(at("2026-03-30T06:00:00Z"));
        assert_eq!(weeks.before, at("2026-03-15T23:00:00Z"));
        assert_eq!((weeks.from, weeks.to), (at("2026-03-22T23:00:00Z"), at("2026-03-29T22:00:00Z")), "an hour is missing");
        assert_eq!((monday.day(weeks.from), monday.day_before(weeks.to)), ("2026-03-23".to_owned(), "2026-03-29".to_owned()));
    }

    #[test]
    fn zones_are_known_by_name() {
        for zone in ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires"] {
            assert!(zone_named(zone).is_ok(), "{zone}");
        }
        for zone in ["", "Mars/Olympus", "+02:00"] {
            assert!(zone_named(zone).is_err(), "{zone}");
        }
    }
}
