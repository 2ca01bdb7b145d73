//! Chance that falls the same way every time, so that every demo tells the same story.

use proctor_core::id::Uuid;

/// A generator of numbers: SplitMix64, which needs eight bytes of state and no tuning.
#[derive(Clone, Debug)]
pub(super) struct Dice {
    state: u64,
}

impl Dice {
    /// Dice that fall as `seed` says.
    pub(super) fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// Dice of their own for each name.
    pub(super) fn named(name: &str) -> Self {
        // FNV-1a: any stable hash would do.
        Self::new(name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)))
    }

    fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to, but not including, 1.
    pub(super) fn fraction(&mut self) -> f64 {
        f64::from(u32::try_from(self.bits() >> 32).unwrap_or(0)) / 4_294_967_296.0
    }

    /// Whether something happens that has this chance, from 0 to 1.
    pub(super) fn happens(&mut self, chance: f64) -> bool {
        self.fraction() < chance
    }

    /// A number from `low` up to `high`.
    pub(super) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.fraction()
    }

    /// One of `choices`, which are not empty.
    pub(super) fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        let at = self.bits() % choices.len().max(1) as u64;
        choices[usize::try_from(at).unwrap_or(0)]
    }

    /// A UUID of version 4.
    pub(super) fn uuid(&mut self) -> Uuid {
        let bits = u128::from(self.bits()) << 64 | u128::from(self.bits());
        Uuid::from_u128(bits & !(0xf << 76) & !(0b11 << 62) | 4 << 76 | 0b10 << 62)
    }

    /// A commit: 40 hex digits.
    pub(super) fn commit(&mut self) -> String {
        format!("{:016x}{:016x}{:08x}", self.bits(), self.bits(), self.bits() >> 32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_name_falls_the_same_way() {
        let (mut one, mut other) = (Dice::named("checkout"), Dice::named("checkout"));
        assert_eq!(one.commit(), other.commit());
        assert_eq!(one.uuid(), other.uuid());
        assert_eq!(one.uuid().get_version_num(), 4);
        assert_ne!(one.commit(), Dice::named("ledger").commit());
        let all_in_range = (0..1_000).all(|_| (2.0..3.0).contains(&one.between(2.0, 3.0)));
        assert!(all_in_range);
    }
}
