//! `GET A/suites/{suite}/flaky-tests`, the deprecated list.

use axum::extract::State;
use http::Uri;
use proctor_core::window::{Window, flaky_period};
use proctor_store::Page;
use proctor_store::catalog::tests::KnownTest;
use proctor_store::queries::FlakyTest;
use serde::Serialize;

use crate::App;
use crate::api::error::ApiError;
use crate::api::ids::graphql_id;
use crate::auth::{InSuite, ReadSuites};
use crate::pagination::{ListTarget, PageParams, Paged};
use crate::query::QueryParams;
use crate::urls::{SuiteUrls, Urls};
use crate::usecases::tests::{FlakyQuestion, flaky_tests};

/// A flaky test on the wire. The Swift client needs every text to be there.
#[derive(Clone, Debug, Serialize)]
pub struct FlakyTestBody {
    id: String,
    graphql_id: String,
    url: String,
    web_url: String,
    scope: String,
    name: String,
    location: String,
    file_name: String,
    instances: u64,
    latest_occurrence_at: String,
    most_recent_instance_at: String,
    last_resolved_at: Option<String>,
    ownership_team_ids: Vec<String>,
}

impl FlakyTestBody {
    fn new(test: KnownTest, flaky: FlakyTest, urls: &SuiteUrls) -> Self {
        let KnownTest { ordinal: _, id, scope, name, location, file_name, labels: _, state: _, owners, created_at: _ } = test;
        let FlakyTest { ordinal: _, instances, latest_at } = flaky;
        Self {
            id: id.to_string(),
            graphql_id: graphql_id("Test", id.uuid()),
            url: urls.test(id),
            web_url: urls.test_web(id),
            scope,
            name,
            location: location.unwrap_or_default(),
            file_name: file_name.unwrap_or_default(),
            instances,
            latest_occurrence_at: latest_at.to_string(),
            most_recent_instance_at: latest_at.to_string(),
            last_resolved_at: None,
            ownership_team_ids: owners.iter().map(ToString::to_string).collect(),
        }
    }
}

/// The tests that passed and failed on one commit, the last one detected first.
///
/// # Errors
/// 401, 403, 404; 422 for a period that is none of the six.
pub async fn list(
    State(app): State<App>,
    InSuite { organization, suite, .. }: InSuite<ReadSuites>,
    query: QueryParams,
    urls: Urls,
    uri: Uri,
) -> Result<Paged<FlakyTestBody>, ApiError> {
    let period = flaky_period(query.get("period").as_deref())?;
    let (branch, search) = (query.filled("branch"), query.filled("search"));
    let question = FlakyQuestion {
        window: Window::last(period, app.clock.now()),
        branch: branch.as_deref(),
        search: search.as_deref().map(unquoted).filter(|part| !part.is_empty()),
    };
    let params = PageParams::of(&query);
    let Page { items, total } = flaky_tests(&app.store, suite.id, question, params.request()).await?;
    let suite_urls = urls.suite(&organization.slug, &suite.slug);
    let items = items.into_iter().map(|(test, flaky)| FlakyTestBody::new(test, flaky, &suite_urls)).collect();
    Ok(Paged::new(items, total, params, &ListTarget { urls: &urls, path: uri.path(), query: &query, through: None }))
}

/// Without the double quotes that examples in the documentation carry around the text.
fn unquoted(text: &str) -> &str {
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_around_a_search_go() {
        assert_eq!([unquoted("\"a b\""), unquoted("a"), unquoted("\""), unquoted("\"a"), unquoted("\"\"")], ["a b", "a", "\"", "\"a", ""]);
    }
}
