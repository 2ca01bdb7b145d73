//! The filter by result: of executions, or of tests by all their executions.

use super::error::FilterError;
use super::text::Condition;
use crate::result::{ResultCounts, TestResult};

/// A set of results.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ResultSet {
    bits: u8,
}

impl ResultSet {
    /// Whether `result` is in it.
    #[must_use]
    pub const fn contains(self, result: TestResult) -> bool {
        self.bits & (1 << result.code()) != 0
    }
}

impl FromIterator<TestResult> for ResultSet {
    fn from_iter<I: IntoIterator<Item = TestResult>>(results: I) -> Self {
        Self { bits: results.into_iter().fold(0, |bits, result| bits | 1 << result.code()) }
    }
}

/// What `tags=result:…` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResultFilter {
    /// `x`, `!x`, `x*`: only executions with one of these results are selected.
    Executions(ResultSet),
    /// `~x`: tests with at least one selected execution of this result.
    Contains(TestResult),
    /// `^x`: tests whose selected executions all have this result.
    Only(TestResult),
}

impl ResultFilter {
    /// Reads the value of the tag `result`. `result:p*` selects every result whose word begins so.
    pub(super) fn parse(value: &str) -> Result<Self, FilterError> {
        let group = |word: &str, kind: fn(TestResult) -> Self| {
            if word.starts_with(['!', '~', '^']) || word.ends_with('*') {
                return Err(FilterError::TagOperators);
            }
            if word.trim().is_empty() {
                return Err(FilterError::TagSyntax);
            }
            TestResult::from_wire(word).map(kind).ok_or(FilterError::Result)
        };
        if let Some(word) = value.strip_prefix('~') {
            return group(word, Self::Contains);
        }
        if let Some(word) = value.strip_prefix('^') {
            return group(word, Self::Only);
        }
        let condition = Condition::parse(value).ok_or(FilterError::TagOperators)?;
        if condition.is_blank() {
            return Err(FilterError::TagSyntax);
        }
        let results: ResultSet = match &condition {
            Condition::Equals(word) => TestResult::from_wire(word).into_iter().collect(),
            Condition::NotEquals(word) if word.starts_with(['~', '^']) => return Err(FilterError::TagOperators),
            Condition::NotEquals(word) => {
                let excluded = TestResult::from_wire(word).ok_or(FilterError::Result)?;
                TestResult::ALL.into_iter().filter(|result| *result != excluded).collect()
            }
            Condition::StartsWith(start) => TestResult::ALL.into_iter().filter(|result| result.as_str().starts_with(start)).collect(),
        };
        if results == ResultSet::default() { Err(FilterError::Result) } else { Ok(Self::Executions(results)) }
    }

    /// Whether an execution of this result is selected. Groups select all.
    #[must_use]
    pub const fn accepts(&self, result: TestResult) -> bool {
        match self {
            Self::Executions(results) => results.contains(result),
            Self::Contains(_) | Self::Only(_) => true,
        }
    }

    /// Whether a test stays whose selected executions ended like this. A test without any is in no group.
    #[must_use]
    pub fn keeps(&self, counts: &ResultCounts) -> bool {
        match self {
            Self::Executions(_) => true,
            Self::Contains(result) => counts.of(*result) > 0,
            Self::Only(result) => counts.of(*result) > 0 && counts.of(*result) == counts.total(),
        }
    }
}
