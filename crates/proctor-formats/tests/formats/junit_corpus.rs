//! Every JUnit report of the corpus and of the recordings comes out as counted by others.

use std::collections::BTreeMap;
use std::io::Read;

use proctor_core::format::ReportFormat;
use proctor_core::receipt::RejectReason;
use proctor_core::result::TestResult;
use proctor_formats::ParseError;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::corpus::{self, Collect, ExpectedCounts};

/// Files without expected counts that are refused, and why.
const REFUSED: &[(&str, &str)] = &[
    ("enricomi__pytest__corrupt-xml.xml", "ends inside of <skipped>"),
    ("enricomi__xml__empty.xml", "no bytes"),
    ("enricomi__xml__non-xml.xml", "not XML"),
    ("jenkins__testXxe-oob.xml", "an entity declaration where a document should be"),
    ("jenkins__testXxe-xxe.xml", "external parameter entities"),
    ("mikepenz__corrupt-junit__e2e-tests__corrupt__target__sf-reports__TEST-test.CorruptTest.xml", "ends inside of a CDATA section"),
    ("synthetic__billion-laughs.xml", "entities made of entities"),
    ("synthetic__declaration-only.xml", "no element"),
    ("synthetic__html-error-page.xml", "HTML"),
    ("synthetic__truncated-1-byte.xml", "ends inside of a tag"),
    ("synthetic__whitespace-only.xml", "no element"),
    ("synthetic__zero-bytes.xml", "no bytes"),
    ("trunk__test4.junit.xml", "ends inside of an attribute"),
];

