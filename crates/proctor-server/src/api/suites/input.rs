//! What clients send to make or change a suite.

use proctor_core::id::TeamId;
use proctor_core::retention::{Keep, RETENTION_DAYS_MAX, Retention};
use proctor_core::run_env::hyphenated_uuid;
use proctor_core::slug::{RESERVED_SUITE_SLUGS, is_slug, slug_of};
use proctor_core::suite::{IdenticalUploads, LABEL_TAG_KEYS_MAX, SuiteSettings};
use proctor_core::tags::is_tag_key;
use serde_json::{Map, Value};

use super::body::ShowApiToken;
use crate::api::body::JsonObject;
use crate::api::error::ApiError;
use crate::usecases::suites::policy_fault;

/// Bytes of any text of a suite but its policy.
const TEXT_BYTES_MAX: usize = 1024;
/// Teams named in one request.
const TEAMS_MAX: usize = 100;

/// What a request wants of a suite.
#[derive(Debug, PartialEq, Eq)]
pub struct SuiteInput {
    /// The settings that the suite shall have.
    pub settings: SuiteSettings,
    /// The teams that shall manage it, beside those that do.
    pub teams: Vec<TeamId>,
    /// Whether the answer shows the upload token.
    pub show_api_token: ShowApiToken,
}

impl SuiteInput {
    /// The settings of a new suite. `identical`: what new suites do with identical uploads; `retention`: how long they keep things.
    ///
    /// # Errors
    /// 422 with all that is wrong.
    pub fn for_new(body: &JsonObject, identical: IdenticalUploads, retention: Retention) -> Result<Self, ApiError> {
        let base = SuiteSettings { identical_uploads: identical, retention, ..SuiteSettings::named("") };
        Self::read(&body.0, base, "main")
    }

    /// The settings of a suite that has `current` ones: what the request does not name stays.
    ///
    /// # Errors
    /// 422 with all that is wrong.
    pub fn for_change(body: &JsonObject, current: SuiteSettings) -> Result<Self, ApiError> {
        Self::read(&body.0, current, "")
    }

    fn read(object: &Map<String, Value>, mut settings: SuiteSettings, default_branch: &str) -> Result<Self, ApiError> {
        let mut fields = Fields { object, reasons: Vec::new() };
        if let Some(name) = fields.text("name", "Name") {
            settings.name = name.unwrap_or_default();
        }
        fields.check_name(&settings.name);
        if let Some(branch) = fields.text("default_branch", "Default branch") {
            settings.default_branch = branch.unwrap_or_else(|| default_branch.to_owned());
            fields.check(!settings.default_branch.is_empty(), "Default branch can't be blank");
        }
        for (key, label, setting) in [
            ("application_name", "Application name", &mut settings.application_name),
            ("color", "Color", &mut settings.color),
            ("emoji", "Emoji", &mut settings.emoji),
            ("repo_url", "Repo url", &mut settings.repo_url),
            ("external_url", "External url", &mut settings.external_url),
        ] {
            if let Some(value) = fields.text(key, label) {
                *setting = value;
            }
        }
        fields.check(settings.color.as_deref().is_none_or(is_color), "Color must be in the form #RRGGBB");
        if let Some(policy) = fields.policy() {
            settings.oidc_policy = policy;
        }
        if let Some(flaky_detection) = fields.flag("flaky_detection", "Flaky detection") {
            settings.flaky_detection = flaky_detection;
        }
        if let Some(identical) = fields.identical_uploads() {
            settings.identical_uploads = identical;
        }
        let Retention { executions, aggregates } = &mut settings.retention;
        for (key, label, keep) in [("retention_days", "Retention days", executions), ("aggregates_days", "Aggregates days", aggregates)] {
            if let Some(value) = fields.keep(key, label) {
                *keep = value;
            }
        }
        for (key, label, setting) in [
            ("test_state_management", "Test state management", &mut settings.states.is_managed),
            ("mute_allowed", "Mute allowed", &mut settings.states.may_mute),
            ("skip_allowed", "Skip allowed", &mut settings.states.may_skip),
        ] {
            if let Some(flag) = fields.flag(key, label) {
                *setting = flag;
            }
        }
        if let Some(keys) = fields.label_tag_keys() {
            settings.label_tag_keys = keys;
        }
        let teams = fields.teams();
        let show_api_token = ShowApiToken::asked(object.get("show_api_token") == Some(&Value::Bool(true)));
        if fields.reasons.is_empty() { Ok(Self { settings, teams, show_api_token }) } else { Err(ApiError::invalid(&fields.reasons)) }
    }
}

/// Reads fields and collects what is wrong with them.
struct Fields<'o> {
    object: &'o Map<String, Value>,
    reasons: Vec<String>,
}

