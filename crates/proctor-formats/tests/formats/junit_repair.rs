//! Documents that are not quite XML, and text around them.

use proctor_core::receipt::WarningKind;

use crate::junit::{read, read_one, refusal};

#[test]
fn ill_formed_text_is_repaired_with_a_remark() {
    let known = [
        ("<failure>a\u{1b}[31mb</failure>", "a\u{FFFD}[31mb"),
        ("<failure>a&#27;b&#x0;c&#xD800;d&#xFFFFFFFFF;e</failure>", "a\u{FFFD}b\u{FFFD}c\u{FFFD}d\u{FFFD}e"),
        ("<failure>\u{FFFE}</failure>", "\u{FFFD}"),
        ("<failure>a ]]> b</failure>", "a ]]> b"),
        ("<failure>a & b; c && d&</failure>", "a & b; c && d&"),
        ("<failure>a &nbsp; b</failure>", "a &nbsp; b"),
        ("<failure>if a < b</failure>", "if a < b"),
        ("<failure>if a <b</failure>", "if a <b"),
        ("<failure>a << b <= c <- d</failure>", "a << b <= c <- d"),
        ("<failure>a <!b</failure>", "a <!b"),
        ("<failure>Vec<String> is</failure>", "Vec is"),
        ("<failure>a </b> c</failure>", "a  c"),
        ("<failure message='a < b'/>", "a < b"),
        ("<failure message='a & b'/>", "a & b"),
        ("<failure message='a &copy; &;'/>", "a &copy; &;"),
        ("<failure message='a\u{1b}b'/>", "a\u{FFFD}b"),
        ("<failure message='a' message='b'/>", "a"),
    ];
    for (failure, reason) in known {
        let sink = read(&format!("<testsuite><testcase name='n'>{failure}</testcase><testcase name='m'/></testsuite>"));
        assert_eq!(sink.only_records()[0].failure_reason.as_deref(), Some(reason), "{failure:?}");
        assert_eq!(sink.records.len(), 2, "{failure:?}");
        assert!(sink.has_warning(WarningKind::Repaired), "{failure:?}");
    }
}

#[test]
fn well_formed_text_needs_no_repair() {
    let sink = read(
        "<a:testsuite xmlns:a='x'><a:testcase classname='c' name='&lt;&#x41;>'><a:failure><b>x</b><!-- < --></a:failure></a:testcase ></a:testsuite>",
    );
    assert_eq!(sink.only_records()[0].name, "<A>");
    assert_eq!(sink.only_records()[0].failure_reason.as_deref(), Some("x"));
    assert!(sink.warnings.is_empty(), "{:?}", sink.warnings);
}

#[test]
fn xml_1_1_allows_references_to_control_characters() {
    let record = read_one("<?xml version='1.1'?><testsuite><testcase name='&#27;[1m&#0;'/></testsuite>");
    assert_eq!(record.name, "\u{1b}[1m\u{FFFD}");
}

#[test]
fn attributes_need_no_quotes_and_no_values() {
    let record = read_one("<testsuite><testcase disabled name = n classname='a>b' time=2 /></testsuite>");
    assert_eq!((&*record.scope, &*record.name, record.duration), ("a>b", "n", Some(2.0)));
}

#[test]
fn text_around_reports_is_skipped_with_a_remark() {
    let case = "<testsuite><testcase classname='c' name='n'/></testsuite>";
    let known = [
        (case.to_owned(), 1, false),
        (format!("\n \u{FEFF}\n{case}\n\n"), 1, false),
        (format!("<?xml version='1.0'?><!-- a -->\n{case}<!-- b -->"), 1, false),
        (format!("<?xml version='1.0'?>{case}\n<?xml version='1.0'?>{case}"), 2, false),
        (format!("{case}{case}"), 2, false),
        (format!("INFO <main> a < b\n{case}"), 1, true),
        (format!("{case}\nDone <in> 3 s"), 1, true),
        (format!("{case}\n<done>"), 1, true),
        (format!("{case}\nDone. a<b\n<?xml version='1.0'?>{case} bye"), 2, true),
        (format!("{case}<other/>{case}"), 2, true),
        (format!("<?xml version='1.0'?>\nnpm WARN\n{case}"), 1, true),
    ];
    for (text, count, has_noise) in known {
        let sink = read(&text);
        assert_eq!(sink.records.len(), count, "{text}");
        assert_eq!(sink.has_warning(WarningKind::NoiseSkipped), has_noise, "{text}");
    }
}

#[test]
fn what_cannot_be_read_is_refused_with_its_place() {
    for (text, message) in [
        ("", "the document is empty at line 1 column 1"),
        (" \n ", "the document is empty at line 2 column 2"),
        ("no XML", "no test report found: neither <testsuites> nor <testsuite> at line 1 column 7"),
        ("<html>\n</html>", "the root element is <html>, neither <testsuites> nor <testsuite> at line 1 column 1"),
        ("<testsuite>\n<testcase name='n'>", "the document ends inside of <testcase> at line 2 column 20"),
        ("<testsuite>\n é<a></testcase></testsuite>", "<a> is closed by </testcase> at line 2 column 6"),
        ("</testsuite>", "</testsuite> closes nothing at line 1 column 1"),
    ] {
        assert_eq!(refusal(text), message);
    }
    for text in ["<testsuite", "<testsuite><!-- ", "<testsuite><![CDATA[", "<testsuite a='", "<testsuite/", "<testsuite><?xml"] {
        assert!(refusal(text).contains(" at line 1 column "), "{text}");
    }
}

#[test]
fn elements_with_capitals_are_not_those_of_junit() {
    let sink = read("<TestSuites><TestSuite><TestCase name='n'/></TestSuite></TestSuites>");
    assert_eq!(sink.records.len(), 0);
    assert!(sink.notices[0].message.contains("<TestSuites>"));
}
