use proctor_core::id::Uuid;
use proptest::prelude::*;

use super::*;

fn failure(number: u128, ordinal: u32, millis: i64, reason: &str) -> Failure {
    Failure {
        execution: ExecutionId::new(Uuid::from_u128(number)),
        ordinal,
        run: RunId::new(Uuid::from_u128(number % 3)),
        at: Timestamp::from_millis(millis),
        fingerprint: fingerprint_of(Some(reason), &[]),
        sample: sample_of(Some(reason), &[]),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Each failure is in exactly one group, that of its fingerprint, and is counted once for its test.
    #[test]
    fn groups_partition_the_failures(
        failures in prop::collection::vec((0..5_u32, 0..1_000_i64, "(timeout after|expected|no) [0-9]{1,3}( ms)?"), 0..60)
    ) {
        let failures: Vec<Failure> =
            (0..).zip(&failures).map(|(number, (ordinal, millis, reason))| failure(number, *ordinal, *millis, reason)).collect();
        let mut groups = Groups::default();
        failures.iter().cloned().for_each(|failure| groups.add(failure));
        let groups = groups.into_vec();
        prop_assert_eq!(groups.iter().map(|group| group.executions).sum::<u64>(), failures.len() as u64);
        for group in &groups {
            let members: Vec<&Failure> = failures.iter().filter(|failure| failure.fingerprint.id == group.fingerprint.id).collect();
            prop_assert_eq!(group.executions, members.len() as u64);
            prop_assert_eq!(group.executions, group.tests.values().sum::<u64>());
            prop_assert_eq!(Some(group.latest), members.first().map(|failure| failure.execution));
            prop_assert_eq!(Some(group.first), members.iter().map(|failure| (failure.at, failure.run)).min());
            prop_assert_eq!(Some(group.last), members.iter().map(|failure| (failure.at, failure.run)).max());
            for (ordinal, count) in &group.tests {
                let of_test = members.iter().filter(|failure| failure.ordinal == *ordinal).count() as u64;
                prop_assert!(*count == of_test && of_test > 0);
            }
        }
        let ids: std::collections::BTreeSet<_> = groups.iter().map(|group| group.fingerprint.id).collect();
        prop_assert_eq!(ids.len(), groups.len());
    }
}
