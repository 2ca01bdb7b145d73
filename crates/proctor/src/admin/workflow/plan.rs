//! What makes the workflows of a suite those of a file.

use std::collections::HashMap;

use proctor_core::workflow::definition::WORKFLOWS_PER_SUITE_MAX;
use serde_json::{Map, Value};

use crate::admin::workflow::view::WorkflowView;
use crate::exit::Failure;

/// A workflow of a file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Wanted {
    /// Its document, complete: what is sent.
    pub(crate) document: Map<String, Value>,
    /// The document that it would have once it is saved, with its secrets sealed: what is compared.
    pub(crate) kept: Map<String, Value>,
}

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

/// Refuses a file that has one name twice: nobody could tell which of the two is meant.
///
/// # Errors
/// The first such name, and where it stands.
pub(crate) fn check_names(documents: &[Map<String, Value>]) -> Result<(), Failure> {
    let mut places = HashMap::with_capacity(documents.len());
    for (at, name) in documents.iter().map(name_of).enumerate() {
        if let Some(first) = places.insert(name, at) {
            let message = format!("workflows[{first}] and workflows[{at}] have the same name: {name}");
            return Err(Failure::usage(message, "give one of them another name, or leave it out"));
        }
    }
    Ok(())
}

/// Whether only Proctor can tell what becomes of a document: it has messages, whose secrets it seals, other than those of the
/// workflow that it would change.
pub(crate) fn needs_rehearsal(document: &Map<String, Value>, saved: Option<&WorkflowView>) -> bool {
    ["alarm_actions", "recover_actions"].into_iter().any(|list| {
        let actions = document.get(list).and_then(Value::as_array);
        let has_messages = actions.is_some_and(|actions| actions.iter().any(|action| action.get("settings").is_some()));
        has_messages && saved.is_none_or(|saved| saved.document.get(list) != document.get(list))
    })
}

/// The steps from `current` to `wanted`. Workflows are the same when their names are.
///
/// # Errors
/// When the suite would have more workflows than it may have.
pub(crate) fn plan(current: &[WorkflowView], wanted: &[Wanted], others: Others) -> Result<Vec<Step>, Failure> {
    let mut steps = Vec::new();
    let mut count = current.len();
    for view in current {
        let is_wanted = wanted.iter().any(|wanted| wanted.document.get("name") == view.document.get("name"));
        if !is_wanted && others == Others::Deleted {
            steps.push(Step::Delete { id: view.id.clone(), name: view.name().to_owned() });
            count -= 1;
        }
    }
    for Wanted { document, kept } in wanted {
        match current.iter().find(|view| view.document.get("name") == document.get("name")) {
            None => {
                steps.push(Step::Create(document.clone()));
                count += 1;
            }
            Some(view) => {
                let differs = |(key, value): (&String, &Value)| (view.document.get(key) != Some(value)).then(|| key.clone());
                let keys: Vec<String> = kept.iter().filter_map(differs).collect();
                if !keys.is_empty() {
                    steps.push(Step::Update { id: view.id.clone(), document: document.clone(), keys });
                }
            }
        }
    }
    if count > WORKFLOWS_PER_SUITE_MAX.max(current.len()) {
        let message = format!("the suite would have {count} workflows, and may have {WORKFLOWS_PER_SUITE_MAX}");
        return Err(Failure::refused(message, "leave some out, or delete others with --prune"));
    }
    Ok(steps)
}

/// The name that a document has.
pub(crate) fn name_of(document: &Map<String, Value>) -> &str {
    document.get("name").and_then(Value::as_str).unwrap_or_default()
}

impl Step {
    /// The step in one line.
    pub(crate) fn line(&self) -> String {
        match self {
            Self::Create(document) => format!("+ {}", name_of(document)),
            Self::Update { document, keys, .. } => format!("~ {} ({})", name_of(document), keys.join(", ")),
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
        let wanted = |name: &str, dry_run| Wanted { document: document(name, dry_run), kept: document(name, dry_run) };
        let all = [wanted("a", false), wanted("b", true), wanted("d", false)];
        let lines = |others| plan(&current, &all, others).unwrap().iter().map(Step::line).collect::<Vec<_>>();
        assert_eq!(lines(Others::Kept), ["~ b (dry_run)", "+ d"]);
        assert_eq!(lines(Others::Deleted), ["- c", "~ b (dry_run)", "+ d"]);
        assert!(plan(&current, &[wanted("a", false)], Others::Kept).unwrap().is_empty());
        // What is compared is what would be kept, not what is sent.
        let sealed = Wanted { document: document("a", true), kept: document("a", false) };
        assert!(plan(&current, &[sealed], Others::Kept).unwrap().is_empty());
        let many: Vec<_> = (0..=WORKFLOWS_PER_SUITE_MAX).map(|number| wanted(&number.to_string(), false)).collect();
        assert!(plan(&[], &many, Others::Kept).unwrap_err().to_string().contains("may have 200"));
        assert_eq!(plan(&[], &many[1..], Others::Kept).unwrap().len(), WORKFLOWS_PER_SUITE_MAX);
    }

    #[test]
    fn a_name_stands_in_a_file_once() {
        assert!(check_names(&[document("a", false), document("b", false)]).is_ok());
        let twice = check_names(&[document("b", false), document("a", false), document("a", true)]).unwrap_err();
        assert_eq!(twice.to_string(), "workflows[1] and workflows[2] have the same name: a");
    }

    #[test]
    fn messages_are_rehearsed_where_they_differ() {
        let of = |actions: Value| json!({ "name": "a", "alarm_actions": actions, "recover_actions": [] }).as_object().unwrap().clone();
        let message = of(json!([{ "type": "slack", "settings": { "url": "https://x" } }]));
        assert!(needs_rehearsal(&message, None) && needs_rehearsal(&message, Some(&view("a"))));
        assert!(!needs_rehearsal(&message, Some(&WorkflowView { document: message.clone(), ..view("a") })));
        assert!(!needs_rehearsal(&of(json!([{ "type": "add_label", "label": "x" }])), None));
    }
}
