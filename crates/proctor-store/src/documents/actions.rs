//! Actions: `[{"type": "add_label", "label": "flaky"}, {"type": "webhook", "settings": {"url": "https://example.com/hook"}}]`.

use proctor_core::label::Label;
use proctor_core::state::TestState;
use proctor_core::workflow::action::{STATE_HOURS_MAX, STATE_REASON_BYTES_MAX};
use proctor_core::workflow::{Action, Channel, Outgoing, StateChange};
use serde_json::{Value, json};

use super::fields::{Fields, object};
use super::outgoing::read_settings;

/// All actions.
const TYPES: [&str; 7] = ["add_label", "remove_label", "change_state", "webhook", "slack", "issue", "email"];

/// Where actions come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actions {
    /// People send them: they are held to all rules.
    Sent,
    /// They are stored already: where messages go is taken as it is.
    Stored,
}

pub(super) fn write_actions(actions: &[Action]) -> Value {
    let of = |action: &Action| match action {
        Action::AddLabel(label) | Action::RemoveLabel(label) => json!({ "type": action.as_str(), "label": label.as_str() }),
        Action::ChangeState(change) => write_change(change),
        Action::Send(Outgoing { channel, settings }) => {
            let settings: Value = serde_json::from_str(settings).unwrap_or_default();
            json!({ "type": channel.as_str(), "settings": settings })
        }
    };
    actions.iter().map(of).collect()
}

fn write_change(change: &StateChange) -> Value {
    let StateChange { state, expires_hours, reason } = change;
    let mut document = json!({ "type": "change_state", "state": state.as_str() });
    match expires_hours {
        Some(hours) if hours % 24 == 0 => document["expires_days"] = json!(hours / 24),
        Some(hours) => document["expires_hours"] = json!(hours),
        None => {}
    }
    if let Some(reason) = reason {
        document["reason"] = json!(reason);
    }
    document
}

/// Reads actions; bad ones are left out, and named in `reasons`.
pub(super) fn read_actions(list: &'static str, items: Vec<Value>, allowed: Actions, reasons: &mut Vec<String>) -> Vec<Action> {
    let mut actions = Vec::new();
    for (at, item) in items.into_iter().enumerate() {
        let place = format!("{list}[{at}]");
        let Some(object) = object(item, &place, reasons) else { continue };
        let mut fields = Fields::new(object, format!("{place}."), reasons);
        actions.extend(read_action(&mut fields, allowed));
        fields.finish();
    }
    actions
}

fn read_action(fields: &mut Fields<'_>, allowed: Actions) -> Option<Action> {
    let Some(kind) = fields.text("type") else {
        fields.wrong("type", &format!("must be one of {}", TYPES.join(", ")));
        return None;
    };
    match (kind.as_str(), Channel::from_word(&kind)) {
        ("add_label", _) => label(fields).map(Action::AddLabel),
        ("remove_label", _) => label(fields).map(Action::RemoveLabel),
        ("change_state", _) => change(fields).map(Action::ChangeState),
        (_, Some(channel)) => {
            let settings = fields.take("settings").unwrap_or_else(|| json!({}));
            let settings = match allowed {
                Actions::Stored => settings,
                Actions::Sent => Value::Object(read_settings(channel, settings, fields)?),
            };
            Some(Action::Send(Outgoing { channel, settings: settings.to_string() }))
        }
        (_, None) => {
            fields.wrong("type", &format!("must be one of {}", TYPES.join(", ")));
            None
        }
    }
}

fn change(fields: &mut Fields<'_>) -> Option<StateChange> {
    let words = TestState::ALL.map(TestState::as_str);
    if !fields.has("state") {
        fields.wrong("state", "is required");
    }
    let state = fields.word("state", &words, TestState::from_wire);
    let (mut days, mut hours) = (None::<u16>, None::<u16>);
    fields.maybe_whole("expires_days", &mut days);
    fields.maybe_whole("expires_hours", &mut hours);
    let reason = fields.text("reason");
    if reason.as_ref().is_some_and(|reason| reason.trim().is_empty() || reason.len() > STATE_REASON_BYTES_MAX) {
        fields.wrong("reason", &format!("must have 1 to {STATE_REASON_BYTES_MAX} bytes"));
    }
    let expires_hours = match (days, hours) {
        (Some(_), Some(_)) => {
            fields.wrong("expires_days", "and expires_hours cannot be set together");
            None
        }
        (Some(days), None) => {
            if !(1..=STATE_HOURS_MAX / 24).contains(&days) {
                fields.wrong("expires_days", &format!("must be from 1 to {}", STATE_HOURS_MAX / 24));
            }
            Some(days.saturating_mul(24))
        }
        (None, Some(hours)) => {
            if !(1..=STATE_HOURS_MAX).contains(&hours) {
                fields.wrong("expires_hours", &format!("must be from 1 to {STATE_HOURS_MAX}"));
            }
            Some(hours)
        }
        (None, None) => None,
    };
    if state == Some(TestState::Enabled) && expires_hours.is_some() {
        fields.wrong("state", "enabled has no term: leave expires_days and expires_hours out");
    }
    Some(StateChange { state: state?, expires_hours, reason })
}

fn label(fields: &mut Fields<'_>) -> Option<Label> {
    let text = fields.text("label").unwrap_or_default();
    Label::new(text)
        .inspect_err(|error| match error {
            proctor_core::label::LabelError::Blank => fields.wrong("label", "must be a label, not blank"),
            proctor_core::label::LabelError::TooLong => {
                fields.wrong("label", &format!("is too long (maximum is {} characters)", proctor_core::label::LABEL_CHARACTERS_MAX));
            }
        })
        .ok()
}
