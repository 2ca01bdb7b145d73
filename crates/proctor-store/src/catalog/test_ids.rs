//! What a server remembers of all tests of a suite: their ids by ordinal, and their order in the legacy list.

use std::sync::{Arc, Mutex, PoisonError};

use proctor_core::id::{SuiteId, TestId};
use rustc_hash::FxHashMap;

use super::tests::ordinal_of;
use crate::database::{Columns, Statement};
use crate::{Store, StoreError};

/// Tests remembered at the most, of all suites, ids and places in the order counted apart: 16 MB.
const REMEMBERED_MAX: usize = 1_000_000;

/// Tests by ordinal and in order. A test never changes its id, its ordinal, its scope or its name, and new ones come behind: what is
/// remembered stays true, and only its end or a place in the order is ever missing. Lists that are sorted by a metric need the ids of all
/// tests that tie.
#[derive(Debug, Default)]
pub(crate) struct TestIdCache {
    suites: Mutex<Remembered>,
}

#[derive(Debug, Default)]
struct Remembered {
    suites: FxHashMap<SuiteId, KnownTests>,
    clock: u64,
}

#[derive(Clone, Debug, Default)]
struct KnownTests {
    ids: Arc<Vec<TestId>>,
    order: Arc<Vec<u32>>,
    used: u64,
}

impl TestIdCache {
    fn get(&self, suite: SuiteId) -> KnownTests {
        self.update(suite, |_| {})
    }

    /// Changes what is remembered of a suite; forgets the suites longest unused when all together are too many.
    fn update(&self, suite: SuiteId, change: impl FnOnce(&mut KnownTests)) -> KnownTests {
        let mut remembered = self.suites.lock().unwrap_or_else(PoisonError::into_inner);
        remembered.clock += 1;
        let used = remembered.clock;
        let known = remembered.suites.entry(suite).or_default();
        known.used = used;
        change(known);
        let known = known.clone();
        while remembered.suites.values().map(|known| known.ids.len().max(known.order.len())).sum::<usize>() > REMEMBERED_MAX {
            let Some(oldest) = remembered.suites.iter().min_by_key(|(_, known)| known.used).map(|(suite, _)| *suite) else { break };
            remembered.suites.remove(&oldest);
        }
        known
    }
}

impl Store {
    /// The ids of the suite's tests by ordinal, of all up to `ordinal_max` at least.
    ///
    /// # Errors
    /// When the catalog cannot be read; [`StoreError::Corrupt`] when there is no such test.
    pub async fn test_ids(&self, suite: SuiteId, ordinal_max: u32) -> Result<Arc<Vec<TestId>>, StoreError> {
        let known = self.test_id_cache().get(suite).ids;
        if known.len() > ordinal_max as usize {
            return Ok(known);
        }
        let select = Statement::fixed("SELECT ordinal, id FROM tests WHERE suite_id = $1 AND ordinal >= $2 ORDER BY ordinal");
        let first = u32::try_from(known.len()).unwrap_or(u32::MAX);
        let rows = select.with(suite.bytes()).with(first).all(&mut *self.connections().read().await?).await?;
        let mut ids = Vec::with_capacity(known.len() + rows.len());
        ids.extend_from_slice(&known);
        for row in &rows {
            if ordinal_of(row)? as usize != ids.len() {
                return Err(StoreError::Corrupt("ordinals of tests that are not dense".to_owned()));
            }
            ids.push(row.id("id", TestId::from_bytes)?);
        }
        if ids.len() <= ordinal_max as usize {
            return Err(StoreError::Corrupt("an execution of no test".to_owned()));
        }
        let ids = Arc::new(ids);
        self.test_id_cache().update(suite, |known| {
            if known.ids.len() < ids.len() {
                known.ids = Arc::clone(&ids);
            }
        });
        Ok(ids)
    }

    /// The ordinals of all tests of the suite in the order of scope, name (byte for byte) and id. Read anew only when tests have come.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn tests_in_order(&self, suite: SuiteId) -> Result<Arc<Vec<u32>>, StoreError> {
        let count = self.test_count(suite).await?;
        let known = self.test_id_cache().get(suite).order;
        if known.len() == count as usize {
            return Ok(known);
        }
        let select = Statement::fixed("SELECT ordinal FROM tests WHERE suite_id = $1 ORDER BY sort_key, id").with(suite.bytes());
        let rows = select.all(&mut *self.connections().read().await?).await?;
        let order = Arc::new(rows.iter().map(ordinal_of).collect::<Result<Vec<u32>, _>>()?);
        self.test_id_cache().update(suite, |known| {
            if known.order.len() < order.len() {
                known.order = Arc::clone(&order);
            }
        });
        Ok(order)
    }
}

#[cfg(test)]
mod tests {
    use proctor_core::id::Uuid;

    use super::*;

    fn ids(count: u128) -> impl FnOnce(&mut KnownTests) {
        move |known| known.ids = Arc::new((0..count).map(|number| TestId::new(Uuid::from_u128(number))).collect())
    }

    #[test]
    fn the_suite_longest_unused_is_forgotten() {
        let cache = TestIdCache::default();
        let [a, b, c] = [1, 2, 3].map(|number| SuiteId::new(Uuid::from_u128(number)));
        cache.update(a, ids(3));
        cache.update(b, ids(1));
        assert_eq!(cache.get(a).ids.len(), 3);
        cache.update(c, ids(REMEMBERED_MAX as u128 - 3));
        assert_eq!([a, b, c].map(|suite| cache.get(suite).ids.len()), [3, 0, REMEMBERED_MAX - 3]);
    }
}
