//! No bytes make the readers of JSON panic, loop, or lose count.

use proctor_core::format::ReportFormat;
use proctor_formats::{ParseContext, parse};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::corpus::{Collect, shared_file, shared_files};

/// The formats that are made of JSON.
const FORMATS: [ReportFormat; 6] = [
    ReportFormat::Json,
    ReportFormat::RspecJson,
    ReportFormat::JestJson,
    ReportFormat::PlaywrightJson,
    ReportFormat::CucumberJson,
    ReportFormat::GoJsonl,
];

/// Values of every type, put where others belong.
const VALUES: &[&str] =
    &["null", "true", "5", "-1", "1e999", "NaN", "\"\"", "\"text\"", "[]", "[5]", "[[]]", "{}", "{\"name\":1}", "[{}]", "\"\\ud800\""];

/// Reads `document` as the server would and checks what must hold whether or not it can be read.
pub(crate) fn check(format: ReportFormat, document: &[u8]) {
    let mut sink = Collect::default();
    let context = ParseContext { cwd: Some("/app"), test_runner: None };
    let _ = parse(format, document, &context, &mut sink);
    sink.assert_indexes();
    assert!(sink.only_records().iter().all(|record| !record.name.trim().is_empty()));
    assert!(sink.only_records().iter().all(|record| record.duration.is_none_or(|seconds| seconds.is_finite() && seconds >= 0.0)));
    assert!(sink.only_records().iter().all(|record| [record.start_at, record.end_at].into_iter().flatten().all(f64::is_finite)));
    let texts = sink.only_records().into_iter().flat_map(|record| [&record.scope, &record.name]);
    assert!(texts.into_iter().all(|text| !text.contains('\0')));
    assert!(sink.warnings.iter().all(|warning| warning.index.is_none_or(|index| sink.records.iter().any(|(known, _)| *known == index))));
}

/// The smaller reports of all formats, of which a mutation changes a part worth changing.
fn reports() -> Vec<(ReportFormat, Vec<u8>)> {
    let directories = FORMATS.into_iter().flat_map(|format| {
        let directory = format!("corpus/{}", format.as_str());
        let names = if matches!(format, ReportFormat::Json | ReportFormat::GoJsonl) { vec![] } else { shared_files(&directory) };
        names.into_iter().map(move |name| (format, format!("{directory}/{name}")))
    });
    let others = [
        (ReportFormat::GoJsonl, "corpus/other/gen__go-test-bench.ndjson"),
        (ReportFormat::GoJsonl, "captures/native/go-test.jsonl"),
        (ReportFormat::Json, "captures/ruby-rspec-batch-1.body.json"),
        (ReportFormat::Json, "captures/written-by-hand/elixir-1.body.json"),
        (ReportFormat::CucumberJson, "captures/native/cucumber.json"),
    ];
    let all = directories.chain(others.map(|(format, path)| (format, path.to_owned())));
    all.map(|(format, path)| (format, shared_file(&path))).filter(|(_, report)| (1..20_000).contains(&report.len())).collect()
}

/// The places where values begin: after a colon, a comma or a bracket.
fn replace_value(report: &mut Vec<u8>, at: Index, value: &str) {
    let starts: Vec<usize> =
        report.iter().enumerate().filter(|(_, byte)| matches!(byte, b':' | b',' | b'[')).map(|(at, _)| at + 1).collect();
    if starts.is_empty() {
        return;
    }
    let start = starts[at.index(starts.len())];
    let length = report[start..].iter().position(|byte| matches!(byte, b',' | b'}' | b']')).unwrap_or(0);
    report.splice(start..start + length, value.bytes());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes(format in select(&FORMATS[..]), document in vec(any::<u8>(), 0..256)) {
        check(format, &document);
    }

    #[test]
    fn pieces_of_json(format in select(&FORMATS[..]), pieces in vec(select(VALUES), 0..8), root in select(vec!["examples", "testResults", "suites", "elements", "data"])) {
        let items = pieces.join(",");
        check(format, format!("[{items}]").as_bytes());
        check(format, format!(r#"{{"{root}":[{items}]}}"#).as_bytes());
        let inner = ["assertionResults", "specs", "steps", "history", "tags"].map(|key| format!(r#""{key}":[{items}]"#)).join(",");
        check(format, format!(r#"{{"{root}":[{{"name":"n","title":"t",{inner}}}],"uri":"u"}}"#).as_bytes());
    }

    #[test]
    fn mutated_reports(
        (format, report) in select(reports()),
        values in vec((any::<Index>(), select(VALUES)), 0..4),
        bytes in vec((any::<Index>(), any::<u8>()), 0..3),
        length in any::<Index>(),
        is_cut in any::<bool>(),
    ) {
        let mut report = report;
        values.into_iter().for_each(|(at, value)| replace_value(&mut report, at, value));
        for (at, byte) in bytes {
            let at = at.index(report.len());
            report[at] = byte;
        }
        if is_cut {
            report.truncate(length.index(report.len()));
        }
        check(format, &report);
    }
}

#[test]
fn hostile_documents_take_linear_time() {
    let repeated = |item: &str, count: usize| vec![item; count].join(",");
    for document in [
        "{".repeat(300_000),
        "[{".repeat(300_000),
        "{\"a\":".repeat(300_000),
        "{\"a\" ".repeat(300_000),
        "{\"a\":1}".repeat(100_000),
        format!("\"{}", "\\u0000".repeat(300_000)),
        format!("[{}]", repeated("{\"name\":\"a\",\"tags\":{}}", 50_000)),
        format!("[{{\"name\":\"a\",\"tags\":{{{}}}}}]", (0..100_000).map(|n| format!("\"k{n}\":1")).collect::<Vec<_>>().join(",")),
        format!("{{\"examples\":[{}]}}", repeated("{\"description\":\"a\"}", 50_000)),
        format!(
            "{{\"testResults\":[{{\"name\":\"{}\",\"assertionResults\":[{}]}}]}}",
            "\\n".repeat(300_000),
            repeated("{\"title\":\"a\"}", 20_000)
        ),
        format!(
            "[{{\"name\":\"{}\",\"elements\":[{}]}}]",
            "\\n".repeat(300_000),
            repeated("{\"type\":\"scenario\",\"name\":\"a\"}", 20_000)
        ),
        format!("[{{\"elements\":[{}]}}]", repeated("{\"type\":\"background\",\"steps\":[{},{}]}", 50_000)),
        format!(
            "{{\"ImportPath\":\"b\",\"Action\":\"build-output\",\"Output\":\"{}\"}}\n{}",
            "x".repeat(500_000),
            "{\"Action\":\"fail\",\"Package\":\"p\",\"FailedBuild\":\"b\"}\n".repeat(20_000)
        ),
        "{\"Action\":\"run\",\"Package\":\"p\",\"Test\":\"t\"}\n".repeat(50_000),
    ] {
        for format in FORMATS {
            check(format, document.as_bytes());
        }
    }
}
