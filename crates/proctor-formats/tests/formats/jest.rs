//! Jest's and Vitest's JSON (`uploads.md`, 7.2).

use proctor_core::format::ReportFormat;
use proctor_core::record::Record;
use proctor_core::result::TestResult;

use crate::corpus::{self, Collect, shared_file};

fn read(json: &str) -> Collect {
    corpus::read(ReportFormat::JestJson, json.as_bytes()).unwrap_or_else(|error| panic!("{error}: {json}"))
}

fn read_one(assertion: &str) -> Record<'static> {
    let sink = read(&format!(r#"{{"testResults":[{{"assertionResults":[{assertion}],"name":"/app/a.test.js"}}]}}"#));
    sink.records.into_iter().next().unwrap().1
}

// contract: uploads 52
#[test]
fn a_file_that_did_not_load_is_a_notice() {
    let sink = corpus::read(ReportFormat::JestJson, &shared_file("captures/native/jest.json")).unwrap();
    assert_eq!((sink.records.len(), sink.notices.len()), (17, 1));
    assert!(sink.notices[0].message.contains("Test suite failed to run"), "{:?}", sink.notices);
    assert!(!sink.notices[0].message.contains('\u{1b}'));
    assert!(!sink.notices[0].detail.is_empty());
}

#[test]
fn an_assertion_follows_the_table() {
    let record = read_one(
        r#"{"ancestorTitles":["math","add"],"title":"fails","status":"failed","duration":54,"location":{"column":5,"line":3},
            "failureMessages":["Error: \u001b[31mboom\u001b[39m\nsecond\n    at f (/app/a.test.js:3:5)\n\tat g"]}"#,
    );
    assert_eq!((&*record.scope, &*record.name, record.duration), ("math add", "fails", Some(0.054)));
    assert_eq!((record.file_name.as_deref(), record.location.as_deref()), (Some("/app/a.test.js"), Some("/app/a.test.js:3")));
    assert_eq!(record.failure_reason.as_deref(), Some("Error: boom"));
    assert_eq!(record.failure_expanded[0].expanded, ["Error: \u{1b}[31mboom\u{1b}[39m", "second"]);
    assert_eq!(record.failure_expanded[0].backtrace, ["    at f (/app/a.test.js:3:5)", "\tat g"]);
    let record = read_one(r#"{"title":"t","status":"todo","duration":null,"location":null}"#);
    assert_eq!((&*record.scope, record.result, record.duration), ("", TestResult::Skipped, None));
    assert_eq!(record.location.as_deref(), Some("/app/a.test.js"));
}

#[test]
fn attempts_before_the_one_that_passed_are_flagged() {
    for (assertion, flagged) in [
        (r#"{"title":"t","status":"passed","invocations":3}"#, true),
        (r#"{"title":"t","status":"passed","failureMessages":["Error"]}"#, true),
        (r#"{"title":"t","status":"passed","invocations":1,"failureMessages":[]}"#, false),
        (r#"{"title":"t","status":"failed","invocations":3,"failureMessages":["Error"]}"#, false),
    ] {
        assert_eq!(read_one(assertion).runner_retried, flagged, "{assertion}");
    }
    assert_eq!(read_one(r#"{"title":"t","status":"passed","failureMessages":["Error"]}"#).failure_reason, None);
}

#[test]
fn wrong_types_lose_no_record() {
    let sink = read(
        r#"{"testResults":[5,{"assertionResults":7},{"name":[],"assertionResults":[{"title":1,"ancestorTitles":"a","location":4},{},"x",
            {"title":"ok","status":"passed","failureMessages":"one\ntwo","duration":-3}]}]}"#,
    );
    assert_eq!(sink.records.iter().map(|(index, _)| *index).collect::<Vec<_>>(), [0, 3]);
    assert_eq!(sink.only_records()[0].scope, "a");
    assert_eq!(sink.only_records()[1].failure_expanded[0].expanded, ["one", "two"]);
}
