//! A workflow while it is edited: everything as text, as a form holds it, so that what is wrong is shown as it was written.

mod action;

use std::collections::BTreeMap;

use proctor_core::monitors::monitor::MonitorSettings;
use proctor_core::monitors::rule::Rule;
use proctor_core::workflow::definition::{ACTIONS_MAX, EVENTS_PER_MINUTE_DEFAULT};
use proctor_store::catalog::workflows::Application;
use proctor_store::documents::{Actions, read_workflow, write_workflow};
use serde_json::{Map, Value, json};

use super::specs::{self, Kind, of_monitor};
use super::values::{join, split};

pub use action::ActionDraft;

/// Rows of filters that a form may have: one more than a workflow, so that the reader says that there are too many.
const FILTER_ROWS_MAX: usize = 11;
/// The same of actions.
const ACTION_ROWS_MAX: usize = ACTIONS_MAX + 1;

/// A workflow as text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    pub(super) name: String,
    pub(super) is_paused: bool,
    pub(super) is_dry_run: bool,
    /// The type of the monitor.
    pub(super) monitor: String,
    /// By type, then by key: those of the monitors that are not chosen are kept while the form is open.
    pub(super) settings: BTreeMap<String, BTreeMap<String, String>>,
    pub(super) filters: Vec<FilterDraft>,
    pub(super) alarm: Vec<ActionDraft>,
    pub(super) recover: Vec<ActionDraft>,
    pub(super) expire_days: String,
    pub(super) events_per_minute: String,
    pub(super) fires: bool,
}

/// A filter as text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilterDraft {
    pub(super) key: String,
    pub(super) operator: String,
    pub(super) value: String,
}

/// One of the two lists of actions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    /// On alarm.
    Alarm,
    /// On recovery.
    Recover,
}

impl List {
    /// What its fields begin with.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Alarm => "alarm",
            Self::Recover => "recover",
        }
    }
}

impl Draft {
    /// A new workflow: the monitor that suites are born with, the default branch, and the pair of actions that most begin with.
    #[must_use]
    pub fn fresh(default_branch: &str) -> Self {
        let action = |kind: &str| json!({ "type": kind, "label": "flaky" });
        let document = json!({
            "monitor": { "type": "passed_on_retry" }, "events_per_minute": EVENTS_PER_MINUTE_DEFAULT,
            "filters": [{ "key": "scm.branch", "operator": "is", "value": default_branch }],
            "alarm_actions": [action("add_label")], "recover_actions": [action("remove_label")],
        });
        Self::of_document(&object(document))
    }

    /// A document, for its form.
    #[must_use]
    pub fn of_document(document: &Map<String, Value>) -> Self {
        let text = |key: &str| document.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let list = |key: &str| document.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let number = |key: &str| document.get(key).filter(|value| value.is_number()).map(Value::to_string).unwrap_or_default();
        let monitor = document.get("monitor").cloned().map(object).unwrap_or_default();
        let kind = monitor.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
        let mut settings: BTreeMap<_, _> = MonitorSettings::TYPES.iter().map(|kind| ((*kind).to_owned(), proposed_of(kind))).collect();
        if let Some(settings) = settings.get_mut(&kind) {
            for spec in of_monitor(&kind) {
                if let Some(value) = monitor.get(spec.key) {
                    settings.insert(spec.key.to_owned(), spec.kind.to_text(value));
                }
            }
        }
        Self {
            name: text("name"),
            is_paused: text("status") == "paused",
            is_dry_run: document.get("dry_run") == Some(&Value::Bool(true)),
            monitor: kind,
            settings,
            filters: list("filters").iter().map(FilterDraft::of_document).collect(),
            alarm: list("alarm_actions").iter().map(ActionDraft::of_document).collect(),
            recover: list("recover_actions").iter().map(ActionDraft::of_document).collect(),
            expire_days: number("expire_days"),
            events_per_minute: number("events_per_minute"),
            fires: false,
        }
    }