/// Files whose counts differ from `EXPECTED.json`, because it counts cases without a name, which the contract has us
/// leave out (`uploads.md`, 7.6: "absent or blank: record skipped"). With them, how many there are of each result.
const UNNAMED: &[(&str, [u64; 3], &str)] = &[
    ("dorny__external__jest__jest-test-results.xml", [1, 0, 0], r#"name="" time="0.905""#),
    ("enricomi__no-attributes.xml", [1, 2, 1], "<testcase/>"),
    ("jenkins__junit-report-empty-testcasename.xml", [0, 1, 0], r#"name="""#),
    ("synthetic__missing-names.xml", [4, 0, 0], r#"<testcase/><testcase name=""/><testcase classname="c"/>"#),
];

#[test]
fn counts_are_those_of_the_corpus() {
    let mut wrong = Vec::new();
    for (name, expected) in junit_expectations() {
        let result = corpus::read(ReportFormat::Junit, &report(&name));
        if expected.is_refused || REFUSED.iter().any(|(refused, _)| *refused == name) {
            assert!(matches!(result, Err(ParseError::Unparsable { .. })), "{name}: {result:?}");
            continue;
        }
        let Ok(sink) = result else {
            wrong.push(format!("{name}: {}", result.unwrap_err()));
            continue;
        };
        let Some(counts) = expected.counts.or(expected.tolerant) else {
            // Two reports that any strict reader refuses: the same five cases behind a log line and a wrong declaration.
            assert_eq!(ExpectedCounts::found(&sink).tests, 5, "{name}");
            continue;
        };
        let found = with_unnamed(&name, &sink);
        if found != counts {
            wrong.push(format!("{name}: expected {counts:?}, found {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The counts as they would be if cases without a name were records.
fn with_unnamed(name: &str, sink: &Collect) -> ExpectedCounts {
    let mut found = ExpectedCounts::found(sink);
    let unnamed = UNNAMED.iter().find(|(file, ..)| *file == name);
    let [passed, failed, skipped] = unnamed.map_or([0; 3], |(_, counts, _)| *counts);
    assert_eq!(sink.rejections.len() as u64, passed + failed + skipped, "{name}: rejected cases");
    assert!(sink.rejections.iter().all(|rejection| rejection.reason == RejectReason::NameMissing));
    found.passed += passed;
    found.failed += failed;
    found.skipped += skipped;
    found
}

#[test]
fn bytes_of_unnamed_cases_are_in_their_files() {
    for (name, _, bytes) in UNNAMED {
        assert!(String::from_utf8(report(name)).unwrap().contains(bytes), "{name}");
    }
}

#[test]
fn recordings_come_out_as_expected() {
    let json: serde_json::Value = serde_json::from_slice(&corpus::shared_file("captures/expected.json")).unwrap();
    let natives = json["native"].as_object().unwrap();
    let mut read = 0;
    for (path, expected) in natives.iter().filter(|(_, expected)| expected["format"] == "junit") {
        let sink = corpus::read(ReportFormat::Junit, &corpus::shared_file(&format!("captures/{path}"))).unwrap();
        let count = |word: &str| expected["results"][word].as_u64().unwrap();
        let counts = sink.counts();
        assert_eq!(counts.total(), expected["executions"].as_u64().unwrap(), "{path}");
        assert_eq!(counts.of(TestResult::Passed), count("passed"), "{path}");
        assert_eq!(counts.of(TestResult::Failed), count("failed"), "{path}");
        assert_eq!(counts.of(TestResult::Skipped), count("skipped"), "{path}");
        let distinct: std::collections::BTreeSet<_> =
            sink.only_records().into_iter().map(|record| (record.scope.clone(), record.name.clone())).collect();
        assert_eq!(distinct.len() as u64, expected["distinct_tests"].as_u64().unwrap(), "{path}");
        read += 1;
    }
    assert_eq!(read, 2);
}

/// Statements 50 and 56 of `uploads.md`, section 17.
#[test]
fn recording_of_pytest_has_its_scopes_and_selectors() {
    let sink = corpus::read(ReportFormat::Junit, &corpus::shared_file("captures/native/junit-pytest.xml")).unwrap();
    let records = sink.only_records();
    let in_group = records.iter().find(|record| record.scope == "py.tests.test_basic.TestGroup").unwrap();
    assert_eq!(in_group.selector.as_deref(), Some("py/tests/test_basic.py"));
    assert_eq!(in_group.file_name.as_deref(), Some("py/tests/test_basic.py"));
    let unloaded = records.iter().find(|record| record.scope.is_empty()).unwrap();
    assert_eq!((&*unloaded.name, unloaded.selector.as_deref()), ("py.tests.test_import_error", None));
    assert!(sink.warnings.is_empty(), "{:?}", sink.warnings);
}

/// What a file holds about one case, found without our reader.
#[derive(Debug, Default)]
struct Held {
    is_failed: bool,
    has_failure_text: bool,
    has_file: bool,
    /// And it is not negative, as in two reports.
    has_time: bool,
}

#[test]
fn what_the_file_holds_of_a_case_is_in_its_record() {
    for (name, expected) in junit_expectations() {
        if expected.counts.is_none() || expected.is_refused || name.starts_with("synthetic__utf16le") {
            continue;
        }
        let bytes = report(&name);
        let sink = corpus::read(ReportFormat::Junit, &bytes).unwrap();
        if !sink.rejections.is_empty() {
            continue;
        }
        let held = held_cases(&String::from_utf8_lossy(&bytes));
        assert_eq!(held.len(), sink.records.len(), "{name}");
        for (held, record) in held.iter().zip(sink.only_records()) {
            let what = format!("{name}: {} {}", record.scope, record.name);
            assert_eq!(held.is_failed, record.result == TestResult::Failed, "{what}");
            let has_text = record.failure_reason.is_some() && !record.failure_expanded.is_empty();
            assert!(!held.has_failure_text || has_text, "failure text of {what}");
            assert!(!held.has_file || record.file_name.is_some(), "file of {what}");
            assert!(!held.has_time || record.duration.is_some(), "duration of {what}");
        }
    }
}

fn held_cases(text: &str) -> Vec<Held> {
    let mut reader = Reader::from_str(text.trim_start_matches('\u{FEFF}'));
    let mut suite_files = Vec::new();
    let mut open: Vec<Held> = Vec::new();
    let mut cases = Vec::new();
    let mut in_failure = 0;
    loop {
        let event = reader.read_event().unwrap();
        let is_empty = matches!(event, Event::Empty(_));
        match &event {
            Event::Start(tag) | Event::Empty(tag) => match tag.local_name().as_ref() {
                "testsuite" | "testsuites" if !is_empty => {
                    suite_files.push(has_attribute(tag, "file") || has_attribute(tag, "filepath"));
                }
                "testcase" => {
                    let has_file = has_attribute(tag, "file") || suite_files.contains(&true);
                    let has_time = attribute(tag, "time").is_some_and(|time| !time.starts_with('-'));
                    let case = Held { has_file, has_time, ..Held::default() };
                    if is_empty { cases.push(case) } else { open.push(case) }
                }
                "failure" | "error" => {
                    in_failure += usize::from(!is_empty);
                    if let Some(case) = open.last_mut() {
                        case.is_failed = true;
                        case.has_failure_text |= has_attribute(tag, "message");
                    }
                }
                _ => {}
            },
            Event::End(tag) => match tag.local_name().as_ref() {
                "testsuite" | "testsuites" => drop(suite_files.pop()),
                "testcase" => cases.extend(open.pop()),
                "failure" | "error" => in_failure -= 1,
                _ => {}
            },
            Event::Text(piece) if in_failure > 0 => note_text(&mut open, piece),
            Event::CData(piece) if in_failure > 0 => note_text(&mut open, piece),
            Event::Eof => return cases,
            _ => {}
        }
    }
}

fn note_text(open: &mut [Held], text: &str) {
    if let Some(case) = open.last_mut() {
        case.has_failure_text |= !text.trim().is_empty();
    }
}

fn has_attribute(tag: &BytesStart<'_>, name: &str) -> bool {
    attribute(tag, name).is_some()
}

/// The value of an attribute, if not blank.
fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = tag.attributes().flatten().find(|attribute| attribute.key.as_ref() == name)?;
    Some(attribute.value.into_owned()).filter(|value| !value.trim().is_empty())
}

fn junit_expectations() -> BTreeMap<String, corpus::Expected> {
    let all = corpus::expectations().into_iter();
    let of_junit: BTreeMap<_, _> = all.filter_map(|(path, expected)| Some((path.strip_prefix("junit/")?.to_owned(), expected))).collect();
    assert_eq!(of_junit.len(), corpus::shared_files("corpus/junit").len());
    of_junit
}

/// A report of the corpus, decompressed.
fn report(name: &str) -> Vec<u8> {
    let bytes = corpus::shared_file(&format!("corpus/junit/{name}"));
    if !name.ends_with(".gz") {
        return bytes;
    }
    let mut report = Vec::new();
    flate2::read::GzDecoder::new(&*bytes).read_to_end(&mut report).unwrap();
    report
}
