//! Mutable tags: those that are set after the upload, through the execution-tags API (`rest-api.md`, 3.6).

use crate::limits::{TAG_KEY_BYTES_LIMIT, TAG_VALUE_BYTES_LIMIT};

/// What the key of every mutable tag begins with.
pub const MUTABLE_TAG_PREFIX: &str = "mut.";

/// What is wrong with a mutable tag, if anything is.
#[must_use]
pub fn mutable_tag_fault(key: &str, value: &str) -> Option<MutableTagFault> {
    let is_key_byte = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let rest = key.strip_prefix(MUTABLE_TAG_PREFIX);
    if rest.is_none_or(str::is_empty) {
        Some(MutableTagFault::Prefix)
    } else if key.len() >= TAG_KEY_BYTES_LIMIT {
        Some(MutableTagFault::KeyTooLong)
    } else if !key.bytes().all(is_key_byte) {
        Some(MutableTagFault::BadKey)
    } else if value.trim().is_empty() {
        Some(MutableTagFault::BlankValue)
    } else if value.len() >= TAG_VALUE_BYTES_LIMIT {
        Some(MutableTagFault::ValueTooLong)
    } else {
        None
    }
}

/// Why a tag cannot be a mutable one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MutableTagFault {
    /// It does not begin with `mut.`, or nothing follows.
    #[error("the key must begin with mut.")]
    Prefix,
    /// The key is too long.
    #[error("the key must be shorter than {TAG_KEY_BYTES_LIMIT} bytes")]
    KeyTooLong,
    /// The key has other characters than keys can have.
    #[error("the key may contain letters, digits, _, - and . only")]
    BadKey,
    /// The value is empty or only white space.
    #[error("the value must not be blank")]
    BlankValue,
    /// The value is too long.
    #[error("the value must be shorter than {TAG_VALUE_BYTES_LIMIT} bytes")]
    ValueTooLong,
}

#[cfg(test)]
mod tests {
    use super::*;

    // contract: general 82
    #[test]
    fn keys_and_values() {
        use MutableTagFault::{BadKey, BlankValue, KeyTooLong, Prefix, ValueTooLong};
        let (key_63, key_64) = (format!("mut.{}", "k".repeat(59)), format!("mut.{}", "k".repeat(60)));
        let (value_127, value_128) = ("v".repeat(127), "v".repeat(128));
        for (key, value, fault) in [
            ("mut.cause", "dns", None),
            ("mut.a-b_c.D9", "x", None),
            (key_63.as_str(), value_127.as_str(), None),
            ("cause", "dns", Some(Prefix)),
            ("mut.", "dns", Some(Prefix)),
            ("Mut.a", "dns", Some(Prefix)),
            (key_64.as_str(), "dns", Some(KeyTooLong)),
            ("mut.a b", "dns", Some(BadKey)),
            ("mut.\u{e9}", "dns", Some(BadKey)),
            ("mut.a", " ", Some(BlankValue)),
            ("mut.a", value_128.as_str(), Some(ValueTooLong)),
        ] {
            assert_eq!(mutable_tag_fault(key, value), fault, "{key} {value}");
        }
    }
}
