use std::collections::BTreeMap;

use proctor_core::execution::ExecutionFlags;
use proctor_core::record::FailureDetail;
use proctor_core::result::TestResult;
use proptest::prelude::*;

use super::*;

fn failed<'a>(reason: Option<&'a str>, details: &[&'a str]) -> Execution<'a> {
    let detail = |line: &&'a str| FailureDetail { expanded: vec![(*line).into()], backtrace: vec!["app/cart.rb:4:in 'add'".into()] };
    Execution {
        index: 0,
        scope: "s".into(),
        name: "n".into(),
        location: None,
        file_name: None,
        result: TestResult::Failed,
        duration: None,
        start_at: None,
        end_at: None,
        failure_reason: reason.map(Into::into),
        failure_expanded: details.iter().map(detail).collect(),
        spans: Vec::new(),
        tag_set: 0,
        selector: None,
        client_id: None,
        external_id: None,
        trace_id: None,
        flags: ExecutionFlags::default(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Every failure is in the one group of its own fingerprint: looking a text up instead of reading it again changes nothing.
    #[test]
    fn groups_partition_the_failures(
        failures in prop::collection::vec((prop::option::of("(timeout|refused|) [0-9]{0,3}"), prop::collection::vec("[xy] [0-9]", 0..2)), 0..40)
    ) {
        let mut groups = FailureGroups::default();
        let mut expected: BTreeMap<FingerprintId, u64> = BTreeMap::new();
        for (reason, details) in &failures {
            let details: Vec<&str> = details.iter().map(String::as_str).collect();
            let execution = failed(reason.as_deref(), &details);
            *expected.entry(fingerprint_of(reason.as_deref(), &execution.failure_expanded).id).or_default() += 1;
            groups.add(&execution);
        }
        let found = groups.finish();
        prop_assert_eq!(found.iter().map(|group| group.executions).sum::<u64>(), u64::try_from(failures.len()).unwrap());
        let found: BTreeMap<_, _> = found.into_iter().map(|group| (group.fingerprint, group.executions)).collect();
        prop_assert_eq!(found, expected);
    }
}

#[test]
fn beyond_so_many_texts_only_known_ones_count() {
    let mut groups = FailureGroups::default();
    groups.add(&failed(Some("known"), &[]));
    for number in 0..FAILURE_TEXTS_PER_UPLOAD_MAX {
        let reason = format!("numbered {number}");
        groups.add(&failed(Some(&reason), &[]));
    }
    groups.add(&failed(Some("known"), &[]));
    groups.add(&failed(Some("unheard of"), &[]));
    let counts: Vec<_> = groups.finish().into_iter().map(|group| (group.title, group.executions)).collect();
    let numbered = u64::try_from(FAILURE_TEXTS_PER_UPLOAD_MAX - 1).unwrap();
    assert_eq!(counts, [("known".to_owned(), 2), ("numbered <n>".to_owned(), numbered)]);
}
