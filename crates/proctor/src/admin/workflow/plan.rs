//! What makes the workflows of a suite those of a file.

use serde_json::{Map, Value};

use crate::admin::workflow::view::WorkflowView;

/// One step.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Step {
    /// Make a workflow.
    Create(Map<String, Value>),
    /// Change one: which, to what, and the keys that differ.
    Update {
        /// Its id.
        id: String,
        /// Its document then.
        document: Map<String, Value>,
        /// The keys that differ.
        keys: Vec<String>,
    },
    /// Delete one: its id and name.
    Delete {
        /// Its id.
        id: String,
        /// Its name.
        name: String,
    },
}

/// Whether workflows that the file does not have are deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Others {
    /// They are.
    Deleted,
    /// They stay.
    Kept,
}

/// The steps from `current` to `wanted`, whose documents are complete. Workflows are the same when their names are.
pub(crate) fn plan(current: &[WorkflowView], wanted: &[Map<String, Value>], others: Others) -> Vec<Step> {
    let mut steps = Vec::new();
    for view in current {
        let is_wanted = wanted.iter().any(|document| document.get("name") == view.document.get("name"));
        if !is_wanted && others == Others::Deleted {
            steps.push(Step::Delete { id: view.id.clone(), name: view.name().to_owned() });
        }
    }
    for document in wanted {
        match current.iter().find(|view| view.document.get("name") == document.get("name")) {
            None => steps.push(Step::Create(document.clone())),
            Some(view) => {
                let differs = |(key, value): (&String, &Value)| (view.document.get(key) != Some(value)).then(|| key.clone());
                let keys: Vec<String> = document.iter().filter_map(differs).collect();
                if !keys.is_empty() {
                    steps.push(Step::Update { id: view.id.clone(), document: document.clone(), keys });
                }
            }
        }
    }
    steps
}

impl Step {
    /// The step in one line.
    pub(crate) fn line(&self) -> String {
        let name = |document: &Map<String, Value>| document.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
        match self {
            Self::Create(document) => format!("+ {}", name(document)),
            Self::Update { document, keys, .. } => format!("~ {} ({})", name(document), keys.join(", ")),
            Self::Delete { name, .. } => format!("- {name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document(name: &str, dry_run: bool) -> Map<String, Value> {
        json!({ "name": name, "dry_run": dry_run }).as_object().unwrap().clone()
    }

    fn view(name: &str) -> WorkflowView {
        WorkflowView {
            id: format!("id of {name}"),
            version: 1,
            history: "applied".to_owned(),
            created_at: String::new(),
            updated_at: String::new(),
            document: document(name, false),
        }
    }

    #[test]
    fn only_differences_become_steps() {
        let current = [view("a"), view("b"), view("c")];
        let wanted = [document("a", false), document("b", true), document("d", false)];
        let lines = |others| plan(&current, &wanted, others).iter().map(Step::line).collect::<Vec<_>>();
        assert_eq!(lines(Others::Kept), ["~ b (dry_run)", "+ d"]);
        assert_eq!(lines(Others::Deleted), ["- c", "~ b (dry_run)", "+ d"]);
        assert!(plan(&current, &[document("a", false)], Others::Kept).is_empty());
    }
}
