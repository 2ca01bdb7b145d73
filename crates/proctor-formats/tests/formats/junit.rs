//! JUnit XML, field by field (`uploads.md`, 7.6 and 9).

use proctor_core::format::ReportFormat;
use proctor_core::limits;
use proctor_core::receipt::WarningKind;
use proctor_core::record::{Record, TooManyRecords};
use proctor_core::result::TestResult;
use proctor_formats::{ParseContext, ParseError};

use crate::corpus::{self, Collect};

/// Reads a document that is fine.
pub(crate) fn read(xml: &str) -> Collect {
    corpus::read(ReportFormat::Junit, xml.as_bytes()).unwrap_or_else(|error| panic!("{error}: {xml}"))
}

/// Reads the one case of a document.
pub(crate) fn read_one(xml: &str) -> Record<'static> {
    read_one_of("", xml)
}

fn read_one_of(test_runner: &str, xml: &str) -> Record<'static> {
    let context = ParseContext { cwd: None, test_runner: Some(test_runner) };
    let mut sink = corpus::read_in(ReportFormat::Junit, xml.as_bytes(), &context).unwrap();
    assert_eq!(sink.records.len(), 1, "{xml}");
    sink.records.remove(0).1
}

/// Reads a document that is to be refused, and says why it is.
pub(crate) fn refusal(xml: &str) -> String {
    corpus::read(ReportFormat::Junit, xml.as_bytes()).map(|_| xml).unwrap_err().to_string()
}

