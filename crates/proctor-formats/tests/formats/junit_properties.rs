//! No bytes make the JUnit reader panic, loop, or lose count.

use proctor_core::format::ReportFormat;
use proctor_formats::{ParseContext, parse, sniff};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::corpus::{self, Collect};

/// What the bytes of a document are cut up and glued together from, besides arbitrary ones.
const PIECES: &[&str] = &[
    "<testsuites>",
    "</testsuites>",
    "<testsuite name='s' file=\"f\">",
    "</testsuite>",
    "<testcase name='n' time='1,5'>",
    "</testcase>",
    "<testcase/>",
    "<failure message=\"&lt;&#27;&x;\">",
    "</failure>",
    "<error>",
    "</error>",
    "<skipped/>",
    "<![CDATA[",
    "]]>",
    "<!--",
    "-->",
    "<!DOCTYPE t [",
    "<!ENTITY a '&b;'>",
    "]>",
    "<?xml version='1.1'?>",
    "?>",
    "&amp;",
    "&#x110000;",
    "&",
    "<",
    ">",
    "'",
    "\"",
    "\u{FEFF}",
    "é",
    "\n",
    " ",
    "<!",
    "</",
    "<a b",
    "\u{1}",
];

/// Reads `document` as the server would and checks what must hold whether or not it can be read.
fn check(document: &[u8]) {
    let mut sink = Collect::default();
    let context = ParseContext { cwd: None, test_runner: Some("pytest") };
    let _ = parse(ReportFormat::Junit, document, &context, &mut sink);
    sink.assert_indexes();
    assert!(sink.only_records().iter().all(|record| !record.name.trim().is_empty()));
    assert!(sink.only_records().iter().all(|record| record.duration.is_none_or(|seconds| seconds.is_finite() && seconds >= 0.0)));
    let _ = (sniff::detect(document), sniff::describe(document));
}

fn small_reports() -> Vec<Vec<u8>> {
    let names = corpus::shared_files("corpus/junit").into_iter();
    let reports: Vec<Vec<u8>> = names.map(|name| corpus::shared_file(&format!("corpus/junit/{name}"))).collect();
    reports.into_iter().filter(|report| (1..=8 * 1024).contains(&report.len())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes(document in vec(any::<u8>(), 0..512)) {
        check(&document);
    }

    #[test]
    fn pieces_of_reports(pieces in vec(select(PIECES), 0..40)) {
        check(pieces.concat().as_bytes());
        check(format!("<testsuite>{}</testsuite>", pieces.concat()).as_bytes());
    }

    #[test]
    fn mutated_reports(
        report in select(small_reports()),
        mutations in vec((any::<Index>(), prop_oneof![vec(any::<u8>(), 0..3), select(PIECES).prop_map(|piece| piece.as_bytes().to_vec())]), 1..6),
        length in any::<Index>(),
        is_cut in any::<bool>(),
    ) {
        let mut report = report;
        for (at, replacement) in mutations {
            let at = at.index(report.len());
            let end = (at + replacement.len()).min(report.len());
            report.splice(at..end, replacement);
        }
        if is_cut {
            report.truncate(length.index(report.len()));
        }
        check(&report);
    }
}

/// What took quadratic time once would take minutes here.
#[test]
fn hostile_documents_take_linear_time() {
    let inside = |text: String| format!("<testsuite><testcase name='n'><failure>{text}</failure></testcase></testsuite>");
    for document in [
        inside("<".repeat(400_000)),
        inside("< ".repeat(200_000)),
        inside("<a ".repeat(200_000)),
        inside("<a>".repeat(4_000) + &"</b>".repeat(100_000)),
        inside("& ".repeat(200_000)),
        inside("<!".repeat(200_000)),
        inside("\n".repeat(2_000_000)),
        inside("&#10;".repeat(400_000)),
        "<testsuite/> x ".repeat(100_000),
        "<testsuite/><?xml ".repeat(50_000),
        "<testsuite/><x>".repeat(50_000),
        format!("<testsuite name='{}'/>", "&".repeat(1_000_000)),
        format!("<testsuite {}/>", "a=1 ".repeat(300_000)),
        format!("<!DOCTYPE a [{}]><testsuite/>", "<!ENTITY a 'b'>".repeat(100_000)),
        format!("{}<testsuite/>", "<x ".repeat(300_000)),
    ] {
        check(document.as_bytes());
    }
}
