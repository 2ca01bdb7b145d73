//! Percentiles of durations: exact, never estimated.

/// The value at `(n - 1) * quantile` of the `n` values in ascending order, linear between its neighbours; none of no values.
/// `values` are finite (see [`crate::metrics::counted`]) and come back in another order; `quantile` is between 0 and 1.
/// Takes time in proportion to their number.
#[must_use]
pub fn percentile(values: &mut [f64], quantile: f64) -> Option<f64> {
    let last = values.len().checked_sub(1)?;
    let rank = last as f64 * quantile.clamp(0.0, 1.0);
    let below = rank.floor();
    let (_, low, above) = values.select_nth_unstable_by(below as usize, f64::total_cmp);
    let low = *low;
    let part = rank - below;
    if part == 0.0 {
        return Some(low);
    }
    let high = above.iter().copied().min_by(f64::total_cmp).unwrap_or(low);
    Some(low + (high - low) * part)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn between_neighbours() {
        assert_eq!(percentile(&mut [], 0.5), None);
        assert_eq!(percentile(&mut [3.0], 0.99), Some(3.0));
        assert_eq!(percentile(&mut [4.0, 1.0, 2.0, 3.0], 0.5), Some(2.5));
        assert_eq!(percentile(&mut [3.0, 1.0, 2.0], 0.5), Some(2.0));
        assert_eq!(percentile(&mut [2.0, 1.0], 1.0), Some(2.0));
    }

    proptest! {
        #[test]
        fn as_by_sorting(values in prop::collection::vec(0.0..9.0_f64, 1..50), quantile in 0.0..=1.0_f64) {
            let mut sorted = values.clone();
            sorted.sort_by(f64::total_cmp);
            let rank = (sorted.len() - 1) as f64 * quantile;
            let (low, high) = (sorted[rank.floor() as usize], sorted[rank.ceil() as usize]);
            let expected = low + (high - low) * (rank - rank.floor());
            prop_assert_eq!(percentile(&mut values.clone(), quantile), Some(expected));
        }
    }
}
