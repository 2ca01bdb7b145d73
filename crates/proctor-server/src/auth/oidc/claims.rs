//! The claims of a JSON Web Token.

use serde_json::{Map, Value};

/// The claims of a JSON Web Token.
#[derive(Clone, Debug, PartialEq)]
pub struct Claims(pub(super) Map<String, Value>);

/// What a token claims, before its signature has been looked at.
pub(super) fn unverified(token: &str) -> Option<Claims> {
    jsonwebtoken::dangerous::insecure_decode_claims(token).ok().map(Claims)
}

impl Claims {
    /// `iss`.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.0.get("iss")?.as_str()
    }

    /// `aud`: a string, or several.
    pub fn audiences(&self) -> impl Iterator<Item = &str> {
        let one = self.0.get("aud").and_then(Value::as_str);
        let several = self.0.get("aud").and_then(Value::as_array);
        one.into_iter().chain(several.into_iter().flatten().filter_map(Value::as_str)).take(16)
    }

    /// A claim as text; numbers and booleans as written.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        match self.0.get(name)? {
            Value::String(text) => Some(text.clone()),
            value @ (Value::Number(_) | Value::Bool(_)) => Some(value.to_string()),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// Whether `exp` and `nbf` hold at `now` (both in seconds). A token that never ends is not accepted.
    #[must_use]
    pub fn hold_at(&self, now: i64, leeway_seconds: i64) -> bool {
        let seconds = |name: &str| self.0.get(name).map(|value| value.as_f64().unwrap_or(f64::NAN));
        #[expect(clippy::cast_precision_loss, reason = "seconds of this era are far below 2^53")]
        let (earliest, latest) = ((now - leeway_seconds) as f64, (now + leeway_seconds) as f64);
        seconds("exp").is_some_and(|ends| earliest < ends) && seconds("nbf").is_none_or(|begins| begins <= latest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_leeway() {
        let holds = |claims: Value| Claims(claims.as_object().unwrap().clone()).hold_at(1_000, 60);
        assert!(holds(serde_json::json!({ "exp": 941, "nbf": 1_060 })));
        assert!(holds(serde_json::json!({ "exp": 941.5 })));
        assert!(!holds(serde_json::json!({ "exp": 940 })));
        assert!(!holds(serde_json::json!({ "exp": 2_000, "nbf": 1_061 })));
        assert!(!holds(serde_json::json!({ "exp": "2000" })));
        assert!(!holds(serde_json::json!({ "exp": 2_000, "nbf": "x" })));
        assert!(!holds(serde_json::json!({})));
    }
}
