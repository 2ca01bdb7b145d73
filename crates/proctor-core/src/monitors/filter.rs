//! Which executions a workflow looks at: up to ten conditions on tags, all of which must hold (`workflows.md`, 1.3).

/// The most filters that a workflow may have.
pub const FILTERS_MAX: usize = 10;
/// The most values of one `is one of`.
pub const FILTER_VALUES_MAX: usize = 100;
/// The tag that names the branch.
pub const BRANCH_TAG: &str = "scm.branch";

/// What a filter asks of the value of its tag. Comparison is by bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operator {
    /// The tag is there and has this value.
    Is(String),
    /// The tag is missing or has another value.
    IsNot(String),
    /// The tag is there and its value begins so.
    StartsWith(String),
    /// The tag is there and has one of these values.
    IsOneOf(Vec<String>),
    /// The tag is there and its value has this in it.
    Contains(String),
    /// The tag is there.
    Exists,
    /// The tag is missing.
    DoesNotExist,
}

impl Operator {
    /// The words used on the wire, in the order in which pages list them.
    pub const WORDS: [&str; 7] = ["is", "is not", "starts with", "is one of", "contains", "exists", "does not exist"];

    /// The operator's own word.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Is(_) => "is",
            Self::IsNot(_) => "is not",
            Self::StartsWith(_) => "starts with",
            Self::IsOneOf(_) => "is one of",
            Self::Contains(_) => "contains",
            Self::Exists => "exists",
            Self::DoesNotExist => "does not exist",
        }
    }

    /// The values that it compares with, in order.
    #[must_use]
    pub fn values(&self) -> &[String] {
        match self {
            Self::Is(value) | Self::IsNot(value) | Self::StartsWith(value) | Self::Contains(value) => std::slice::from_ref(value),
            Self::IsOneOf(values) => values,
            Self::Exists | Self::DoesNotExist => &[],
        }
    }

    /// From its word, blanks or underscores between the parts, and its values.
    ///
    /// # Errors
    /// When there is no such word, or it does not go with so many values.
    pub fn parse(word: &str, values: Vec<String>) -> Result<Self, FilterError> {
        let words = word.replace('_', " ");
        let known = Self::WORDS.into_iter().find(|known| *known == words).ok_or_else(|| FilterError::UnknownOperator(shown(word)))?;
        let one = |make: fn(String) -> Self| match <[String; 1]>::try_from(values.clone()) {
            Ok([value]) => Ok(make(value)),
            Err(_) => Err(FilterError::NotOneValue(known)),
        };
        match known {
            "is" => one(Self::Is),
            "is not" => one(Self::IsNot),
            "starts with" => one(Self::StartsWith),
            "contains" => one(Self::Contains),
            "is one of" => Ok(Self::IsOneOf(values)),
            _ if !values.is_empty() => Err(FilterError::SuperfluousValue(known)),
            "exists" => Ok(Self::Exists),
            _ => Ok(Self::DoesNotExist),
        }
    }

    /// Whether a tag with this value (`None`: missing) passes.
    #[must_use]
    pub fn accepts(&self, value: Option<&str>) -> bool {
        match (self, value) {
            (Self::Is(wanted), Some(value)) => value == wanted,
            (Self::IsNot(unwanted), Some(value)) => value != unwanted,
            (Self::StartsWith(start), Some(value)) => value.starts_with(start.as_str()),
            (Self::IsOneOf(wanted), Some(value)) => wanted.iter().any(|wanted| wanted == value),
            (Self::Contains(part), Some(value)) => value.contains(part.as_str()),
            (Self::Exists, Some(_)) | (Self::IsNot(_) | Self::DoesNotExist, None) => true,
            (Self::DoesNotExist, Some(_)) => false,
            (Self::Is(_) | Self::StartsWith(_) | Self::IsOneOf(_) | Self::Contains(_) | Self::Exists, None) => false,
        }
    }
}

/// One condition on one tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagFilter {
    /// The key of the tag.
    pub key: String,
    /// What is asked of its value.
    pub operator: Operator,
}

