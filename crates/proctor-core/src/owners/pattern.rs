//! A pattern of TESTOWNERS and what it matches (`uploads.md`, 15.3).

use super::class::Glob;

/// A pattern. Case counts; `/` separates parts, and only `**` reaches over it.
///
/// Kept in a form without special cases: a list of parts that must use up the whole path, where `Deep` stands for
/// any number of parts, none included. What `a`, `a/`, `/a` and `a/*` mean differently is said by parts added at both ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    One(Glob),
    Deep,
}

/// Why a pattern is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum PatternError {
    /// Nothing but slashes.
    #[error("pattern is empty")]
    Empty,
    /// `[` without `]` in the same part.
    #[error("[ is not closed")]
    OpenClass,
    /// `\` at the end.
    #[error("nothing follows the last backslash")]
    TrailingBackslash,
}

impl Pattern {
    /// Reads a pattern, escapes included. A leading `./` means the root, as it does in locations.
    ///
    /// # Errors
    /// When it is malformed.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let rooted = text.strip_prefix("./").or_else(|| text.strip_prefix('/'));
        let body = rooted.unwrap_or(text);
        let is_only_below = body.ends_with('/');
        let body = body.strip_suffix('/').unwrap_or(body);
        if body.trim_matches('/').is_empty() {
            return Err(PatternError::Empty);
        }
        let mut parts = Vec::new();
        if rooted.is_none() && !body.contains('/') {
            parts.push(Part::Deep);
        }
        let mut pieces = body.split('/').peekable();
        let mut reaches_below = true;
        while let Some(piece) = pieces.next() {
            let is_last = pieces.peek().is_none();
            if piece != "**" {
                let glob = Glob::parse(piece)?;
                reaches_below = !(is_last && glob.is_star());
                parts.push(Part::One(glob));
            } else {
                if is_last {
                    // `docs/**` is what is in docs, not a file of that name.
                    parts.push(Part::One(Glob::star()));
                }
                push_deep(&mut parts);
            }
        }
        if is_only_below {
            parts.push(Part::One(Glob::star()));
        }
        if is_only_below || reaches_below {
            push_deep(&mut parts);
        }
        Ok(Self { parts })
    }

    /// Whether it matches a path as [`super::owned_path`] gives it.
    ///
    /// Takes time proportional to the length of the pattern times that of the path at worst: of all `**` only the latest is
    /// ever tried again, because an earlier one that took more could not leave the rest anything that the latest cannot reach.
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        let mut part = 0;
        let mut rest = Some(path);
        let mut retry: Option<(usize, Option<&str>)> = None;
        loop {
            match (self.parts.get(part), rest) {
                (None, None) => return true,
                (Some(Part::Deep), _) => {
                    part += 1;
                    if part == self.parts.len() {
                        return true;
                    }
                    retry = Some((part, rest));
                    continue;
                }
                (Some(Part::One(glob)), Some(path)) if glob.matches(first_of(path)) => {
                    part += 1;
                    rest = after_first(path);
                    continue;
                }
                _ => {}
            }
            let Some((after, Some(from))) = retry else { return false };
            retry = Some((after, after_first(from)));
            (part, rest) = (after, after_first(from));
        }
    }
}

fn push_deep(parts: &mut Vec<Part>) {
    if parts.last() != Some(&Part::Deep) {
        parts.push(Part::Deep);
    }
}

fn first_of(path: &str) -> &str {
    path.split_once('/').map_or(path, |(first, _)| first)
}

/// `None`: there is no further part.
fn after_first(path: &str) -> Option<&str> {
    path.split_once('/').map(|(_, rest)| rest)
}