    /// What a form holds. Rows of filters that are wholly blank are none.
    #[must_use]
    pub fn of_form(get: &impl Fn(&str) -> Option<String>) -> Self {
        let text = |key: &str| get(key).unwrap_or_default();
        let settings = MonitorSettings::TYPES.iter().map(|kind| {
            let of = |spec: &specs::Spec| (spec.key.to_owned(), text(&format!("set.{kind}.{}", spec.key)));
            ((*kind).to_owned(), shown(kind).map(of).collect())
        });
        let filters = (0..FILTER_ROWS_MAX).filter_map(|row| {
            let of = |key: &str| get(&format!("filter.{row}.{key}"));
            let filter = FilterDraft { key: of("key")?, operator: of("operator")?, value: of("value").unwrap_or_default() };
            (!filter.key.trim().is_empty() || !filter.value.trim().is_empty()).then_some(filter)
        });
        let actions = |list: List| {
            (0..ACTION_ROWS_MAX).filter_map(move |row| ActionDraft::of_form(&format!("{}.{row}", list.as_str()), get)).collect()
        };
        Self {
            name: text("name").trim().to_owned(),
            is_paused: text("status") == "paused",
            is_dry_run: text("dry_run") == "1",
            monitor: text("monitor"),
            settings: settings.collect(),
            filters: filters.collect(),
            alarm: actions(List::Alarm),
            recover: actions(List::Recover),
            expire_days: text("expire_days"),
            events_per_minute: text("events_per_minute"),
            fires: text("apply") == Application::Fire.as_str(),
        }
    }

    /// The document that it says.
    #[must_use]
    pub fn to_document(&self) -> Map<String, Value> {
        let mut monitor = Map::new();
        monitor.insert("type".to_owned(), json!(self.monitor));
        let settings = self.settings.get(&self.monitor);
        for spec in shown(&self.monitor) {
            let text = settings.and_then(|settings| settings.get(spec.key)).map(String::as_str).unwrap_or_default();
            monitor.extend(spec.kind.to_value(text).map(|value| (spec.key.to_owned(), value)));
        }
        let actions = |list: &[ActionDraft]| list.iter().map(ActionDraft::to_document).collect::<Vec<_>>();
        let document = json!({
            "name": self.name,
            "status": if self.is_paused { "paused" } else { "active" },
            "dry_run": self.is_dry_run,
            "monitor": monitor,
            "filters": self.filters.iter().map(FilterDraft::to_document).collect::<Vec<_>>(),
            "expire_days": Kind::MaybeWhole.to_value(&self.expire_days),
            "alarm_actions": actions(&self.alarm),
            "recover_actions": actions(&self.recover),
            "events_per_minute": Kind::Whole.to_value(&self.events_per_minute),
        });
        object(document)
    }

    /// One of the lists of actions.
    pub(super) fn actions_mut(&mut self, list: List) -> &mut Vec<ActionDraft> {
        match list {
            List::Alarm => &mut self.alarm,
            List::Recover => &mut self.recover,
        }
    }
}

impl FilterDraft {
    fn of_document(filter: &Value) -> Self {
        let text = |key: &str| filter[key].as_str().unwrap_or_default().to_owned();
        let values = filter["values"].as_array().map(|values| values.iter().filter_map(Value::as_str).collect::<Vec<_>>());
        let value = values.map_or_else(|| text("value"), |values| join(&values));
        Self { key: text("key"), operator: text("operator"), value }
    }

    fn to_document(&self) -> Value {
        // Blanks around a value are part of it: a tag may have them.
        let (key, operator, value) = (self.key.trim(), &self.operator, self.value.as_str());
        match operator.as_str() {
            "is one of" => json!({ "key": key, "operator": operator, "values": split(value) }),
            "exists" | "does not exist" => json!({ "key": key, "operator": operator }),
            _ if value.trim().is_empty() => json!({ "key": key, "operator": operator }),
            _ => json!({ "key": key, "operator": operator, "value": value }),
        }
    }
}

/// The settings that the form shows of a monitor: those that its documents have.
pub(super) fn shown(kind: &str) -> impl Iterator<Item = &'static specs::Spec> {
    let defaults = default_document(kind);
    of_monitor(kind).iter().filter(move |spec| defaults.contains_key(spec.key))
}

/// What the form is filled with: the settings that do best by the tables of `docs/detectors.md`, which need not be the defaults.
fn proposed_of(kind: &str) -> BTreeMap<String, String> {
    let proposed = monitor_document(kind, MonitorSettings::proposed(kind));
    of_monitor(kind).iter().filter_map(|spec| Some((spec.key.to_owned(), spec.kind.to_text(proposed.get(spec.key)?)))).collect()
}

/// The document of a monitor in which nothing was said.
pub(super) fn default_document(kind: &str) -> Map<String, Value> {
    monitor_document(kind, None)
}

fn monitor_document(kind: &str, settings: Option<MonitorSettings>) -> Map<String, Value> {
    let document = json!({ "name": "defaults", "monitor": { "type": kind } });
    let Ok(mut definition) = read_workflow(object(document), "main", Actions::Stored) else { return Map::new() };
    if let Some(rule) = settings.and_then(|settings| Rule::new(settings, definition.rule.filters().clone()).ok()) {
        definition.rule = rule;
    }
    write_workflow(&definition).remove("monitor").map(object).unwrap_or_default()
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests;