#[test]
fn time_is_read_in_every_spelling() {
    let known = [
        ("1.5", 1.5),
        ("0", 0.0),
        ("-0.000", 0.0),
        (" 0.026 ", 0.026),
        ("4.50611114501953e-05", 4.506_111_145_019_53e-05),
        ("1E-05", 1e-05),
        ("1,234.5", 1234.5),
        ("1.234,5", 1234.5),
        ("12,345,678.25", 12_345_678.25),
        ("1,234", 1234.0),
        ("1.234.567", 1_234_567.0),
        ("0,25", 0.25),
        ("0,250", 0.25),
        ("12,5", 12.5),
        ("1 234,5", 1234.5),
        ("1'234.5", 1234.5),
        (".5", 0.5),
        ("3.2s", 3.2),
    ];
    for (time, seconds) in known {
        let record = read_one(&format!(r#"<testsuite><testcase classname="c" name="n" time="{time}"/></testsuite>"#));
        assert_eq!(record.duration, Some(seconds), "{time:?}");
    }
    let too_many_digits = "9".repeat(400);
    for time in
        [&*too_many_digits, "NaN", "inf", "-1", "-0.5", "<<computed>>", "1.2.3", "1,2,3", "1e999", "0x10", "ten", ".", ",", "1:23", "s"]
    {
        let sink = read(&format!(r#"<testsuite><testcase classname="c" name="n" time="{time}"/></testsuite>"#));
        assert_eq!(sink.only_records()[0].duration, None, "{time:?}");
        assert!(sink.has_warning(WarningKind::DurationUnreadable), "{time:?}");
    }
    for attribute in ["", r#"time="""#, r#"time=" ""#] {
        let sink = read(&format!(r#"<testsuite><testcase classname="c" name="n" {attribute}/></testsuite>"#));
        assert_eq!(sink.only_records()[0].duration, None);
        assert!(sink.warnings.is_empty(), "{attribute:?}");
    }
}

#[test]
fn selectors_of_pytest_follow_from_the_class_name() {
    let known = [
        ("tests.test_auth.TestLogin", Some("tests/test_auth.py")),
        ("tests.test_auth.TestLogin.TestNested", Some("tests/test_auth.py")),
        ("tests.auth_test", Some("tests/auth_test.py")),
        ("test_a.test_b.Case", Some("test_a/test_b.py")),
        ("pkg.checks.Checks", Some("pkg/checks.py")),
        ("pkg.checks", Some("pkg/checks.py")),
        ("Checks", None),
        ("", None),
    ];
    for (classname, selector) in known {
        let by_suite = read_one(&format!(
            r#"<testsuites name="pytest tests"><testsuite name="pytest"><testcase classname="{classname}" name="n"/></testsuite></testsuites>"#
        ));
        let by_runner = read_one_of("pytest", &format!(r#"<testsuite name="s"><testcase classname="{classname}" name="n"/></testsuite>"#));
        for record in [by_suite, by_runner] {
            assert_eq!(record.selector.as_deref(), selector, "{classname}");
            assert_eq!(record.file_name.as_deref(), selector, "{classname}");
            assert_eq!(record.location.as_deref(), selector, "{classname}");
        }
    }
}

#[test]
fn selectors_of_others_follow_from_the_file_or_the_class_name() {
    let xml = r#"<testsuite name="s"><testcase classname="example.com/shop" name="n"/></testsuite>"#;
    assert_eq!(read_one_of("gotest", xml).selector.as_deref(), Some("example.com/shop"));
    assert_eq!(read_one(xml).selector.as_deref(), Some("example.com/shop"));
    let with_file = r#"<testsuite name="s"><testcase classname="c" name="n" file="./a.rb"/></testsuite>"#;
    assert_eq!(read_one(with_file).selector, None, "from file_name");
    assert_eq!(read_one_of("gotest", with_file).selector.as_deref(), Some("c"));
    let with_nothing = r#"<testsuite name="s"><testcase classname="" name="n"/></testsuite>"#;
    assert_eq!(read_one(with_nothing).selector, None);
}

#[test]
fn file_is_that_of_the_case_else_of_the_nearest_suite_else_the_class_name() {
    let case_in = |suite: &str, case: &str| {
        read_one(&format!("<testsuites><testsuite {suite}><testsuite>{case}</testsuite></testsuite></testsuites>"))
    };
    let record = case_in(r#"file="suite.php""#, r#"<testcase classname="c" name="n" file="case.php" line="7"/>"#);
    assert_eq!((record.file_name.as_deref(), record.location.as_deref()), (Some("case.php"), Some("case.php:7")));
    let record = case_in(r#"file="suite.php""#, r#"<testcase classname="c" name="n" line="7"/>"#);
    assert_eq!((record.file_name.as_deref(), record.location.as_deref()), (Some("suite.php"), Some("suite.php:7")));
    let record = case_in(r#"filepath="suite.kt""#, r#"<testcase classname="c" name="n" line="x"/>"#);
    assert_eq!((record.file_name.as_deref(), record.location.as_deref()), (Some("suite.kt"), Some("suite.kt")));

    for (name, is_file) in [
        ("src/a.test.ts", true),
        ("a.test.ts", true),
        ("dir/a.strange", true),
        ("com.example.Calc", false),
        ("suite", false),
        (".js", false),
    ] {
        let record = read_one(&format!(r#"<testsuite name="{name}"><testcase classname="{name}" name="n"/></testsuite>"#));
        assert_eq!(record.file_name.as_deref(), is_file.then_some(name), "{name}");
    }
    let record = read_one(r#"<testsuite name="other"><testcase classname="a.test.ts" name="n"/></testsuite>"#);
    assert_eq!(record.file_name, None);
}

#[test]
fn result_is_that_of_the_children_and_then_of_the_attributes() {
    for (attributes, children, result) in [
        ("", "", TestResult::Passed),
        ("", "<skipped/>", TestResult::Skipped),
        ("", "<failure/>", TestResult::Failed),
        ("", "<error/>", TestResult::Failed),
        ("", "<skipped/><failure/>", TestResult::Failed),
        (r#"status="run" result="completed""#, "", TestResult::Passed),
        (r#"status="notrun" result="suppressed""#, "", TestResult::Skipped),
        (r#"status="disabled""#, "", TestResult::Skipped),
        (r#"result="Ignored""#, "", TestResult::Skipped),
        (r#"status="skipped""#, "<error/>", TestResult::Failed),
        ("", "<system-out><failure/></system-out>", TestResult::Passed),
        ("", "<flakyFailure/>", TestResult::Passed),
        ("", "<rerunFailure/>", TestResult::Passed),
        ("", "<failure/><rerunFailure/>", TestResult::Failed),
    ] {
        let xml = format!(r#"<testsuite><testcase classname="c" name="n" {attributes}>{children}</testcase></testsuite>"#);
        let record = read_one(&xml);
        assert_eq!(record.result, result, "{xml}");
        let is_retried = result == TestResult::Passed && (children.contains("<flaky") || children.contains("<rerun"));
        assert_eq!(record.runner_retried, is_retried, "{xml}");
    }
}

#[test]
fn failures_are_kept_line_by_line() {
    let record = read_one(
        "<testsuite><testcase classname='c' name='n'><failure message='first &amp;&#10;more'>\n  one &lt;1&gt;\r\n\n  <![CDATA[two <2>]]>\n  </failure>\
         <error>boom</error><failure message='a&#10;b'/></testcase></testsuite>",
    );
    assert_eq!(record.failure_reason.as_deref(), Some("first &\nmore"));
    let expanded: Vec<Vec<&str>> =
        record.failure_expanded.iter().map(|failure| failure.expanded.iter().map(|line| &**line).collect()).collect();
    assert_eq!(expanded, [vec!["  one <1>", "", "  two <2>"], vec!["boom"], vec!["a", "b"]]);
    assert!(record.failure_expanded.iter().all(|failure| failure.backtrace.is_empty()));

    let record = read_one("<testsuite><testcase name='n'><failure message=' '>\n\n  at last \n more</failure></testcase></testsuite>");
    assert_eq!(record.failure_reason.as_deref(), Some("at last"));
    let record = read_one("<testsuite><testcase name='n'><failure/><error message='second'/></testcase></testsuite>");
    assert_eq!(record.failure_reason.as_deref(), Some("second"));
}

#[test]
fn class_name_may_be_missing_and_name_may_not() {
    let sink = read("<testsuite><testcase name='a'/><testcase classname='c'/><testcase classname='' name='b'/></testsuite>");
    assert_eq!(sink.records.iter().map(|(index, _)| *index).collect::<Vec<_>>(), [0, 2]);
    assert_eq!((sink.rejections[0].index, sink.rejections[0].message.as_str()), (1, "name is missing"));
    let scopes_missing: Vec<_> = sink.warnings.iter().map(|warning| (warning.kind, warning.index)).collect();
    assert_eq!(scopes_missing, [(WarningKind::ScopeMissing, Some(0))]);
}

#[test]
fn texts_are_kept_to_the_letter() {
    let record = read_one("<testsuite><testcase classname=' a ' name=' &#x1F600;&quot;\tb\nc '/></testsuite>");
    assert_eq!((&*record.scope, &*record.name), (" a ", " \u{1F600}\"\tb\nc "));
}

#[test]
fn trouble_of_a_suite_is_a_notice() {
    let sink = read(
        "<testsuites><testsuite name='t.a'><error message='Bad plan&#10;more'>ran 1 of 3</error><testcase name='n'/></testsuite></testsuites>",
    );
    assert_eq!(sink.records.len(), 1);
    assert_eq!((sink.notices[0].message.as_str(), sink.notices[0].detail.as_str()), ("t.a: Bad plan", "ran 1 of 3"));
}

#[test]
fn entities_are_refused_or_left_alone() {
    let with = |declarations: &str| format!("<!DOCTYPE t [{declarations}]><testsuite><testcase name='&x;'/></testsuite>");
    assert!(refusal(&with("<!ENTITY x SYSTEM 'file:///etc/passwd'>")).starts_with("external entities are refused"));
    assert!(refusal(&with("<!ENTITY x PUBLIC 'a' 'b'>")).starts_with("external entities are refused"));
    assert!(refusal(&with("<!ENTITY % p SYSTEM 'b'> %p;")).starts_with("parameter entities are refused"));
    let second = format!("<testsuite/>{}", with("<!ENTITY x SYSTEM 'a'>"));
    assert!(refusal(&second).starts_with("external entities are refused"));
    assert!(refusal(&with("<!ENTITY a 'b'><!ENTITY x '&a;&a;'>")).starts_with("entities made of other entities are refused"));
    assert_eq!(read_one(&with("<!ENTITY x '&#65;>'>")).name, "&x;");
    assert_eq!(read("<!DOCTYPE testsuites SYSTEM 'junit.dtd'><testsuites/>").records.len(), 0);
}

#[test]
fn nesting_is_bounded() {
    let nested = |depth: usize| format!("{}{}", "<testsuite>".repeat(depth), "</testsuite>".repeat(depth));
    assert!(corpus::read(ReportFormat::Junit, nested(limits::NESTING_DEPTH_MAX).as_bytes()).is_ok());
    let result = corpus::read(ReportFormat::Junit, nested(limits::NESTING_DEPTH_MAX + 1).as_bytes());
    assert!(matches!(result, Err(ParseError::TooDeep { depth_max: limits::NESTING_DEPTH_MAX, .. })));
}

#[test]
fn a_full_sink_stops_the_reader() {
    let mut sink = Collect { limit: Some(1), ..Collect::default() };
    let xml = b"<testsuite><testcase name='a'/><testcase/><testcase name='b'/></testsuite>";
    let result = proctor_formats::parse(ReportFormat::Junit, xml, &ParseContext::default(), &mut sink);
    assert_eq!(result, Err(ParseError::TooManyRecords(TooManyRecords { limit: 1 })));
    assert_eq!(sink.records.len(), 1);
}
