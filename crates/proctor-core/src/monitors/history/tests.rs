use super::*;
use crate::monitors::filter::{Operator, TagFilter};
use crate::monitors::passed_on_retry::PassedOnRetry;
use crate::run_env::RunEnvEntry;

fn tags(pairs: &[(&str, &str)]) -> TagSet {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn run_env(pairs: &[(&str, &str)]) -> RunEnv {
    let entry = |(key, value): &(&str, &str)| RunEnvEntry { key: (*key).to_owned(), text: (*value).to_owned(), json: String::new() };
    RunEnv::new(pairs.iter().map(entry))
}

#[test]
fn sent_tags_win_but_for_those_of_the_run() {
    let env =
        run_env(&[("branch", "refs/heads/main"), ("collector", "ruby"), ("CI", "buildkite"), ("key", "b1"), ("language_version", "3.4")]);
    let derived = DerivedTags::of(&env, Some("x"), Some("c1"));
    let context = Context::new(&derived, &tags(&[("scm.branch", "x"), ("collector.name", "mine"), ("team", "a"), ("build.step_id", "s")]));
    assert_eq!(context.tag("scm.branch"), Some("main"));
    assert_eq!(context.tag("scm.commit_sha"), Some("c1"));
    assert_eq!(context.tag("build.id"), Some("b1"));
    assert_eq!(context.tag("collector.name"), Some("mine"));
    assert_eq!(context.tag("language.version"), Some("3.4"));
    assert_eq!((context.tag("team"), context.tag("build.step_id")), (Some("a"), Some("s")));
    let silent = Context::new(&DerivedTags::of(&RunEnv::default(), Some("of-run"), Some("c1")), &tags(&[("scm.branch", "x")]));
    assert_eq!(silent.tag("scm.branch"), Some("x"), "a tag is used if run_env lacks the value");
    assert_eq!(silent.tag("scm.commit_sha"), Some("c1"), "and what the run has if there is no tag either");
}

#[test]
fn uploads_of_a_branch_that_is_left_out_cannot_pass() {
    let on_main = TagFilters::on_branch("main");
    let of_env = |pairs: &[(&str, &str)]| DerivedTags::of(&run_env(pairs), Some("x"), None);
    assert!(of_env(&[("branch", "refs/heads/main")]).may_pass(&on_main));
    assert!(!of_env(&[("branch", "x")]).may_pass(&on_main));
    assert!(of_env(&[("branch", "x")]).may_pass(&TagFilters::default()));
    assert!(of_env(&[]).may_pass(&on_main), "the branch of its run counts last: an execution may come with another");
    let of_team = TagFilters::new(vec![TagFilter { key: "team".to_owned(), operator: Operator::Is("a".to_owned()) }]).unwrap();
    assert!(of_env(&[("branch", "x")]).may_pass(&of_team), "tags of executions are not known");
}

fn history() -> History {
    let derived = DerivedTags::of(&run_env(&[("branch", "main"), ("commit_sha", "c1")]), None, None);
    let other = DerivedTags::of(&run_env(&[("branch", "x")]), None, None);
    let upload = |seq: u64, incident| HistoryUpload {
        seq,
        id: UploadId::new(crate::id::Uuid::from_u128(u128::from(seq) << 32)),
        run: RunId::new(crate::id::Uuid::from_u128(9)),
        at: Timestamp::from_millis(1_000),
        incident,
    };
    let row = |ordinal, upload, index, context| HistoryRow {
        ordinal,
        upload,
        index,
        context,
        location: 0,
        result: TestResult::Passed,
        flags: ExecutionFlags::default(),
        duration_s: f64::NAN,
    };
    History {
        uploads: vec![upload(1, Incidental::No), upload(2, Incidental::Yes)],
        contexts: vec![Context::new(&derived, &TagSet::default()), Context::new(&other, &TagSet::default())],
        locations: Vec::new(),
        rows: vec![row(1, 1, 0, 0), row(1, 0, 3, 0), row(0, 0, 2, 1), row(1, 0, 1, 0)],
    }
}

#[test]
fn rows_are_seen_by_test_in_order_of_arrival() {
    let mut history = history();
    history.sort();
    assert_eq!(
        history.rows.iter().map(|row| (row.ordinal, row.upload, row.index)).collect::<Vec<_>>(),
        [(0, 0, 2), (1, 0, 1), (1, 0, 3), (1, 1, 0)]
    );
    let rule = Rule::new(MonitorSettings::PassedOnRetry(PassedOnRetry::default()), TagFilters::on_branch("main")).unwrap();
    let view = View::new(&rule, &history);
    let seen: Vec<_> = history.rows.iter().map(|row| view.observation(row)).collect();
    assert_eq!(history.rows.iter().map(|row| view.counts(row)).collect::<Vec<_>>(), [false, true, true, false]);
    assert!(!view.counts(&HistoryRow { result: TestResult::Skipped, ..history.rows[1] }));
    assert!(seen[0].is_none(), "another branch");
    assert_eq!(seen[1].unwrap().commit, Some(TextHash::of("c1")));
    assert!(seen[1].unwrap().position() < seen[2].unwrap().position());
    assert!(seen[3].is_none(), "part of a mass failure");
    assert_eq!(seen[1].unwrap().duration_s, None);
}

#[test]
fn only_what_rules_ask_for_is_needed() {
    let filter = TagFilter { key: "code.file.path".to_owned(), operator: Operator::Exists };
    let rule = Rule::new(MonitorSettings::default_of("failure_rate").unwrap(), TagFilters::new(vec![filter]).unwrap()).unwrap();
    let mut needs = Needs::default();
    needs.add(&rule);
    assert_eq!(needs, Needs { locations: Needed::No, files: Needed::Yes, selectors: Needed::No });
    needs.add(&Rule::new(MonitorSettings::default_of("passed_on_retry").unwrap(), TagFilters::default()).unwrap());
    assert_eq!(needs.locations, Needed::Yes);
}
