//! The JSON reports of the corpus against what `EXPECTED.json` says of them.

use std::collections::BTreeMap;

use proctor_core::format::ReportFormat;
use proctor_core::receipt::WarningKind;
use proctor_core::record::Record;
use proctor_core::result::TestResult;
use serde_json::Value;

use crate::corpus::{Collect, read, shared_file};

/// Files outside of the directories that are named after formats.
const ELSEWHERE: &[(&str, ReportFormat)] = &[
    ("other/buildkite__custom__test-result.json", ReportFormat::Json),
    ("other/buildkite__pytest__result-failed.json", ReportFormat::Json),
    ("other/buildkite__pytest__result-passed.json", ReportFormat::Json),
    ("other/buildkite__test-engine-result.json", ReportFormat::Json),
    ("other/dorny__golang-json.json", ReportFormat::GoJsonl),
    ("other/gen__go-test-1.19.ndjson", ReportFormat::GoJsonl),
    ("other/gen__go-test-bench.ndjson", ReportFormat::GoJsonl),
];

fn expectations() -> Vec<(String, ReportFormat, Value)> {
    let all: BTreeMap<String, Value> = serde_json::from_slice(&shared_file("corpus/EXPECTED.json")).unwrap();
    let format_of = |path: &str| {
        let elsewhere = ELSEWHERE.iter().find(|(known, _)| *known == path).map(|(_, format)| *format);
        let directory = path.split_once('/').and_then(|(directory, _)| ReportFormat::from_wire(directory));
        elsewhere.or(directory).filter(|format| *format != ReportFormat::Junit)
    };
    let known: Vec<_> = all.into_iter().filter_map(|(path, expected)| Some((format_of(&path)?, path, expected))).collect();
    assert_eq!(known.len(), 5 + 9 + 4 + 10 + ELSEWHERE.len());
    known.into_iter().map(|(format, path, expected)| (path, format, expected)).collect()
}

/// Tests, passed, failed, skipped.
type Counts = [u64; 4];

fn expected_counts(expected: &Value) -> Option<Counts> {
    let counted = if expected["tests"].is_null() { &expected["recoverable"] } else { expected };
    let count = |key: &str| counted[key].as_u64();
    Some([count("tests")?, count("passed")?, count("failed")? + count("errored")?, count("skipped")?])
}

fn found_counts(sink: &Collect) -> Counts {
    let counts = sink.counts();
    assert_eq!(counts.of(TestResult::Pending) + counts.of(TestResult::Unknown), 0);
    [counts.total(), counts.of(TestResult::Passed), counts.of(TestResult::Failed), counts.of(TestResult::Skipped)]
}

/// The attempts of a Playwright report, counted on serde_json's tree. `EXPECTED.json` counts tests, of which each has one
/// result; the contract takes every attempt for an execution (`uploads.md`, section 7 and statement 53).
fn playwright_attempts(suites: &Value, counts: &mut Counts) {
    for suite in suites.as_array().into_iter().flatten() {
        playwright_attempts(&suite["suites"], counts);
        let tests = suite["specs"].as_array().into_iter().flatten().flat_map(|spec| spec["tests"].as_array().unwrap());
        for (test, attempt) in tests.flat_map(|test| test["results"].as_array().unwrap().iter().map(move |attempt| (test, attempt))) {
            counts[0] += 1;
            counts[match &attempt["status"] {
                status if status == "skipped" => 3,
                status if *status == test["expectedStatus"] => 1,
                _ => 2,
            }] += 1;
        }
    }
}

#[test]
fn counts_are_those_expected() {
    for (path, format, expected) in expectations() {
        let document = shared_file(&format!("corpus/{path}"));
        let found = read(format, &document).map(|sink| found_counts(&sink));
        let expected = match expected_counts(&expected) {
            Some(_) if format == ReportFormat::PlaywrightJson => {
                let document = String::from_utf8(document).unwrap().replace("\\ud83d", "");
                let report: Value = serde_json::from_str(&document).unwrap();
                let mut counts = [0; 4];
                playwright_attempts(&report["suites"], &mut counts);
                assert_eq!(Some(counts[0]), expected["attempts"].as_u64(), "{path}");
                Some(counts)
            }
            counts => counts,
        };
        assert_eq!(found.ok(), expected, "{path}");
    }
}

