//! Conditions on one text: a branch, or the value of one tag key.

/// One value with its operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Condition {
    /// `x`.
    Equals(String),
    /// `!x`.
    NotEquals(String),
    /// `x*`.
    StartsWith(String),
}

impl Condition {
    /// Reads a value with at most one operator: `!` before it, or `*` after it. `None`: it has both, or `!` twice.
    pub(super) fn parse(value: &str) -> Option<Self> {
        let (excludes, value) = value.strip_prefix('!').map_or((false, value), |rest| (true, rest));
        match (excludes, value.strip_suffix('*')) {
            (true, Some(_)) => None,
            (true, None) if value.starts_with('!') => None,
            (true, None) => Some(Self::NotEquals(value.to_owned())),
            (false, Some(start)) => Some(Self::StartsWith(start.to_owned())),
            (false, None) => Some(Self::Equals(value.to_owned())),
        }
    }

    /// Whether nothing is left to compare with. `*` alone is not blank: it asks for presence.
    pub(super) fn is_blank(&self) -> bool {
        match self {
            Self::Equals(value) | Self::NotEquals(value) => value.trim().is_empty(),
            Self::StartsWith(_) => false,
        }
    }
}

/// Conditions on one text. Positive ones are alternatives, each `!` excludes on its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextFilter {
    equals: Vec<String>,
    starts: Vec<String>,
    excluded: Vec<String>,
}

impl TextFilter {
    pub(super) fn push(&mut self, condition: Condition) {
        let (list, value) = match condition {
            Condition::Equals(value) => (&mut self.equals, value),
            Condition::StartsWith(value) => (&mut self.starts, value),
            Condition::NotEquals(value) => (&mut self.excluded, value),
        };
        if !list.contains(&value) {
            list.push(value);
        }
    }

    /// Whether a value passes. `None`: there is none, which `!` lets through and nothing else does.
    #[must_use]
    pub fn matches(&self, value: Option<&str>) -> bool {
        let Some(value) = value else { return !self.is_positive() };
        let is_wanted = !self.is_positive()
            || self.equals.iter().any(|wanted| wanted == value)
            || self.starts.iter().any(|start| value.starts_with(start));
        is_wanted && self.excluded.iter().all(|excluded| excluded != value)
    }

    fn is_positive(&self) -> bool {
        !self.equals.is_empty() || !self.starts.is_empty()
    }
}
