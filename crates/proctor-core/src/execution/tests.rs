use super::*;
use crate::run_env::RunEnvEntry;

fn run_env(entries: &[(&str, &str)]) -> RunEnv {
    RunEnv::new(entries.iter().map(|(key, text)| RunEnvEntry { key: (*key).to_owned(), text: (*text).to_owned(), json: String::new() }))
}

fn normalise<'a>(normaliser: &mut Normaliser, record: Record<'a>) -> (Result<Execution<'a>, Rejection>, Vec<Warning>) {
    let mut warnings = Vec::new();
    let execution = normaliser.normalise(0, record, &mut |warning| warnings.push(warning));
    (execution, warnings)
}

fn plain() -> Normaliser {
    Normaliser::new(&run_env(&[]), ReportFormat::Json, TagSet::default())
}

// contract: uploads 39
#[test]
fn long_failures_are_cut_with_a_flag() {
    let mut record = Record::new("s", "n", TestResult::Failed);
    record.failure_reason = Some("x".repeat(300 * 1024).into());
    record.failure_expanded = vec![FailureDetail { expanded: vec!["y".repeat(2 * 1024 * 1024).into()], backtrace: vec!["z".into()] }];
    let (execution, warnings) = normalise(&mut plain(), record);
    let execution = execution.unwrap();
    assert_eq!(execution.failure_reason.unwrap().len(), limits::FAILURE_REASON_BYTES_MAX);
    assert_eq!(execution.failure_expanded[0].expanded[0].len(), limits::FAILURE_EXPANDED_BYTES_MAX);
    assert!(execution.failure_expanded[0].backtrace.is_empty());
    assert!(execution.flags.truncated);
    assert_eq!(warnings.len(), 1);
    assert_eq!(warnings[0].kind, WarningKind::Truncated);
}

#[test]
fn an_identity_that_is_too_long_is_rejected_and_a_long_path_dropped() {
    let (long, rejected) =
        ("n".repeat(limits::IDENTITY_BYTES_MAX + 1), |result: Result<Execution<'_>, Rejection>| result.unwrap_err().reason);
    assert_eq!(rejected(normalise(&mut plain(), Record::new("s", long.as_str(), TestResult::Passed)).0), RejectReason::IdentityTooLong);
    assert_eq!(rejected(normalise(&mut plain(), Record::new("s", " ", TestResult::Passed)).0), RejectReason::NameMissing);
    let mut record = Record::new("s", "n", TestResult::Passed);
    record.location = Some("p".repeat(limits::PATH_BYTES_MAX + 1).into());
    let (execution, warnings) = normalise(&mut plain(), record);
    assert_eq!(execution.unwrap().location, None);
    assert_eq!(warnings[0].kind, WarningKind::PathDropped);
}

#[test]
fn deep_and_many_spans_are_dropped() {
    let leaf =
        || Span { section: "sql".into(), start_at: None, end_at: None, duration: Some(0.1), detail: SpanDetail::None, children: vec![] };
    let mut deep = leaf();
    for _ in 0..40 {
        deep = Span { children: vec![deep], ..leaf() };
    }
    let mut record = Record::new("s", "n", TestResult::Passed);
    record.spans = vec![deep];
    record.spans.extend((0..limits::SPANS_PER_EXECUTION_MAX).map(|_| leaf()));
    let execution = normalise(&mut plain(), record).0.unwrap();
    assert!(execution.flags.truncated);
    let mut depth = 0;
    let mut spans = &execution.spans;
    while let Some(first) = spans.first() {
        depth += 1;
        spans = &first.children;
    }
    assert_eq!(depth, limits::SPAN_DEPTH_MAX);
    assert_eq!(execution.spans.len() + limits::SPAN_DEPTH_MAX - 1, limits::SPANS_PER_EXECUTION_MAX);
}

// contract: uploads 50
#[test]
fn the_selector_follows_from_the_file_unless_the_sender_gave_it() {
    let env = run_env(&[("collector", "python-buildkite-test-collector"), ("location_prefix", "py")]);
    let mut normaliser = Normaliser::new(&env, ReportFormat::Json, TagSet::default());
    let mut record = Record::new("s", "n", TestResult::Passed);
    record.file_name = Some("./py/tests/test_a.py::TestB".into());
    assert_eq!(normalise(&mut normaliser, record.clone()).0.unwrap().selector.as_deref(), Some("tests/test_a.py"));
    record.tags = vec![(SELECTOR_TAG.into(), "mine".into())];
    let execution = normalise(&mut normaliser, record).0.unwrap();
    assert_eq!(execution.selector, None);
    assert_eq!(normaliser.tag_sets()[execution.tag_set as usize].get(SELECTOR_TAG), Some("mine"));
}

#[test]
fn equal_tags_share_a_set_and_each_bad_one_warns() {
    let (upload, _) = TagSet::check(&[("team", "a")]);
    let mut normaliser = Normaliser::new(&run_env(&[]), ReportFormat::Json, upload);
    let tagged = |key: &'static str| {
        let mut record = Record::new("s", "n", TestResult::Passed);
        record.tags = vec![(key.into(), "v".into())];
        record
    };
    let sets: Vec<u32> = ["x", "y", "x", "x"].map(|key| normalise(&mut normaliser, tagged(key)).0.unwrap().tag_set).to_vec();
    assert_eq!(sets, [1, 2, 1, 1]);
    assert_eq!(normalise(&mut normaliser, Record::new("s", "n", TestResult::Passed)).0.unwrap().tag_set, 0);
    for _ in 0..2 {
        let (execution, warnings) = normalise(&mut normaliser, tagged("1bad"));
        assert_eq!(warnings[0].kind, WarningKind::TagDropped);
        assert_eq!(normaliser.tag_sets()[execution.unwrap().tag_set as usize].get("team"), Some("a"));
    }
}
