//! Why filters cannot be read. The texts are those of the API (`rest-api.md`, 1.5 and 3.4).

use super::FILTER_VALUES_MAX;
use crate::query::QueryFault;

/// A parameter whose values have operators or are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Parameter {
    /// `labels`.
    Labels,
    /// `owners`.
    Owners,
    /// `tags`.
    Tags,
}

impl Parameter {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Labels => "labels",
            Self::Owners => "owners",
            Self::Tags => "tags",
        }
    }
}

/// Why filters cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// `label` and `labels`.
    #[error("label cannot be combined with labels")]
    LabelWithLabels,
    /// No such state.
    #[error("state must be one of enabled, muted, skipped")]
    State,
    /// `branch=!release-*`.
    #[error("branch supports at most one operator")]
    BranchOperators,
    /// `tags=key:!value*`.
    #[error("tags supports at most one operator per value")]
    TagOperators,
    /// A tag without colon, key or value.
    #[error("tags must use key:value syntax")]
    TagSyntax,
    /// `~` or `^` on a tag that is not `result`.
    #[error("operators ~ and ^ are only supported for the result tag")]
    GroupOperator,
    /// More than one `result:`.
    #[error("result can only be specified once")]
    ResultTwice,
    /// No such result.
    #[error("result must be one of passed, failed, skipped, pending, unknown")]
    Result,
    /// Not an integer at all.
    #[error("min_executions must be an integer of at least 1")]
    MinExecutionsUnparsable,
    /// An integer below 1.
    #[error("min_executions must be an integer of at least 1")]
    MinExecutionsTooSmall,
    /// No such order of tests. The text is the contract's and does not name the percentiles that Proctor takes beside.
    #[error("sort_by must be one of duration_avg, duration_sum, duration_min, duration_max, reliability")]
    SortBy,
    /// No such direction.
    #[error("order must be asc or desc")]
    Order,
    /// A list longer than [`FILTER_VALUES_MAX`].
    #[error("{} supports at most {FILTER_VALUES_MAX} values", .0.as_str())]
    TooManyValues(Parameter),
}

impl FilterError {
    /// The class of status: 400 only for a `min_executions` that is no integer.
    #[must_use]
    pub const fn fault(self) -> QueryFault {
        match self {
            Self::MinExecutionsUnparsable => QueryFault::Unparsable,
            Self::LabelWithLabels
            | Self::State
            | Self::BranchOperators
            | Self::TagOperators
            | Self::TagSyntax
            | Self::GroupOperator
            | Self::ResultTwice
            | Self::Result
            | Self::MinExecutionsTooSmall
            | Self::SortBy
            | Self::Order
            | Self::TooManyValues(_) => QueryFault::Unacceptable,
        }
    }
}
