//! Filters of tests by a set that they have: labels, owners.

use super::FILTER_VALUES_MAX;
use super::error::{FilterError, Parameter};

/// What a test must have at least one of, and what it must not have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListFilter {
    any_of: Vec<String>,
    none_of: Vec<String>,
}

impl ListFilter {
    /// A filter for one value, taken literally.
    pub(super) fn one(value: &str) -> Self {
        Self { any_of: vec![value.to_owned()], none_of: Vec::new() }
    }

    /// Reads a list of values, each perhaps after `!`.
    pub(super) fn parse(parameter: Parameter, list: &str) -> Result<Self, FilterError> {
        let mut filter = Self::default();
        for (value, excludes) in items(list).map(|item| item.strip_prefix('!').map_or((item, false), |value| (value, true))) {
            if value.trim().is_empty() {
                continue;
            }
            let values = if excludes { &mut filter.none_of } else { &mut filter.any_of };
            if !values.iter().any(|known| known == value) {
                values.push(value.to_owned());
            }
            if filter.any_of.len() + filter.none_of.len() > FILTER_VALUES_MAX {
                return Err(FilterError::TooManyValues(parameter));
            }
        }
        Ok(filter)
    }

    /// The values of which a test must have one; empty: no such demand. In the order given.
    #[must_use]
    pub fn any_of(&self) -> &[String] {
        &self.any_of
    }

    /// The values of which a test must have none. In the order given.
    #[must_use]
    pub fn none_of(&self) -> &[String] {
        &self.none_of
    }

    /// Whether it demands nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.any_of.is_empty() && self.none_of.is_empty()
    }

    /// Whether a test passes; `has` says which values it has.
    #[must_use]
    pub fn matches(&self, has: impl Fn(&str) -> bool) -> bool {
        (self.any_of.is_empty() || self.any_of.iter().any(|value| has(value))) && !self.none_of.iter().any(|value| has(value))
    }
}

/// The items of a comma list that are not blank.
pub(super) fn items(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').filter(|item| !item.trim().is_empty())
}
