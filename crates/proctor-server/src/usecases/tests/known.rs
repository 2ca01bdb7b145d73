//! All tests of a suite, without metrics: the legacy list.

use proctor_core::filter::TestFilters;
use proctor_core::id::SuiteId;
use proctor_core::window::Window;
use proctor_store::catalog::tests::{KnownTest, Ordinals, TestListFilter};
use proctor_store::queries::Selected;
use proctor_store::{Page, PageRequest, Store, StoreError};

use super::measured::selected_tests;

/// The tests that pass the filters, by scope, name and id. With `restricted_to` only those with executions in that window that the
/// filters select (`rest-api.md`, 3.5).
///
/// # Errors
/// When the store cannot be read.
pub async fn known_tests(
    store: &Store,
    suite: SuiteId,
    restricted_to: Option<Window>,
    filters: &TestFilters,
    page: PageRequest,
) -> Result<Page<KnownTest>, StoreError> {
    let Some(window) = restricted_to else { return store.list_tests(suite, TestListFilter::of(filters), Some(page)).await };
    let selected = selected_tests(store, suite, Selected { window, filters, runs: None }).await?;
    if selected.is_empty() {
        return Ok(Page { items: Vec::new(), total: 0 });
    }
    let among: Ordinals = selected.into_iter().map(|test| test.ordinal).collect();
    store.list_tests_among(suite, &among, page).await
}
