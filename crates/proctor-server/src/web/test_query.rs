//! What the query of a page about tests asks for: the same words as the API's.

use proctor_core::filter::{FilterQuery, ListKind, TestFilters};
use proctor_core::time::Timestamp;
use proctor_core::window::{Window, WindowLimits, WindowQuery};

use super::error::WebError;
use super::pager::with;
use super::runs::Chip;
use crate::api::error::ApiError;
use crate::query::QueryParams;

/// The period that pages begin with.
pub const PERIOD: &str = "28days";
/// The parameters that show as chips.
const CHIPS: [(&str, &str); 6] =
    [("branch", "branch is"), ("tags", "tag"), ("labels", "label"), ("owners", "owner"), ("state", "state is"), ("q", "text has")];

/// Filters and window of a page.
#[derive(Clone, Debug)]
pub struct TestQuery {
    /// The filters.
    pub filters: TestFilters,
    /// The window.
    pub window: Window,
    /// The period as it was asked for.
    pub period: String,
    /// Part of scope, name or location.
    pub search: Option<String>,
    /// The filters for people.
    pub chips: Vec<Chip>,
}

impl TestQuery {
    /// Reads the query.
    ///
    /// # Errors
    /// 400 or 422 with the text of the API.
    pub fn of(query: &QueryParams, now: Timestamp, limits: WindowLimits) -> Result<Self, WebError> {
        let text = |key: &str| query.filled(key).map(|value| value.into_owned());
        let names = ["labels", "owners", "tags", "state", "branch", "min_executions", "sort_by", "order"];
        let values: Vec<(&str, String)> = names.into_iter().filter_map(|name| Some((name, text(name)?))).collect();
        let filters = FilterQuery::from_pairs(values.iter().map(|(name, value)| (*name, value.as_str())));
        let filters = TestFilters::parse(&filters, ListKind::Suite).map_err(ApiError::from)?;
        let period = text("period").unwrap_or_else(|| PERIOD.to_owned());
        let asked = WindowQuery { period: Some(&period), min_timestamp: None, max_timestamp: None };
        let window = Window::of(asked, now, limits).map_err(ApiError::from)?;
        let chips = CHIPS.into_iter().filter_map(|(key, says)| {
            let value = text(key)?;
            Some(Chip { text: format!("{says} {value}"), without: with(query, key, None) })
        });
        Ok(Self { filters, window, chips: chips.collect(), search: text("q").map(|search| search.trim().to_owned()), period })
    }
}
