//! How sure a share is: its confidence interval by Wilson's score (E. B. Wilson, "Probable inference, the law of succession, and
//! statistical inference", 1927).
//!
//! Chosen over the plain normal interval because that one is empty for a test that never failed, and over the exact one (Clopper-Pearson)
//! because that one covers more than it says: of ten passed executions Wilson says 72 % to 100 %, not "100 % to 100 %".

/// The 97.5th percentile of the normal distribution: 95 % lie within so many standard deviations of the mean.
const Z: f64 = 1.959_963_984_540_054;

/// From where to where a share may be; both between 0 and 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// The 95 % confidence interval of a share of which `hits` of `total` were seen; none if `total` is 0. `hits` beyond `total` count as
/// `total`.
#[must_use]
pub fn wilson(hits: u64, total: u64) -> Option<Interval> {
    if total == 0 {
        return None;
    }
    // Counts stay far below 2⁵³, where they would stop being exact.
    let (count, share) = (total as f64, hits.min(total) as f64 / total as f64);
    let square = Z * Z;
    let centre = (share + square / (2.0 * count)) / (1.0 + square / count);
    let reach = Z / (1.0 + square / count) * (share * (1.0 - share) / count + square / (4.0 * count * count)).sqrt();
    // At the ends the two terms are equal but for rounding.
    let low = if hits == 0 { 0.0 } else { (centre - reach).max(0.0) };
    let high = if hits >= total { 1.0 } else { (centre + reach).min(1.0) };
    Some(Interval { low, high })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Worked out apart from this code, by the formula in Python.
    #[test]
    fn known_values() {
        for (hits, total, low, high) in [
            (0, 10, 0.0, 0.277_533),
            (10, 10, 0.722_467, 1.0),
            (5, 10, 0.236_593, 0.763_407),
            (1, 1, 0.206_549, 1.0),
            (99, 100, 0.945_514, 0.998_233),
        ] {
            let found = wilson(hits, total).unwrap();
            assert!((found.low - low).abs() < 1e-6 && (found.high - high).abs() < 1e-6, "{hits} of {total}: {found:?}");
        }
        assert_eq!(wilson(0, 0), None);
        assert_eq!(wilson(9, 3), wilson(3, 3));
    }

    proptest! {
        #[test]
        fn it_holds_the_share_and_narrows(total in 1_u64..100_000, part in 0.0..=1.0_f64) {
            let hits = (total as f64 * part) as u64;
            let one = wilson(hits, total).unwrap();
            let share = hits as f64 / total as f64;
            prop_assert!(0.0 <= one.low && one.low <= share && share <= one.high && one.high <= 1.0, "{one:?}");
            let tenfold = wilson(hits * 10, total * 10).unwrap();
            prop_assert!(tenfold.high - tenfold.low < one.high - one.low);
            let turned = wilson(total - hits, total).unwrap();
            prop_assert!((turned.low - (1.0 - one.high)).abs() < 1e-9 && (turned.high - (1.0 - one.low)).abs() < 1e-9);
        }
    }
}
