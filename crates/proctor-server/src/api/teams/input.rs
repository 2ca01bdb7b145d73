//! What clients send to make or change a team.

use proctor_core::organization::{TeamPrivacy, TeamRole, TeamSettings};
use proctor_core::slug::{is_slug, slug_of};
use serde_json::{Map, Value};

use crate::api::body::JsonObject;
use crate::api::error::ApiError;

/// Bytes of a name and of a description.
const TEXT_BYTES_MAX: usize = 1024;

/// The settings of a team that has `current` ones: what the request does not name stays.
///
/// # Errors
/// 422 with all that is wrong.
pub(super) fn team_settings(JsonObject(object): &JsonObject, current: TeamSettings) -> Result<TeamSettings, ApiError> {
    let mut fields = Fields { object, reasons: Vec::new() };
    let mut settings = current;
    if let Some(name) = fields.text("name", "Name") {
        name.trim().clone_into(&mut settings.name);
    }
    if settings.name.is_empty() {
        fields.refuse("Name can't be blank");
    } else if !is_slug(&slug_of(&settings.name)) {
        fields.refuse("Name must contain a letter from a to z, a digit or an underscore, and make at most 100 characters in addresses");
    }
    if let Some(description) = fields.text("description", "Description") {
        settings.description = description;
    }
    if let Some(privacy) = fields.word("privacy", "Privacy must be one of visible, secret", TeamPrivacy::from_word) {
        settings.privacy = privacy;
    }
    let role = "Default member role must be one of member, maintainer";
    if let Some(role) = fields.word("default_member_role", role, TeamRole::from_word) {
        settings.default_member_role = role;
    }
    let may = &mut settings.members_may;
    for (key, label, setting) in [
        ("is_default_team", "Is default team", &mut settings.is_default),
        ("members_can_create_pipelines", "Members can create pipelines", &mut may.create_pipelines),
        ("members_can_create_suites", "Members can create suites", &mut may.create_suites),
        ("members_can_create_registries", "Members can create registries", &mut may.create_registries),
        ("members_can_destroy_registries", "Members can destroy registries", &mut may.destroy_registries),
        ("members_can_destroy_packages", "Members can destroy packages", &mut may.destroy_packages),
    ] {
        match object.get(key) {
            None | Some(Value::Null) => {}
            Some(Value::Bool(flag)) => *setting = *flag,
            Some(_) => fields.refuse(&format!("{label} must be true or false")),
        }
    }
    if fields.reasons.is_empty() { Ok(settings) } else { Err(ApiError::invalid(&fields.reasons)) }
}

/// Reads fields and collects what is wrong with them.
struct Fields<'o> {
    object: &'o Map<String, Value>,
    reasons: Vec<String>,
}

impl Fields<'_> {
    fn refuse(&mut self, reason: &str) {
        self.reasons.push(reason.to_owned());
    }

    /// `None`: not sent, or wrong. Null is the empty text.
    fn text(&mut self, key: &str, label: &str) -> Option<String> {
        match self.object.get(key)? {
            Value::Null => Some(String::new()),
            Value::String(text) if text.len() <= TEXT_BYTES_MAX => Some(text.replace('\0', "\u{fffd}")),
            Value::String(_) => {
                self.refuse(&format!("{label} is too long (maximum is {TEXT_BYTES_MAX} bytes)"));
                None
            }
            Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                self.refuse(&format!("{label} must be a string"));
                None
            }
        }
    }

    fn word<T>(&mut self, key: &str, reason: &str, from_word: impl Fn(&str) -> Option<T>) -> Option<T> {
        let value = self.object.get(key).filter(|value| !value.is_null())?;
        let value = value.as_str().and_then(|word| from_word(&word.to_ascii_lowercase()));
        if value.is_none() {
            self.refuse(reason);
        }
        value
    }
}
