//! Tests that passed and failed on the same commit: the legacy list of flaky tests.

use std::collections::{HashMap, HashSet};

use proctor_core::id::SuiteId;
use proctor_core::window::Window;
use proctor_store::catalog::tests::KnownTest;
use proctor_store::queries::FlakyTest;
use proctor_store::{Page, PageRequest, Store, StoreError};

/// Which flaky tests are wanted.
#[derive(Clone, Copy, Debug)]
pub struct FlakyQuestion<'a> {
    /// When they were flaky.
    pub window: Window,
    /// Only those detected on this branch.
    pub branch: Option<&'a str>,
    /// Part of name, scope or location, in any letter case.
    pub search: Option<&'a str>,
}

/// Flaky tests with what is known of them.
pub type FlakyPage = Page<(KnownTest, FlakyTest)>;

/// One page of the flaky tests, the last one detected first, ties by id. Without a search only the tests of the page are read from the
/// catalog.
///
/// # Errors
/// When the store cannot be read.
pub async fn flaky_tests(store: &Store, suite: SuiteId, question: FlakyQuestion<'_>, page: PageRequest) -> Result<FlakyPage, StoreError> {
    let FlakyQuestion { window, branch, search } = question;
    let mut flaky = store.flaky_tests(suite, window, branch).await?;
    if let Some(search) = search {
        let found = found_by(store, suite, &flaky, search).await?;
        flaky.retain(|test| found.contains(&test.ordinal));
    }
    let Some(last) = flaky.iter().map(|test| test.ordinal).max() else { return Ok(Page { items: Vec::new(), total: 0 }) };
    let ids = store.test_ids(suite, last).await?;
    let id = |test: &FlakyTest| ids[test.ordinal as usize];
    flaky.sort_unstable_by(|left, right| right.latest_at.cmp(&left.latest_at).then_with(|| id(left).cmp(&id(right))));
    let total = flaky.len() as u64;
    let offset = usize::try_from(page.offset).unwrap_or(usize::MAX);
    let shown: Vec<FlakyTest> = flaky.into_iter().skip(offset).take(page.limit as usize).collect();
    let mut known = known_of(store, suite, &shown).await?;
    let items = shown.into_iter().filter_map(|flaky| Some((known.remove(&flaky.ordinal)?, flaky))).collect();
    Ok(Page { items, total })
}

async fn known_of(store: &Store, suite: SuiteId, tests: &[FlakyTest]) -> Result<HashMap<u32, KnownTest>, StoreError> {
    let ordinals: Vec<u32> = tests.iter().map(|test| test.ordinal).collect();
    let known = store.tests_by_ordinal(suite, &ordinals).await?;
    Ok(known.into_iter().map(|test| (test.ordinal, test)).collect())
}

/// Those with `search` in name, scope or location.
async fn found_by(store: &Store, suite: SuiteId, tests: &[FlakyTest], search: &str) -> Result<HashSet<u32>, StoreError> {
    let search = search.to_lowercase();
    let is_found = |test: &KnownTest| {
        let texts = [Some(&test.name), Some(&test.scope), test.location.as_ref()];
        texts.into_iter().flatten().any(|text| text.to_lowercase().contains(&search))
    };
    let known = known_of(store, suite, tests).await?;
    Ok(known.into_values().filter(is_found).map(|test| test.ordinal).collect())
}
