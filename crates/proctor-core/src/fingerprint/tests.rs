use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::record::FailureDetail;

/// A failure as it is stored.
#[derive(Clone, Debug, Default)]
struct Failure {
    reason: String,
    details: Vec<(Vec<String>, Vec<String>)>,
}

impl Failure {
    fn fingerprint(&self) -> Fingerprint {
        let lines = |lines: &[String]| lines.iter().map(|line| line.clone().into()).collect();
        let details: Vec<_> = self
            .details
            .iter()
            .map(|(expanded, backtrace)| FailureDetail { expanded: lines(expanded), backtrace: lines(backtrace) })
            .collect();
        fingerprint_of(Some(&self.reason), &details)
    }

    fn map(&self, change: impl Fn(&str) -> String) -> Self {
        let all = |lines: &[String]| lines.iter().map(|line| change(line)).collect();
        let details = self.details.iter().map(|(expanded, backtrace)| (all(expanded), all(backtrace))).collect();
        Self { reason: change(&self.reason), details }
    }
}

fn shared() -> PathBuf {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    std::env::var_os("PROCTOR_SHARED").map_or_else(beside, PathBuf::from).join("captures")
}

fn strings(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The failures of a collector's upload, by the names of their tests.
fn collected(name: &str) -> BTreeMap<String, Failure> {
    let text = std::fs::read_to_string(shared().join(format!("{name}.body.json"))).unwrap();
    let body: Value = serde_json::from_str(&text).unwrap();
    let records = body["data"].as_array().unwrap().iter().filter(|record| record["result"] == "failed");
    let failure = |record: &Value| Failure {
        reason: record["failure_reason"].as_str().unwrap_or_default().to_owned(),
        details: record["failure_expanded"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|part| (strings(&part["expanded"]), strings(&part["backtrace"])))
            .collect(),
    };
    records.map(|record| (record["name"].as_str().unwrap().to_owned(), failure(record))).collect()
}

/// The output of the tests of `go test -json`, by their names.
fn go_outputs() -> BTreeMap<String, Failure> {
    let text = std::fs::read_to_string(shared().join("native/go-test.jsonl")).unwrap();
    let mut failures = BTreeMap::<String, Failure>::new();
    for event in text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        if let (Some(test), Some(output)) = (event["Test"].as_str(), event["Output"].as_str()) {
            let failure = failures.entry(test.to_owned()).or_default();
            failure.details.resize_with(1, Default::default);
            failure.details[0].0.push(output.trim_end().to_owned());
        }
    }
    failures
}

/// The failures of pytest's JUnit file, by the names of their tests.
fn junit() -> BTreeMap<String, Failure> {
    let text = std::fs::read_to_string(shared().join("native/junit-pytest.xml")).unwrap();
    let unescape = |text: &str| {
        let marks = [("&#10;", "\n"), ("&quot;", "\""), ("&apos;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")];
        marks.iter().fold(text.to_owned(), |text, (mark, character)| text.replace(mark, character))
    };
    let cases = text.split("<testcase ").filter_map(|case| {
        let name = case.split_once(" name=\"")?.1.split_once('"')?.0;
        let (message, rest) = case.split_once("<failure message=\"")?.1.split_once("\">")?;
        let lines = unescape(rest.split_once("</failure>")?.0).lines().map(str::to_owned).collect();
        Some((unescape(name), Failure { reason: unescape(message), details: vec![(lines, Vec::new())] }))
    });
    cases.collect()
}

const COLLECTED: [&str; 9] = [
    "python-pytest-1",
    "python-pytest-3",
    "javascript-jest-1",
    "javascript-jasmine-1",
    "javascript-mocha-1",
    "javascript-playwright-1",
    "javascript-vitest-1",
    "ruby-rspec-1",
    "ruby-minitest-1",
];

fn all_failures() -> Vec<(String, Failure)> {
    let collected = COLLECTED
        .into_iter()
        .chain(["rust-cargo-1"])
        .flat_map(|name| collected(name).into_iter().map(move |(test, failure)| (format!("{name} {test}"), failure)));
    collected.chain(go_outputs()).chain(junit()).collect()
}

