//! All filters of one question together.

use super::error::{FilterError, Parameter};
use super::list::ListFilter;
use super::query::{FilterQuery, ListKind};
use super::result::ResultFilter;
use super::sort::Sort;
use super::tag::TagFilters;
use super::text::{Condition, TextFilter};
use crate::query::present;
use crate::result::TestResult;
use crate::state::TestState;

/// The filters and the order of a list of tests. The default lets everything through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TestFilters {
    /// On the branch of an execution, without `refs/heads/`; an execution of unknown branch has none (not `""`).
    pub branch: Option<TextFilter>,
    /// On the tags of an execution.
    pub tags: TagFilters,
    /// On the result of an execution, or on those of all selected executions of a test.
    pub result: Option<ResultFilter>,
    /// On the labels of a test.
    pub labels: ListFilter,
    /// On the owners of a test: the slugs of all its teams, not only the first.
    pub owners: ListFilter,
    /// On the state of a test.
    pub state: Option<TestState>,
    /// How many selected executions a test must have.
    pub min_executions: Option<u64>,
    /// The order of the list.
    pub sort: Sort,
}

impl TestFilters {
    /// Reads the filters of a query.
    ///
    /// # Errors
    /// With the text and the class of status of the contract, for the first parameter at fault in the order of the table of
    /// `rest-api.md`, 3.4.
    pub fn parse(query: &FilterQuery<'_>, kind: ListKind) -> Result<Self, FilterError> {
        let FilterQuery { labels, label, owners, state, branch, tags, min_executions, sort_by, order } = query;
        let (label, min_executions) = match kind {
            ListKind::Suite => (present(*label), present(*min_executions)),
            ListKind::Build => (None, None),
        };
        let labels = match (present(labels.as_deref()), label) {
            (Some(_), Some(_)) => return Err(FilterError::LabelWithLabels),
            (Some(list), None) => ListFilter::parse(Parameter::Labels, list)?,
            (None, Some(label)) => ListFilter::one(label),
            (None, None) => ListFilter::default(),
        };
        let owners = ListFilter::parse(Parameter::Owners, owners.as_deref().unwrap_or_default())?;
        let state = present(*state).map(|word| TestState::from_wire(word).ok_or(FilterError::State)).transpose()?;
        let branch = present(*branch).map(branch_filter).transpose()?.flatten();
        let (tags, result) = TagFilters::parse(tags.as_deref().unwrap_or_default(), kind)?;
        let min_executions = min_executions.map(at_least_one).transpose()?;
        let sort = Sort::parse(*sort_by, *order)?;
        Ok(Self { branch, tags, result, labels, owners, state, min_executions, sort })
    }

    /// Whether an execution is selected, as far as filters go. `value_of`: see [`TagFilters::matches`].
    #[must_use]
    pub fn selects<'t>(&self, branch: Option<&str>, result: TestResult, value_of: impl Fn(&str) -> Option<&'t str>) -> bool {
        self.branch.as_ref().is_none_or(|filter| filter.matches(branch))
            && self.result.is_none_or(|filter| filter.accepts(result))
            && self.tags.matches(value_of)
    }

    /// Whether they say something about executions. A legacy list is then restricted to tests with selected executions, as
    /// it is by a window (`rest-api.md`, 3.5).
    #[must_use]
    pub fn concern_executions(&self) -> bool {
        self.branch.is_some() || self.result.is_some() || !self.tags.is_empty() || self.min_executions.is_some()
    }
}

/// `!` alone excludes nothing and counts as blank.
fn branch_filter(value: &str) -> Result<Option<TextFilter>, FilterError> {
    let condition = Condition::parse(value).ok_or(FilterError::BranchOperators)?;
    if condition.is_blank() {
        return Ok(None);
    }
    let mut filter = TextFilter::default();
    filter.push(condition);
    Ok(Some(filter))
}

/// Reads an integer of at least 1; one too large for the type is as large as the type can be.
fn at_least_one(text: &str) -> Result<u64, FilterError> {
    let (is_negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(FilterError::MinExecutionsUnparsable);
    }
    match digits.parse().unwrap_or(u64::MAX) {
        0 => Err(FilterError::MinExecutionsTooSmall),
        _ if is_negative => Err(FilterError::MinExecutionsTooSmall),
        count => Ok(count),
    }
}
