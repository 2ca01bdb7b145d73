//! An entry of the ledger for people: what happened, why, and what it rests on.

use std::collections::HashMap;

use proctor_core::id::{UserId, WorkflowId};
use proctor_core::time::Timestamp;
use proctor_store::catalog::ledger::{LedgerEntry, LedgerKind};
use proctor_store::{Store, StoreError};
use serde_json::{Map, Value};

use super::super::when::{When, count, duration};
use super::words::{Targets, monitor_name, number, share};

/// Executions that a row of a list links to.
const EVIDENCE_SHOWN_MAX: usize = 10;

/// An entry.
#[derive(Clone, Debug)]
pub struct EntryView {
    /// Its page.
    pub path: String,
    /// What its badge says, and its class.
    pub kind: &'static str,
    /// The class of its badge.
    pub class: &'static str,
    /// When it came true.
    pub at: When,
    /// When it was written down.
    pub recorded: When,
    /// Page, scope, name and id of the test.
    pub test: Option<(String, String, String, String)>,
    /// Page (none when it was deleted), name, version and id of the workflow.
    pub workflow: Option<(Option<String>, String, u32, String)>,
    /// Who.
    pub actor: String,
    /// What happened, in a few words.
    pub summary: String,
    /// Why, as people wrote it; empty: they wrote nothing.
    pub reason: String,
    /// The run of an incident.
    pub run: Option<String>,
    /// What the monitor saw: name and value.
    pub figures: Vec<(String, String)>,
    /// Pages of the executions that it rests on.
    pub evidence: Vec<String>,
    /// What was done about it: action and outcome.
    pub actions: Vec<(String, String)>,
    /// Whether it can be replayed.
    pub is_event: bool,
}

impl EntryView {
    /// The newest executions of the evidence: as many as a row has room for.
    #[must_use]
    pub fn newest_evidence(&self) -> &[String] {
        &self.evidence[self.evidence.len().saturating_sub(EVIDENCE_SHOWN_MAX)..]
    }
}

/// What all entries of a page share.
#[derive(Debug)]
pub struct Ledger<'a> {
    /// The path of the suite.
    pub suite_path: &'a str,
    /// Present workflows, by id: their names.
    pub workflows: HashMap<WorkflowId, String>,
    /// People, by id.
    pub people: HashMap<String, String>,
    /// Whether names of people are shown.
    pub targets: Targets,
    /// The time.
    pub now: Timestamp,
}

/// What an entry of this kind is called.
#[must_use]
pub const fn kind_words(kind: LedgerKind) -> (&'static str, &'static str) {
    match kind {
        LedgerKind::Alarm => ("alarm", "alarm"),
        LedgerKind::Recover => ("recovery", "recovered"),
        LedgerKind::LabelAdded => ("label added", "plain"),
        LedgerKind::LabelRemoved => ("label removed", "plain"),
        LedgerKind::StateChanged => ("state changed", "state"),
        LedgerKind::WorkflowCreated => ("workflow made", "plain"),
        LedgerKind::WorkflowUpdated => ("workflow changed", "plain"),
        LedgerKind::WorkflowDeleted => ("workflow deleted", "plain"),
        LedgerKind::WorkflowApplied => ("history taken in", "plain"),
        LedgerKind::Incident => ("mass failure", "failed"),
    }
}

/// The names of the people who had a part in these entries.
///
/// # Errors
/// When the store cannot be read.
pub async fn people_of(store: &Store, actors: impl Iterator<Item = &str>) -> Result<HashMap<String, String>, StoreError> {
    let mut people = HashMap::new();
    for actor in actors {
        let Some(id) = actor.strip_prefix("user:").filter(|id| !people.contains_key(*id)) else { continue };
        let Ok(user) = id.parse::<UserId>() else { continue };
        people.insert(id.to_owned(), store.user(user).await?.map_or_else(|| "somebody who left".to_owned(), |user| user.name));
    }
    Ok(people)
}

impl Ledger<'_> {
    /// Who an actor is.
    #[must_use]
    pub fn actor(&self, actor: &str) -> String {
        match actor.strip_prefix("user:") {
            Some(_) if self.targets == Targets::Hidden => "a person".to_owned(),
            Some(id) => self.people.get(id).cloned().unwrap_or_else(|| "a person".to_owned()),
            None if actor == "system" => "Proctor".to_owned(),
            None => actor.to_owned(),
        }
    }

    /// An entry for people.
    #[must_use]
    pub fn view(&self, entry: &LedgerEntry) -> EntryView {
        let LedgerEntry { id, kind, test, workflow, actor, at, recorded_at, detail } = entry;
        let text = |key: &str| detail.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let test_path = test.as_ref().map(|test| format!("{}/tests/{}", self.suite_path, test.id));
        let (word, class) = kind_words(*kind);
        let evidence = detail.get("evidence").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        let named = workflow.as_ref().map(|(id, version)| {
            let present = self.workflows.get(id);
            let old = detail.get("workflow").or_else(|| detail.get("name")).and_then(Value::as_str);
            let name = present.map(String::as_str).or(old).unwrap_or("a workflow").to_owned();
            (present.map(|_| format!("{}/workflows/{id}", self.suite_path)), name, *version, id.to_string())
        });
        EntryView {
            path: format!("{}/ledger/{id}", self.suite_path),
            kind: word,
            class,
            at: When::new(*at, self.now),
            recorded: When::new(*recorded_at, self.now),
            evidence: evidence.filter_map(|id| Some(format!("{}?execution_id={id}#execution", test_path.as_deref()?))).collect(),
            test: test
                .as_ref()
                .zip(test_path.clone())
                .map(|(test, path)| (path, test.scope.clone(), test.name.clone(), test.id.to_string())),
            workflow: named,
            actor: self.actor(actor),
            summary: summary(*kind, detail),
            reason: text("reason"),
            run: detail.get("run_id").and_then(Value::as_str).map(|run| format!("{}/runs/{run}", self.suite_path)),
            figures: figures(detail),
            actions: actions(detail),
            is_event: matches!(kind, LedgerKind::Alarm | LedgerKind::Recover),
        }
    }
}

