//! When a message that did not get through is tried again (`workflows.md`, 4.3).

/// Milliseconds from one attempt to the next: 10 s, 1 min, 5 min, 30 min, 2 h.
const DELAYS_MS: [i64; 5] = [10_000, 60_000, 300_000, 1_800_000, 7_200_000];
/// How far chance moves a delay, either way.
const SPREAD: f64 = 0.2;

/// Attempts until a message is given up.
pub const ATTEMPTS_MAX: u32 = 6;

/// Milliseconds until the attempt after the `attempts`th; `dice` is a number of chance between 0 and 1. None: it is given up.
#[must_use]
pub fn delay_ms(attempts: u32, dice: f64) -> Option<i64> {
    let index = usize::try_from(attempts.checked_sub(1)?).ok()?;
    let delay = *DELAYS_MS.get(index)?;
    let dice = if dice.is_finite() { dice.clamp(0.0, 1.0) } else { 0.5 };
    // In thousandths, so that no number is beyond what a float keeps apart.
    #[expect(clippy::cast_possible_truncation, reason = "between 800 and 1200")]
    let thousandths = ((1.0 - SPREAD + 2.0 * SPREAD * dice) * 1_000.0).round() as i64;
    Some(delay / 1_000 * thousandths)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn delays_are_those_of_the_contract() {
        let delays: Vec<i64> = (1..).map_while(|attempts| delay_ms(attempts, 0.5)).collect();
        assert_eq!(delays, [10_000, 60_000, 300_000, 1_800_000, 7_200_000]);
        assert_eq!(u32::try_from(delays.len()).unwrap() + 1, ATTEMPTS_MAX);
        assert_eq!((delay_ms(1, 0.0), delay_ms(1, 1.0)), (Some(8_000), Some(12_000)));
        assert_eq!((delay_ms(0, 0.5), delay_ms(6, 0.5), delay_ms(u32::MAX, 0.5)), (None, None, None));
    }

    proptest! {
        #[test]
        fn chance_moves_a_delay_by_a_fifth_at_the_most(attempts in 1_u32..6, dice in proptest::num::f64::ANY) {
            let (delay, middle) = (delay_ms(attempts, dice).unwrap(), delay_ms(attempts, 0.5).unwrap());
            prop_assert!(delay * 10 >= middle * 8 && delay * 10 <= middle * 12);
        }
    }
}
