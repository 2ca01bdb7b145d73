use super::*;
use crate::filter::{FilterQuery, ListKind};
use crate::id::Uuid;

fn test_id(number: u128) -> TestId {
    TestId::new(Uuid::from_u128(number))
}

fn execution(test: u128, result: TestResult, duration: Option<f64>, branch: &str, tags: &[(&str, &str)]) -> PlainExecution {
    let tags = tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    let branch = Some(branch.to_owned()).filter(|branch| !branch.is_empty());
    PlainExecution { test: test_id(test), created_at: Timestamp::from_millis(10), result, duration, branch, tags }
}

/// 1 is flaky, 2 always fails, 3 always passes, 4 is only skipped, 5 is outside of the window, 6 never ran.
fn executions() -> Vec<PlainExecution> {
    use TestResult::{Failed, Passed, Skipped};
    let mut late = execution(5, Passed, Some(9.0), "trunk", &[]);
    late.created_at = Timestamp::from_millis(20);
    vec![
        execution(1, Passed, Some(0.25), "trunk", &[("db.engine", "postgres16")]),
        execution(1, Failed, Some(0.75), "release-1", &[("db.engine", "mysql8")]),
        execution(2, Failed, Some(0.5), "trunk", &[]),
        execution(3, Passed, Some(0.5), "release-2", &[("db.engine", "postgres15"), ("os", "linux")]),
        execution(3, Passed, None, "", &[("db.engine", "postgres16")]),
        execution(4, Skipped, None, "trunk", &[]),
        late,
    ]
}

fn tests() -> Vec<PlainTest> {
    let test = |number, labels: &[&str], owners: &[&str], state| PlainTest {
        id: test_id(number),
        labels: labels.iter().map(|label| (*label).to_owned()).collect(),
        owners: owners.iter().map(|owner| (*owner).to_owned()).collect(),
        state,
    };
    vec![
        test(6, &["flaky"], &[], TestState::Enabled),
        test(5, &["flaky"], &["web"], TestState::Enabled),
        test(4, &[], &["web"], TestState::Skipped),
        test(3, &["flaky", "nightly"], &["billing", "web"], TestState::Enabled),
        test(2, &["broken"], &["search"], TestState::Muted),
        test(1, &["flaky"], &["billing"], TestState::Enabled),
    ]
}

fn list(query: &[(&str, &str)]) -> Vec<(u128, u64)> {
    let filters = TestFilters::parse(&FilterQuery::from_pairs(query.iter().copied()), ListKind::Suite).unwrap();
    let window = Window { from: Timestamp::from_millis(10), until: Timestamp::from_millis(20) };
    let rows = list_of_tests(&executions(), &tests(), window, &filters);
    rows.into_iter().map(|(id, metrics)| (id.uuid().as_u128(), metrics.counts.total())).collect()
}

// contract: general 65, 67-69, 71, 74, 83
#[test]
fn lists_of_the_contract() {
    for (query, rows) in [
        // ties by id, nulls last
        (&[][..], &[(1, 2), (2, 1), (3, 2), (4, 1)][..]),
        (&[("order", "asc")], &[(1, 2), (2, 1), (3, 2), (4, 1)]),
        (&[("sort_by", "reliability"), ("order", "asc")], &[(2, 1), (1, 2), (3, 2), (4, 1)]),
        (&[("sort_by", "reliability")], &[(3, 2), (1, 2), (2, 1), (4, 1)]),
        (&[("sort_by", "duration_min")], &[(2, 1), (3, 2), (1, 2), (4, 1)]),
        (&[("sort_by", "duration_max")], &[(1, 2), (2, 1), (3, 2), (4, 1)]),
        (&[("labels", "flaky,!nightly")], &[(1, 2)]),
        (&[("label", "nightly")], &[(3, 2)]),
        (&[("owners", "billing,search")], &[(1, 2), (2, 1), (3, 2)]),
        (&[("owners", "!web")], &[(1, 2), (2, 1)]),
        (&[("state", "muted")], &[(2, 1)]),
        (&[("branch", "release-*")], &[(1, 1), (3, 1)]),
        (&[("branch", "!trunk")], &[(1, 1), (3, 2)]),
        (&[("branch", "trunk")], &[(2, 1), (1, 1), (4, 1)]),
        (&[("tags", "result:~failed")], &[(1, 2), (2, 1)]),
        (&[("tags", "result:^failed")], &[(2, 1)]),
        (&[("tags", "result:failed")], &[(1, 1), (2, 1)]),
        (&[("tags", "result:!passed")], &[(1, 1), (2, 1), (4, 1)]),
        (&[("tags", "db.engine:postgres*")], &[(3, 2), (1, 1)]),
        (&[("tags", "db.engine:!mysql8")], &[(2, 1), (3, 2), (1, 1), (4, 1)]),
        (&[("tags", "db.engine:mysql8,db.engine:postgres15")], &[(1, 1), (3, 1)]),
        (&[("tags", "db.engine:*,os:linux")], &[(3, 1)]),
        (&[("tags", "nobody.has.it:x")], &[]),
        // execution filters come before groups: on trunk, test 1 always passed
        (&[("tags", "result:^passed"), ("branch", "trunk")], &[(1, 1)]),
        (&[("min_executions", "2")], &[(1, 2), (3, 2)]),
        // after all other filters
        (&[("min_executions", "2"), ("branch", "trunk")], &[]),
    ] {
        assert_eq!(list(query), rows, "{query:?}");
    }
}

// contract: general 65
#[test]
fn one_test_answers_even_with_nothing() {
    let window = Window { from: Timestamp::from_millis(10), until: Timestamp::from_millis(20) };
    assert_eq!(metrics_of_test(&executions(), test_id(6), window), Metrics::default());
    assert_eq!(metrics_of_test(&executions(), test_id(3), window).counts.total(), 2);
}
