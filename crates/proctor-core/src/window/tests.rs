use proptest::prelude::*;

use super::*;

const NOW_MS: i64 = 1_775_758_925_031; // 2026-04-09T18:22:05.031Z

fn now() -> Timestamp {
    Timestamp::from_millis(NOW_MS)
}

fn ask(period: &str, min: &str, max: &str) -> Result<Window, WindowError> {
    let query = WindowQuery { period: Some(period), min_timestamp: Some(min), max_timestamp: Some(max) };
    Window::of(query, now(), WindowLimits::default())
}

fn refusal(period: &str, min: &str, max: &str) -> (u16, String) {
    let error = ask(period, min, max).unwrap_err();
    (error.fault().status(), error.to_string())
}

#[test]
fn periods_of_the_contract() {
    for (text, hours) in
        [("1hour", 1), ("4hours", 4), ("1day", 24), ("7days", 168), ("90days", 2160), ("2hour", 2), ("1days", 24), ("007days", 168)]
    {
        assert_eq!(Period::parse(text).map(Period::millis), Some(hours * HOUR_MS), "{text}");
    }
    for text in ["", "7", "days", "0days", "000hours", "-1day", "+1day", "1.5days", " 7days", "7days ", "7 days", "7Days", "1week", "٣days"]
    {
        assert_eq!(Period::parse(text), None, "{text:?}");
    }
    assert_eq!(Period::parse("99999999999999999999999days").map(Period::millis), Some(i64::MAX));
}

#[test]
fn the_window_of_the_query() {
    let day = 86_400_000;
    for (period, min, max, from, until) in [
        ("", "", "", NOW_MS - 7 * day, NOW_MS + 1),
        (" ", "", "", NOW_MS - 7 * day, NOW_MS + 1),
        ("1hour", "", "", NOW_MS - HOUR_MS, NOW_MS + 1),
        ("120days", "", "", NOW_MS - 120 * day, NOW_MS + 1),
        ("", "2026-04-01T00:00:00Z", "", 1_775_001_600_000, NOW_MS + 1),
        // the start is measured from now, whatever the end
        ("", "", "2026-04-08T00:00:00.5+02:00", NOW_MS - 7 * day, 1_775_599_200_500),
        ("", "2026-04-01T00:00:00Z", "2026-04-01T00:00:00.001z", 1_775_001_600_000, 1_775_001_600_001),
        // 120 days to the millisecond
        ("", "2025-12-10T18:22:05.031Z", "", NOW_MS - 120 * day, NOW_MS + 1),
    ] {
        let window = ask(period, min, max).unwrap();
        assert_eq!((window.from.millis(), window.until.millis()), (from, until), "{period:?} {min:?} {max:?}");
    }
}

// contract: general 66
#[test]
fn refusals_have_the_texts_of_the_contract() {
    let at = "2026-04-01T00:00:00Z";
    for (period, min, max, status, message) in [
        ("7days", at, "", 422, "period cannot be combined with min_timestamp"),
        ("7days", "", at, 422, "period cannot be combined with max_timestamp"),
        ("7days", at, at, 422, "period cannot be combined with min_timestamp"),
        ("soon", "x", "", 422, "period cannot be combined with min_timestamp"),
        ("7weeks", "", "", 422, "period is invalid"),
        ("121days", "", "", 422, "period exceeds the maximum time window"),
        ("2881hours", "", "", 422, "period exceeds the maximum time window"),
        ("99999999999999999999hours", "", "", 422, "period exceeds the maximum time window"),
        ("", "yesterday", "", 400, "min_timestamp must be an RFC 3339 timestamp"),
        ("", "yesterday", "tomorrow", 400, "min_timestamp must be an RFC 3339 timestamp"),
        ("", at, "1775001600", 400, "max_timestamp must be an RFC 3339 timestamp"),
        ("", at, at, 422, "min_timestamp must be before max_timestamp"),
        ("", "2026-04-09T18:22:05.031Z", "", 422, "min_timestamp must be before max_timestamp"),
        ("", "", "2026-04-01T00:00:00Z", 422, "min_timestamp must be before max_timestamp"),
        ("", "2025-12-10T18:22:05.030Z", "", 422, "time window exceeds the maximum of 120 days"),
    ] {
        assert_eq!(refusal(period, min, max), (status, message.to_owned()), "{period:?} {min:?} {max:?}");
    }
}

#[test]
fn only_rfc_3339_is_a_timestamp() {
    for text in [
        "2026-04-01",
        "2026-04-01T00:00:00",
        "2026-04-01T00:00Z",
        "20260401T000000Z",
        "2026-04-01T00:00:00+02",
        "2026-04-01T00:00:00 02:00",
        "2026-04-01T00:00:00.Z",
        "2026-04-01T00:00:00,5Z",
        "2026-13-01T00:00:00Z",
        "2026-04-01T00:00:00+02:00[Europe/Berlin]",
        "2026-04-01T00:00:0é",
        " 2026-04-01T00:00:00Z",
    ] {
        assert_eq!(refusal("", text, "").0, 400, "{text:?}");
    }
}

#[test]
fn a_short_maximum_cuts_the_default() {
    let limits = WindowLimits { default_period: Period::DEFAULT, days_max: 2 };
    let window = Window::of(WindowQuery::default(), now(), limits).unwrap();
    assert_eq!(window.from, now().plus_millis(-2 * DAY_MS));
    let error =
        Window::of(WindowQuery { min_timestamp: Some("2026-04-01T00:00:00Z"), ..WindowQuery::default() }, now(), limits).unwrap_err();
    assert_eq!(error.to_string(), "time window exceeds the maximum of 2 days");
}

#[test]
fn start_inside_end_outside_and_now_inside() {
    let window = ask("", "2026-04-01T00:00:00Z", "2026-04-02T00:00:00Z").unwrap();
    assert!(window.contains(window.from) && window.contains(window.until.plus_millis(-1)));
    assert!(!window.contains(window.from.plus_millis(-1)) && !window.contains(window.until));
    assert!(ask("1hour", "", "").unwrap().contains(now()));
}

#[test]
fn flaky_periods_are_a_closed_list() {
    assert_eq!(flaky_period(None), Ok(Period::DEFAULT));
    assert_eq!(flaky_period(Some("")), Ok(Period::DEFAULT));
    assert_eq!(flaky_period(Some("28days")), Ok(Period::days(28)));
    assert_eq!(flaky_period(Some("90days")), Err(WindowError::BadPeriod));
}

proptest! {
    #[test]
    fn any_query_has_a_window_or_a_reason(period in ".{0,12}", min in ".{0,30}", max in ".{0,30}", now_ms in any::<i64>()) {
        let query = WindowQuery { period: Some(&period), min_timestamp: Some(&min), max_timestamp: Some(&max) };
        if let Ok(window) = Window::of(query, Timestamp::from_millis(now_ms), WindowLimits::default()) {
            prop_assert!(window.from <= window.until);
        }
    }

    #[test]
    fn what_is_written_as_a_timestamp_is_read_back(from in 0_i64..2_000_000_000_000, millis in 1_i64..120 * DAY_MS) {
        let (from, until) = (Timestamp::from_millis(from), Timestamp::from_millis(from + millis));
        let (min, max) = (from.to_string(), until.to_string());
        let query = WindowQuery { period: None, min_timestamp: Some(&min), max_timestamp: Some(&max) };
        prop_assert_eq!(Window::of(query, now(), WindowLimits::default()), Ok(Window { from, until }));
    }
}
