use std::cmp::Ordering;

use proptest::prelude::*;

use super::*;
use crate::id::{TestId, Uuid};
use crate::result::{ResultCounts, TestResult};
use crate::state::TestState;

fn read(pairs: &[(&str, &str)], kind: ListKind) -> Result<TestFilters, FilterError> {
    TestFilters::parse(&FilterQuery::from_pairs(pairs.iter().copied()), kind)
}

fn suite(name: &str, value: &str) -> TestFilters {
    read(&[(name, value)], ListKind::Suite).unwrap()
}

// contract: general 67, 68, 70, 71
#[test]
fn refusals_have_the_texts_of_the_contract() {
    const RESULTS: &str = "result must be one of passed, failed, skipped, pending, unknown";
    const GROUPS: &str = "operators ~ and ^ are only supported for the result tag";
    const EXECUTIONS: &str = "min_executions must be an integer of at least 1";
    for (name, value, status, message) in [
        ("state", "Muted", 422, "state must be one of enabled, muted, skipped"),
        ("state", "muted,skipped", 422, "state must be one of enabled, muted, skipped"),
        ("branch", "!release-*", 422, "branch supports at most one operator"),
        ("branch", "!!x", 422, "branch supports at most one operator"),
        ("tags", "db.engine:!pg*", 422, "tags supports at most one operator per value"),
        ("tags", "db.engine:!^pg", 422, "tags supports at most one operator per value"),
        ("tags", "result:~fail*", 422, "tags supports at most one operator per value"),
        ("tags", "result:!~failed", 422, "tags supports at most one operator per value"),
        ("tags", "result:^!failed", 422, "tags supports at most one operator per value"),
        ("tags", "nocolon", 422, "tags must use key:value syntax"),
        ("tags", "a:b,nocolon", 422, "tags must use key:value syntax"),
        ("tags", ":x", 422, "tags must use key:value syntax"),
        ("tags", "x:", 422, "tags must use key:value syntax"),
        ("tags", "x:!", 422, "tags must use key:value syntax"),
        ("tags", "result:", 422, "tags must use key:value syntax"),
        ("tags", "result:^", 422, "tags must use key:value syntax"),
        ("tags", "db.engine:^x", 422, GROUPS),
        ("tags", "db.engine:~x", 422, GROUPS),
        ("tags", "result:passed,result:failed", 422, "result can only be specified once"),
        ("tags", "result:~failed,a:b,result:~failed", 422, "result can only be specified once"),
        ("tags", "result:green", 422, RESULTS),
        ("tags", "result:Passed", 422, RESULTS),
        ("tags", "result:!green", 422, RESULTS),
        ("tags", "result:~green", 422, RESULTS),
        ("tags", "result:x*", 422, RESULTS),
        ("min_executions", "x", 400, EXECUTIONS),
        ("min_executions", "1.5", 400, EXECUTIONS),
        ("min_executions", "-", 400, EXECUTIONS),
        ("min_executions", "+1", 400, EXECUTIONS),
        ("min_executions", "0", 422, EXECUTIONS),
        ("min_executions", "-3", 422, EXECUTIONS),
        ("min_executions", "-99999999999999999999", 422, EXECUTIONS),
        ("sort_by", "name", 422, "sort_by must be one of duration_avg, duration_sum, duration_min, duration_max, reliability"),
        ("order", "DESC", 422, "order must be asc or desc"),
    ] {
        let error = read(&[(name, value)], ListKind::Suite).unwrap_err();
        assert_eq!((error.fault().status(), error.to_string().as_str()), (status, message), "{name}={value}");
    }
    let error = read(&[("label", "flaky"), ("labels", "!x")], ListKind::Suite).unwrap_err();
    assert_eq!((error.fault().status(), error.to_string().as_str()), (422, "label cannot be combined with labels"));
    let many = vec!["a:b"; FILTER_VALUES_MAX + 1].join(",");
    assert_eq!(read(&[("tags", &many)], ListKind::Suite).unwrap_err().to_string(), "tags supports at most 200 values");
    let many: Vec<_> = (0..=FILTER_VALUES_MAX).map(|number| number.to_string()).collect();
    assert_eq!(read(&[("owners", &many.join(","))], ListKind::Suite), Err(FilterError::TooManyValues(Parameter::Owners)));
}

