//! The recordings of real senders: reports as runners wrote them, and bodies through the envelope scanner.

use std::collections::BTreeSet;

use proctor_core::format::ReportFormat;
use proctor_core::result::TestResult;
use proctor_formats::envelope::{EnvelopeData, EnvelopeScanner};
use serde_json::Value;

use crate::corpus::{Collect, read, shared_file};

fn expected() -> Value {
    serde_json::from_slice(&shared_file("captures/expected.json")).unwrap()
}

fn check(sink: &Collect, expected: &Value, path: &str) {
    assert_eq!(sink.records.len() as u64, expected["executions"].as_u64().unwrap(), "{path}");
    assert!(sink.rejections.is_empty(), "{path}");
    for result in TestResult::ALL {
        let count = expected["results"][result.as_str()].as_u64().unwrap_or(0);
        assert_eq!(sink.counts().of(result), count, "{path}: {}", result.as_str());
    }
    let distinct: BTreeSet<_> = sink.records.iter().map(|(_, record)| (&record.scope, &record.name)).collect();
    assert_eq!(distinct.len() as u64, expected["distinct_tests"].as_u64().unwrap(), "{path}");
}

// contract: uploads 51, 52, 53, 54, 55
#[test]
fn native_reports_give_what_is_expected() {
    for (path, expected) in expected()["native"].as_object().unwrap() {
        let format = ReportFormat::from_wire(expected["format"].as_str().unwrap()).unwrap();
        if format != ReportFormat::Junit {
            check(&read(format, &shared_file(&format!("captures/{path}"))).unwrap(), expected, path);
        }
    }
}

// contract: uploads 13, 16, 17, 31, 43
#[test]
fn recorded_bodies_give_what_is_expected() {
    let mut bodies = 0;
    for (name, expected) in expected()["uploads"].as_object().unwrap() {
        let path = format!("captures/{name}.body.json");
        let exists = crate::corpus::shared_files(if name.contains('/') { "captures/written-by-hand" } else { "captures" });
        if !exists.iter().any(|file| path.ends_with(&format!("/{file}"))) {
            continue;
        }
        bodies += 1;
        let body = shared_file(&path);
        let mut scanner = EnvelopeScanner::new();
        for end in (1_000..body.len()).step_by(1_000) {
            scanner.advance(&body[..end]).unwrap();
        }
        let envelope = scanner.finish(&body).unwrap();
        assert_eq!(envelope.format.as_deref(), expected["format"].as_str(), "{name}");
        let Some(format) = envelope.format.as_deref().and_then(ReportFormat::from_wire) else {
            assert_eq!(expected["status"], 422, "{name}");
            continue;
        };
        assert_eq!(envelope.run_env.key(), expected["run_key"].as_str(), "{name}");
        assert_eq!(envelope.run_env.branch(), expected["branch"].as_str(), "{name}");
        let tags: Value = envelope.tags.iter().map(|(key, value)| (key.to_string(), Value::from(&**value))).collect();
        assert_eq!(tags, expected["upload_tags"], "{name}");
        let document = match &envelope.data {
            EnvelopeData::Json(json) => json,
            EnvelopeData::Text(text) => text.as_bytes(),
            other => panic!("{name}: {other:?}"),
        };
        check(&read(format, document).unwrap(), expected, name);
    }
    assert_eq!(bodies, 35);
}

// contract: uploads 23
#[test]
fn run_env_is_kept_as_sent() {
    let body = shared_file("captures/python-pytest-3.body.json");
    let envelope = EnvelopeScanner::new().finish(&body).unwrap();
    assert_eq!(envelope.run_env.branch(), Some("main"));
    assert_eq!(envelope.run_env.get("branch"), Some("refs/heads/main"));
    let json: Value = serde_json::from_slice(&body).unwrap();
    for entry in envelope.run_env.entries() {
        assert_eq!(serde_json::from_str::<Value>(&entry.json).unwrap(), json["run_env"][&entry.key]);
    }
}
