//! Times and durations for people. Relative at first sight; the exact one stands beside it, and the viewer's own zone is added by script.

use proctor_core::time::Timestamp;

/// A moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct When {
    /// `2026-04-09T18:22:05.031Z`, for machines.
    pub exact: String,
    /// `2026-04-09 18:22:05 UTC`, for people.
    pub utc: String,
    /// `3 h ago`.
    pub relative: String,
}

impl When {
    /// `at`, seen from `now`.
    #[must_use]
    pub fn new(at: Timestamp, now: Timestamp) -> Self {
        let exact = at.to_string();
        let utc = match (exact.get(..10), exact.get(11..19)) {
            (Some(day), Some(time)) => format!("{day} {time} UTC"),
            _ => exact.clone(),
        };
        Self { relative: relative(now.millis().saturating_sub(at.millis())), exact, utc }
    }
}

fn relative(ago_ms: i64) -> String {
    const MINUTE: i64 = 60;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    let seconds = ago_ms / 1000;
    if seconds < -30 {
        "in the future".to_owned()
    } else if seconds < 10 {
        "just now".to_owned()
    } else if seconds < MINUTE {
        format!("{seconds} s ago")
    } else if seconds < HOUR {
        format!("{} min ago", seconds / MINUTE)
    } else if seconds < 2 * DAY {
        format!("{} h ago", seconds / HOUR)
    } else {
        format!("{} days ago", seconds / DAY)
    }
}

/// Seconds for people: `340 ms`, `1.20 s`, `2 min 5 s`, `1 h 3 min`.
#[must_use]
pub fn duration(seconds: f64) -> String {
    if !seconds.is_finite() || seconds < 0.0 {
        return "–".to_owned();
    }
    if seconds < 0.000_5 {
        return if seconds == 0.0 { "0 ms".to_owned() } else { "< 1 ms".to_owned() };
    }
    if seconds < 0.999_5 {
        return format!("{:.0} ms", seconds * 1000.0);
    }
    if seconds < 59.95 {
        return if seconds < 9.995 { format!("{seconds:.2} s") } else { format!("{seconds:.1} s") };
    }
    // Whole seconds from here on; a run of 584 billion years would not fit.
    let whole = seconds.round() as u64;
    let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60);
    if hours > 0 { format!("{hours} h {minutes} min") } else { format!("{minutes} min {rest} s") }
}

/// The same, of something that may be unknown.
#[must_use]
pub fn maybe_duration(seconds: Option<f64>) -> String {
    seconds.map_or_else(|| "–".to_owned(), duration)
}

/// A whole number with thin spaces between thousands: `12 345 678`.
#[must_use]
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 * 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// A share as a percentage that never rounds up to 100 % nor down to 0 %: one failure in a million runs is a failure.
#[must_use]
pub fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent >= 100.0 {
        "100 %".to_owned()
    } else if percent > 99.9 {
        format!("{:.2} %", percent.min(99.99))
    } else if percent > 0.0 && percent < 0.1 {
        format!("{:.2} %", percent.max(0.01))
    } else {
        format!("{percent:.1} %")
    }
}

/// The same, of something that may be unknown.
#[must_use]
pub fn maybe_percent(share: Option<f64>) -> String {
    share.map_or_else(|| "–".to_owned(), percent)
}

/// How many bytes, for people.
#[must_use]
pub fn bytes(number: u64) -> String {
    const KILO: f64 = 1000.0;
    let kilobytes = number as f64 / KILO;
    if kilobytes < 1.0 {
        format!("{number} B")
    } else if kilobytes < KILO {
        format!("{kilobytes:.1} kB")
    } else if kilobytes < KILO * KILO {
        format!("{:.1} MB", kilobytes / KILO)
    } else {
        format!("{:.1} GB", kilobytes / KILO / KILO)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments() {
        let now = Timestamp::from_millis(1_775_758_925_031);
        let when = |ago_s: i64| When::new(now.plus_millis(-ago_s * 1000), now);
        assert_eq!((when(0).utc.as_str(), when(0).relative.as_str()), ("2026-04-09 18:22:05 UTC", "just now"));
        assert_eq!(when(59).relative, "59 s ago");
        assert_eq!(when(3599).relative, "59 min ago");
        assert_eq!(when(47 * 3600).relative, "47 h ago");
        assert_eq!(when(49 * 3600).relative, "2 days ago");
        assert_eq!(when(-3600).relative, "in the future");
    }

    #[test]
    fn durations() {
        for (seconds, text) in [
            (0.0, "0 ms"),
            (0.000_1, "< 1 ms"),
            (0.034, "34 ms"),
            (0.999_9, "1.00 s"),
            (1.5, "1.50 s"),
            (12.34, "12.3 s"),
            (59.99, "1 min 0 s"),
            (125.0, "2 min 5 s"),
            (3_780.0, "1 h 3 min"),
            (-1.0, "–"),
            (f64::NAN, "–"),
        ] {
            assert_eq!(duration(seconds), text);
        }
    }

    #[test]
    fn numbers() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(percent(1.0), "100 %");
        assert_eq!(percent(0.999_999), "99.99 %");
        assert_eq!(percent(0.000_001), "0.01 %");
        assert_eq!(percent(0.5), "50.0 %");
        assert_eq!(percent(0.0), "0.0 %");
        assert_eq!(bytes(1_500), "1.5 kB");
    }
}