/// The same text from another day: other lines and columns, another checkout, other addresses and ids.
fn elsewhere(text: &str) -> String {
    let text = text.replace("/app/", "/home/ci/builds/4711/").replace("0xc00000", "0xc0ffee");
    let mut out = String::new();
    let mut before = ' ';
    for character in text.chars() {
        // numbers that begin after `:`, `(` or a blank
        let is_number = character.is_ascii_digit() && (":( ".contains(before) || before == '7');
        before = if is_number { '7' } else { character };
        out.push(before);
    }
    out
}

#[test]
fn the_same_failure_elsewhere_has_the_same_fingerprint() {
    let mut count = 0;
    for (test, failure) in all_failures() {
        assert_eq!(failure.map(elsewhere).fingerprint(), failure.fingerprint(), "{test}");
        let coloured = failure.map(|line| format!("\u{1b}[31m{line}\u{1b}[0m"));
        assert_eq!(coloured.fingerprint().title, failure.fingerprint().title, "{test}");
        count += 1;
    }
    assert!(count > 50, "{count}");
}

#[test]
fn titles_and_frames_of_real_failures() {
    let python = collected("python-pytest-3");
    let (jest, rspec, rust) = (collected("javascript-jest-1"), collected("ruby-rspec-1"), collected("rust-cargo-1"));
    let (go, junit) = (go_outputs(), junit());
    for (failures, test, title, frames) in [
        (&python, "test_bad", "AssertionError: <n> != <n>", &["tests/test_unittest_style.py"][..]),
        (&rspec, "raises", "ArgumentError: bad arg red \u{2603}", &["spec/sample_spec.rb"]),
        (&rspec, "fails with diff", "expected: {:a=><n>, :b=>[<n>, <n>]} got: {:a=><n>, :b=>[<n>, <n>]}", &["spec/sample_spec.rb"]),
        (&rspec, "multiple failures", "expected: <n>", &["spec/sample_spec.rb"]),
        (
            &jest,
            "add(1, 2) = 4",
            "Error: expect(received).toBe(expected) // Object.is equality Expected: <n> Received: <n>",
            &["jest/sample.test.js"],
        ),
        (&rust, "fails", "assertion `left == right` failed: math is hard \u{2603}", &["src/lib.rs"]),
        (&rust, "panics", "boom", &["src/lib.rs"]),
        (&go, "TestWrong", "got <n>, want <n>", &["calc_test.go"]),
        (&go, "TestPanics", "panic: boom [recovered]", &["boom/boom_test.go"]),
        (&junit, "test_fail_exception", "ZeroDivisionError: division by zero red \u{2603} \u{1f600}", &["tests/test_basic.py"]),
        (&junit, "test_bad", "AssertionError: <n> != <n>", &["tests/test_unittest_style.py"]),
    ] {
        let fingerprint = failures.get(test).unwrap_or_else(|| panic!("{test} among {:?}", failures.keys())).fingerprint();
        assert_eq!(fingerprint.title, title, "{test}");
        assert_eq!(fingerprint.frames, frames, "{test}");
    }
    let titles: BTreeSet<_> = jest.values().map(|failure| failure.fingerprint().title).collect();
    assert!(
        titles.contains("Error: boom red") && titles.contains("Error: thrown: \"Exceeded timeout of <duration> for a test."),
        "{titles:?}"
    );
    assert!(jest.values().all(|failure| failure.fingerprint().frames == ["jest/sample.test.js"]));
}

