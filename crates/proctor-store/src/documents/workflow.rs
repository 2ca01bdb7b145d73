//! A whole workflow, and the guard against mass failures.

use proctor_core::monitors::filter::TagFilters;
use proctor_core::monitors::incident::IncidentSettings;
use proctor_core::monitors::rule::Rule;
use proctor_core::workflow::definition::EVENTS_PER_MINUTE_DEFAULT;
use proctor_core::workflow::{Definition, Mode, Status};
use serde_json::{Map, Value, json};

use super::actions::{Actions, read_actions, write_actions};
use super::fields::{Fields, object};
use super::filters::{read_filters, write_filters};
use super::monitor::{read_monitor, write_monitor};

/// The document of a workflow. Every setting stands in it, defaults too.
#[must_use]
pub fn write_workflow(definition: &Definition) -> Map<String, Value> {
    let Definition { name, status, mode, rule, alarm, recover, events_per_minute } = definition;
    let document = json!({
        "name": name,
        "status": status.as_str(),
        "dry_run": *mode == Mode::DryRun,
        "monitor": write_monitor(rule.monitor()),
        "filters": write_filters(rule.filters()),
        "expire_days": rule.expire_days(),
        "alarm_actions": write_actions(alarm),
        "recover_actions": write_actions(recover),
        "events_per_minute": events_per_minute,
    });
    match document {
        Value::Object(document) => document,
        _ => Map::new(),
    }
}

/// Reads a document. What is not said has its default; without `filters` it is `scm.branch is <default branch>`.
///
/// # Errors
/// All that is wrong, each naming the setting and what is valid.
pub fn read_workflow(document: Map<String, Value>, default_branch: &str, allowed: Actions) -> Result<Definition, Vec<String>> {
    let mut reasons = Vec::new();
    let mut fields = Fields::new(document, String::new(), &mut reasons);
    let name = fields.text("name").unwrap_or_default();
    let words = [Status::Active, Status::Paused].map(Status::as_str);
    let status = fields.word("status", &words, Status::from_word).unwrap_or_default();
    let mode = if fields.flag("dry_run") == Some(true) { Mode::DryRun } else { Mode::Live };
    let monitor = fields.take("monitor");
    let filters = fields.array("filters");
    let mut expire_days = None::<u16>;
    fields.maybe_whole("expire_days", &mut expire_days);
    let alarm = fields.array("alarm_actions").unwrap_or_default();
    let recover = fields.array("recover_actions").unwrap_or_default();
    let mut events_per_minute = EVENTS_PER_MINUTE_DEFAULT;
    fields.whole("events_per_minute", &mut events_per_minute);
    fields.finish();
    let filters = filters.map_or_else(|| TagFilters::on_branch(default_branch), |filters| read_filters(filters, &mut reasons));
    let alarm = read_actions("alarm_actions", alarm, allowed, &mut reasons);
    let recover = read_actions("recover_actions", recover, allowed, &mut reasons);
    let monitor = match monitor {
        Some(monitor) => object(monitor, "monitor", &mut reasons)
            .and_then(|object| read_monitor(Fields::new(object, "monitor.".to_owned(), &mut reasons))),
        None => {
            reasons.push("monitor is required".to_owned());
            None
        }
    };
    let Some(monitor) = monitor.filter(|_| reasons.is_empty()) else { return Err(reasons) };
    let rule = Rule::new(monitor, filters).and_then(|rule| rule.expiring(expire_days)).map_err(|error| vec![error.to_string()])?;
    Definition { name, status, mode, rule, alarm, recover, events_per_minute }.checked().map_err(|error| vec![error.to_string()])
}

/// The document of the guard.
#[must_use]
pub fn write_guard(settings: &IncidentSettings) -> Value {
    let IncidentSettings { tests_min, failed_share, fingerprint_share } = settings;
    json!({ "tests_min": tests_min, "failed_share": failed_share, "fingerprint_share": fingerprint_share })
}

/// Reads the document of the guard.
///
/// # Errors
/// All that is wrong, each naming the setting and what is valid.
pub fn read_guard(document: Map<String, Value>) -> Result<IncidentSettings, Vec<String>> {
    let mut reasons = Vec::new();
    let mut settings = IncidentSettings::default();
    let mut fields = Fields::new(document, String::new(), &mut reasons);
    fields.whole("tests_min", &mut settings.tests_min);
    fields.number("failed_share", &mut settings.failed_share);
    let mut share = f64::NAN;
    fields.number("fingerprint_share", &mut share);
    settings.fingerprint_share = (!share.is_nan()).then_some(share);
    if let Err(error) = settings.validate() {
        fields.wrong_as(&error);
    }
    fields.finish();
    if reasons.is_empty() { Ok(settings) } else { Err(reasons) }
}