impl Fields<'_> {
    fn check(&mut self, is_right: bool, reason: &str) {
        if !is_right {
            self.reasons.push(reason.to_owned());
        }
    }

    /// `None`: not sent. `Some(None)`: null or blank.
    fn text(&mut self, key: &str, label: &str) -> Option<Option<String>> {
        match self.object.get(key)? {
            Value::Null => Some(None),
            Value::String(text) if text.len() > TEXT_BYTES_MAX => {
                self.reasons.push(format!("{label} is too long (maximum is {TEXT_BYTES_MAX} bytes)"));
                None
            }
            // PostgreSQL cannot keep U+0000, and no suite needs it.
            Value::String(text) => Some(Some(text.replace('\0', "\u{fffd}")).filter(|text| !text.trim().is_empty())),
            Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                self.reasons.push(format!("{label} must be a string"));
                None
            }
        }
    }

    fn check_name(&mut self, name: &str) {
        let slug = slug_of(name);
        if name.trim().is_empty() {
            self.check(self.reasons.iter().any(|reason| reason.starts_with("Name ")), "Name can't be blank");
        } else if slug.is_empty() {
            self.check(false, "Name must contain a letter from a to z, a digit or an underscore");
        } else {
            self.check(is_slug(&slug), "Name is too long");
            self.check(!RESERVED_SUITE_SLUGS.contains(&slug.as_str()), "Name is reserved");
        }
    }

    /// As [`Self::text`]. Text is kept byte for byte, for Terraform compares it; structure becomes one JSON text.
    fn policy(&mut self) -> Option<Option<String>> {
        let policy = match self.object.get("oidc_policy")? {
            Value::Null => return Some(None),
            Value::String(text) if text.trim().is_empty() => return Some(None),
            Value::String(text) => text.clone(),
            structure @ (Value::Array(_) | Value::Object(_)) => structure.to_string(),
            Value::Bool(_) | Value::Number(_) => {
                self.reasons.push("Oidc policy must be a string, an array or an object".to_owned());
                return None;
            }
        };
        self.reasons.extend(policy_fault(&policy).map(|fault| format!("Oidc policy {fault}")));
        Some(Some(policy))
    }

    fn flag(&mut self, key: &str, label: &str) -> Option<bool> {
        match self.object.get(key)? {
            Value::Bool(flag) => Some(*flag),
            Value::Null => None,
            Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
                self.reasons.push(format!("{label} must be true or false"));
                None
            }
        }
    }

    fn identical_uploads(&mut self) -> Option<IdenticalUploads> {
        let word = self.text("identical_uploads", "Identical uploads")??;
        let value = IdenticalUploads::from_word(&word);
        self.check(value.is_some(), "Identical uploads must be one of lost_reply, always, off");
        value
    }

    /// A number of days; null is for ever.
    fn keep(&mut self, key: &str, label: &str) -> Option<Keep> {
        let keep = match self.object.get(key)? {
            Value::Null => Some(Keep::Forever),
            value => value.as_u64().and_then(Keep::days),
        };
        self.check(keep.is_some(), &format!("{label} must be a whole number from 1 to {RETENTION_DAYS_MAX}, or null"));
        keep
    }

    /// `None`: not sent. Null clears.
    fn label_tag_keys(&mut self) -> Option<Vec<String>> {
        let keys: Option<Vec<&str>> = match self.object.get("label_tag_keys")? {
            Value::Null => Some(Vec::new()),
            Value::Array(keys) => keys.iter().map(|key| key.as_str().filter(|key| is_tag_key(key))).collect(),
            _ => None,
        };
        let Some(keys) = keys else {
            self.reasons.push("Label tag keys must be an array of tag keys".to_owned());
            return None;
        };
        let mut distinct: Vec<String> = Vec::new();
        for key in keys {
            if !distinct.iter().any(|known| known == key) {
                distinct.push(key.to_owned());
            }
        }
        self.check(distinct.len() <= LABEL_TAG_KEYS_MAX, &format!("Label tag keys are too many (maximum is {LABEL_TAG_KEYS_MAX})"));
        Some(distinct)
    }

    /// `team_ids`, or `teams_ids` as one table of the documentation spells it: an array, or one id.
    fn teams(&mut self) -> Vec<TeamId> {
        let value = self.object.get("team_ids").or_else(|| self.object.get("teams_ids"));
        let ids: Vec<Option<&str>> = match value {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(ids)) => ids.iter().map(Value::as_str).collect(),
            Some(id) => vec![id.as_str()],
        };
        self.check(ids.len() <= TEAMS_MAX, "Team ids are too many");
        let teams: Vec<_> = ids.iter().map(|id| id.and_then(hyphenated_uuid).map(TeamId::new)).collect();
        self.check(teams.iter().all(Option::is_some), "Team ids must be UUIDs of teams");
        teams.into_iter().flatten().collect()
    }
}

fn is_color(color: &str) -> bool {
    color.strip_prefix('#').is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests;
