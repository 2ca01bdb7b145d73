//! The attribute `time`: seconds, in the spelling of whatever locale the tool ran in.

/// Reads seconds. `None` for everything that is not a finite number from 0 on.
///
/// Blanks are dropped. Of `,` and `.` the last one is the decimal mark when both are there; alone, a comma separates
/// thousands where it could (`1,234`; Surefire's old formats) and is the decimal mark elsewhere (`0,25`).
pub(super) fn parse_seconds(text: &str) -> Option<f64> {
    if let Some(seconds) = parse_short(text.as_bytes()) {
        return Some(seconds);
    }
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if let Some(seconds) = text.parse().ok().filter(|seconds: &f64| is_plain && seconds.is_finite()) {
        return Some(seconds);
    }
    let compact: String = text.chars().filter(|c| !c.is_whitespace() && *c != '\'').collect();
    let number = compact.strip_suffix('s').unwrap_or(&compact);
    // Keeps "inf" and "NaN", which are numbers to Rust, out.
    if !number.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b',' | b'e' | b'E' | b'+' | b'-')) {
        return None;
    }
    let seconds: f64 = with_decimal_point(number)?.parse().ok()?;
    // Adding makes -0.0 a plain zero.
    (seconds.is_finite() && seconds >= 0.0).then_some(seconds + 0.0)
}

/// Digits of a number that is exact in an `f64`, as is the power of ten that it is divided by: the quotient is then the
/// nearest to the decimal number, as the standard library would have it.
const EXACT_DIGITS_MAX: usize = 15;
const POWERS_OF_TEN: [f64; EXACT_DIGITS_MAX + 1] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// Reads what nearly every tool writes: few digits, with a point among them or without.
fn parse_short(text: &[u8]) -> Option<f64> {
    let mut number = 0_u64;
    let mut digits = 0;
    let mut point = None;
    for byte in text {
        match byte {
            b'0'..=b'9' if digits < EXACT_DIGITS_MAX => {
                number = number * 10 + u64::from(byte - b'0');
                digits += 1;
            }
            b'.' if point.is_none() => point = Some(digits),
            _ => return None,
        }
    }
    let decimals = digits - point.unwrap_or(digits);
    (digits > 0).then(|| number as f64 / POWERS_OF_TEN[decimals])
}

fn with_decimal_point(number: &str) -> Option<String> {
    let commas = number.matches(',').count();
    let points = number.matches('.').count();
    match (number.rfind(','), number.rfind('.')) {
        (Some(comma), Some(point)) if comma < point => (points == 1).then(|| number.replace(',', "")),
        (Some(_), Some(_)) => (commas == 1).then(|| number.replace('.', "").replace(',', ".")),
        (Some(_), None) if separates_thousands(number, ',') => Some(number.replace(',', "")),
        (Some(_), None) => (commas == 1).then(|| number.replace(',', ".")),
        (None, Some(_)) if points > 1 => separates_thousands(number, '.').then(|| number.replace('.', "")),
        (None, _) => Some(number.to_owned()),
    }
}

/// `1,234` and `1,234,567`, but neither `0,250` nor `12,5`.
fn separates_thousands(number: &str, separator: char) -> bool {
    let mut groups = number.split(separator);
    let first = groups.next().unwrap_or_default();
    (1..=3).contains(&first.len())
        && !first.starts_with('0')
        && first.bytes().all(|byte| byte.is_ascii_digit())
        && groups.all(|group| group.len() == 3 && group.bytes().all(|byte| byte.is_ascii_digit()))
}
