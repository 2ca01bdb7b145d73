//! Cucumber's JSON (`uploads.md`, 7.4).

use proctor_core::format::ReportFormat;
use proctor_core::record::Record;
use proctor_core::result::TestResult;

use crate::corpus::{self, Collect, shared_file};

fn read(json: &str) -> Collect {
    corpus::read(ReportFormat::CucumberJson, json.as_bytes()).unwrap_or_else(|error| panic!("{error}: {json}"))
}

/// Reads one scenario with these steps.
fn scenario(steps: &str) -> Record<'static> {
    let sink =
        read(&format!(r#"[{{"elements":[{{"type":"scenario","name":"s","line":3,"steps":[{steps}]}}],"name":"F","uri":"f.feature"}}]"#));
    sink.records.into_iter().next().unwrap().1
}

// contract: uploads 54
#[test]
fn hooks_and_undefined_steps_fail_their_scenario() {
    let sink = corpus::read(ReportFormat::CucumberJson, &shared_file("captures/native/cucumber.json")).unwrap();
    let named = |name: &str| sink.only_records().into_iter().find(|record| record.name == name).cloned().unwrap();
    assert_eq!(named("hook trouble").result, TestResult::Failed);
    assert_eq!(named("hook trouble").failure_reason.as_deref(), Some("before hook failed (RuntimeError)"));
    assert_eq!(named("not written yet").result, TestResult::Failed);
    assert!(named("not written yet").failure_reason.is_some_and(|reason| reason.starts_with("Undefined step: ")));
    assert_eq!(named("empty scenario").result, TestResult::Passed);
    assert_eq!(sink.only_records().iter().filter(|record| record.name == "bulk discount").count(), 2);
}

#[test]
fn the_worst_step_decides() {
    let step = |status: &str| format!(r#"{{"name":"st","result":{{"status":"{status}","duration":500000000}}}}"#);
    for (statuses, result) in [
        (&["passed"][..], TestResult::Passed),
        (&["passed", "skipped"], TestResult::Skipped),
        (&["pending"], TestResult::Skipped),
        (&["skipped", "failed", "passed"], TestResult::Failed),
        (&["undefined", "skipped"], TestResult::Failed),
        (&["ambiguous"], TestResult::Failed),
        (&["errored"], TestResult::Failed),
        (&[], TestResult::Passed),
    ] {
        let record = scenario(&statuses.iter().map(|status| step(status)).collect::<Vec<_>>().join(","));
        assert_eq!(record.result, result, "{statuses:?}");
        assert_eq!(record.duration, (!statuses.is_empty()).then_some(statuses.len() as f64 / 2.0));
        assert_eq!(
            (record.location.as_deref(), record.file_name.as_deref(), &*record.scope),
            (Some("f.feature:3"), Some("f.feature"), "F")
        );
    }
    assert_eq!(scenario(&step("undefined")).failure_reason.as_deref(), Some("Undefined step: st"));
}

#[test]
fn step_hooks_count_and_messages_are_kept() {
    let record = scenario(
        r#"{"name":"a","result":{"status":"passed"},"after":[{"result":{"status":"failed","error_message":"\nboom (E)\nline","duration":1e9}}]},
           {"name":"b","result":{"status":"failed","error_message":["one","two"]}}"#,
    );
    assert_eq!((record.result, record.failure_reason.as_deref(), record.duration), (TestResult::Failed, Some("boom (E)"), Some(1.0)));
    assert_eq!(record.failure_expanded[0].expanded, ["", "boom (E)", "line"]);
    assert_eq!(record.failure_expanded[1].expanded, ["one", "two"]);
}

#[test]
fn a_background_belongs_to_the_next_scenario() {
    let sink = read(
        r#"[{"uri":"f","elements":[
            {"type":"background","before":[{"result":{"status":"failed","error_message":"hook"}}],"steps":[]},
            {"keyword":"Scenario","name":"first","line":2},
            {"type":"scenario","name":"second"},
            {"type":"scenario_outline","name":"not run"},
            {"keyword":"Background","steps":[{"result":{"status":"failed"}}]}]},
            {"uri":"g","elements":[{"type":"scenario","name":"third"}, 5, {"type":"scenario"}]}]"#,
    );
    let results: Vec<_> = sink.only_records().iter().map(|record| (record.name.clone(), record.result)).collect();
    assert_eq!(
        results,
        [("first".into(), TestResult::Failed), ("second".into(), TestResult::Passed), ("third".into(), TestResult::Passed)]
    );
    assert_eq!(sink.rejections.len(), 2);
}

#[test]
fn bodies_without_features_are_fine() {
    for empty in ["", " \n", "\u{FEFF}", "[]", "[] "] {
        assert!(read(empty).records.is_empty());
    }
    assert_eq!(read(r#"{"uri":"f","elements":[{"type":"scenario","name":"n"}]}"#).records.len(), 1);
    for other in ["{}", "5", r#"[{"name":"n"}]"#, r#"{"testResults":[]}"#] {
        assert!(corpus::read(ReportFormat::CucumberJson, other.as_bytes()).is_err(), "{other}");
    }
}

#[test]
fn behave_counts_seconds_and_names_locations() {
    let sink = corpus::read(ReportFormat::CucumberJson, &shared_file("corpus/cucumber-json/gen__behave.json")).unwrap();
    let record = sink.only_records()[0];
    assert_eq!((record.location.as_deref(), record.file_name.as_deref()), (Some("features/a.feature:10"), Some("features/a.feature")));
    assert!(record.duration.is_some_and(|duration| duration > 1e-5));
}
