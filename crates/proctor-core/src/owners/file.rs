//! The TESTOWNERS file.

use super::line::{IgnoreReason, Line, read};
use super::pattern::Pattern;

/// The largest file, in bytes.
pub const TESTOWNERS_BYTES_MAX: usize = 1_048_576;

/// Rules of one file: each path of a test is held against all of them, and a commit may have to do that while others wait.
pub const TESTOWNERS_RULES_MAX: usize = 10_000;

/// A file that has been read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnersFile {
    rules: Vec<OwnerRule>,
    ignored: Vec<IgnoredLine>,
}

/// A rule: who owns what matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnerRule {
    /// Its line, from 1.
    pub line: u32,
    /// The pattern as written, escapes included.
    pub pattern: String,
    /// The slugs of the teams as written, each once, at least one. The first is the default owner.
    pub teams: Vec<String>,
    matcher: Pattern,
}

impl OwnerRule {
    /// The team that gets notifications.
    #[must_use]
    pub fn default_owner(&self) -> Option<&str> {
        self.teams.first().map(String::as_str)
    }
}

/// A line that is no rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IgnoredLine {
    /// Its number, from 1.
    pub line: u32,
    /// Why.
    pub reason: IgnoreReason,
}

/// Why a file is refused; the one before it stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OwnersFileError {
    /// Answered with 413.
    #[error("TESTOWNERS is larger than {TESTOWNERS_BYTES_MAX} bytes")]
    TooLarge,
    /// Answered with 422.
    #[error("TESTOWNERS is not UTF-8")]
    NotUtf8,
    /// Answered with 422.
    #[error("TESTOWNERS has more than {TESTOWNERS_RULES_MAX} rules")]
    TooManyRules,
    /// Answered with 422.
    #[error("TESTOWNERS has no usable rule")]
    NoRule,
}

impl OwnersFile {
    /// Reads a file. A byte-order mark is dropped; lines end with LF or CR LF.
    ///
    /// # Errors
    /// When it is too large, not UTF-8, has too many rules, or not a single usable one.
    pub fn parse(bytes: &[u8]) -> Result<Self, OwnersFileError> {
        if bytes.len() > TESTOWNERS_BYTES_MAX {
            return Err(OwnersFileError::TooLarge);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| OwnersFileError::NotUtf8)?;
        let mut file = Self::default();
        for (number, line) in (1..).zip(text.strip_prefix('\u{FEFF}').unwrap_or(text).lines()) {
            match read(line) {
                Line::Nothing => {}
                Line::Ignored(reason) => file.ignored.push(IgnoredLine { line: number, reason }),
                Line::Rule { .. } if file.rules.len() == TESTOWNERS_RULES_MAX => return Err(OwnersFileError::TooManyRules),
                Line::Rule { pattern, matcher, teams } => {
                    let teams = teams.into_iter().map(str::to_owned).collect();
                    file.rules.push(OwnerRule { line: number, pattern: pattern.to_owned(), teams, matcher });
                }
            }
        }
        if file.rules.is_empty() { Err(OwnersFileError::NoRule) } else { Ok(file) }
    }

    /// The rules, in the order of their lines.
    #[must_use]
    pub fn rules(&self) -> &[OwnerRule] {
        &self.rules
    }

    /// The lines that are no rules, in order.
    #[must_use]
    pub fn ignored(&self) -> &[IgnoredLine] {
        &self.ignored
    }

    /// All teams that occur, sorted, each once.
    #[must_use]
    pub fn teams(&self) -> Vec<&str> {
        let mut teams: Vec<_> = self.rules.iter().flat_map(|rule| rule.teams.iter().map(String::as_str)).collect();
        teams.sort_unstable();
        teams.dedup();
        teams
    }

    /// The rule that decides for a path as [`super::owned_path`] gives it: the last one that matches, whether or not its
    /// teams exist. `None`: nobody owns it.
    #[must_use]
    pub fn rule_for(&self, path: &str) -> Option<&OwnerRule> {
        self.rules.iter().rev().find(|rule| rule.matcher.matches(path))
    }
}