#[test]
fn blank_parameters_and_items_count_as_absent() {
    for name in ["labels", "label", "owners", "state", "branch", "tags", "min_executions", "sort_by", "order", "colour"] {
        for value in ["", " ", "\t"] {
            assert_eq!(suite(name, value), TestFilters::default(), "{name}={value:?}");
        }
    }
    assert_eq!(suite("labels", ",flaky,, ,!"), suite("labels", "flaky"));
    assert_eq!(suite("tags", ",a:b,"), suite("tags", "a:b"));
    assert_eq!(suite("branch", "!"), TestFilters::default());
    assert_eq!(read(&[("label", "flaky"), ("labels", " ")], ListKind::Suite), Ok(suite("labels", "flaky")));
}

#[test]
fn repeated_lists_are_joined_and_the_last_of_others_counts() {
    let twice = read(&[("labels", "a"), ("branch", "x"), ("labels", "!b"), ("branch", "y")], ListKind::Suite);
    assert_eq!(twice, read(&[("branch", "y"), ("labels", "a,!b")], ListKind::Suite));
}

// contract: general 68
#[test]
fn a_branch_is_one_condition() {
    for (value, branch, passes) in [
        ("trunk", Some("trunk"), true),
        ("trunk", Some("Trunk"), false),
        ("trunk", None, false),
        ("!trunk", Some("trunk"), false),
        ("!trunk", Some("trunk2"), true),
        ("!trunk", None, true),
        ("release-*", Some("release-"), true),
        ("release-*", Some("my-release-1"), false),
        ("re*-*", Some("re*-1"), true),
        ("re*-*", Some("release-1"), false),
        ("*", Some("x"), true),
        ("*", None, false),
        ("*x", Some("*x"), true),
        ("a,b", Some("a,b"), true),
        ("~x", Some("~x"), true),
        ("v1**", Some("v1*2"), true),
    ] {
        assert_eq!(suite("branch", value).branch.unwrap().matches(branch), passes, "{value} {branch:?}");
    }
}

#[test]
fn tags_are_alternatives_under_one_key_and_demands_across_keys() {
    for (value, tags, passes) in [
        ("db:pg16,db:pg15", &[("db", "pg15")][..], true),
        ("db:pg*,db:my8", &[("db", "my8")], true),
        ("db:pg16,os:linux", &[("db", "pg16")], false),
        ("db:pg16,os:linux", &[("db", "pg16"), ("os", "linux")], true),
        ("db:pg*,db:!pg9", &[("db", "pg9")], false),
        ("db:!pg9,db:!pg8", &[("db", "pg8")], false),
        ("db:!pg9", &[], true),
        ("db:pg*,db:!pg9", &[], false),
        ("db:*", &[("db", "x")], true),
        ("db:*", &[], false),
        ("url:http://x", &[("url", "http://x")], true),
        ("Result:x", &[("Result", "x")], true),
    ] {
        let found = suite("tags", value).tags.matches(|key| tags.iter().find(|(known, _)| *known == key).map(|(_, value)| *value));
        assert_eq!(found, passes, "{value} {tags:?}");
    }
}

// contract: general 69
#[test]
fn results_select_executions_or_groups() {
    use TestResult::{Failed, Passed, Pending, Skipped, Unknown};
    let accepted = |value| {
        let filter = suite("tags", value).result.unwrap();
        TestResult::ALL.into_iter().filter(|result| filter.accepts(*result)).collect::<Vec<_>>()
    };
    assert_eq!(accepted("result:failed"), [Failed]);
    assert_eq!(accepted("result:!passed"), [Failed, Skipped, Pending, Unknown]);
    assert_eq!(accepted("result:p*"), [Passed, Pending]);
    assert_eq!(accepted("result:*"), TestResult::ALL);
    assert_eq!(accepted("result:~failed"), TestResult::ALL);

    let counts = |results: &[TestResult]| {
        let mut counts = ResultCounts::default();
        results.iter().for_each(|result| counts.add(*result));
        counts
    };
    for (value, results, stays) in [
        ("result:~failed", &[Passed, Failed][..], true),
        ("result:~failed", &[Passed], false),
        ("result:^failed", &[Passed, Failed], false),
        ("result:^failed", &[Failed, Failed], true),
        ("result:^failed", &[], false),
        ("result:~failed", &[], false),
        ("result:failed", &[Passed], true),
    ] {
        assert_eq!(suite("tags", value).result.unwrap().keeps(&counts(results)), stays, "{value} {results:?}");
    }
}

