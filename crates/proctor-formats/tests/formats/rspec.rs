//! RSpec's JSON formatter (`uploads.md`, 7.1).

use proctor_core::format::ReportFormat;
use proctor_core::receipt::WarningKind;
use proctor_core::record::Record;
use proctor_core::result::TestResult;

use crate::corpus::{self, Collect, shared_file};

fn read(json: &str) -> Collect {
    corpus::read(ReportFormat::RspecJson, json.as_bytes()).unwrap_or_else(|error| panic!("{error}: {json}"))
}

fn read_one(example: &str) -> Record<'static> {
    read(&format!(r#"{{"summary":{{}},"examples":[{example}]}}"#)).records.remove(0).1
}

// contract: uploads 50, 51
#[test]
fn the_recorded_report_is_read_field_by_field() {
    let sink = corpus::read(ReportFormat::RspecJson, &shared_file("captures/native/rspec.json")).unwrap();
    let records = sink.only_records();
    let raises = records.iter().find(|record| record.scope == "Calculator #add" && record.name == "raises").unwrap();
    assert_eq!(raises.result, TestResult::Failed);
    assert!(records.iter().all(|record| record.file_name.as_deref() == Some("./spec/sample_spec.rb")));
    assert!(raises.location.as_deref().is_some_and(|location| location.starts_with("./spec/sample_spec.rb:")));
    assert!(!raises.failure_expanded[0].backtrace.is_empty());
}

#[test]
fn failures_and_files_follow_the_table() {
    let record = read_one(
        r#"{"id":"./spec/including_spec.rb[1:2:1]","description":"adds","full_description":"Cart adds","status":"failed",
            "file_path":"./spec/shared.rb","line_number":7,"run_time":0.25,
            "exception":{"class":"RuntimeError","message":"\n  boom\nmore","backtrace":["a:1","b:2"]}}"#,
    );
    assert_eq!((&*record.scope, &*record.name, record.duration), ("Cart", "adds", Some(0.25)));
    assert_eq!(record.file_name.as_deref(), Some("./spec/including_spec.rb"));
    assert_eq!(record.location.as_deref(), Some("./spec/shared.rb:7"));
    assert_eq!(record.failure_reason.as_deref(), Some("boom"));
    assert_eq!(record.failure_expanded[0].expanded, ["RuntimeError", "", "  boom", "more"]);
    assert_eq!(record.failure_expanded[0].backtrace, ["a:1", "b:2"]);
    let record = read_one(
        r#"{"description":"d","full_description":"other","status":"pending","file_path":"f","exception":{"class":"E","backtrace":null}}"#,
    );
    assert_eq!((&*record.scope, record.result, record.file_name.as_deref()), ("other", TestResult::Skipped, Some("f")));
    assert_eq!(record.failure_reason.as_deref(), Some("E"));
    assert_eq!(read_one(r#"{"description":"d","full_description":"d","id":"no brackets"}"#).scope, "d");
}

#[test]
fn wrong_types_lose_no_record() {
    let sink = read(
        r#"{"examples":[{"description":"a","status":5,"run_time":"x","full_description":[]},5,{"description":null},{"description":"b"}]}"#,
    );
    assert_eq!(sink.records.iter().map(|(index, _)| *index).collect::<Vec<_>>(), [0, 3]);
    assert_eq!(sink.rejections.len(), 2);
    for kind in [WarningKind::UnknownResult, WarningKind::WrongType, WarningKind::DurationUnreadable] {
        assert!(sink.has_warning(kind));
    }
}

#[test]
fn errors_outside_of_examples_are_a_notice() {
    let sink = corpus::read(ReportFormat::RspecJson, &shared_file("corpus/rspec-json/gen__rspec-load-error.json")).unwrap();
    assert_eq!(sink.notices[0].message, "1 error occurred outside of examples");
    assert!(sink.notices[0].detail.starts_with("An error occurred while loading ./spec_load_error.rb."));
    assert!(read(r#"{"examples":[],"messages":["x"],"summary":{"errors_outside_of_examples_count":0}}"#).notices.is_empty());
}

#[test]
fn a_log_line_in_json_is_not_the_report() {
    let sink = read("{\"level\":\"info\"}\n[INFO] {\"x\":1} {\"examples\":[{\"description\":\"a\"}]}\nbye");
    assert_eq!(sink.records.len(), 1);
    assert!(sink.has_warning(WarningKind::NoiseSkipped));
}
