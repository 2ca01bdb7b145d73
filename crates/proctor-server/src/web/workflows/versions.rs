//! The versions of a workflow: who changed what, and when.

use std::collections::HashMap;

use proctor_core::id::WorkflowId;
use proctor_core::monitors::monitor::MonitorSettings;
use proctor_store::catalog::ledger::{LedgerEntry, LedgerFilter, LedgerKind};
use proctor_store::catalog::workflows::WorkflowVersion;
use proctor_store::documents::write_workflow;
use proctor_store::{PageRequest, StoreError};
use serde_json::{Map, Value};

use super::super::place::AtSuite;
use super::super::when::When;
use super::ledger::ledger_of;
use crate::App;

/// Versions that the page shows.
const VERSIONS_SHOWN_MAX: u32 = 20;
/// Characters of a value in a change.
const VALUE_CHARACTERS_MAX: usize = 60;

/// A version.
#[derive(Clone, Debug)]
pub struct VersionView {
    /// From 1.
    pub version: u32,
    /// When it was written down.
    pub at: When,
    /// Who did; empty: that is not known.
    pub who: String,
    /// What is different from the version before.
    pub changes: Vec<String>,
    /// What taking in the history came to; empty: states stayed as they were, or it is yet to be done.
    pub applied: String,
}

/// The versions of a workflow, newest first.
///
/// # Errors
/// When the store cannot be read.
pub(super) async fn versions_of(app: &App, at: &AtSuite, id: WorkflowId) -> Result<Vec<VersionView>, StoreError> {
    // One more than is shown: the oldest one is held against it.
    let page = PageRequest { offset: 0, limit: VERSIONS_SHOWN_MAX + 1 };
    let versions = app.store.workflow_versions(at.suite.id, id, page).await?.items;
    let kinds = vec![LedgerKind::WorkflowCreated, LedgerKind::WorkflowUpdated, LedgerKind::WorkflowApplied];
    let filter = LedgerFilter { kinds, workflow: Some(id), ..LedgerFilter::default() };
    let entries = app.store.ledger_newest(at.suite.id, &filter, 3 * VERSIONS_SHOWN_MAX).await?;
    let ledger = ledger_of(app, at, "", &entries).await?;
    let mut made: HashMap<u32, &LedgerEntry> = HashMap::new();
    let mut applied: HashMap<u32, String> = HashMap::new();
    for entry in &entries {
        let Some((_, version)) = entry.workflow else { continue };
        match entry.kind {
            LedgerKind::WorkflowApplied => _ = applied.entry(version).or_insert_with(|| ledger.view(entry).summary),
            _ => _ = made.insert(version, entry),
        }
    }
    let shown = versions.iter().take(VERSIONS_SHOWN_MAX as usize).enumerate();
    Ok(shown
        .map(|(number, version)| VersionView {
            version: version.version,
            at: When::new(version.created_at, ledger.now),
            who: made.get(&version.version).map(|entry| ledger.actor(&entry.actor)).unwrap_or_default(),
            changes: versions.get(number + 1).map(|before| changes(before, version)).unwrap_or_default(),
            applied: applied.remove(&version.version).unwrap_or_default(),
        })
        .collect())
}

fn changes(before: &WorkflowVersion, after: &WorkflowVersion) -> Vec<String> {
    let (before, after) = (write_workflow(&before.definition), write_workflow(&after.definition));
    let mut changes = Vec::new();
    for (key, value) in &after {
        let old = before.get(key).unwrap_or(&Value::Null);
        match (old, value) {
            (old, value) if old == value => {}
            (Value::Object(old), Value::Object(value)) if old.get("type") == value.get("type") => changes.extend(within(key, old, value)),
            (Value::Object(old), Value::Object(value)) => changes.push(format!("{key}: {} → {}", kind(old), kind(value))),
            // Lists of actions may hold addresses and sealed texts: that they changed is enough.
            (Value::Array(old), Value::Array(value)) if key.ends_with("actions") => {
                changes.push(format!("{}: {} → {}", key.replace('_', " "), types(old), types(value)));
            }
            (old, value) => changes.push(format!("{}: {} → {}", key.replace('_', " "), short(old), short(value))),
        }
    }
    changes
}

fn within(place: &str, before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<String> {
    let changed = after.iter().filter(|(key, value)| before.get(*key) != Some(*value));
    changed.map(|(key, value)| format!("{place}.{key}: {} → {}", short(before.get(key).unwrap_or(&Value::Null)), short(value))).collect()
}

fn kind(monitor: &Map<String, Value>) -> &str {
    let word = monitor.get("type").and_then(Value::as_str).unwrap_or_default();
    MonitorSettings::TYPES.iter().find(|known| **known == word).copied().unwrap_or("unknown")
}

fn types(actions: &[Value]) -> String {
    let words: Vec<&str> = actions.iter().filter_map(|action| action["type"].as_str()).collect();
    if words.is_empty() { "none".to_owned() } else { words.join(", ").replace('_', " ") }
}

fn short(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::String(text) => shortened(text),
        Value::Array(items) if items.is_empty() => "none".to_owned(),
        Value::Array(items) => shortened(&items.iter().map(filter).collect::<Vec<_>>().join(" and ")),
        other => other.to_string(),
    }
}

/// A filter, or any other item of a list.
fn filter(item: &Value) -> String {
    let text = |key: &str| item.get(key).and_then(Value::as_str).unwrap_or_default();
    match item {
        Value::Object(_) => {
            let values: Vec<&str> = item["values"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            format!("{} {} {}{}", text("key"), text("operator"), text("value"), values.join(", ")).trim_end().to_owned()
        }
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(VALUE_CHARACTERS_MAX).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use proctor_core::time::Timestamp;
    use proctor_store::documents::{Actions, read_workflow};
    use serde_json::json;

    use super::*;

    fn version(document: Value) -> WorkflowVersion {
        let definition = read_workflow(document.as_object().unwrap().clone(), "main", Actions::Stored).unwrap();
        WorkflowVersion { version: 1, definition, created_at: Timestamp::from_millis(0) }
    }

    #[test]
    fn changes_are_named() {
        let one = version(json!({ "name": "a", "monitor": { "type": "failure_rate" } }));
        let other = version(json!({
            "name": "b", "monitor": { "type": "failure_rate", "alarm": 0.2 }, "filters": [],
            "alarm_actions": [{ "type": "slack", "settings": { "url": "sealed:secret" } }],
        }));
        let told = changes(&one, &other);
        assert_eq!(told, ["name: a → b", "monitor.alarm: 0.1 → 0.2", "filters: scm.branch is main → none", "alarm actions: none → slack",]);
        let third = version(json!({ "name": "b", "monitor": { "type": "new_test" }, "filters": [] }));
        assert!(changes(&other, &third).contains(&"monitor: failure_rate → new_test".to_owned()));
        assert!(changes(&one, &one).is_empty());
    }
}
