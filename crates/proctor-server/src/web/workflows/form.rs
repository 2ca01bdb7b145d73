//! The form of a workflow, ready to be shown.

use proctor_core::monitors::filter::{FILTERS_MAX, Operator};
use proctor_core::monitors::monitor::MonitorSettings;
use proctor_core::workflow::definition::ACTIONS_MAX;

use super::draft::{ActionDraft, Draft, FilterDraft, List, default_document, shown};
use super::faults::{Fault, Faults};
use super::specs::{ACTIONS, Kind, Spec, of_action};
use super::words::{monitor_help, monitor_name};

/// A field of the form.
#[derive(Clone, Debug)]
pub struct FieldView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is called.
    pub label: &'static str,
    /// The unit of a number.
    pub unit: &'static str,
    /// What to know about it.
    pub help: String,
    /// `number`, `line`, `text`, `word`, `flag` or `secret`.
    pub control: &'static str,
    /// What stands in it.
    pub value: String,
    /// The words to choose from, and whether each is chosen.
    pub options: Vec<(&'static str, bool)>,
    /// Sealed texts that are kept unless others are written.
    pub kept: Option<String>,
    /// What is wrong with it.
    pub error: Option<String>,
}

impl FieldView {
    /// The name of the field that carries what is kept.
    #[must_use]
    pub fn kept_name(&self) -> String {
        self.name.rsplit_once('.').map(|(row, key)| format!("{row}.kept.{key}")).unwrap_or_default()
    }
}

/// A monitor to choose, with its settings.
#[derive(Clone, Debug)]
pub struct MonitorChoice {
    /// Its type.
    pub kind: &'static str,
    /// What it is called.
    pub name: &'static str,
    /// What it is good for.
    pub help: &'static str,
    /// Whether it is chosen.
    pub is_chosen: bool,
    /// Its settings.
    pub fields: Vec<FieldView>,
}

/// A row of filters.
#[derive(Clone, Debug)]
pub struct FilterRow {
    /// Its number, from 0.
    pub number: usize,
    /// The tag.
    pub key: FieldView,
    /// What is asked of it.
    pub operator: FieldView,
    /// The value.
    pub value: FieldView,
}

/// An action.
#[derive(Clone, Debug)]
pub struct ActionRow {
    /// Its number, from 0.
    pub number: usize,
    /// Its type.
    pub kind: String,
    /// What it is called.
    pub name: &'static str,
    /// Its settings.
    pub fields: Vec<FieldView>,
}

/// One of the two lists of actions.
#[derive(Clone, Debug)]
pub struct ActionList {
    /// `alarm` or `recover`.
    pub list: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// What to know about it.
    pub help: &'static str,
    /// The actions.
    pub rows: Vec<ActionRow>,
    /// Whether there is room for another.
    pub has_room: bool,
    /// What is wrong with the list as a whole.
    pub error: Option<String>,
}

/// The whole form.
#[derive(Clone, Debug)]
pub struct FormView {
    /// The name.
    pub name: FieldView,
    /// Whether it is paused.
    pub is_paused: bool,
    /// Whether its actions are only rehearsed.
    pub is_dry_run: bool,
    /// Whether what history changes is reported.
    pub fires: bool,
    /// All monitors.
    pub monitors: Vec<MonitorChoice>,
    /// The filters.
    pub filters: Vec<FilterRow>,
    /// Whether there is room for another filter.
    pub has_filter_room: bool,
    /// What is wrong with the filters as a whole.
    pub filters_error: Option<String>,
    /// On alarm, and on recovery.
    pub lists: [ActionList; 2],
    /// Types of actions that can be added.
    pub action_types: [(&'static str, &'static str); 7],
    /// When silence ends an alarm.
    pub expire_days: FieldView,
    /// How much may be told outside.
    pub events_per_minute: FieldView,
    /// All that is wrong.
    pub faults: Vec<Fault>,
}

