//! One path part of a pattern: literals, `*`, `?` and character classes.

use super::pattern::PatternError;

/// What one place in a part may be.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    /// This character.
    Is(char),
    /// `?`: any one character.
    Any,
    /// `*`: any characters, or none.
    Many,
    /// `[…]`: one of these characters, or none of them.
    Class { ranges: Vec<(char, char)>, is_negated: bool },
}

/// A part of a pattern, between slashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Glob {
    tokens: Vec<Token>,
}

impl Glob {
    /// `*`.
    pub(super) fn star() -> Self {
        Self { tokens: vec![Token::Many] }
    }

    pub(super) fn parse(part: &str) -> Result<Self, PatternError> {
        let mut tokens = Vec::new();
        let mut rest = part.chars();
        while let Some(character) = rest.next() {
            let token = match character {
                '\\' => Token::Is(rest.next().ok_or(PatternError::TrailingBackslash)?),
                '?' => Token::Any,
                '*' if tokens.last() == Some(&Token::Many) => continue,
                '*' => Token::Many,
                '[' => class(&mut rest)?,
                character => Token::Is(character),
            };
            tokens.push(token);
        }
        Ok(Self { tokens })
    }

    /// Whether it is a bare `*`.
    pub(super) fn is_star(&self) -> bool {
        self.tokens == [Token::Many]
    }

    /// Whether it matches all of `text`. Only the latest `*` is ever tried again, so at most tokens times characters steps.
    pub(super) fn matches(&self, text: &str) -> bool {
        let mut token = 0;
        let mut rest = text;
        let mut retry: Option<(usize, &str)> = None;
        loop {
            let next = rest.chars().next();
            match (self.tokens.get(token), next) {
                (None, None) => return true,
                (Some(Token::Many), _) => {
                    token += 1;
                    retry = Some((token, rest));
                    continue;
                }
                (Some(wanted), Some(character)) if wanted.accepts(character) => {
                    token += 1;
                    rest = &rest[character.len_utf8()..];
                    continue;
                }
                _ => {}
            }
            let Some((after, from)) = retry else { return false };
            let Some(skipped) = from.chars().next() else { return false };
            let from = &from[skipped.len_utf8()..];
            retry = Some((after, from));
            (token, rest) = (after, from);
        }
    }
}

impl Token {
    fn accepts(&self, character: char) -> bool {
        match self {
            Self::Is(wanted) => *wanted == character,
            Self::Any => true,
            Self::Many => false,
            Self::Class { ranges, is_negated } => ranges.iter().any(|(low, high)| (*low..=*high).contains(&character)) != *is_negated,
        }
    }
}

/// Reads a class after its `[`. A `]` that comes first, and one after a backslash, belongs to it. `^` negates like `!`.
fn class(rest: &mut std::str::Chars<'_>) -> Result<Token, PatternError> {
    let is_negated = rest.as_str().starts_with(['!', '^']);
    if is_negated {
        rest.next();
    }
    let mut ranges = Vec::new();
    loop {
        let low = match rest.next().ok_or(PatternError::OpenClass)? {
            ']' if !ranges.is_empty() => return Ok(Token::Class { ranges, is_negated }),
            '\\' => rest.next().ok_or(PatternError::OpenClass)?,
            character => character,
        };
        let mut ahead = rest.clone();
        let high = match (ahead.next(), ahead.next()) {
            (Some('-'), Some('\\')) => ahead.next().ok_or(PatternError::OpenClass)?,
            (Some('-'), Some(high)) if high != ']' => high,
            _ => {
                ranges.push((low, low));
                continue;
            }
        };
        *rest = ahead;
        ranges.push((low, high));
    }
}
