//! What clients send to make an API token.

use proctor_core::scope::Scope;
use proctor_core::time::Timestamp;
use serde_json::{Map, Value};

use crate::api::body::JsonObject;
use crate::api::error::ApiError;

/// Bytes of a description.
const DESCRIPTION_BYTES_MAX: usize = 1024;
/// Scopes of one token.
const SCOPES_MAX: usize = 100;

/// An API token as asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TokenInput {
    pub(super) description: String,
    pub(super) scopes: Vec<Scope>,
    pub(super) expires_at: Option<Timestamp>,
}

impl TokenInput {
    pub(super) fn read(JsonObject(object): &JsonObject, now: Timestamp) -> Result<Self, ApiError> {
        let mut reasons = Vec::new();
        let description = description(object, &mut reasons);
        let scopes = scopes(object, &mut reasons);
        let expires_at = expires_at(object, now, &mut reasons);
        if reasons.is_empty() { Ok(Self { description, scopes, expires_at }) } else { Err(ApiError::invalid(&reasons)) }
    }
}

fn description(object: &Map<String, Value>, reasons: &mut Vec<String>) -> String {
    match object.get("description").and_then(Value::as_str).map(str::trim) {
        None | Some("") => reasons.push("Description can't be blank".to_owned()),
        Some(text) if text.len() > DESCRIPTION_BYTES_MAX => reasons.push("Description is too long".to_owned()),
        Some(text) => return text.replace('\0', "\u{fffd}"),
    }
    String::new()
}

/// Each name once, in the order given.
fn scopes(object: &Map<String, Value>, reasons: &mut Vec<String>) -> Vec<Scope> {
    let Some(names) = object.get("scopes").and_then(Value::as_array).filter(|names| names.len() <= SCOPES_MAX) else {
        reasons.push(format!("Scopes must be an array of at most {SCOPES_MAX} names"));
        return Vec::new();
    };
    let mut scopes = Vec::new();
    for name in names {
        match name.as_str().and_then(Scope::parse) {
            Some(scope) if scopes.contains(&scope) => {}
            Some(scope) => scopes.push(scope),
            None => reasons.push("Scopes must be names of lower-case letters, digits and underscores".to_owned()),
        }
    }
    reasons.dedup();
    scopes
}

fn expires_at(object: &Map<String, Value>, now: Timestamp, reasons: &mut Vec<String>) -> Option<Timestamp> {
    let value = object.get("expires_at").filter(|value| !value.is_null())?;
    let at = value.as_str().and_then(Timestamp::parse_rfc3339);
    match at {
        None => reasons.push("Expires at must be an RFC 3339 timestamp".to_owned()),
        Some(at) if at <= now => reasons.push("Expires at must be in the future".to_owned()),
        Some(_) => {}
    }
    at
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: Value) -> Result<TokenInput, String> {
        let Value::Object(object) = value else { panic!("an object") };
        TokenInput::read(&JsonObject(object), Timestamp::from_millis(0)).map_err(|error| error.message)
    }

    #[test]
    fn unknown_names_are_kept() {
        let input = read(json!({ "description": " ci ", "scopes": ["read_pipelines", "read_suites", "read_suites"] })).unwrap();
        assert_eq!(input.description, "ci");
        assert_eq!(input.scopes.iter().map(Scope::as_str).collect::<Vec<_>>(), ["read_pipelines", "read_suites"]);
        assert_eq!(input.expires_at, None);
    }

    #[test]
    fn everything_is_checked() {
        for (body, reason) in [
            (json!({ "scopes": [] }), "Description can't be blank"),
            (json!({ "description": "x" }), "Scopes must be an array of at most 100 names"),
            (json!({ "description": "x", "scopes": ["A", 5] }), "Scopes must be names of lower-case letters, digits and underscores"),
            (json!({ "description": "x", "scopes": [], "expires_at": "soon" }), "Expires at must be an RFC 3339 timestamp"),
            (json!({ "description": "x", "scopes": [], "expires_at": "1969-01-01T00:00:00Z" }), "Expires at must be in the future"),
        ] {
            assert_eq!(read(body.clone()).unwrap_err(), format!("Validation failed: {reason}"), "{body}");
        }
    }
}
