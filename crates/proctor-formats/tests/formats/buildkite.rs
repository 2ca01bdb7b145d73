//! Test Engine results, field by field (`uploads.md`, section 6).

use proctor_core::format::ReportFormat;
use proctor_core::limits::{SPAN_DEPTH_MAX, SPANS_PER_EXECUTION_MAX};
use proctor_core::receipt::{RejectReason, WarningKind};
use proctor_core::record::{FailureDetail, Record, SpanDetail};
use proctor_core::result::TestResult;
use proctor_formats::ParseError;

use crate::corpus::{self, Collect};

fn read(json: &str) -> Collect {
    corpus::read(ReportFormat::Json, json.as_bytes()).unwrap_or_else(|error| panic!("{error}: {json}"))
}

/// Reads one result that has the name `n` and these fields besides.
fn read_one(fields: &str) -> (Record<'static>, Vec<WarningKind>) {
    let mut sink = read(&format!(r#"[{{"name":"n"{}{fields}}}]"#, if fields.is_empty() { "" } else { "," }));
    assert!(sink.warnings.iter().all(|warning| warning.index == Some(0)));
    (sink.records.remove(0).1, sink.warnings.into_iter().map(|warning| warning.kind).collect())
}

// contract: uploads 28, 29
#[test]
fn records_without_a_usable_name_are_left_out_one_by_one() {
    let bad =
        [r#"{}"#, r#"{"name":null}"#, r#"{"name":" \t"}"#, r#"{"name":[]}"#, r#"{"name":{"a":1},"tags":5}"#, "5", "null", "[]", "\"n\""];
    for (number, bad) in bad.into_iter().enumerate() {
        let sink = read(&format!(r#"[{{"name":"a"}},{bad},{{"name":"b"}}]"#));
        assert_eq!(sink.records.iter().map(|(index, _)| *index).collect::<Vec<_>>(), [0, 2]);
        let reason = if number < 5 { RejectReason::NameMissing } else { RejectReason::NotAnObject };
        assert_eq!((sink.rejections[0].index, sink.rejections[0].reason), (1, reason), "{bad}");
        assert!(sink.warnings.is_empty(), "a record that is left out needs no remarks");
        assert!(read(&format!("[{bad}]")).records.is_empty());
    }
    assert_eq!(
        read(r#"[{"name":7},{"name":true},{"name":1.50}]"#).only_records().iter().map(|r| &*r.name).collect::<Vec<_>>(),
        ["7", "true", "1.50"]
    );
}

// contract: uploads 30, 42
#[test]
fn results_are_read_and_never_derived() {
    for (fields, result, warnings) in [
        ("", TestResult::Unknown, &[][..]),
        (r#""result":null"#, TestResult::Unknown, &[]),
        (r#""result":"passed","failure_reason":"x""#, TestResult::Passed, &[]),
        (r#""result":"pending""#, TestResult::Pending, &[]),
        (r#""result":"unknown""#, TestResult::Unknown, &[]),
        (r#""result":"weird""#, TestResult::Unknown, &[WarningKind::UnknownResult]),
        (r#""result":"Passed""#, TestResult::Unknown, &[WarningKind::UnknownResult]),
        (r#""result":5"#, TestResult::Unknown, &[WarningKind::WrongType]),
    ] {
        let (record, found) = read_one(fields);
        assert_eq!((record.result, &*found), (result, warnings), "{fields}");
    }
}

// contract: uploads 33
#[test]
fn scopes_keep_their_blanks() {
    for (fields, scope) in [
        ("", ""),
        (r#""scope":null"#, ""),
        (r#""scope":"""#, ""),
        (r#""scope":" a b""#, " a b"),
        (r#""scope":3"#, "3"),
        (r#""scope":"a\ud800","scope":"last""#, "last"),
    ] {
        assert_eq!(read_one(fields).0.scope, scope, "{fields}");
    }
    assert_eq!(read(r#"[{"name":"a\u0000b\ud800c"}]"#).only_records()[0].name, "a\u{FFFD}b\u{FFFD}c");
}

// contract: uploads 35, 36
#[test]
fn times_may_be_anything() {
    for (history, duration, start_at, warnings) in [
        (r#"{"duration":0,"start_at":1795476540009}"#, Some(0.0), Some(1_795_476_540_009.0), &[][..]),
        (r#"{"duration":0.5,"start_at":-0.015}"#, Some(0.5), Some(-0.015), &[]),
        (r#"{"duration":null,"start_at":null}"#, None, None, &[]),
        ("{}", None, None, &[]),
        ("null", None, None, &[]),
        (r#"{"duration":-1}"#, None, None, &[WarningKind::DurationUnreadable]),
        (r#"{"duration":NaN,"start_at":Infinity}"#, None, None, &[WarningKind::DurationUnreadable]),
        (r#"{"duration":1e999}"#, None, None, &[WarningKind::DurationUnreadable]),
        (r#"{"duration":"0.5","start_at":"today"}"#, None, None, &[WarningKind::DurationUnreadable, WarningKind::WrongType]),
        ("[1]", None, None, &[WarningKind::WrongType]),
    ] {
        let (record, found) = read_one(&format!(r#""history":{history}"#));
        assert_eq!((record.duration, record.start_at, &*found), (duration, start_at, warnings), "{history}");
    }
}

// contract: uploads 38
#[test]
fn failures_come_in_many_forms() {
    let detail = |expanded: &[&str], backtrace: &[&str]| FailureDetail {
        expanded: expanded.iter().map(|line| (*line).to_owned().into()).collect(),
        backtrace: backtrace.iter().map(|line| (*line).to_owned().into()).collect(),
    };
    for (json, expected) in [
        ("null", vec![]),
        ("[]", vec![]),
        ("[{}]", vec![detail(&[], &[])]),
        (r#"[{"expanded":[]}]"#, vec![detail(&[], &[])]),
        (r#"[{"backtrace":null}]"#, vec![detail(&[], &[])]),
        (r#""text""#, vec![detail(&["text"], &[])]),
        (r#"["one",null,"two"]"#, vec![detail(&["one"], &[]), detail(&["two"], &[])]),
        (r#"{"expanded":"a\nb"}"#, vec![detail(&["a\nb"], &[])]),
        (r#"[{"expanded":["a",1],"backtrace":["b"],"x":{}},{"expanded":["c"]}]"#, vec![detail(&["a", "1"], &["b"]), detail(&["c"], &[])]),
    ] {
        let (record, warnings) = read_one(&format!(r#""failure_expanded":{json}"#));
        assert_eq!(record.failure_expanded, expected, "{json}");
        assert!(warnings.is_empty(), "{json}");
    }
    let (record, warnings) = read_one(r#""failure_expanded":[{"expanded":[["x"],"y"]},[]]"#);
    assert_eq!((record.failure_expanded, &*warnings), (vec![detail(&["y"], &[])], &[WarningKind::WrongType][..]));
}

// contract: uploads 41
#[test]
fn spans_are_a_tree_and_details_may_be_text() {
    let (record, warnings) = read_one(
        r#""history":{"children":[
            {"section":"http","duration":1,"start_at":2,"end_at":3,"detail":{"method":"GET","stubbed":false,"n":1,"x":null,"y":[1, 2]},
             "children":[{"section":"sql","detail":{"query":"q"}},{"detail":"text","children":null}]},
            {"section":"sleep","detail":{}}, 5]}"#,
    );
    let http = &record.spans[0];
    assert_eq!((&*http.section, http.duration, http.start_at, http.end_at), ("http", Some(1.0), Some(2.0), Some(3.0)));
    let pairs = [("method", "GET"), ("stubbed", "false"), ("n", "1"), ("x", "null"), ("y", "[1, 2]")];
    assert_eq!(http.detail, SpanDetail::Fields(pairs.map(|(key, value)| (key.into(), value.into())).to_vec()));
    assert_eq!(http.children[0].section, "sql");
    assert_eq!((&*http.children[1].section, &http.children[1].detail), ("", &SpanDetail::Text("text".into())));
    assert_eq!((record.spans.len(), &record.spans[1].detail), (2, &SpanDetail::None));
    assert_eq!(warnings, [WarningKind::WrongType]);
}

#[test]
fn spans_are_bounded() {
    let many = vec!["{}"; SPANS_PER_EXECUTION_MAX + 1].join(",");
    let (record, warnings) = read_one(&format!(r#""history":{{"children":[{many}]}}"#));
    assert_eq!((record.spans.len(), &*warnings), (SPANS_PER_EXECUTION_MAX, &[WarningKind::Truncated][..]));
    let deep = (0..100).fold("[]".to_owned(), |inner, _| format!(r#"[{{"children":{inner}}}]"#));
    let (record, warnings) = read_one(&format!(r#""history":{{"children":{deep}}}"#));
    assert_eq!(warnings, [WarningKind::Truncated]);
    let mut depth = 0;
    let mut spans = &record.spans;
    while let Some(span) = spans.first() {
        depth += 1;
        spans = &span.children;
    }
    assert_eq!(depth, SPAN_DEPTH_MAX);
}

#[test]
fn tags_and_ids_may_be_of_other_types() {
    let (record, warnings) =
        read_one(r#""tags":{"a":"x","n":1.50,"b":true,"none":null,"o":{},"l":[1],"a":"y"},"id":17,"external_id":{"x": 1},"trace_id":null"#);
    assert_eq!(record.tags, [("a", "y"), ("n", "1.50"), ("b", "true")].map(|(key, value)| (key.into(), value.into())));
    assert_eq!(warnings, [WarningKind::TagDropped]);
    assert_eq!((record.client_id.as_deref(), record.external_id.as_deref(), record.trace_id), (Some("17"), Some(r#"{"x": 1}"#), None));
    let (record, warnings) = read_one(r#""tags":["a"],"location":5,"file_name":[],"failure_reason":{},"unknown":[[{}]]"#);
    assert!(record.tags.is_empty() && record.location.is_none() && record.file_name.is_none() && record.failure_reason.is_none());
    assert_eq!(warnings, [WarningKind::WrongType; 4]);
}

// contract: uploads 12, 17
#[test]
fn results_may_be_wrapped() {
    let expected = read(r#"[{"name":"n"}]"#);
    for json in [
        r#"{"format":"json","data":[{"name":"n"}],"run_env":{}}"#,
        r#"{"data":5,"data":[{"name":"n"}]}"#,
        r#"{"data":"[{\"name\":\"n\"}]"}"#,
        r#""[{\"name\":\"n\"}]""#,
    ] {
        assert_eq!(read(json).records, expected.records, "{json}");
    }
    assert!(read("[]").records.is_empty());
}

// contract: uploads 15
#[test]
fn what_is_not_an_array_of_results_is_refused_with_its_place() {
    for (json, message) in [
        ("", "the JSON text ends inside a value at line 1 column 1"),
        ("{}", "expected an array of results at line 1 column 1"),
        (r#"{"data":5}"#, "expected an array of results at line 1 column 9"),
        ("[{\"name\":\"é\"},\n {\"name\" 5}]", "expected `:` at line 2 column 10"),
        ("[{\"name\":\"n\"}", "the JSON text ends inside a value at line 1 column 14"),
        ("[{\"name\":\"n\"}] x", "expected the end of the document at line 1 column 16"),
        ("[{\"name\":\"n\"},]", "expected a value at line 1 column 15"),
        ("[{\"name\":\"n\",}]", "expected a key in double quotes at line 1 column 14"),
        ("[{\"name\":tru}]", "expected a value at line 1 column 10"),
        ("[{\"name\":\"\\q\"}]", "unknown escape in a JSON string at line 1 column 11"),
    ] {
        let error = corpus::read(ReportFormat::Json, json.as_bytes()).map(|_| ()).unwrap_err();
        assert_eq!(error.to_string(), message, "{json}");
    }
    let deep = format!(r#"[{{"name":"n","x":{}"#, "[".repeat(50_000));
    assert!(matches!(corpus::read(ReportFormat::Json, deep.as_bytes()), Err(ParseError::TooDeep { .. })));
}

// contract: uploads 16
#[test]
fn a_full_sink_ends_reading() {
    let mut sink = Collect { limit: Some(2), ..Collect::default() };
    let document = br#"[{"name":"a"},5,{"name":"c"}]"#;
    let error = proctor_formats::parse(ReportFormat::Json, document, &Default::default(), &mut sink).unwrap_err();
    assert_eq!(error.to_string(), "more than 2 results in one upload");
}