/// Why filters were refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// More than [`FILTERS_MAX`].
    #[error("at most {FILTERS_MAX} filters")]
    TooMany,
    /// No key.
    #[error("the key of a filter is missing")]
    KeyMissing,
    /// `mut`, `mut.*` or `result`.
    #[error("\"{0}\" cannot be used in filters and variant tags")]
    KeyNotUsable(String),
    /// An operator of another language.
    #[error("unknown operator \"{0}\"")]
    UnknownOperator(String),
    /// An operator that wants one value was given none or several.
    #[error("\"{0}\" takes exactly one value")]
    NotOneValue(&'static str),
    /// An operator that wants no value was given one.
    #[error("\"{0}\" takes no value")]
    SuperfluousValue(&'static str),
    /// `is one of` nothing, or of too many.
    #[error("\"is one of\" takes 1 to {FILTER_VALUES_MAX} values")]
    ValueCount,
    /// A value that no tag can have.
    #[error("the value of a filter on \"{0}\" is blank")]
    BlankValue(String),
    /// More than [`FILTERS_MAX`] variant tags.
    #[error("at most {FILTERS_MAX} tags")]
    TooManyTags,
}

/// The checked filters of a workflow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagFilters {
    filters: Vec<TagFilter>,
}

impl TagFilters {
    /// Checks filters.
    ///
    /// # Errors
    /// Which rule the first bad one breaks.
    pub fn new(filters: Vec<TagFilter>) -> Result<Self, FilterError> {
        if filters.len() > FILTERS_MAX {
            return Err(FilterError::TooMany);
        }
        for TagFilter { key, operator } in &filters {
            check_key(key)?;
            let values = operator.values();
            if matches!(operator, Operator::IsOneOf(_)) && !(1..=FILTER_VALUES_MAX).contains(&values.len()) {
                return Err(FilterError::ValueCount);
            }
            if values.iter().any(|value| value.trim().is_empty()) {
                return Err(FilterError::BlankValue(shown(key)));
            }
        }
        Ok(Self { filters })
    }

    /// The filter of a new workflow: `scm.branch is <branch>`. No filter when the suite has no default branch.
    #[must_use]
    pub fn on_branch(branch: &str) -> Self {
        let filter = TagFilter { key: BRANCH_TAG.to_owned(), operator: Operator::Is(branch.to_owned()) };
        Self { filters: if branch.trim().is_empty() { Vec::new() } else { vec![filter] } }
    }

    /// The filters, in the order given.
    #[must_use]
    pub fn as_slice(&self) -> &[TagFilter] {
        &self.filters
    }

    /// Whether an execution with these tags passes; `tag` gives the merged tags of the execution by key.
    pub fn accept<'a>(&self, tag: impl Fn(&str) -> Option<&'a str>) -> bool {
        self.filters.iter().all(|filter| filter.operator.accepts(tag(&filter.key)))
    }

    /// `branch_filter` of a payload: what the first filter on the branch compares with, several values joined by `,`.
    #[must_use]
    pub fn branch(&self) -> Option<String> {
        let filter = self.filters.iter().find(|filter| filter.key == BRANCH_TAG && !filter.operator.values().is_empty())?;
        Some(filter.operator.values().join(","))
    }

    /// Whether a filter binds executions to branches: what `transition_count` needs.
    #[must_use]
    pub fn has_branch(&self) -> bool {
        self.filters.iter().any(|filter| {
            filter.key == BRANCH_TAG && matches!(filter.operator, Operator::Is(_) | Operator::IsOneOf(_) | Operator::StartsWith(_))
        })
    }
}

/// Whether `key` may be used in filters and `variant_tags`.
pub(super) fn check_key(key: &str) -> Result<(), FilterError> {
    if key.trim().is_empty() {
        Err(FilterError::KeyMissing)
    } else if key == "mut" || key.starts_with("mut.") || key == "result" {
        Err(FilterError::KeyNotUsable(shown(key)))
    } else {
        Ok(())
    }
}

fn shown(text: &str) -> String {
    crate::text::cut(text, 64).to_owned()
}

#[cfg(test)]
mod tests;
