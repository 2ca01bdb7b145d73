//! Guessing formats.

use proctor_core::format::ReportFormat;
use proctor_formats::sniff;

use crate::corpus;

/// Files of the corpus whose directory does not tell what they are.
const NOTHING: &[&str] = &[
    "junit/enricomi__non-junit.xml",
    "junit/enricomi__xml__empty.xml",
    "junit/enricomi__xml__non-xml.xml",
    "junit/jenkins__junitResult.xml",
    "junit/jenkins__testXxe-oob.xml",
    "junit/jenkins__testXxe-xxe.xml",
    "junit/synthetic__declaration-only.xml",
    "junit/synthetic__gzipped.xml.gz",
    "junit/synthetic__html-error-page.xml",
    "junit/synthetic__uppercase-tags.xml",
    "junit/synthetic__whitespace-only.xml",
    "junit/synthetic__zero-bytes.xml",
];

#[test]
fn formats_of_the_corpus_are_told_apart() {
    for (path, _) in corpus::expectations() {
        let (directory, name) = path.split_once('/').unwrap();
        let expected = match ReportFormat::from_wire(directory) {
            _ if NOTHING.contains(&&*path) => None,
            // Nobody can tell whose empty array it is.
            Some(ReportFormat::CucumberJson) if name.contains("empty") => Some(ReportFormat::Json),
            Some(format) => Some(format),
            None if name.starts_with("buildkite__") => Some(ReportFormat::Json),
            None if name.contains("go-test-") && name.ends_with("ndjson") || name.contains("golang") => Some(ReportFormat::GoJsonl),
            None => None,
        };
        let document = corpus::shared_file(&format!("corpus/{path}"));
        assert_eq!(sniff::detect(&document), expected, "{path}");
        assert!(expected.is_none() || sniff::describe(&document).is_none(), "{path}");
    }
}

#[test]
fn native_recordings_are_told_apart() {
    let json: serde_json::Value = serde_json::from_slice(&corpus::shared_file("captures/expected.json")).unwrap();
    for (path, expected) in json["native"].as_object().unwrap() {
        let format = sniff::detect(&corpus::shared_file(&format!("captures/{path}")));
        assert_eq!(format.map(ReportFormat::as_str), expected["format"].as_str(), "{path}");
    }
}

#[test]
fn other_formats_are_named() {
    for (name, description) in [
        ("dorny__dotnet-nunit.xml", "NUnit 3 XML"),
        ("enricomi__nunit__nunit3__jenkins__NUnit-failure.xml", "NUnit 2 XML"),
        ("dorny__external__SilentNotes.trx", "Visual Studio TRX"),
        ("gen__cppunit.xml", "CppUnit or AUnit XML"),
        ("gen__check.xml", "Check XML"),
        ("enricomi__xunit__mstest__fixie.xml", "xUnit.net XML"),
        ("gen__testng-results.xml", "TestNG XML"),
        ("gen__robot-output.xml", "Robot Framework XML"),
        ("gen__robot-output.json", "Robot Framework JSON"),
        ("gen__boost-native-log.xml", "Boost.Test XML"),
        ("gen__doctest-native.xml", "doctest XML"),
        ("jenkins-xunit__qtestlib-2.xml", "Qt Test XML"),
        ("gen__jest-ctrf.json", "CTRF JSON"),
        ("gen__mocha.json", "Mocha JSON"),
        ("gen__mochawesome.json", "mochawesome JSON"),
        ("gen__mocha-json-stream.ndjson", "Mocha JSON stream"),
        ("gen__pytest-json-report.json", "pytest-json-report JSON"),
        ("gen__cargo-libtest.ndjson", "libtest JSON"),
        ("gen__cucumber-js-messages.ndjson", "Cucumber messages"),
        ("gen__googletest.json", "GoogleTest JSON"),
        ("dorny__dart-json.json", "Dart test JSON"),
        ("gen__phpunit9-teamcity.txt", "TeamCity service messages"),
        ("gen__go-test-v.txt", "the output of go test -v (go test -json can be read)"),
        ("gen__node-test.tap", "TAP"),
        ("gen__perl-died-planmismatch.tap", "TAP"),
        ("gen__cmocka.tap", "TAP"),
    ] {
        let document = corpus::shared_file(&format!("corpus/other/{name}"));
        assert_eq!(sniff::describe(&document), Some(description), "{name}");
    }
    assert_eq!(sniff::describe(&corpus::shared_file("corpus/junit/synthetic__gzipped.xml.gz")), Some("a gzip file"));
    assert_eq!(sniff::describe(br#"{"format":"junit","run_env":{},"data":"<testsuite/>"}"#).map(|name| &name[..12]), Some("the envelope"));
    assert_eq!(sniff::describe(b"just words"), None);
}
