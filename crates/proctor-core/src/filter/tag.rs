//! The filter by tags.

use super::FILTER_VALUES_MAX;
use super::error::{FilterError, Parameter};
use super::list::items;
use super::query::ListKind;
use super::result::ResultFilter;
use super::text::{Condition, TextFilter};

/// Conditions on the value of one tag key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagFilter {
    key: String,
    values: TextFilter,
}

impl TagFilter {
    /// The key: any that users send, `mut.*`, or a derived one such as `scm.branch`; never `result`.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Whether an execution with this value, or without the tag, is selected.
    #[must_use]
    pub fn matches(&self, value: Option<&str>) -> bool {
        self.values.matches(value)
    }
}

/// Conditions on tags, all of which must hold. One entry per key, in the order in which keys first occur.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagFilters {
    filters: Vec<TagFilter>,
}

impl TagFilters {
    /// Reads the list of `key:value`; what it says about `result` comes out on its own.
    pub(super) fn parse(list: &str, kind: ListKind) -> Result<(Self, Option<ResultFilter>), FilterError> {
        let mut tags = Self::default();
        let mut result = None;
        for (count, item) in items(list).enumerate() {
            if count == FILTER_VALUES_MAX {
                return Err(FilterError::TooManyValues(Parameter::Tags));
            }
            let (key, value) = item.split_once(':').ok_or(FilterError::TagSyntax)?;
            if key.trim().is_empty() || value.trim().is_empty() {
                return Err(FilterError::TagSyntax);
            }
            if key == "result" {
                if result.is_some() {
                    return Err(FilterError::ResultTwice);
                }
                result = Some(ResultFilter::parse(value)?);
                continue;
            }
            let condition = ordinary(value)?;
            if kind == ListKind::Build && key == "build.id" {
                continue;
            }
            tags.push(key, condition);
        }
        Ok((tags, result))
    }

    fn push(&mut self, key: &str, condition: Condition) {
        if let Some(known) = self.filters.iter_mut().find(|filter| filter.key == key) {
            known.values.push(condition);
            return;
        }
        let mut values = TextFilter::default();
        values.push(condition);
        self.filters.push(TagFilter { key: key.to_owned(), values });
    }

    /// The filters, one per key.
    #[must_use]
    pub fn as_slice(&self) -> &[TagFilter] {
        &self.filters
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.filters.is_empty()
    }

    /// Whether an execution is selected; `value_of` looks a key up among all its tags, derived ones included.
    #[must_use]
    pub fn matches<'t>(&self, value_of: impl Fn(&str) -> Option<&'t str>) -> bool {
        self.filters.iter().all(|filter| filter.matches(value_of(&filter.key)))
    }
}

/// Reads the value of a tag other than `result`.
fn ordinary(value: &str) -> Result<Condition, FilterError> {
    if value.starts_with(['~', '^']) {
        return Err(FilterError::GroupOperator);
    }
    let condition = Condition::parse(value).ok_or(FilterError::TagOperators)?;
    match &condition {
        Condition::NotEquals(value) if value.starts_with(['~', '^']) => Err(FilterError::TagOperators),
        condition if condition.is_blank() => Err(FilterError::TagSyntax),
        _ => Ok(condition),
    }
}
