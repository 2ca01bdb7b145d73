//! The events of `go test -json` (`uploads.md`, 7.5).

use proctor_core::format::ReportFormat;
use proctor_core::result::TestResult;

use crate::corpus::{self, Collect, shared_file};

fn read(lines: &[&str]) -> Collect {
    corpus::read(ReportFormat::GoJsonl, lines.join("\n").as_bytes()).unwrap_or_else(|error| panic!("{error}: {lines:?}"))
}

fn found(sink: &Collect) -> Vec<(String, TestResult)> {
    sink.only_records().iter().map(|record| (record.name.to_string(), record.result)).collect()
}

// contract: uploads 50, 55
#[test]
fn the_recorded_stream_is_read() {
    let sink = corpus::read(ReportFormat::GoJsonl, &shared_file("captures/native/go-test.jsonl")).unwrap();
    let records = sink.only_records();
    let main = records.iter().find(|record| record.name == "TestMain").unwrap();
    assert_eq!((&*main.scope, main.result, main.duration), ("example.com/shop/mainfail", TestResult::Failed, Some(0.002)));
    assert_eq!(main.failure_reason.as_deref(), Some("setup failed"));
    assert_eq!(sink.notices.len(), 1);
    assert_eq!(
        (&*sink.notices[0].message, &*sink.notices[0].detail),
        ("1 line is not JSON", "FAIL\texample.com/shop/nobuild [build failed]")
    );
    let wrong = records.iter().find(|record| record.name == "TestWrong").unwrap();
    assert_eq!(wrong.failure_reason.as_deref(), Some("calc_test.go:11: got 3, want 4"));
    assert_eq!(
        wrong.failure_expanded[0].expanded,
        ["=== RUN   TestWrong", "    calc_test.go:11: got 3, want 4", "--- FAIL: TestWrong (0.00s)"]
    );
    assert!(records.iter().all(|record| record.selector.as_ref() == Some(&record.scope)));
    assert!(records.iter().any(|record| record.name == "TestTable/two_words"));
}

#[test]
fn a_build_that_fails_is_a_notice() {
    let sink = read(&[
        r#"{"ImportPath":"p [p.test]","Action":"build-output","Output":"a.go:1: undefined: x\n"}"#,
        r#"{"ImportPath":"p [p.test]","Action":"build-fail"}"#,
        r#"{"Action":"output","Package":"p","Output":"FAIL\tp [build failed]\n"}"#,
        r#"{"Action":"fail","Package":"p","Elapsed":0,"FailedBuild":"p [p.test]"}"#,
        r#"{"Action":"output","Package":"q","Output":"FAIL\tq [build failed]\n"}"#,
        r#"{"Action":"fail","Package":"q","Elapsed":0}"#,
    ]);
    assert!(sink.records.is_empty());
    assert_eq!(sink.notices.iter().map(|notice| &*notice.message).collect::<Vec<_>>(), ["p does not build", "q does not build"]);
    assert_eq!(sink.notices[0].detail, "a.go:1: undefined: x\nFAIL\tp [build failed]");
}

#[test]
fn a_test_that_never_ended_is_unknown() {
    let sink = read(&[
        r#"{"Action":"run","Package":"p","Test":"A"}"#,
        r#"{"Action":"pass","Package":"p","Test":"A","Elapsed":0.5}"#,
        r#"{"Action":"run","Package":"p","Test":"B"}"#,
        r#"{"Action":"output","Package":"p","Test":"B","Output":"part "}"#,
        r#"{"Action":"output","Package":"p","Test":"B","Output":"and rest\n"}"#,
        r#"{"Action":"run","Package":"p","Test":"C"}"#,
        r#"{"Action":"fail","Package":"p"}"#,
    ]);
    let expected = [("A", TestResult::Passed), ("B", TestResult::Unknown), ("C", TestResult::Unknown), ("TestMain", TestResult::Failed)];
    assert_eq!(found(&sink), expected.map(|(name, result)| (name.to_owned(), result)));
    assert_eq!(sink.only_records()[1].failure_reason.as_deref(), Some("part and rest"));
}

#[test]
fn reruns_are_executions_of_their_own() {
    let run = [
        r#"{"Action":"run","Package":"p","Test":"A"}"#,
        r#"{"Action":"output","Package":"p","Test":"A","Output":"x\n"}"#,
        r#"{"Action":"fail","Package":"p","Test":"A"}"#,
        r#"{"Action":"fail","Package":"p"}"#,
        r#"{"Action":"bench","Package":"p","Test":"A"}"#,
        r#"{"Action":"skip","Package":"p","Test":"A"}"#,
        r#"{"Action":"pass","Package":"p"}"#,
        "",
    ];
    let sink = read(&[run, run].concat());
    let expected = [TestResult::Failed, TestResult::Skipped, TestResult::Failed, TestResult::Skipped];
    assert_eq!(found(&sink).into_iter().map(|(_, result)| result).collect::<Vec<_>>(), expected);
    assert_eq!(sink.only_records()[2].failure_expanded[0].expanded, ["x"]);
    assert!(sink.notices.is_empty());
}

#[test]
fn lines_that_are_no_events_are_counted() {
    let sink = read(&[
        "\u{FEFF}go: downloading x\r",
        r#"{"Action":"pass","Package":"p","Test":"A"}"#,
        "[1]",
        r#"{"level":"info"}"#,
        r#"{"Action":"#,
    ]);
    assert_eq!((sink.records.len(), &*sink.notices[0].message), (1, "4 lines are not JSON"));
    for nothing in ["", "\n\n", "{}", "no\nJSON"] {
        assert!(corpus::read(ReportFormat::GoJsonl, nothing.as_bytes()).is_err(), "{nothing:?}");
    }
}