impl FormView {
    /// The form of a draft with what is wrong with it.
    #[must_use]
    pub fn new(draft: &Draft, faults: &Faults) -> Self {
        let plain = |id: &str, label, unit, help: &str, kind, value: &str| {
            let spec = Spec { key: "", label, unit, help: "", kind };
            FieldView { help: help.to_owned(), ..field(id.to_owned(), id.to_owned(), &spec, value, faults) }
        };
        let list = |list: List, title, help, actions: &[ActionDraft]| ActionList {
            list: list.as_str(),
            title,
            help,
            rows: actions.iter().enumerate().map(|(number, action)| action_row(list, number, action, faults)).collect(),
            has_room: actions.len() < ACTIONS_MAX,
            error: faults.at(list.as_str()),
        };
        Self {
            name: plain("name", "Name", "", "What people read in the ledger and in messages.", Kind::Line, &draft.name),
            is_paused: draft.is_paused,
            is_dry_run: draft.is_dry_run,
            fires: draft.fires,
            monitors: MonitorSettings::TYPES.iter().map(|kind| choice(kind, draft, faults)).collect(),
            filters: draft.filters.iter().enumerate().map(|(number, filter)| filter_row(number, filter, faults)).collect(),
            has_filter_room: draft.filters.len() < FILTERS_MAX,
            filters_error: faults.at("filters"),
            lists: [
                list(List::Alarm, "On alarm", "Once, in this order. Repetition never fires again.", &draft.alarm),
                list(List::Recover, "On recovery", "What the alarm did is rarely undone by itself.", &draft.recover),
            ],
            action_types: ACTIONS,
            expire_days: plain(
                "expire_days",
                "Recover after a silence of",
                "days",
                "Without an execution. 1 to 365; empty: never.",
                Kind::MaybeWhole,
                &draft.expire_days,
            ),
            events_per_minute: plain(
                "events_per_minute",
                "Tell outside at most",
                "events a minute",
                "What is more waits for the next minute. Labels and states are never limited.",
                Kind::Whole,
                &draft.events_per_minute,
            ),
            faults: faults.0.clone(),
        }
    }
}

fn choice(kind: &'static str, draft: &Draft, faults: &Faults) -> MonitorChoice {
    let settings = draft.settings.get(kind);
    let defaults = default_document(kind);
    let of = |spec: &Spec| {
        let value = settings.and_then(|settings| settings.get(spec.key)).map(String::as_str).unwrap_or_default();
        let mut field = field(format!("set-{kind}-{}", spec.key), format!("set.{kind}.{}", spec.key), spec, value, faults);
        let default = defaults.get(spec.key).map(|value| spec.kind.to_text(value)).unwrap_or_default();
        if !default.is_empty() && matches!(spec.kind, Kind::Whole | Kind::Number | Kind::MaybeWhole) {
            field.help = format!("{} Default {default}.", field.help);
        }
        field
    };
    MonitorChoice {
        kind,
        name: monitor_name(kind),
        help: monitor_help(kind),
        is_chosen: draft.monitor == kind,
        fields: shown(kind).map(of).collect(),
    }
}

fn filter_row(number: usize, filter: &FilterDraft, faults: &Faults) -> FilterRow {
    let of = |key: &'static str, label, kind, value: &str| {
        let spec = Spec { key, label, unit: "", help: "", kind };
        field(format!("filter-{number}-{key}"), format!("filter.{number}.{key}"), &spec, value, faults)
    };
    FilterRow {
        number,
        key: of("key", "Tag", Kind::Line, &filter.key),
        operator: of("operator", "Condition", Kind::Word(&Operator::WORDS), &filter.operator),
        value: of("value", "Value", Kind::Line, &filter.value),
    }
}

fn action_row(list: List, number: usize, action: &ActionDraft, faults: &Faults) -> ActionRow {
    let row = format!("{}.{number}", list.as_str());
    let of = |spec: &Spec| {
        let value = action.fields.get(spec.key).map(String::as_str).unwrap_or_default();
        let id = format!("{}-{number}-{}", list.as_str(), spec.key);
        FieldView { kept: action.kept_of(spec.key, spec.kind), ..field(id, format!("{row}.{}", spec.key), spec, value, faults) }
    };
    ActionRow {
        number,
        name: ACTIONS.iter().find(|(kind, _)| *kind == action.kind).map_or("Unknown action", |(_, name)| name),
        kind: action.kind.clone(),
        fields: of_action(&action.kind).iter().map(of).collect(),
    }
}

fn field(id: String, name: String, spec: &Spec, value: &str, faults: &Faults) -> FieldView {
    let control = match spec.kind {
        Kind::Whole | Kind::MaybeWhole | Kind::Number => "number",
        Kind::Flag => "flag",
        Kind::Word(_) => "word",
        Kind::Texts | Kind::MaybeTexts | Kind::Line => "line",
        Kind::Text | Kind::Headers => "text",
        Kind::Secret => "secret",
    };
    let options = match spec.kind {
        Kind::Word(words) => words.iter().map(|word| (*word, *word == value)).collect(),
        _ => Vec::new(),
    };
    FieldView {
        error: faults.at(&id),
        id,
        name,
        label: spec.label,
        unit: spec.unit,
        help: spec.help.to_owned(),
        control,
        value: value.to_owned(),
        options,
        kept: None,
    }
}
