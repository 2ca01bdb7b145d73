//! The query of a request, read with tolerance: nothing in it is an error by itself (`rest-api.md`, section 1.2).

use std::borrow::Cow;
use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::request::Parts;
use percent_encoding::percent_decode;

use crate::api::error::ApiError;

/// The parameters of a query, decoded, in the order sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueryParams {
    params: Vec<(Vec<u8>, Vec<u8>)>,
}

impl QueryParams {
    /// Reads the part of a URL behind the `?`. A `%` that does not begin an escape stands for itself.
    #[must_use]
    pub fn parse(query: &str) -> Self {
        let decode = |text: &str| -> Vec<u8> {
            let spaced: Vec<u8> = text.bytes().map(|byte| if byte == b'+' { b' ' } else { byte }).collect();
            percent_decode(&spaced).collect()
        };
        let params = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
                (decode(key), decode(value))
            })
            .collect();
        Self { params }
    }

    /// All parameters as sent, decoded.
    #[must_use]
    pub fn all(&self) -> &[(Vec<u8>, Vec<u8>)] {
        &self.params
    }

    /// As [`Self::all`]; bytes that are no UTF-8 are U+FFFD.
    #[must_use]
    pub fn texts(&self) -> Vec<(Cow<'_, str>, Cow<'_, str>)> {
        self.params.iter().map(|(key, value)| (String::from_utf8_lossy(key), String::from_utf8_lossy(value))).collect()
    }

    /// The value of `key`; of several the last. Bytes that are no UTF-8 are U+FFFD.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Cow<'_, str>> {
        self.params.iter().rev().find(|(known, _)| known == key.as_bytes()).map(|(_, value)| String::from_utf8_lossy(value))
    }

    /// As [`Self::get`]; a blank value counts as absent.
    #[must_use]
    pub fn filled(&self, key: &str) -> Option<Cow<'_, str>> {
        self.get(key).filter(|value| !value.trim().is_empty())
    }

    /// As [`Self::flag`], of a question in which a slip of the pen must not count as no.
    ///
    /// # Errors
    /// 400 for anything but `true`, `1`, `false` and `0`.
    pub fn strict_flag(&self, key: &str) -> Result<bool, ApiError> {
        match self.get(key).as_deref() {
            Some("true" | "1") => Ok(true),
            None | Some("false" | "0") => Ok(false),
            Some(_) => Err(ApiError::bad_request(format!("{key} must be true or false"))),
        }
    }

    /// Whether `key` is asked for: `true` and `1` are true, everything else is false.
    #[must_use]
    pub fn flag(&self, key: &str) -> bool {
        self.get(key).is_some_and(|value| matches!(&*value, "true" | "1"))
    }
}

impl<S: Sync> FromRequestParts<S> for QueryParams {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self::parse(parts.uri.query().unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_of_several_wins_and_nothing_is_an_error() {
        let query = QueryParams::parse("a=1&&a=2&b&c=%ZZ%&d=x%20y+z&=&e=%ff&f=1=2");
        assert_eq!(query.get("a").as_deref(), Some("2"));
        assert_eq!(query.get("b").as_deref(), Some(""));
        assert_eq!(query.filled("b"), None);
        assert_eq!(query.get("c").as_deref(), Some("%ZZ%"));
        assert_eq!(query.get("d").as_deref(), Some("x y z"));
        assert_eq!(query.get("e").as_deref(), Some("\u{fffd}"));
        assert_eq!(query.get("f").as_deref(), Some("1=2"));
        assert_eq!(query.get("g"), None);
    }

    #[test]
    fn only_true_and_1_are_true() {
        let query = QueryParams::parse("a=true&b=1&c=TRUE&d=yes&e=&f");
        assert!(query.flag("a") && query.flag("b"));
        assert!(query.strict_flag("a").is_ok_and(|flag| flag) && query.strict_flag("absent").is_ok_and(|flag| !flag));
        assert!(["c", "d", "e", "f"].iter().all(|key| query.strict_flag(key).is_err()));
        assert!(!query.flag("c") && !query.flag("d") && !query.flag("e") && !query.flag("f") && !query.flag("g"));
    }
}
