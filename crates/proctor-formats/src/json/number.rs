//! Numbers, read as `f64` in one pass over their digits when that is exact.

use super::fault::{Fault, JsonError};
use super::reader::Reader;

/// The powers of ten that `f64` holds exactly.
const POWERS: [f64; 23] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22];
/// Whole numbers up to this are exact in `f64`.
const EXACT_MAX: u64 = 1 << 53;
/// As many decimal digits always fit in `u64`.
const DIGITS_MAX: u32 = 19;

/// What one pass over the digits gave.
#[derive(Default)]
struct Digits {
    mantissa: u64,
    significant: u32,
    exponent: i32,
    /// There were more digits than `mantissa` can hold.
    overflowed: bool,
}

impl Digits {
    #[inline]
    fn push(&mut self, digit: u8) {
        if self.significant < DIGITS_MAX {
            self.mantissa = self.mantissa * 10 + u64::from(digit - b'0');
            self.significant += u32::from(self.mantissa != 0);
        } else {
            self.overflowed = true;
        }
    }

    /// The value, when multiplying or dividing once gives it without error.
    #[inline]
    fn exact(&self) -> Option<f64> {
        let power = POWERS.get(self.exponent.unsigned_abs() as usize)?;
        if self.overflowed || self.mantissa > EXACT_MAX {
            return None;
        }
        let mantissa = self.mantissa as f64;
        Some(if self.exponent < 0 { mantissa / power } else { mantissa * power })
    }
}

impl<'a> Reader<'a> {
    /// Takes a number. Not finite when Python wrote `NaN` or `Infinity`, or the number is too large.
    #[inline]
    pub(crate) fn number(&mut self) -> Result<f64, JsonError> {
        self.peek_byte();
        let start = self.at;
        if let Some(value) = self.not_finite()? {
            return Ok(value);
        }
        let digits = self.digits()?;
        match digits.exact() {
            Some(value) if self.bytes.get(start) == Some(&b'-') => Ok(-value),
            Some(value) => Ok(value),
            None => Ok(self.text[start..self.at].parse().unwrap_or(f64::NAN)),
        }
    }

    /// Takes a number as it is written.
    pub(crate) fn number_text(&mut self) -> Result<&'a str, JsonError> {
        self.peek_byte();
        let start = self.at;
        self.skip_number()?;
        Ok(&self.text[start..self.at])
    }

    pub(super) fn skip_number(&mut self) -> Result<(), JsonError> {
        match self.not_finite()? {
            Some(_) => Ok(()),
            None => self.digits().map(|_| ()),
        }
    }

    #[inline]
    fn not_finite(&mut self) -> Result<Option<f64>, JsonError> {
        match self.bytes.get(self.at) {
            Some(b'N') => self.literal("NaN").map(|()| Some(f64::NAN)),
            Some(b'I') => self.literal("Infinity").map(|()| Some(f64::INFINITY)),
            Some(b'-') if self.bytes.get(self.at + 1) == Some(&b'I') => self.literal("-Infinity").map(|()| Some(f64::NEG_INFINITY)),
            _ => Ok(None),
        }
    }

    #[inline]
    fn digits(&mut self) -> Result<Digits, JsonError> {
        let mut digits = Digits::default();
        let mut at = self.at + usize::from(self.bytes.get(self.at) == Some(&b'-'));
        let whole = at;
        while let Some(digit @ b'0'..=b'9') = self.bytes.get(at) {
            digits.push(*digit);
            at += 1;
        }
        if at == whole || (self.bytes[whole] == b'0' && at > whole + 1) {
            return Err(self.not_a_number(at));
        }
        if self.bytes.get(at) == Some(&b'.') {
            at += 1;
            let fraction = at;
            while let Some(digit @ b'0'..=b'9') = self.bytes.get(at) {
                digits.push(*digit);
                at += 1;
            }
            if at == fraction {
                return Err(self.not_a_number(at));
            }
            digits.exponent = i32::try_from(at - fraction).map_or(i32::MIN, |places| -places);
        }
        if let Some(b'e' | b'E') = self.bytes.get(at) {
            at = self.exponent(at + 1, &mut digits)?;
        }
        self.at = at;
        Ok(digits)
    }

    fn exponent(&self, from: usize, digits: &mut Digits) -> Result<usize, JsonError> {
        let mut at = from;
        let sign = self.bytes.get(at);
        let is_negative = sign == Some(&b'-');
        at += usize::from(matches!(sign, Some(b'-' | b'+')));
        let first = at;
        let mut exponent = 0_i32;
        while let Some(digit @ b'0'..=b'9') = self.bytes.get(at) {
            exponent = exponent.saturating_mul(10).saturating_add(i32::from(digit - b'0'));
            at += 1;
        }
        if at == first {
            return Err(self.not_a_number(at));
        }
        digits.exponent = digits.exponent.saturating_add(if is_negative { -exponent } else { exponent });
        Ok(at)
    }

    #[cold]
    fn not_a_number(&self, at: usize) -> JsonError {
        let fault = if at < self.bytes.len() { Fault::Expected("a number") } else { Fault::EndOfText };
        JsonError { fault, offset: at }
    }
}
