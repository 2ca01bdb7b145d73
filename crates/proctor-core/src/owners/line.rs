//! One line of TESTOWNERS.

use super::pattern::{Pattern, PatternError};

/// Why a line is no rule. Blank lines and comments are not even lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum IgnoreReason {
    /// A pattern without a team: the earlier match stays.
    #[error("no team")]
    NoTeam,
    /// It begins with `!`.
    #[error("patterns with ! are not supported")]
    Negated,
    /// The pattern is malformed.
    #[error(transparent)]
    Pattern(PatternError),
}

/// What a line says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line<'a> {
    Nothing,
    Ignored(IgnoreReason),
    Rule { pattern: &'a str, matcher: Pattern, teams: Vec<&'a str> },
}

/// Reads a line. Words are separated by blanks and tabs, except after a backslash; a word that begins with `#` starts a
/// comment, while a `#` inside a word belongs to it.
pub(super) fn read(line: &str) -> Line<'_> {
    let mut words = Words { rest: line };
    let Some(pattern) = words.next() else { return Line::Nothing };
    if pattern.starts_with('!') {
        return Line::Ignored(IgnoreReason::Negated);
    }
    let mut teams = Vec::new();
    for team in words {
        if !teams.contains(&team) {
            teams.push(team);
        }
    }
    if teams.is_empty() {
        return Line::Ignored(IgnoreReason::NoTeam);
    }
    match Pattern::parse(pattern) {
        Ok(matcher) => Line::Rule { pattern, matcher, teams },
        Err(error) => Line::Ignored(IgnoreReason::Pattern(error)),
    }
}

struct Words<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Words<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let rest = self.rest.trim_start_matches(is_blank);
        if rest.is_empty() || rest.starts_with('#') {
            self.rest = "";
            return None;
        }
        let mut is_escaped = false;
        let end = rest.find(|character| {
            let ends = !is_escaped && is_blank(character);
            is_escaped = character == '\\' && !is_escaped;
            ends
        });
        let (word, rest) = rest.split_at(end.unwrap_or(rest.len()));
        self.rest = rest;
        Some(word)
    }
}

fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\r')
}
