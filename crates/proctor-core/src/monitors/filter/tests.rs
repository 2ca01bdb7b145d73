use super::*;

fn filter(key: &str, operator: Operator) -> TagFilter {
    TagFilter { key: key.to_owned(), operator }
}

fn is(value: &str) -> Operator {
    Operator::Is(value.to_owned())
}

// contract: workflows 4
#[test]
fn all_must_hold_and_missing_tags_have_their_rules() {
    let filters = TagFilters::new(vec![filter("scm.branch", is("main")), filter("team", Operator::IsNot("a".to_owned()))]).unwrap();
    let accepts = |tags: &[(&str, &'static str)]| filters.accept(|key| tags.iter().find(|tag| tag.0 == key).map(|tag| tag.1));
    assert!(accepts(&[("scm.branch", "main")]));
    assert!(accepts(&[("scm.branch", "main"), ("team", "b")]));
    assert!(!accepts(&[("scm.branch", "main"), ("team", "a")]));
    assert!(!accepts(&[("team", "b")]));

    let of = |word: &str, values: &[&str]| Operator::parse(word, values.iter().map(|value| (*value).to_owned()).collect()).unwrap();
    for (operator, missing, same, longer, other) in [
        (of("is", &["ab"]), false, true, false, false),
        (of("is not", &["ab"]), true, false, true, true),
        (of("starts with", &["ab"]), false, true, true, false),
        (of("is one of", &["x", "ab"]), false, true, false, false),
        (of("contains", &["b"]), false, true, true, false),
        (of("exists", &[]), false, true, true, true),
        (of("does_not_exist", &[]), true, false, false, false),
    ] {
        let seen = [None, Some("ab"), Some("abc"), Some("AD")].map(|value| operator.accepts(value));
        assert_eq!(seen, [missing, same, longer, other], "{operator:?}");
    }
}

// contract: workflows 5
#[test]
fn what_is_refused() {
    let refused = |filters: Vec<TagFilter>| TagFilters::new(filters).unwrap_err().to_string();
    assert_eq!(refused(vec![filter("mut.x", is("a"))]), "\"mut.x\" cannot be used in filters and variant tags");
    assert_eq!(refused(vec![filter("mut", Operator::Exists)]), "\"mut\" cannot be used in filters and variant tags");
    assert_eq!(refused(vec![filter("result", is("passed"))]), "\"result\" cannot be used in filters and variant tags");
    assert_eq!(refused(vec![filter("a", is("b")); 11]), "at most 10 filters");
    assert_eq!(refused(vec![filter("a", Operator::IsOneOf(Vec::new()))]), "\"is one of\" takes 1 to 100 values");
    assert_eq!(refused(vec![filter("a", is(" "))]), "the value of a filter on \"a\" is blank");
    assert_eq!(refused(vec![filter(" ", Operator::Exists)]), "the key of a filter is missing");
    assert!(TagFilters::new(vec![filter("mutex", is("b")); 10]).is_ok());
    assert_eq!(Operator::parse("matches", vec![]).unwrap_err().to_string(), "unknown operator \"matches\"");
    assert_eq!(Operator::parse("is", vec![]).unwrap_err().to_string(), "\"is\" takes exactly one value");
    assert_eq!(Operator::parse("exists", vec!["a".to_owned()]).unwrap_err().to_string(), "\"exists\" takes no value");
}

// contract: workflows 6
#[test]
fn the_default_is_the_default_branch() {
    let filters = TagFilters::on_branch("main");
    assert!(filters.accept(|key| (key == BRANCH_TAG).then_some("main")) && !filters.accept(|_| None));
    assert_eq!((filters.branch().as_deref(), filters.has_branch()), (Some("main"), true));
    let loose = TagFilters::new(vec![filter(BRANCH_TAG, Operator::Contains("rel".to_owned()))]).unwrap();
    assert_eq!((loose.branch().as_deref(), loose.has_branch()), (Some("rel"), false));
}
