//! Tests with metrics over their selected executions.

use std::collections::HashMap;

use proctor_core::filter::TestFilters;
use proctor_core::id::{RunId, SuiteId, TestId};
use proctor_core::metrics::Metrics;
use proctor_core::window::Window;
use proctor_store::catalog::tests::KnownTest;
use proctor_store::queries::{Selected, TestMetrics};
use proctor_store::{Page, PageRequest, Store, StoreError};

use super::percentile::percentile_of;
use super::rank::{Ranked, page_of};

/// From where tests come.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// The suite.
    pub suite: SuiteId,
    /// Only executions of these runs; `None`: of all.
    pub runs: Option<&'a [RunId]>,
}

/// A test and what its selected executions come to.
#[derive(Clone, Debug, PartialEq)]
pub struct MeasuredTest {
    /// The test.
    pub test: KnownTest,
    /// Its suite.
    pub suite: SuiteId,
    /// Over its selected executions, at least one.
    pub metrics: Metrics,
    /// The value that the list is sorted by.
    pub sorted_by: Option<f64>,
}

/// A test that stays after all filters.
struct Candidate {
    suite: SuiteId,
    ordinal: u32,
    metrics: Metrics,
}

/// The tests of these suites that have selected executions and pass the filters, sorted as asked; one page of them. The rules are applied in
/// the order of `rest-api.md`, 3.4. Only the tests of the page itself are read from the catalog.
///
/// # Errors
/// When the store cannot be read.
pub async fn measured_tests(
    store: &Store,
    scopes: &[Scope<'_>],
    window: Window,
    filters: &TestFilters,
    page: PageRequest,
) -> Result<Page<MeasuredTest>, StoreError> {
    let mut candidates = Vec::new();
    let mut ranking = Vec::new();
    for scope in scopes {
        let selected = Selected { window, filters, runs: scope.runs };
        let kept = selected_tests(store, scope.suite, selected).await?;
        let values = values_of(store, scope.suite, selected, &kept).await?;
        let ids = ids_of(store, scope.suite, &kept).await?;
        for ((TestMetrics { ordinal, metrics }, value), id) in kept.into_iter().zip(values).zip(ids) {
            ranking.push(Ranked { value, id, position: candidates.len() });
            candidates.push(Candidate { suite: scope.suite, ordinal, metrics });
        }
    }
    let Page { items, total } = page_of(ranking, filters.sort, page);
    let items = with_tests(store, &candidates, items).await?;
    Ok(Page { items, total })
}

/// The tests of one suite with selected executions that pass all filters, by ordinal.
///
/// # Errors
/// When the store cannot be read.
pub(super) async fn selected_tests(store: &Store, suite: SuiteId, selected: Selected<'_>) -> Result<Vec<TestMetrics>, StoreError> {
    let filters = selected.filters;
    let allowed = store.ordinals_matching(suite, filters).await?;
    if allowed.as_ref().is_some_and(|allowed| allowed.is_empty()) {
        return Ok(Vec::new());
    }
    let mut tests = store.test_metrics(suite, selected).await?;
    tests.retain(|test| {
        filters.result.is_none_or(|result| result.keeps(&test.metrics.counts))
            && allowed.as_ref().is_none_or(|allowed| allowed.contains(test.ordinal))
            && filters.min_executions.is_none_or(|least| test.metrics.counts.total() >= least)
    });
    Ok(tests)
}

/// What each of the tests is sorted by.
async fn values_of(store: &Store, suite: SuiteId, selected: Selected<'_>, tests: &[TestMetrics]) -> Result<Vec<Option<f64>>, StoreError> {
    let by = selected.filters.sort.by;
    let Some(percentile) = percentile_of(by) else { return Ok(tests.iter().map(|test| by.value(&test.metrics)).collect()) };
    if tests.is_empty() {
        return Ok(Vec::new());
    }
    let percentiles: HashMap<u32, f64> = store.percentile_by_test(suite, selected, percentile).await?.into_iter().collect();
    Ok(tests.iter().map(|test| percentiles.get(&test.ordinal).copied()).collect())
}

async fn ids_of(store: &Store, suite: SuiteId, tests: &[TestMetrics]) -> Result<Vec<TestId>, StoreError> {
    let Some(last) = tests.iter().map(|test| test.ordinal).max() else { return Ok(Vec::new()) };
    let ids = store.test_ids(suite, last).await?;
    Ok(tests.iter().map(|test| ids[test.ordinal as usize]).collect())
}

/// Reads the tests of a page, in its order.
async fn with_tests(store: &Store, candidates: &[Candidate], page: Vec<Ranked>) -> Result<Vec<MeasuredTest>, StoreError> {
    let mut wanted: HashMap<SuiteId, Vec<u32>> = HashMap::new();
    for candidate in page.iter().map(|ranked| &candidates[ranked.position]) {
        wanted.entry(candidate.suite).or_default().push(candidate.ordinal);
    }
    let mut tests: HashMap<(SuiteId, u32), KnownTest> = HashMap::new();
    for (suite, ordinals) in wanted {
        let known = store.tests_by_ordinal(suite, &ordinals).await?;
        tests.extend(known.into_iter().map(|test| ((suite, test.ordinal), test)));
    }
    let measured = |ranked: Ranked| {
        let Candidate { suite, ordinal, metrics } = candidates[ranked.position];
        let test = tests.remove(&(suite, ordinal)).ok_or_else(|| StoreError::Corrupt("an execution of no test".to_owned()))?;
        Ok(MeasuredTest { test, suite, metrics, sorted_by: ranked.value })
    };
    page.into_iter().map(measured).collect()
}
