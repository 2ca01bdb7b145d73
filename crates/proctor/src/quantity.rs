//! Values of options as people write them: durations (`90s`), sizes (`64MiB`) and the words of settings.

use std::time::Duration;

use proctor_core::retention::{Keep, RETENTION_DAYS_MAX};
use proctor_core::suite::IdenticalUploads;
use proctor_core::window::Period;

/// Reads a duration: a whole number and one of `ms`, `s`, `m`, `h`, `d`. A bare number is seconds.
///
/// # Errors
/// A sentence that says which forms there are.
pub(crate) fn parse_duration(text: &str) -> Result<Duration, String> {
    let (number, unit) = split(text);
    let millis_per_unit = match unit {
        "ms" => Some(1),
        "" | "s" => Some(1_000),
        "m" | "min" => Some(60_000),
        "h" => Some(3_600_000),
        "d" => Some(86_400_000),
        _ => None,
    };
    let millis = number.parse::<u64>().ok().zip(millis_per_unit).and_then(|(number, unit): (u64, u64)| number.checked_mul(unit));
    // Times are kept in signed milliseconds.
    match millis.filter(|millis| i64::try_from(*millis).is_ok()) {
        Some(millis) => Ok(Duration::from_millis(millis)),
        None => Err("write a whole number and a unit: 500ms, 90s, 10m, 24h or 7d".to_owned()),
    }
}

/// Reads a size in bytes: a whole number and one of `KiB`, `MiB`, `GiB` (or `K`, `M`, `G`). A bare number is bytes.
///
/// # Errors
/// A sentence that says which forms there are.
pub(crate) fn parse_bytes(text: &str) -> Result<u64, String> {
    let (number, unit) = split(text);
    let bytes_per_unit = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => Some(1),
        "k" | "kib" => Some(1 << 10),
        "m" | "mib" => Some(1 << 20),
        "g" | "gib" => Some(1 << 30),
        _ => None,
    };
    let bytes = number.parse::<u64>().ok().zip(bytes_per_unit).and_then(|(number, unit): (u64, u64)| number.checked_mul(unit));
    bytes.ok_or_else(|| "write a whole number and a unit: 65536, 512KiB, 64MiB or 2GiB".to_owned())
}

/// Reads `always`, `lost_reply` or `off`.
///
/// # Errors
/// A sentence that says which words there are.
pub(crate) fn parse_identical(word: &str) -> Result<IdenticalUploads, String> {
    IdenticalUploads::from_word(word).ok_or_else(|| "say always, lost_reply or off".to_owned())
}

/// Reads a number of days, with or without a `d` behind it, or `forever`.
///
/// # Errors
/// A sentence that says which forms there are.
pub(crate) fn parse_keep(text: &str) -> Result<Keep, String> {
    if text.trim() == "forever" {
        return Ok(Keep::Forever);
    }
    let (number, unit) = split(text);
    let days = number.parse().ok().filter(|_| matches!(unit, "" | "d")).and_then(Keep::days);
    days.ok_or_else(|| format!("write a number of days from 1 to {RETENTION_DAYS_MAX}, or forever"))
}

/// Reads a period as the API writes it: `4hours`, `7days`.
///
/// # Errors
/// A sentence that says which forms there are.
pub(crate) fn parse_period(text: &str) -> Result<Period, String> {
    Period::parse(text).ok_or_else(|| "write a whole number and hours or days: 4hours, 1day or 28days".to_owned())
}

fn split(text: &str) -> (&str, &str) {
    let text = text.trim();
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    (number, unit.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_written() {
        for (text, millis) in [("500ms", 500), ("2", 2_000), ("90s", 90_000), ("10 m", 600_000), ("24h", 86_400_000), ("7d", 604_800_000)] {
            assert_eq!(parse_duration(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        for text in ["", "h", "-1s", "1.5h", "1 week", "99999999999999999999s", "18446744073709551615ms"] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn periods_are_days_or_forever() {
        for (text, keep) in [("90", Keep::Days(90)), ("90d", Keep::Days(90)), ("1", Keep::Days(1)), ("forever", Keep::Forever)] {
            assert_eq!(parse_keep(text), Ok(keep), "{text}");
        }
        for text in ["", "0", "-1", "24h", "36501", "never"] {
            assert!(parse_keep(text).is_err(), "{text}");
        }
    }

    #[test]
    fn sizes_are_read_as_written() {
        for (text, bytes) in [("0", 0), ("65536", 65_536), ("512KiB", 524_288), ("64M", 67_108_864), ("2 gib", 2_147_483_648)] {
            assert_eq!(parse_bytes(text), Ok(bytes), "{text}");
        }
        for text in ["", "MiB", "1.5G", "-1", "1TB", "99999999999999999999G"] {
            assert!(parse_bytes(text).is_err(), "{text}");
        }
    }
}
