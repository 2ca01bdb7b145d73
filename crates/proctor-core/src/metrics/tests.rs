use proptest::prelude::*;

use super::*;

fn metrics(executions: &[(TestResult, Option<f64>)]) -> Metrics {
    let mut metrics = Metrics::default();
    executions.iter().for_each(|(result, duration)| metrics.add(*result, *duration));
    metrics
}

// contract: general 63, 64, uploads 35
#[test]
fn the_examples_of_the_contract() {
    use TestResult::{Failed, Passed, Skipped};
    let mixed = metrics(&[(Passed, Some(0.1)), (Passed, Some(0.2)), (Passed, None), (Failed, Some(0.6)), (Skipped, Some(0.0))]);
    assert_eq!(mixed.reliability(), Some(0.75));
    assert_eq!(mixed.counts.total(), 5);
    assert_eq!(mixed.counts.of(Passed) + mixed.counts.of(Failed) + mixed.counts.of(Skipped), 5);
    // a mean ignores what has no duration, and 0 is a duration
    assert_eq!((mixed.durations.count(), mixed.durations.avg()), (4, Some(0.225)));
    assert_eq!((mixed.durations.min(), mixed.durations.max()), (Some(0.0), Some(0.6)));

    let skipped = metrics(&[(Skipped, None)]);
    assert_eq!((skipped.reliability(), skipped.durations.sum()), (None, None));
    assert_eq!((skipped.durations.avg(), skipped.durations.min(), skipped.durations.max()), (None, None, None));
}

#[test]
fn sums_stay_clean_where_floating_point_would_drift() {
    let tenths = metrics(&[(TestResult::Passed, Some(0.1)); 1000]);
    assert_eq!(tenths.durations.sum(), Some(100.0));
    assert_eq!(tenths.durations.avg(), Some(0.1));
    assert_ne!((0..1000).fold(0.0, |sum, _| sum + 0.1), 100.0);
}

#[test]
fn nonsense_does_no_harm() {
    let mut durations = Durations::default();
    [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0].into_iter().for_each(|seconds| durations.add(seconds));
    assert_eq!(durations, Durations::default());
    durations.add(f64::MAX);
    assert_eq!(durations.avg(), Some(DURATION_SECONDS_MAX));
    let mut zeros = Durations::default();
    zeros.add(-0.0);
    assert!(zeros.min().unwrap().is_sign_positive());
}

#[test]
fn many_of_the_longest_fit() {
    let mut all = Durations::default();
    all.add(DURATION_SECONDS_MAX);
    for _ in 0..33 {
        let half = all;
        all.merge(&half);
    }
    assert_eq!((all.count(), all.avg()), (1 << 33, Some(DURATION_SECONDS_MAX)));
}

fn any_execution() -> impl Strategy<Value = (TestResult, Option<f64>)> {
    let seconds = prop_oneof![0.0..2.0_f64, 0.0..1e-6_f64, 0.0..1e6_f64];
    (prop::sample::select(TestResult::ALL.to_vec()), prop::option::of(seconds))
}

#[test]
fn units_at_the_edges() {
    let edges = [0.0, f64::MIN_POSITIVE, 5e-324, 1e-300, 1e-19, 1e-6, 1e-3, 0.999_999, 1.0, 4_294.967_294, DURATION_SECONDS_MAX];
    for seconds in edges {
        assert_eq!(units_of(seconds), (seconds * UNITS_PER_SECOND) as u128, "{seconds}");
    }
}

proptest! {
    #[test]
    fn units_are_those_of_multiplication(seconds in any::<f64>(), micros in any::<u32>()) {
        for seconds in [f64::from(micros) / 1e6].into_iter().chain(counted(seconds)) {
            prop_assert_eq!(units_of(seconds), (seconds * UNITS_PER_SECOND) as u128);
        }
    }

    #[test]
    fn neither_order_nor_parts_matter(mut executions in prop::collection::vec(any_execution(), 0..200), at in any::<prop::sample::Index>(), seed in any::<u64>()) {
        let whole = metrics(&executions);
        let (left, right) = executions.split_at(if executions.is_empty() { 0 } else { at.index(executions.len()) });
        let mut merged = metrics(right);
        merged.merge(&metrics(left));
        prop_assert_eq!(merged, whole);
        executions.sort_by_key(|(result, duration)| (duration.map_or(0, f64::to_bits) ^ seed, result.code()));
        prop_assert_eq!(metrics(&executions), whole);
        prop_assert_eq!(Durations::from_parts(whole.durations.parts()), whole.durations);
    }

    #[test]
    fn the_sum_is_that_of_arithmetic(executions in prop::collection::vec(any_execution(), 1..200)) {
        let durations: Vec<f64> = executions.iter().filter_map(|(_, duration)| *duration).collect();
        let found = metrics(&executions).durations;
        prop_assert_eq!(found.count(), durations.len() as u64);
        if let (Some(sum), Some(avg), Some(min), Some(max)) = (found.sum(), found.avg(), found.min(), found.max()) {
            let expected: f64 = durations.iter().sum();
            prop_assert!((sum - expected).abs() <= 1e-12 * expected + 1e-17);
            prop_assert!(min <= avg && avg <= max);
        }
    }
}
