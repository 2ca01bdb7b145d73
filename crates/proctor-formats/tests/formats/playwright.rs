//! Playwright's JSON reporter (`uploads.md`, 7.3).

use proctor_core::format::ReportFormat;
use proctor_core::result::TestResult;
use proctor_formats::ParseContext;

use crate::corpus::{self, Collect, shared_file};

fn read(json: &str) -> Collect {
    corpus::read(ReportFormat::PlaywrightJson, json.as_bytes()).unwrap_or_else(|error| panic!("{error}: {json}"))
}

// contract: uploads 53
#[test]
fn the_recorded_report_is_read_attempt_by_attempt() {
    let context = ParseContext { cwd: Some("/app"), test_runner: None };
    let document = shared_file("captures/native/playwright.json");
    let sink = corpus::read_in(ReportFormat::PlaywrightJson, &document, &context).unwrap();
    let named = |name: &str| sink.only_records().into_iter().filter(|record| record.name == name).cloned().collect::<Vec<_>>();
    assert_eq!(named("flaky")[0].scope, " alpha sample.pw.js outer flaky");
    assert_eq!(named("flaky").iter().map(|record| record.result).collect::<Vec<_>>(), [TestResult::Failed, TestResult::Passed]);
    assert_eq!(named("flaky")[0].file_name.as_deref(), Some("/app/js/playwright/sample.pw.js"));
    let tags: Vec<_> = sink.only_records().iter().flat_map(|record| record.tags.clone()).collect();
    assert!(tags.contains(&("type".into(), "feature".into())) && tags.contains(&("team".into(), "web".into())), "{tags:?}");
    let without = corpus::read(ReportFormat::PlaywrightJson, &document).unwrap();
    assert_eq!(without.only_records()[0].file_name.as_deref(), Some("sample.pw.js"));
    assert!(without.only_records()[0].location.as_deref().is_some_and(|location| location.starts_with("sample.pw.js:")));
}

/// A report of one spec; the keys stand in another order than Playwright's.
fn report(spec: &str) -> String {
    format!(
        r#"{{"errors":[{{"message":"\u001b[31mError: no browser\u001b[39m\nmore","stack":"s"}}],
            "suites":[{{"suites":[{{"suites":[{{"specs":[{spec}],"title":"inner"}}],"title":""}}],"specs":[],"title":"a.spec.ts"}}],"config":{{}}}}"#
    )
}

#[test]
fn an_attempt_follows_the_table() {
    let sink = read(&report(
        r#"{"tests":[{"results":[{"status":"failed","duration":1500,"error":{"message":"\u001b[31mError: a\u001b[39m\nb"},
              "errors":[{"message":"Error: a\nb","stack":"Error: a\nb\n    at f:1","snippet":"> 1 | x\n  2 | y"},{"value":"thrown"}]}],
             "projectName":"web","expectedStatus":"passed"}],
            "tags":["@k:v","team:web","plain","@a:b:c",":x","y:",5],"title":"adds","file":"a.spec.ts","line":4,"column":2}"#,
    ));
    let record = sink.only_records()[0];
    assert_eq!((&*record.scope, &*record.name), (" web a.spec.ts inner adds", "adds"));
    assert_eq!((record.duration, record.location.as_deref()), (Some(1.5), Some("a.spec.ts:4:2")));
    assert_eq!(record.failure_reason.as_deref(), Some("Error: a"));
    assert_eq!(record.failure_expanded[0].expanded, ["Error: a", "b", "> 1 | x", "  2 | y"]);
    assert_eq!(record.failure_expanded[0].backtrace, ["    at f:1"]);
    assert_eq!(record.failure_expanded[1].expanded, ["thrown"]);
    assert_eq!(record.tags, [("k", "v"), ("team", "web")].map(|(key, value)| (key.into(), value.into())));
    assert_eq!((&*sink.notices[0].message, &*sink.notices[0].detail), ("Error: no browser", "s"));
}

#[test]
fn the_status_is_measured_against_the_expected_one() {
    for (status, expected, result) in [
        ("passed", "passed", TestResult::Passed),
        ("failed", "failed", TestResult::Passed),
        ("passed", "failed", TestResult::Failed),
        ("timedOut", "passed", TestResult::Failed),
        ("skipped", "passed", TestResult::Skipped),
        ("skipped", "skipped", TestResult::Skipped),
        ("interrupted", "passed", TestResult::Unknown),
        ("new", "passed", TestResult::Unknown),
    ] {
        let sink =
            read(&report(&format!(r#"{{"title":"t","tests":[{{"expectedStatus":"{expected}","results":[{{"status":"{status}"}}]}}]}}"#)));
        assert_eq!(sink.only_records()[0].result, result, "{status} {expected}");
        assert_eq!(sink.only_records()[0].scope, "  a.spec.ts inner t");
    }
}

#[test]
fn wrong_types_lose_no_neighbour() {
    let sink =
        read(&report(r#"5,{"title":"a","tests":[3,{"results":[7,{"status":"passed"}]},{"results":{}}]},{"tests":[{"results":[{}]}]}"#));
    assert_eq!(sink.records.iter().map(|(index, _)| *index).collect::<Vec<_>>(), [3]);
    assert_eq!(sink.rejections.len(), 4);
    assert!(read(r#"{"suites":[]}"#).records.is_empty());
}

#[test]
fn a_document_cannot_unfold_into_something_larger() {
    let long = "x".repeat(1_000_000);
    let attempts = vec![r#"{"status":"passed"}"#; 2_000].join(",");
    let sink = read(&format!(
        r#"{{"suites":[{{"title":"{long}","specs":[{{"title":"{long}\n","file":"{long}\n","line":"{long}\n","tests":[{{"projectName":"{long}\n","results":[{attempts}]}}]}}]}}]}}"#
    ));
    assert_eq!(sink.records.len(), 2_000);
    assert!(
        sink.only_records().iter().all(|record| record.name.len() > 16_384 && record.name.len() < 17_000 && record.scope.len() < 60_000)
    );
    let deep = (0..100).fold("[]".to_owned(), |inner, _| format!(r#"[{{"title":"t","suites":{inner}}}]"#));
    assert!(corpus::read(ReportFormat::PlaywrightJson, format!(r#"{{"suites":{deep}}}"#).as_bytes()).is_err());
}
