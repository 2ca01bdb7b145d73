//! Lists of tests, in the order of scope, name and id.

use proctor_core::filter::{ListFilter, TestFilters};
use proctor_core::id::{SuiteId, TestId};
use proctor_core::state::TestState;
use sqlx::AnyConnection;

use super::wanted::{Plan, Wanted};
use super::{KnownTest, Ordinals, ordinal_of};
use crate::database::{Columns, Statement, Value};
use crate::{Page, PageRequest, Store, StoreError};

/// Tests that are sorted here rather than found by walking the order of all.
const COLLECTED_MAX: u64 = 2_000;

/// Which tests are wanted; the default wants all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TestListFilter<'a> {
    /// On their labels.
    pub labels: Option<&'a ListFilter>,
    /// On the slugs of all their owners.
    pub owners: Option<&'a ListFilter>,
    /// On their state.
    pub state: Option<TestState>,
    /// A part of scope, name or location, in any letter case.
    pub search: Option<&'a str>,
}

impl<'a> TestListFilter<'a> {
    /// What the filters say of tests themselves.
    #[must_use]
    pub const fn of(filters: &'a TestFilters) -> Self {
        Self { labels: Some(&filters.labels), owners: Some(&filters.owners), state: filters.state, search: None }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.labels.is_none_or(ListFilter::is_empty)
            && self.owners.is_none_or(ListFilter::is_empty)
            && self.state.is_none()
            && self.search.is_none()
    }
}

impl Store {
    /// Tests of the suite in the order of scope, name (byte for byte) and id. Without a page: all. Takes time in proportion to the
    /// distance of the page from the nearer end of the list, as long as nothing is filtered; else in proportion to the tests that
    /// match, or to those of the suite.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn list_tests(
        &self,
        suite: SuiteId,
        filter: TestListFilter<'_>,
        page: Option<PageRequest>,
    ) -> Result<Page<KnownTest>, StoreError> {
        let connection = &mut *self.connections().read().await?;
        let wanted = Wanted::of(connection, suite, filter).await?;
        let tests = u64::from(self.count_tests(connection, suite).await?);
        let total = if wanted.is_everything() { tests } else { self.count_wanted(connection, &wanted).await? };
        // A page says how long it is; all of them are as many as there are.
        let (offset, limit) = page.map_or((0, total), |page| (page.offset, u64::from(page.limit)));
        if offset >= total || limit == 0 {
            return Ok(Page { items: Vec::new(), total });
        }
        let slice = Slice { offset, limit: limit.min(total - offset), total };
        let ordinals = if total <= COLLECTED_MAX && !wanted.is_everything() {
            self.collect(connection, &wanted, slice).await?
        } else {
            self.walk(connection, &wanted, slice).await?
        };
        let items = self.load_tests(connection, suite, &ordinals).await?;
        Ok(Page { items, total })
    }

    /// As [`Self::list_tests`], of the tests in `among` only. Their order is remembered: only the page is read from the catalog.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn list_tests_among(&self, suite: SuiteId, among: &Ordinals, page: PageRequest) -> Result<Page<KnownTest>, StoreError> {
        let order = self.tests_in_order(suite).await?;
        let skip = usize::try_from(page.offset).unwrap_or(usize::MAX);
        let ordinals = order.iter().copied().filter(|ordinal| among.contains(*ordinal));
        let ordinals: Vec<u32> = ordinals.skip(skip).take(page.limit as usize).collect();
        let items = self.tests_by_ordinal(suite, &ordinals).await?;
        Ok(Page { items, total: among.len() as u64 })
    }

    async fn count_wanted(&self, connection: &mut AnyConnection, wanted: &Wanted<'_>) -> Result<u64, StoreError> {
        let engine = self.connections().engine();
        let count = if let Some(labels) = wanted.labels_alone() {
            let count = "SELECT COUNT(DISTINCT ordinal) AS total FROM test_labels WHERE suite_id = ";
            let mut count = Statement::built(engine, count);
            count.value(wanted.suite.bytes()).push(" AND label IN ").list(labels.iter().map(Value::from));
            count
        } else {
            let mut count = Statement::built(engine, "SELECT COUNT(*) AS total");
            wanted.push(&mut count, Plan::Collect);
            count
        };
        count.one(connection).await?.count("total")
    }

    async fn collect(&self, connection: &mut AnyConnection, wanted: &Wanted<'_>, slice: Slice) -> Result<Vec<u32>, StoreError> {
        let select = "SELECT tests.ordinal AS ordinal, tests.sort_key AS sort_key, tests.id AS id";
        let mut select = Statement::built(self.connections().engine(), select);
        wanted.push(&mut select, Plan::Collect);
        let mut found = Vec::new();
        for row in select.all(connection).await? {
            found.push((row.bytes("sort_key")?.to_vec(), row.id("id", TestId::from_bytes)?, ordinal_of(&row)?));
        }
        found.sort_unstable();
        let skip = usize::try_from(slice.offset).unwrap_or(usize::MAX);
        let take = usize::try_from(slice.limit).unwrap_or(usize::MAX);
        Ok(found.into_iter().skip(skip).take(take).map(|(_, _, ordinal)| ordinal).collect())
    }

    async fn walk(&self, connection: &mut AnyConnection, wanted: &Wanted<'_>, slice: Slice) -> Result<Vec<u32>, StoreError> {
        let Slice { offset, limit, total } = slice;
        // From the nearer end: the last page costs as little as the first.
        let behind = total - offset - limit;
        let (direction, skip) = if behind < offset { (" DESC", behind) } else { ("", offset) };
        let mut select = Statement::built(self.connections().engine(), "SELECT tests.ordinal AS ordinal");
        wanted.push(&mut select, Plan::Walk);
        select.push(" ORDER BY tests.sort_key").push(direction).push(", tests.id").push(direction);
        select.push(" LIMIT ").value(limit).push(" OFFSET ").value(skip);
        let mut ordinals: Vec<u32> = select.all(connection).await?.iter().map(ordinal_of).collect::<Result<_, _>>()?;
        if behind < offset {
            ordinals.reverse();
        }
        Ok(ordinals)
    }
}

/// A part of a list; it lies within.
#[derive(Clone, Copy)]
struct Slice {
    offset: u64,
    limit: u64,
    total: u64,
}