#[test]
fn labels_owners_and_state_look_at_the_test() {
    for (value, has, passes) in [
        ("a,b", &["b"][..], true),
        ("a,b", &[], false),
        ("!a", &[], true),
        ("!a,!b", &["b"], false),
        ("a,!b", &["a", "b"], false),
        ("a*", &["ab"], false),
        (" a", &["a"], false),
    ] {
        assert_eq!(suite("owners", value).owners.matches(|owner| has.contains(&owner)), passes, "{value} {has:?}");
    }
    assert_eq!(suite("label", "!a,b").labels.any_of(), ["!a,b"]);
    assert_eq!(suite("state", "muted").state, Some(TestState::Muted));
    assert_eq!(suite("min_executions", "99999999999999999999").min_executions, Some(u64::MAX));
}

// contract: general 77
#[test]
fn the_list_of_a_build_knows_fewer_parameters() {
    let filters =
        read(&[("tags", "build.id:x,os:linux"), ("label", "a"), ("labels", "b"), ("min_executions", "x")], ListKind::Build).unwrap();
    assert_eq!(filters, read(&[("tags", "os:linux"), ("labels", "b")], ListKind::Suite).unwrap());
    assert!(read(&[("tags", "build.id:!x*")], ListKind::Build).is_err());
    assert!(suite("tags", "build.id:x").concern_executions() && !suite("labels", "x").concern_executions());
}

// contract: general 71
#[test]
fn nulls_come_last_and_ties_go_by_id() {
    let id = |number| TestId::new(Uuid::from_u128(number));
    for (order, first, second) in [
        ("asc", (Some(0.1), 2), (Some(0.2), 1)),
        ("desc", (Some(0.2), 2), (Some(0.1), 1)),
        ("asc", (Some(0.1), 2), (None, 1)),
        ("desc", (Some(0.1), 2), (None, 1)),
        ("asc", (Some(0.1), 1), (Some(0.1), 2)),
        ("desc", (Some(0.1), 1), (Some(0.1), 2)),
        ("desc", (None, 1), (None, 2)),
    ] {
        let sort = Sort::parse(None, Some(order)).unwrap();
        let (first, second) = ((first.0, id(first.1)), (second.0, id(second.1)));
        assert_eq!(sort.compare(first, second), Ordering::Less, "{order} {first:?} {second:?}");
        assert_eq!(sort.compare(second, first), Ordering::Greater);
    }
    for by in SortBy::ALL {
        assert_eq!(Sort::parse(Some(by.as_str()), None), Ok(Sort { by, order: Order::Desc }));
    }
}

proptest! {
    #[test]
    fn any_value_is_read_or_refused(value in "[!~^*:,a-c ]{0,12}|(result|a):[!~^*a-d]{0,4}(,result:passed)?") {
        for name in ["labels", "owners", "branch", "tags", "state", "min_executions", "sort_by", "order"] {
            let _ = read(&[(name, &value)], ListKind::Suite);
            let _ = read(&[(name, &value)], ListKind::Build);
        }
    }

    #[test]
    fn an_exclusion_is_the_opposite(value in "[a-z]{1,3}", branch in "[a-z]{1,3}") {
        let equal = suite("branch", &value).branch.unwrap();
        let unequal = suite("branch", &format!("!{value}")).branch.unwrap();
        prop_assert_eq!(equal.matches(Some(&branch)), !unequal.matches(Some(&branch)));
        prop_assert_eq!(equal.matches(Some(&branch)), value == branch);
    }
}
