//! The tests of a build, over all its suites.

use proctor_core::filter::TestFilters;
use proctor_core::time::Timestamp;
use proctor_core::window::WindowLimits;
use proctor_store::{Page, PageRequest, Store, StoreError};

use super::Build;
use crate::usecases::tests::{MeasuredTest, Scope, measured_tests};

/// One page of the tests with executions in the build that pass the filters, sorted over all suites together.
///
/// # Errors
/// When the store cannot be read.
pub async fn tests_of_build(
    store: &Store,
    build: &Build,
    filters: &TestFilters,
    page: PageRequest,
    now: Timestamp,
    limits: WindowLimits,
) -> Result<Page<MeasuredTest>, StoreError> {
    let Some(window) = build.window(now, limits) else { return Ok(Page { items: Vec::new(), total: 0 }) };
    let parts = build.parts();
    let scopes: Vec<Scope<'_>> = parts.iter().map(|part| Scope { suite: part.suite.id, runs: Some(&part.runs) }).collect();
    measured_tests(store, &scopes, window, filters, page).await
}
