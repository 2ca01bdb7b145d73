//! Data as senders upload it.

use serde_json::{Value, json};

use super::TestApp;

/// A JSON envelope for the run `key` with these records.
pub(crate) fn envelope(key: &str, data: &[Value]) -> Value {
    json!({ "format": "json", "run_env": { "key": key }, "data": data })
}

/// A record of test `name` with this result.
pub(crate) fn record(name: &str, result: &str) -> Value {
    json!({ "scope": "Cart", "name": name, "location": "cart.rb:1", "file_name": "cart.rb", "result": result, "history": { "duration": 0.5 } })
}

impl TestApp {
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
