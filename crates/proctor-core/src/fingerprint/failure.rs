//! The fingerprint of one failure.

use std::borrow::Cow;
use std::fmt;

use sha2::{Digest, Sha256};

use super::ansi::without_ansi;
use super::frame::own_frames;
use super::message::{is_code, is_vague, message_of};
use crate::record::FailureDetail;

/// The longest title, in characters.
pub const TITLE_CHARACTERS_MAX: usize = 200;

/// Changes whenever the rules do, so that ids of different rules never meet.
const RULES_VERSION: &[u8] = b"proctor fingerprint 1";

/// Names a group of failures: the first sixteen bytes of a SHA-256. The same on every node.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FingerprintId([u8; 16]);

impl FingerprintId {
    /// The bytes, as they are stored.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Reads [`Self::bytes`]. `None` when it is not sixteen bytes long.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Reads what [`fmt::Display`] writes, in any letter case.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        let is_hex = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_hex { u128::from_str_radix(text, 16).ok().map(|number| Self(number.to_be_bytes())) } else { None }
    }
}

/// 32 lower-case hexadecimal digits.
impl fmt::Display for FingerprintId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl fmt::Debug for FingerprintId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FingerprintId({self})")
    }
}

/// What is the same about a group of failures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    /// Its id.
    pub id: FingerprintId,
    /// The message in one line, volatile parts blanked, never empty, at most [`TITLE_CHARACTERS_MAX`] characters.
    pub title: String,
    /// The files of the project's own code where it came up, the top first: at most three, as the last two parts of their paths.
    pub frames: Vec<String>,
}

/// The fingerprint of a failure, from its reason and its details as they are stored. Takes time proportional to their length.
#[must_use]
pub fn fingerprint_of(reason: Option<&str>, details: &[FailureDetail<'_>]) -> Fingerprint {
    let reason = plain(reason.unwrap_or_default());
    let expanded: Vec<String> = details.iter().map(|detail| joined(&detail.expanded)).collect();
    let backtraces: Vec<String> = details.iter().map(|detail| joined(&detail.backtrace)).collect();
    let message = message_of(&reason, expanded.first().map_or("", String::as_str));
    let texts = backtraces.iter().chain(&expanded).map(String::as_str).chain([&*reason]);
    let frames = texts.map(|text| own_frames(text.lines())).find(|frames| !frames.is_empty()).unwrap_or_default();
    Fingerprint { id: id_of(&message, &frames), title: title_of(&message), frames }
}

fn joined(lines: &[Cow<'_, str>]) -> String {
    plain(&lines.join("\n")).into_owned()
}

/// Text without escapes. XML cannot carry them, so pytest writes `#x1B` in their place.
fn plain(text: &str) -> Cow<'_, str> {
    if text.contains("#x1B[") { Cow::Owned(without_ansi(&text.replace("#x1B[", "\u{1B}[")).into_owned()) } else { without_ansi(text) }
}

fn title_of(message: &[String]) -> String {
    let title = match message {
        [] => "failure without a message".to_owned(),
        [first, ..] if is_vague(first) => {
            let said: Vec<_> = message.iter().filter(|line| !is_code(line)).map(String::as_str).collect();
            if said.is_empty() { first.clone() } else { said.join(" ") }
        }
        [first, ..] => first.clone(),
    };
    match title.char_indices().nth(TITLE_CHARACTERS_MAX) {
        Some((end, _)) => title[..end].to_owned(),
        None => title,
    }
}

fn id_of(message: &[String], frames: &[String]) -> FingerprintId {
    let mut hash = Sha256::new_with_prefix(RULES_VERSION);
    for (kind, lines) in [(b'm', message), (b'f', frames)] {
        for line in lines {
            // No line has a line break, so lines do not run into each other.
            hash.update([b'\n', kind]);
            hash.update(line);
        }
    }
    let mut id = [0_u8; 16];
    id.copy_from_slice(&hash.finalize()[..16]);
    FingerprintId(id)
}