#[test]
fn different_failures_have_different_fingerprints() {
    for name in COLLECTED {
        let failures = collected(name);
        let reasons: BTreeSet<_> = failures.values().map(|failure| (failure.fingerprint().title, failure.fingerprint().frames)).collect();
        let ids: BTreeSet<_> = failures.values().map(|failure| failure.fingerprint().id).collect();
        assert!(ids.len() >= reasons.len(), "{name}");
    }
    let rspec: BTreeSet<_> = collected("ruby-rspec-1").values().map(|failure| failure.fingerprint().id).collect();
    assert_eq!(rspec.len(), collected("ruby-rspec-1").len());
    let says = |reason: &str| Failure { reason: reason.to_owned(), details: Vec::new() }.fingerprint().id;
    for (left, right) in [
        ("expected 'alice', got 'bob'", "expected 'alice', got 'carol'"),
        ("GET /api/users/1: 500", "GET /api/orders/1: 500"),
        ("Error: a\nError: b", "Error: a Error: b"),
        ("boom\n/a/src/x.rb:1", "boom\n/a/src/y.rb:1"),
    ] {
        assert_ne!(says(left), says(right), "{left}");
    }
    assert_eq!(says("boom\n/a/src/x.rb:1:in `f'"), says("boom\n/a/src/x.rb:99:in 'g'"));
}

#[test]
fn a_failure_without_a_word_has_a_title() {
    let nothing = fingerprint_of(None, &[]);
    assert_eq!((nothing.title.as_str(), nothing.frames.len()), ("failure without a message", 0));
    assert_eq!(fingerprint_of(Some(" \n "), &[FailureDetail::default()]), nothing);
    assert_eq!(fingerprint_of(Some(&"ü ".repeat(300)), &[]).title.chars().count(), TITLE_CHARACTERS_MAX);
    assert_eq!(fingerprint_of(Some("at least one of them"), &[]).title, "at least one of them");
}

#[test]
fn hostile_texts_take_no_time() {
    for piece in [":1", "a:1", "1h", "1.", "/a", "./", "'/", "0x", "a1", "\u{1b}]", "#x1B[", "(1", "x.rb:1 ", "x.py:1\n", "E  \n", "\u{e9}"]
    {
        let text = piece.repeat(crate::limits::FAILURE_REASON_BYTES_MAX / piece.len());
        let detail = FailureDetail { expanded: vec![text.as_str().into()], backtrace: vec![text.as_str().into()] };
        assert!(!fingerprint_of(Some(&text), &[detail]).title.is_empty());
    }
}

/// Ids are stored and shared between nodes: a change of this one needs a new version of the rules.
#[test]
fn the_id_is_stable() {
    let id = fingerprint_of(Some("expected 402, got 500\ntests/decline_test.py:61"), &[]).id;
    assert_eq!(id.to_string(), "ee07c46c4bf4d35ce14710f539414eb0");
    assert_eq!(FingerprintId::from_hex(&id.to_string()), Some(id));
    assert_eq!(FingerprintId::from_bytes(id.bytes()), Some(id));
    assert_eq!(FingerprintId::from_hex("+0000000000000000000000000000000"), None);
}

proptest! {
    #[test]
    fn any_failure_has_a_fingerprint(reason in "(\\PC|\n|\u{1b}){0,80}", line in "(at |File \"|[a-z/.:(0-9 \\\\é]|, line |\\.py:|\\.rb:){0,30}") {
        let detail = FailureDetail { expanded: vec![line.clone().into()], backtrace: vec![line.clone().into(), reason.clone().into()] };
        let fingerprint = fingerprint_of(Some(&reason), &[detail]);
        prop_assert!(!fingerprint.title.is_empty() && fingerprint.title.chars().count() <= TITLE_CHARACTERS_MAX);
        prop_assert!(fingerprint.frames.len() <= 3);
        let _ = fingerprint_of(Some(&line), &[]);
    }

    #[test]
    fn numbers_do_not_matter(left in any::<[u32; 3]>(), right in any::<[u32; 3]>()) {
        let says = |[expected, found, line]: [u32; 3]| fingerprint_of(Some(&format!("expected {expected}, got {found}\n  at /ci/{line}/src/cart.js:{line}:1")), &[]);
        prop_assert_eq!(says(left), says(right));
    }
}
