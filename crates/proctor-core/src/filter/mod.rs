//! The filter language of test lists (`rest-api.md`, 3.4): from decoded query values to typed filters, and what they accept.
//!
//! A filter is a set of predicates over single values (a branch, the value of one tag key, a result, a label), so a reader
//! of dictionary-encoded columns evaluates each once per dictionary entry and looks the verdict up per row.
//!
//! The order of evaluation: window; filters of executions ([`TestFilters::branch`], [`TestFilters::tags`],
//! [`ResultFilter::accepts`]); groups ([`ResultFilter::keeps`]); filters of tests (labels, owners, state); aggregation and
//! [`TestFilters::min_executions`]; [`TestFilters::sort`]; paging. [`crate::naive`] does exactly this, slowly.
//!
//! Values are taken byte for byte: letter case counts and blanks around a value belong to it. Items of a list that are
//! empty or blank are skipped. A value with a comma, and a label or owner that begins with `!`, cannot be written in a list.

mod error;
mod list;
mod query;
mod result;
mod sort;
mod tag;
mod test_filters;
mod text;

pub use error::{FilterError, Parameter};
pub use list::ListFilter;
pub use query::{FilterQuery, ListKind};
pub use result::{ResultFilter, ResultSet};
pub use sort::{Order, Sort, SortBy};
pub use tag::{TagFilter, TagFilters};
pub use test_filters::TestFilters;
pub use text::TextFilter;

/// How many values one list parameter may have.
pub const FILTER_VALUES_MAX: usize = 200;

#[cfg(test)]
mod tests;
