//! Data as senders upload it.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Answer, TestApp};

/// A JSON envelope for the run `key` with these records.
pub(crate) fn envelope(key: &str, data: &[Value]) -> Value {
    json!({ "format": "json", "run_env": { "key": key }, "data": data })
}

/// A record of test `name` with this result.
pub(crate) fn record(name: &str, result: &str) -> Value {
    json!({ "scope": "Cart", "name": name, "location": "cart.rb:1", "file_name": "cart.rb", "result": result, "history": { "duration": 0.5 } })
}

/// As [`record`], with a duration in seconds; none: the sender does not say.
pub(crate) fn timed(name: &str, result: &str, duration: Option<f64>) -> Value {
    let mut record = record(name, result);
    record["history"] = json!({ "duration": duration });
    record
}

/// As [`envelope`], with more entries of `run_env`.
pub(crate) fn envelope_of(key: &str, env: &[(&str, &str)], data: &[Value]) -> Value {
    let mut envelope = envelope(key, data);
    for (name, value) in env {
        envelope["run_env"][name] = json!(value);
    }
    envelope
}

impl TestApp {
    /// A request for the bodies with metrics.
    pub(crate) async fn get_metrics(&self, path: &str) -> Answer {
        Answer::to(self.request(Method::GET, path).header("buildkite-version", "2026-08-01")).await
    }

    /// The id of the test with this name in the first suite.
    pub(crate) async fn test_id(&self, name: &str) -> String {
        let tests = self.get(&self.s("/tests?per_page=100")).await.array();
        let test = tests.iter().find(|test| test["name"] == name).unwrap_or_else(|| panic!("no test {name}"));
        test["id"].as_str().expect("an id").to_owned()
    }

    /// Uploads records to the first suite and gives back the id of their run.
    pub(crate) async fn run_of(&self, envelope: &Value) -> String {
        let answer = self.upload(envelope).await;
        assert_eq!(answer.status, 202, "{}", answer.text);
        answer.json()["run_id"].as_str().expect("a run id").to_owned()
    }

    /// That many runs with one passed execution each, a second apart by the manual clock; oldest first.
    pub(crate) async fn runs(&self, count: usize) -> Vec<String> {
        let mut ids = Vec::new();
        for number in 0..count {
            ids.push(self.run_of(&envelope(&format!("run-{number}"), &[record("adds", "passed")])).await);
            self.clock().advance_ms(1_000);
        }
        ids
    }
}
