use proptest::prelude::*;

use super::*;

fn reasons(sent: &[(&str, &str)]) -> Vec<Option<DropReason>> {
    sent.iter().map(|tag| TagSet::check(&[*tag]).1.first().map(|dropped| dropped.reason)).collect()
}

// contract: uploads 45, 46
#[test]
fn each_tag_on_its_own() {
    let (k63, k64) = ("k".repeat(63), "k".repeat(64));
    let (v127, v128) = ("v".repeat(127), "v".repeat(128));
    assert_eq!(
        reasons(&[(&k63, "v"), (&k64, "v"), ("k", &v127), ("k", &v128)]),
        [None, Some(DropReason::KeyTooLong), None, Some(DropReason::ValueTooLong)]
    );
    let dropped = [("1x", "v"), ("a b", "v"), ("", "v"), ("mut", "v"), ("mut.x", "v"), ("k", " ")];
    assert!(reasons(&dropped).iter().all(Option::is_some));
    assert_eq!(reasons(&[("mutation", "v"), ("mutable.tag", "v"), ("service.name", " v ")]), [None, None, None]);
}

// contract: uploads 47
#[test]
fn the_earlier_of_two_keys_in_conflict_stays() {
    let (set, dropped) = TagSet::check(&[("service", "a"), ("service.name", "b"), ("service-x", "c")]);
    assert_eq!(set.as_slice(), [("service".to_owned(), "a".to_owned()), ("service-x".to_owned(), "c".to_owned())]);
    assert_eq!(dropped[0].reason, DropReason::PrefixConflict);
    assert_eq!(TagSet::check(&[("scm", "x")]).1[0].reason, DropReason::PrefixConflict);
}

// contract: uploads 48
#[test]
fn ten_tags_stay_and_core_keys_do_not_count() {
    let mut sent: Vec<(String, String)> = (0..11).map(|n| (format!("k{n}"), "v".to_owned())).collect();
    sent.insert(3, ("host.arch".to_owned(), "arm64".to_owned()));
    let (set, dropped) = TagSet::check(&sent);
    assert_eq!(set.as_slice().len(), 11);
    assert_eq!(dropped, [DroppedTag { key: "k10".to_owned(), reason: DropReason::TooMany }]);
}

// contract: uploads 44
#[test]
fn the_higher_level_wins() {
    let (upload, _) = TagSet::check(&[("team", "a"), ("service.name", "s"), ("x", "1")]);
    let (execution, _) = TagSet::check(&[("team", "b"), ("service", "t")]);
    let merged = upload.overlaid_with(&execution);
    assert_eq!(merged.get("team"), Some("b"));
    assert_eq!(merged.get("service"), Some("t"));
    assert_eq!(merged.get("service.name"), None);
    assert_eq!(merged.get("x"), Some("1"));
}

proptest! {
    #[test]
    fn no_key_is_ever_a_prefix_of_another(
        upload in proptest::collection::vec(("[a-c](\\.[a-c]){0,3}", "[a-z]{1,3}"), 0..14),
        execution in proptest::collection::vec(("[a-c](\\.[a-c]){0,3}", "[a-z]{1,3}"), 0..14),
    ) {
        let (lower, dropped) = TagSet::check(&upload);
        prop_assert!(lower.as_slice().len() + dropped.len() <= upload.len());
        let (higher, _) = TagSet::check(&execution);
        let merged = lower.overlaid_with(&higher);
        for (key, value) in higher.as_slice() {
            prop_assert_eq!(merged.get(key), Some(value.as_str()));
        }
        for (a, _) in merged.as_slice() {
            for (b, _) in merged.as_slice() {
                prop_assert!(!in_conflict(a, b), "{} and {}", a, b);
            }
        }
        prop_assert!(merged.as_slice().windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