/// Failures that the file itself does not explain: path, name, and what stands there instead of a text.
const UNEXPLAINED: &[(&str, &str)] = &[
    // A test that passed although it was marked with `test.fail()` has no error.
    ("playwright-json/gen__playwright.json", "unexpected pass"),
    ("playwright-json/gen__playwright-noretry-color.json", "unexpected pass"),
    // Go says no more than that a test or its subtest failed; the output holds only the framework's own lines.
    ("other/gen__go-test-1.19.ndjson", "TestTable"),
    ("other/dorny__golang-json.json", "TestCases"),
];

fn is_unexplained(path: &str, record: &Record<'_>) -> bool {
    UNEXPLAINED.iter().any(|(known, name)| *known == path && record.name == *name)
}

#[test]
fn records_say_where_how_long_and_why() {
    for (path, format, _) in expectations() {
        let Ok(sink) = read(format, &shared_file(&format!("corpus/{path}"))) else { continue };
        for record in sink.only_records() {
            let place = format!("{path}: {}", record.name);
            if record.result == TestResult::Failed && format != ReportFormat::Json && !is_unexplained(&path, record) {
                assert!(record.failure_reason.as_deref().is_some_and(|reason| !reason.trim().is_empty()), "{place}");
            }
            // Results in Buildkite's format may be as short as their senders like; Go names no files.
            if !matches!(format, ReportFormat::Json | ReportFormat::GoJsonl) {
                assert!(record.file_name.is_some() && record.location.is_some(), "{place}");
                let did_run = matches!(record.result, TestResult::Passed | TestResult::Failed);
                assert!(!did_run || record.duration.is_some(), "{place}");
            }
        }
        assert!(sink.rejections.is_empty(), "{path}");
    }
}

#[test]
fn text_around_a_report_is_skipped_with_a_remark() {
    let noisy = ["jest-json/synthetic__leading-noise.json", "rspec-json/synthetic__trailing-text.json"];
    for (path, format, _) in expectations() {
        let Ok(sink) = read(format, &shared_file(&format!("corpus/{path}"))) else { continue };
        assert_eq!(sink.has_warning(WarningKind::NoiseSkipped), noisy.contains(&&*path), "{path}");
    }
}

// contract: uploads 15
#[test]
fn truncated_and_foreign_documents_are_refused() {
    let message = |format, path: &str| read(format, &shared_file(path)).map(|_| ()).unwrap_err().to_string();
    assert_eq!(
        message(ReportFormat::JestJson, "corpus/jest-json/synthetic__truncated.json"),
        "the JSON text ends inside a value at line 1 column 8325"
    );
    for format in
        [ReportFormat::Json, ReportFormat::RspecJson, ReportFormat::JestJson, ReportFormat::PlaywrightJson, ReportFormat::CucumberJson]
    {
        let deep = message(format, "corpus/other/synthetic__deep-json-array.json");
        assert!(deep.starts_with("nested deeper than") || deep.starts_with("expected"), "{format:?}: {deep}");
        for foreign in ["other/gen__go-test-v.txt", "other/gen__mocha.json", "other/gen__catch2-native.xml"] {
            let message = message(format, &format!("corpus/{foreign}"));
            assert!(message.starts_with("expected") && message.contains(" at line 1 column 1"), "{format:?} {foreign}: {message}");
        }
    }
    let message = message(ReportFormat::GoJsonl, "corpus/other/gen__go-test-v.txt");
    assert_eq!(message, "expected the events of `go test -json`, one to a line at line 1 column 1");
}
