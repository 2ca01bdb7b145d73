//! Tests of a suite, as people see them.

use proctor_core::id::{SuiteId, TeamId, TestId};
use proctor_core::state::TestState;
use proctor_core::time::Timestamp;
use rustc_hash::FxHashMap;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::owners::OwnerSets;
use crate::database::{Columns, Statement, Value};
use crate::{Store, StoreError};

mod list;
mod matching;
mod ordinals;
mod sort_key;
mod wanted;

pub use list::TestListFilter;
pub use ordinals::Ordinals;

pub(crate) use sort_key::sort_key;

/// Rows asked for in one statement.
const ROWS_PER_STATEMENT_MAX: usize = 500;

/// A test and what is known of it now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownTest {
    /// Its number in the suite, from 0, without gaps.
    pub ordinal: u32,
    /// Its id.
    pub id: TestId,
    /// Byte for byte as sent; may be empty.
    pub scope: String,
    /// Byte for byte as sent.
    pub name: String,
    /// Where it was seen last.
    pub location: Option<String>,
    /// In which file it was seen last.
    pub file_name: Option<String>,
    /// Sorted, each once.
    pub labels: Vec<String>,
    /// Its state.
    pub state: TestState,
    /// The teams that own it, the default owner first; only those that exist and have access to the suite.
    pub owners: Vec<TeamId>,
    /// Receive time of the upload that brought it first.
    pub created_at: Timestamp,
}

impl Store {
    /// The test with this id in the suite.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn test_by_id(&self, suite: SuiteId, test: TestId) -> Result<Option<KnownTest>, StoreError> {
        let mut connection = self.connections().read().await?;
        let select = Statement::fixed("SELECT ordinal FROM tests WHERE suite_id = $1 AND id = $2").with(suite.bytes()).with(test.bytes());
        let Some(row) = select.optional(&mut connection).await? else { return Ok(None) };
        Ok(self.load_tests(&mut connection, suite, &[ordinal_of(&row)?]).await?.pop())
    }

    /// The tests with these ordinals, in the order asked for. Ordinals that the suite does not have are left out.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn tests_by_ordinal(&self, suite: SuiteId, ordinals: &[u32]) -> Result<Vec<KnownTest>, StoreError> {
        if ordinals.is_empty() {
            return Ok(Vec::new());
        }
        self.load_tests(&mut *self.connections().read().await?, suite, ordinals).await
    }

    /// How many tests the suite has.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn test_count(&self, suite: SuiteId) -> Result<u32, StoreError> {
        self.count_tests(&mut *self.connections().read().await?, suite).await
    }

    async fn count_tests(&self, connection: &mut AnyConnection, suite: SuiteId) -> Result<u32, StoreError> {
        let count = Statement::fixed("SELECT next_test_ordinal FROM suites WHERE id = $1").with(suite.bytes());
        let tests = count.optional(connection).await?.map_or(Ok(0), |row| row.int("next_test_ordinal"))?;
        u32::try_from(tests).map_err(|_| StoreError::Corrupt("test ordinals".to_owned()))
    }

    async fn load_tests(&self, connection: &mut AnyConnection, suite: SuiteId, ordinals: &[u32]) -> Result<Vec<KnownTest>, StoreError> {
        let mut tests: FxHashMap<u32, KnownTest> = FxHashMap::default();
        let mut owner_sets: Vec<(u32, i64)> = Vec::new();
        for some in ordinals.chunks(ROWS_PER_STATEMENT_MAX) {
            let select = "SELECT ordinal, id, scope, name, location, file_name, state, owner_set, created_at FROM tests WHERE suite_id = ";
            let mut select = Statement::built(self.connections().engine(), select);
            select.value(suite.bytes()).push(" AND ordinal IN ").list(some.iter().map(|ordinal| Value::from(*ordinal)));
            for row in select.all(connection).await? {
                let test = test_of(&row)?;
                owner_sets.extend(row.maybe_int("owner_set")?.map(|set| (test.ordinal, set)));
                tests.insert(test.ordinal, test);
            }
            let select = "SELECT ordinal, label FROM test_labels WHERE suite_id = ";
            let mut select = Statement::built(self.connections().engine(), select);
            select.value(suite.bytes()).push(" AND ordinal IN ").list(some.iter().map(|ordinal| Value::from(*ordinal)));
            for row in select.all(connection).await? {
                if let Some(test) = tests.get_mut(&ordinal_of(&row)?) {
                    test.labels.push(row.text("label")?);
                }
            }
        }
        if !owner_sets.is_empty() {
            let teams = OwnerSets::load(connection, suite).await?;
            for (ordinal, set) in owner_sets {
                if let Some(test) = tests.get_mut(&ordinal) {
                    test.owners = teams.owners(set);
                }
            }
        }
        // An ordinal that is asked for twice is given twice.
        let found = ordinals.iter().filter_map(|ordinal| tests.get(ordinal).cloned());
        Ok(found.map(KnownTest::with_sorted_labels).collect())
    }
}

impl KnownTest {
    /// A label that comes from several sources is one.
    fn with_sorted_labels(mut self) -> Self {
        self.labels.sort_unstable();
        self.labels.dedup();
        self
    }
}

fn test_of(row: &AnyRow) -> Result<KnownTest, StoreError> {
    Ok(KnownTest {
        ordinal: ordinal_of(row)?,
        id: row.id("id", TestId::from_bytes)?,
        scope: row.text("scope")?,
        name: row.text("name")?,
        location: row.maybe_text("location")?,
        file_name: row.maybe_text("file_name")?,
        labels: Vec::new(),
        state: state_of(row.int("state")?)?,
        owners: Vec::new(),
        created_at: row.time("created_at")?,
    })
}

pub(super) fn state_of(code: i64) -> Result<TestState, StoreError> {
    let state = u8::try_from(code).ok().and_then(TestState::from_code);
    state.ok_or_else(|| StoreError::Corrupt("state of a test".to_owned()))
}

pub(crate) fn ordinal_of(row: &AnyRow) -> Result<u32, StoreError> {
    u32::try_from(row.int("ordinal")?).map_err(|_| StoreError::Corrupt("ordinal of a test".to_owned()))
}