fn summary(kind: LedgerKind, detail: &Map<String, Value>) -> String {
    let text = |key: &str| detail.get(key).and_then(Value::as_str).unwrap_or_default();
    let whole = |key: &str| detail.get(key).and_then(Value::as_u64).unwrap_or_default();
    let float = |value: Option<&Value>| value.and_then(Value::as_f64);
    match kind {
        LedgerKind::Alarm | LedgerKind::Recover => {
            let (key, words) = if kind == LedgerKind::Alarm { ("alarm", "alarms from") } else { ("recover", "recovers at") };
            let threshold = float(detail.get("thresholds").and_then(|thresholds| thresholds.get(key)));
            let by = match text("cause") {
                "clock" => "time passed; ",
                "expired" => "it was silent for too long; ",
                _ => "",
            };
            match (float(detail.get("score")), threshold) {
                (Some(score), Some(threshold)) => format!("{by}score {}, {words} {}", number(score), number(threshold)),
                (Some(score), None) => format!("{by}score {}", number(score)),
                (None, _) => by.trim_end_matches("; ").to_owned(),
            }
        }
        LedgerKind::LabelAdded | LedgerKind::LabelRemoved => text("label").to_owned(),
        LedgerKind::StateChanged => {
            let until = detail.get("expires_at").and_then(Value::as_str).map(|until| format!(", until {until}")).unwrap_or_default();
            format!("{} → {}{until}", text("from"), text("to"))
        }
        LedgerKind::WorkflowCreated | LedgerKind::WorkflowUpdated => match text("application") {
            "quiet" => "history is taken in, nothing is reported".to_owned(),
            "fire" => "history is taken in, and what it changes is reported".to_owned(),
            _ => "states stay as they are".to_owned(),
        },
        LedgerKind::WorkflowDeleted => "what it did to tests stays".to_owned(),
        LedgerKind::WorkflowApplied => format!("{} executions, {} tests alarmed", count(whole("executions")), count(whole("alarmed"))),
        LedgerKind::Incident => {
            let failed = float(detail.get("failed_share")).map(|failed| format!(" ({})", share(failed))).unwrap_or_default();
            format!("{} of {} tests failed{failed}: left out by the flakiness monitors", count(whole("failed")), count(whole("tests")))
        }
    }
}

fn figures(detail: &Map<String, Value>) -> Vec<(String, String)> {
    let mut figures = Vec::new();
    let mut put = |name: &str, value: Option<&Value>| {
        let text = match value {
            Some(Value::Number(value)) if name.ends_with("_s") => value.as_f64().map(duration),
            Some(Value::Number(value)) => value.as_f64().map(number),
            Some(Value::String(text)) => Some(text.clone()),
            _ => None,
        };
        figures.extend(text.map(|text| (name.trim_end_matches("_s").replace('_', " "), text)));
    };
    put("score", detail.get("score"));
    let thresholds = detail.get("thresholds");
    put("alarms from", thresholds.and_then(|thresholds| thresholds.get("alarm")));
    put("recovers at", thresholds.and_then(|thresholds| thresholds.get("recover")));
    for (name, value) in detail.get("figures").and_then(Value::as_object).into_iter().flatten() {
        put(name, Some(value));
    }
    put("caused by", detail.get("cause"));
    if let Some(monitor) = detail.get("monitor").and_then(Value::as_str) {
        figures.push(("monitor".to_owned(), monitor_name(monitor).to_owned()));
    }
    figures
}

fn actions(detail: &Map<String, Value>) -> Vec<(String, String)> {
    let of = |action: &Value| {
        let text = |key: &str| action.get(key).and_then(Value::as_str).unwrap_or_default();
        let what = format!("{} {}{}", text("type"), text("label"), text("state"));
        (what.replace('_', " ").trim().to_owned(), text("outcome").replace('_', " "))
    };
    detail.get("actions").and_then(Value::as_array).into_iter().flatten().map(of).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn detail(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn entries_are_said_in_words() {
        let alarm = detail(json!({ "score": 0.3, "cause": "execution", "thresholds": { "alarm": 0.3, "recover": 0.1 } }));
        assert_eq!(summary(LedgerKind::Alarm, &alarm), "score 0.3, alarms from 0.3");
        let recover = detail(json!({ "score": 0.0, "cause": "clock", "thresholds": { "alarm": 1.0, "recover": 0.0 } }));
        assert_eq!(summary(LedgerKind::Recover, &recover), "time passed; score 0, recovers at 0");
        let state = detail(json!({ "from": "enabled", "to": "muted", "expires_at": null }));
        assert_eq!(summary(LedgerKind::StateChanged, &state), "enabled → muted");
        let incident = detail(json!({ "tests": 50, "failed": 45, "failed_share": 0.9 }));
        assert!(summary(LedgerKind::Incident, &incident).starts_with("45 of 50 tests failed (90 %)"));
    }

    #[test]
    fn actions_say_what_came_of_them() {
        let with = detail(json!({ "actions": [{ "type": "change_state", "state": "muted", "outcome": "not_available" }] }));
        assert_eq!(actions(&with), [("change state muted".to_owned(), "not available".to_owned())]);
    }
}
