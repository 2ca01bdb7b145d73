//! `workflow_event` of each monitor (`workflows.md`, 4.2): what the ledger keeps of the event, and the settings that it was held to.

use proctor_store::documents::write_workflow;
use serde_json::{Map, Value, json};

use super::payload::Subject;

/// The part of the envelope that differs between monitors. What is not known is null.
pub(super) fn workflow_event(subject: &Subject<'_>) -> Value {
    let detail = &subject.entry.detail;
    let monitor = write_workflow(subject.definition).remove("monitor").unwrap_or_default();
    let kind = subject.definition.rule.monitor().as_str();
    let mut event = Event { subject, monitor: &monitor, fields: Map::new() };
    event.put("type", json!(kind));
    event.put("timestamp", json!(subject.entry.at.to_string()));
    match kind {
        "transition_count" => {
            event.score();
            event.settings(&["window"]);
            event.figures(&["transitions", "executions_in_window"]);
            event.put("execution_id", detail.get("execution_id").cloned().unwrap_or_default());
        }
        "passed_on_retry" => {
            event.execution(&["execution_id", "execution_run_id", "execution_commit_sha", "execution_branch"]);
            event.settings(&["window_days", "window_executions", "commit_count_threshold_high", "commit_count_threshold_low"]);
            event.figures(&["executions_in_window", "days_in_window", "commit_count"]);
        }
        "probabilistic_flakiness" => event.score(),
        "new_test" => event.execution(&["execution_id", "execution_branch", "execution_commit_sha"]),
        "duration_threshold" => {
            event.settings(&["aggregation", "window"]);
            event.figures(&["executions_in_window"]);
            event.put("duration", event.figure("duration_s"));
            event.put("duration_threshold_high", event.threshold("alarm"));
            event.put("duration_threshold_low", event.threshold("recover"));
            event.put("execution_id", detail.get("execution_id").cloned().unwrap_or_default());
        }
        _ => {
            event.score();
            event.put("execution_id", detail.get("execution_id").cloned().unwrap_or_default());
            event.put("figures", detail.get("figures").cloned().unwrap_or_default());
            if let Some(summary) = detail.get("summary") {
                event.put("summary", summary.clone());
            }
        }
    }
    Value::Object(event.fields)
}

struct Event<'a> {
    subject: &'a Subject<'a>,
    monitor: &'a Value,
    fields: Map<String, Value>,
}

impl Event<'_> {
    fn put(&mut self, key: &str, value: Value) {
        self.fields.insert(key.to_owned(), value);
    }

    fn threshold(&self, key: &str) -> Value {
        self.subject.entry.detail.get("thresholds").and_then(|thresholds| thresholds.get(key)).cloned().unwrap_or_default()
    }

    fn figure(&self, key: &str) -> Value {
        self.subject.entry.detail.get("figures").and_then(|figures| figures.get(key)).cloned().unwrap_or_default()
    }

    fn settings(&mut self, keys: &[&str]) {
        for key in keys {
            self.put(key, self.monitor.get(*key).cloned().unwrap_or_default());
        }
    }

    fn figures(&mut self, keys: &[&str]) {
        for key in keys {
            self.put(key, self.figure(key));
        }
    }

    /// The branch filter, the score and its thresholds.
    fn score(&mut self) {
        self.put("branch_filter", json!(self.subject.definition.rule.filters().branch()));
        self.put("score", self.subject.entry.detail.get("score").cloned().unwrap_or_default());
        self.put("score_threshold_high", self.threshold("alarm"));
        self.put("score_threshold_low", self.threshold("recover"));
    }

    /// The execution that decided. Its id is known also when it has been deleted.
    fn execution(&mut self, keys: &[&str]) {
        let execution = self.subject.execution;
        for key in keys {
            let value = match *key {
                "execution_id" => self.subject.entry.detail.get("execution_id").cloned().unwrap_or_default(),
                "execution_run_id" => json!(execution.map(|execution| execution.run_id.to_string())),
                "execution_commit_sha" => json!(execution.and_then(|execution| execution.commit_sha.as_deref())),
                _ => json!(execution.and_then(|execution| execution.branch.as_deref())),
            };
            self.put(key, value);
        }
    }
}
