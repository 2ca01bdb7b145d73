//! Tags: which are kept, and how those of an upload and of an execution come together (`uploads.md`, section 5).

use std::borrow::Cow;
use std::fmt;

use crate::limits::{TAG_KEY_BYTES_LIMIT, TAG_VALUE_BYTES_LIMIT, TAGS_PER_LEVEL_MAX};

/// Keys that mean something to Proctor. They do not use up a sender's allowance, and a sender's key that is in conflict with one goes.
pub const CORE_TAG_KEYS: [&str; 17] = [
    "build.id",
    "build.job_id",
    "build.step_id",
    "cloud.provider",
    "cloud.region",
    "code.file.path",
    "collector.name",
    "collector.version",
    "host.arch",
    "host.type",
    "language.name",
    "language.version",
    "scm.branch",
    "scm.commit_sha",
    "test.framework.name",
    "test.framework.version",
    "test.selector.primary",
];

/// Tags that pass all rules, sorted by key, each key once, no key a dotted prefix of another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct TagSet {
    tags: Vec<(String, String)>,
}

impl TagSet {
    /// The tags, sorted by key.
    #[must_use]
    pub fn as_slice(&self) -> &[(String, String)] {
        &self.tags
    }

    /// The value of `key`.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.tags.binary_search_by(|(known, _)| known.as_str().cmp(key)).ok().map(|at| self.tags[at].1.as_str())
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tags.is_empty()
    }

    /// Checks the tags of one level, in the sender's order, and keeps those that pass.
    #[must_use]
    pub fn check<K: AsRef<str>, V: AsRef<str>>(sent: &[(K, V)]) -> (Self, Vec<DroppedTag>) {
        let mut kept: Vec<(String, String)> = Vec::new();
        let mut dropped = Vec::new();
        let mut counted = 0_usize;
        for (key, value) in sent {
            let (key, value) = (key.as_ref(), value.as_ref());
            let counts = !CORE_TAG_KEYS.contains(&key);
            let reason = reason_to_drop(key, value).or_else(|| {
                if kept.iter().any(|(known, _)| in_conflict(known, key)) {
                    Some(DropReason::PrefixConflict)
                } else if counts && counted == TAGS_PER_LEVEL_MAX {
                    Some(DropReason::TooMany)
                } else {
                    None
                }
            });
            match reason {
                Some(reason) => dropped.push(DroppedTag { key: crate::text::cut(key, 128).to_owned(), reason }),
                None => {
                    counted += usize::from(counts);
                    match kept.iter_mut().find(|(known, _)| known == key) {
                        Some(known) => value.clone_into(&mut known.1),
                        None => kept.push((key.to_owned(), value.to_owned())),
                    }
                }
            }
        }
        kept.sort_unstable();
        (Self { tags: kept }, dropped)
    }

    /// These tags with those of a higher level laid over: its values win, and so do its keys in a conflict of prefixes.
    #[must_use]
    pub fn overlaid_with(&self, higher: &Self) -> Self {
        let stays = |key: &str| higher.tags.iter().all(|(other, _)| other != key && !in_conflict(other, key));
        let mut tags: Vec<_> = self.tags.iter().filter(|(key, _)| stays(key)).chain(&higher.tags).cloned().collect();
        tags.sort_unstable();
        Self { tags }
    }
}

/// Reads tags that have been checked before, as the store keeps them; they are sorted again, nothing is dropped.
impl FromIterator<(String, String)> for TagSet {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(tags: I) -> Self {
        let mut tags: Vec<_> = tags.into_iter().collect();
        tags.sort_unstable();
        Self { tags }
    }
}

/// A tag that was dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DroppedTag {
    /// Its key, cut to 128 bytes.
    pub key: String,
    /// Why.
    pub reason: DropReason,
}

impl fmt::Display for DroppedTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tag {:?} dropped: {}", self.key, self.reason.as_str())
    }
}

/// Why a tag was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DropReason {
    /// The key is blank, or has characters that keys cannot have.
    BadKey,
    /// The key is too long.
    KeyTooLong,
    /// The value is blank.
    BlankValue,
    /// The value is too long.
    ValueTooLong,
    /// `mut` and `mut.*` are set through the execution-tags API only.
    Reserved,
    /// The key is a dotted prefix of another, or another of it.
    PrefixConflict,
    /// The level has as many tags as it may have.
    TooMany,
    /// The value is an array or an object.
    NotText,
}

impl DropReason {
    /// The reason in words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BadKey => "keys begin with a letter and go on with letters, digits, `_`, `-` and `.`",
            Self::KeyTooLong => "keys are shorter than 64 bytes",
            Self::BlankValue => "the value is blank",
            Self::ValueTooLong => "values are shorter than 128 bytes",
            Self::Reserved => "keys that begin with `mut` are set through execution-tags only",
            Self::PrefixConflict => "the key and another one contain each other",
            Self::TooMany => "at most 10 tags here",
            Self::NotText => "the value is an array or an object",
        }
    }
}

/// Tags of one level as sent.
pub type SentTags<'a> = Vec<(Cow<'a, str>, Cow<'a, str>)>;

/// Whether a sender's tag can have this key.
#[must_use]
pub fn is_tag_key(key: &str) -> bool {
    reason_to_drop(key, "value").is_none()
}

fn reason_to_drop(key: &str, value: &str) -> Option<DropReason> {
    let is_key_byte = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    if key.len() >= TAG_KEY_BYTES_LIMIT {
        Some(DropReason::KeyTooLong)
    } else if !key.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic()) || !key.bytes().all(is_key_byte) {
        Some(DropReason::BadKey)
    } else if key == "mut" || key.starts_with("mut.") {
        Some(DropReason::Reserved)
    } else if value.trim().is_empty() {
        Some(DropReason::BlankValue)
    } else if value.len() >= TAG_VALUE_BYTES_LIMIT {
        Some(DropReason::ValueTooLong)
    } else if CORE_TAG_KEYS.iter().any(|core| in_conflict(core, key)) {
        Some(DropReason::PrefixConflict)
    } else {
        None
    }
}

/// Whether one key is a dotted prefix of the other. Equal keys are not in conflict.
fn in_conflict(a: &str, b: &str) -> bool {
    let is_prefix = |short: &str, long: &str| long.strip_prefix(short).is_some_and(|rest| rest.starts_with('.'));
    is_prefix(a, b) || is_prefix(b, a)
}

#[cfg(test)]
mod tests;
