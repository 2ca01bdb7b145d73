//! Durations of rows, in four bytes where nothing is lost by that.

pub(super) const MICROS_PER_SECOND: f64 = 1e6;
/// No value, among microseconds.
pub(super) const NO_MICROS: u32 = u32::MAX;
/// No value, among seconds: a NaN that no arithmetic makes.
const NO_SECONDS: u64 = 0x7ff8_70c7_0000_0001;

/// A column of durations.
#[derive(Clone, Debug)]
pub(crate) enum DurationColumn {
    /// Whole microseconds, for what divides back to the same bits: all that senders write with six decimals or fewer, up to 71 minutes.
    Micros(Vec<u32>),
    /// As sent.
    Seconds(Vec<f64>),
}

impl DurationColumn {
    /// Packs durations in seconds.
    pub(crate) fn pack(seconds: impl ExactSizeIterator<Item = Option<f64>> + Clone) -> Self {
        let micros: Option<Vec<u32>> = seconds.clone().map(|seconds| seconds.map_or(Some(NO_MICROS), exact_micros)).collect();
        match micros {
            Some(micros) => Self::Micros(micros),
            None => Self::Seconds(seconds.map(|seconds| seconds.unwrap_or(f64::from_bits(NO_SECONDS))).collect()),
        }
    }

    /// The duration of a row, in seconds.
    pub(crate) fn get(&self, row: usize) -> Option<f64> {
        match self {
            Self::Micros(micros) => seconds_of(micros[row]),
            Self::Seconds(seconds) => Some(seconds[row]).filter(|seconds| seconds.to_bits() != NO_SECONDS),
        }
    }

    /// What it takes in memory.
    pub(crate) const fn bytes(&self) -> usize {
        match self {
            Self::Micros(micros) => micros.len() * 4,
            Self::Seconds(seconds) => seconds.len() * 8,
        }
    }
}

/// The seconds that packed microseconds stand for.
pub(crate) fn seconds_of(micros: u32) -> Option<f64> {
    (micros != NO_MICROS).then(|| f64::from(micros) / MICROS_PER_SECOND)
}

/// The microseconds that [`seconds_of`] turns back into the same bits.
fn exact_micros(seconds: f64) -> Option<u32> {
    // Out of range, the cast gives a bound, which does not divide back.
    let micros = (seconds * MICROS_PER_SECOND).round() as u32;
    (seconds_of(micros).map(f64::to_bits) == Some(seconds.to_bits())).then_some(micros)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(durations: &[Option<f64>]) -> Vec<Option<u64>> {
        let packed = DurationColumn::pack(durations.iter().copied());
        (0..durations.len()).map(|row| packed.get(row).map(f64::to_bits)).collect()
    }

    #[test]
    fn decimals_are_packed_and_anything_else_is_kept() {
        let decimals = [Some(0.012), None, Some(0.0), Some(4_294.967_294), Some(1.000_001)];
        assert!(matches!(DurationColumn::pack(decimals.iter().copied()), DurationColumn::Micros(_)));
        for odd in [0.1 + 0.2, -0.0, f64::NAN, f64::INFINITY, -1.0, 4_294.967_295, 1e300, 0.000_000_1] {
            assert!(matches!(DurationColumn::pack([Some(odd)].into_iter()), DurationColumn::Seconds(_)), "{odd}");
            assert_eq!(read(&[Some(odd), None]), [Some(odd.to_bits()), None]);
        }
    }

    proptest! {
        #[test]
        fn nothing_is_lost(micros in prop::collection::vec(prop::option::of(0..u32::MAX), 0..20), odd in prop::option::of(any::<f64>())) {
            let decimal = |micros: u32| format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000).parse::<f64>().unwrap();
            let mut durations: Vec<Option<f64>> = micros.into_iter().map(|micros| micros.map(decimal)).collect();
            prop_assert!(matches!(DurationColumn::pack(durations.iter().copied()), DurationColumn::Micros(_)));
            durations.extend(odd.map(Some));
            prop_assert_eq!(read(&durations), durations.iter().map(|duration| duration.map(f64::to_bits)).collect::<Vec<_>>());
        }
    }
}
