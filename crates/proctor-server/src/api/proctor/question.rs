//! The query of a question about executions: window, filters, and by what a history is split.

use http::StatusCode;
use proctor_core::filter::{FilterError, FilterQuery, ListKind, ResultFilter, TestFilters};
use proctor_core::result::TestResult;
use proctor_core::tags::is_tag_key;
use proctor_core::time::Timestamp;
use proctor_core::window::{Window, WindowLimits};
use proctor_store::queries::GroupBy;

use crate::api::error::ApiError;
use crate::api::tests::query::window_of;
use crate::query::QueryParams;

/// With what the keys of tags begin that are set after the upload; no sender's own can.
const MUTABLE: &str = "mut.";

/// Which executions are asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Question {
    /// When they were received.
    pub(super) window: Window,
    /// `branch`, `tags`, and the result. What concerns tests rather than executions (`labels`, `owners`, `state`, ..) is not read here.
    pub(super) filters: TestFilters,
}

impl Question {
    /// Reads the query: first the window, then the filters. `result=failed` is short for `tags=result:failed`.
    ///
    /// # Errors
    /// 400 and 422, naming the parameter: see [`Window::of`] and [`TestFilters::parse`]. 422 for `result:~..` and `result:^..`, which
    /// select tests and not executions.
    pub(super) fn of(query: &QueryParams, now: Timestamp, limits: WindowLimits) -> Result<Self, ApiError> {
        let (window, _) = window_of(query, now, limits)?;
        let pairs = query.texts();
        let FilterQuery { branch, tags, .. } = FilterQuery::from_pairs(pairs.iter().map(|(key, value)| (key.as_ref(), value.as_ref())));
        let mut filters = TestFilters::parse(&FilterQuery { branch, tags, ..FilterQuery::default() }, ListKind::Suite)?;
        if matches!(filters.result, Some(ResultFilter::Contains(_) | ResultFilter::Only(_))) {
            return Err(unacceptable("tags does not support the operators ~ and ^ here"));
        }
        if let Some(word) = query.filled("result") {
            if filters.result.is_some() {
                return Err(FilterError::ResultTwice.into());
            }
            let result = TestResult::from_wire(&word).ok_or(FilterError::Result)?;
            filters.result = Some(ResultFilter::Executions([result].into_iter().collect()));
        }
        Ok(Self { window, filters })
    }
}

/// By what a history is split: `group_by`, any key that a tag can have.
///
/// # Errors
/// 422 for a text that no tag can have as its key. `result` is none either: every element counts by result anyway.
pub(super) fn group_of(query: &QueryParams) -> Result<GroupBy, ApiError> {
    match query.filled("group_by") {
        None => Ok(GroupBy::Nothing),
        Some(key) if key != "result" && is_tag_key(key.strip_prefix(MUTABLE).unwrap_or(&key)) => Ok(GroupBy::Tag(key.into_owned())),
        Some(_) => Err(unacceptable("group_by must be the key of a tag")),
    }
}

fn unacceptable(message: &str) -> ApiError {
    ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(query: &str) -> (u16, String) {
        let now = Timestamp::from_millis(1_775_758_925_031);
        let query = QueryParams::parse(query);
        let question = Question::of(&query, now, WindowLimits::default()).map(drop).and_then(|()| group_of(&query).map(drop));
        question.map_or_else(|error| (error.status.as_u16(), error.message), |()| (200, String::new()))
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let fine = "period=28days&branch=!main&tags=host.type:linux*,result:!passed&group_by=mut.cause&labels=!&sort_by=x";
        for fine in ["", fine, "result=failed&tags=a:b", "result=&group_by=+"] {
            assert_eq!(refusal(fine), (200, String::new()), "{fine}");
        }
        for (query, status, message) in [
            ("period=soon", 422, "period is invalid"),
            ("min_timestamp=yesterday", 400, "min_timestamp must be an RFC 3339 timestamp"),
            ("branch=!a*", 422, "branch supports at most one operator"),
            ("tags=linux", 422, "tags must use key:value syntax"),
            ("tags=result:~failed", 422, "tags does not support the operators ~ and ^ here"),
            ("result=fail", 422, "result must be one of passed, failed, skipped, pending, unknown"),
            ("result=failed&tags=result:failed", 422, "result can only be specified once"),
            ("group_by=host:type", 422, "group_by must be the key of a tag"),
            ("group_by=result", 422, "group_by must be the key of a tag"),
        ] {
            assert_eq!(refusal(query), (status, message.to_owned()), "{query}");
        }
    }
}
