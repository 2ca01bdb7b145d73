//! The tests of one transaction: their ordinals, and where they were seen last.

use proctor_core::id::{SuiteId, TestId};
use proctor_core::time::Timestamp;
use rustc_hash::{FxHashMap, FxHashSet};

use super::suites::{SuiteState, Suites};
use super::test_cache::{KnownTest, TestCache, fingerprint};
use crate::StoreError;
use crate::catalog::tests::sort_key;
use crate::catalog::uploads::{CompletedUpload, OnDefaultBranch};
use crate::database::{Columns, Statement, Value, WriteTransaction};
use crate::executions::SegmentTest;

/// Rows in one statement.
const ROWS_PER_STATEMENT_MAX: usize = 500;

/// What is known beyond the cache: tests loaded, made or changed.
#[derive(Debug, Default)]
pub(super) struct Tests<'a> {
    known: FxHashMap<(SuiteId, TestId), KnownTest>,
    written: FxHashMap<(SuiteId, TestId), Written<'a>>,
}

/// What is to be written of a test.
#[derive(Debug)]
struct Written<'a> {
    test: SegmentTest<'a>,
    location: Option<&'a str>,
    file_name: Option<&'a str>,
    created_at: Timestamp,
}

impl<'a> Tests<'a> {
    /// Loads the tests of the uploads that the cache does not know.
    pub(super) async fn load(
        transaction: &mut WriteTransaction,
        cache: &mut TestCache,
        suites: &Suites,
        uploads: impl Iterator<Item = &'a CompletedUpload>,
    ) -> Result<Self, StoreError> {
        for (suite, state) in suites.all() {
            cache.keep_only(suite, state.tests_version);
        }
        let mut unknown: FxHashMap<SuiteId, FxHashSet<TestId>> = FxHashMap::default();
        for upload in uploads {
            let suite = upload.suite_id;
            if suites.get(suite).is_none_or(|state| cache.is_complete(suite, state.next_ordinal)) {
                continue;
            }
            let remembered = cache.of(suite);
            let is_unknown = |id: &TestId| remembered.is_none_or(|remembered| !remembered.contains_key(id));
            let ids = upload.segment.tests.iter().map(|test| test.id).filter(is_unknown);
            unknown.entry(suite).or_default().extend(ids);
        }
        let mut tests = Self::default();
        for (suite, ids) in unknown {
            let ids: Vec<TestId> = ids.into_iter().collect();
            for some in ids.chunks(ROWS_PER_STATEMENT_MAX) {
                tests.load_some(transaction, suite, some).await?;
            }
        }
        Ok(tests)
    }

    async fn load_some(&mut self, transaction: &mut WriteTransaction, suite: SuiteId, ids: &[TestId]) -> Result<(), StoreError> {
        let select =
            "SELECT id, ordinal, location, file_name, location_on_default, file_on_default, collision FROM tests WHERE suite_id = ";
        let mut select = Statement::built(transaction.engine(), select);
        select.value(suite.bytes()).push(" AND id IN ").list(ids.iter().map(|id| Value::from(id.bytes())));
        for row in select.all(transaction.connection()).await? {
            let print = |text: Option<String>| text.map_or(0, |text| fingerprint(&text));
            let known = KnownTest {
                ordinal: u32::try_from(row.int("ordinal")?).map_err(|_| StoreError::Corrupt("ordinal of a test".to_owned()))?,
                location: print(row.maybe_text("location")?),
                file_name: print(row.maybe_text("file_name")?),
                location_on_default: row.flag("location_on_default")?,
                file_on_default: row.flag("file_on_default")?,
                collision: row.flag("collision")?,
            };
            self.known.insert((suite, row.id("id", TestId::from_bytes)?), known);
        }
        Ok(())
    }

    /// The ordinals of the upload's tests, new ones included; takes note of where they were seen.
    pub(super) fn take_in(
        &mut self,
        upload: &'a CompletedUpload,
        suite: &mut SuiteState,
        cache: &TestCache,
    ) -> Result<Vec<u32>, StoreError> {
        let on_default = upload.on_default_branch == OnDefaultBranch::Yes;
        // The bound is checked first: an upload that is refused here must have changed nothing.
        if u32::try_from(upload.segment.tests.len()).ok().and_then(|tests| suite.next_ordinal.checked_add(tests)).is_none() {
            return Err(StoreError::Internal("a suite has at most 2^32 tests".to_owned()));
        }
        let remembered = cache.of(upload.suite_id);
        let mut ordinals = Vec::with_capacity(upload.segment.tests.len());
        for test in upload.segment.tests.iter() {
            let key = (upload.suite_id, test.id);
            let known = self.known.get(&key).copied().or_else(|| remembered?.get(&test.id).copied());
            let (mut now, is_new) = match known {
                Some(known) => (known, false),
                None => (made(&mut suite.next_ordinal), true),
            };
            let (location, file_name) = see(&mut now, test, on_default);
            if is_new || known != Some(now) {
                suite.changes_tests = true;
                self.known.insert(key, now);
                let written = Written { test, location: None, file_name: None, created_at: upload.received_at };
                let written = self.written.entry(key).or_insert(written);
                written.location = location.or(written.location);
                written.file_name = file_name.or(written.file_name);
            }
            ordinals.push(now.ordinal);
        }
        Ok(ordinals)
    }

    /// Writes the new and the changed.
    pub(super) async fn write(&self, transaction: &mut WriteTransaction) -> Result<(), StoreError> {
        // In the order of ordinals: new rows are appended, not scattered.
        let mut rows: Vec<_> = self.written.iter().filter_map(|(key, row)| self.known.get(key).map(|known| (key.0, known, row))).collect();
        rows.sort_unstable_by_key(|(suite, known, _)| (*suite, known.ordinal));
        for some in rows.chunks(ROWS_PER_STATEMENT_MAX) {
            let insert = "INSERT INTO tests (suite_id, ordinal, id, scope, name, location, file_name, location_on_default, \
                          file_on_default, collision, created_at, sort_key) VALUES ";
            let mut insert = Statement::built(transaction.engine(), insert);
            for (suite, known, row) in some {
                let sort_key = sort_key(row.test.scope, row.test.name);
                insert.row(&[
                    suite.bytes().into(),
                    known.ordinal.into(),
                    row.test.id.bytes().into(),
                    row.test.scope.into(),
                    row.test.name.into(),
                    row.location.into(),
                    row.file_name.into(),
                    known.location_on_default.into(),
                    known.file_on_default.into(),
                    known.collision.into(),
                    row.created_at.into(),
                    sort_key.as_slice().into(),
                ]);
            }
            // What is not said anew stays; scope, name and id never change.
            insert.push(
                " ON CONFLICT (suite_id, ordinal) DO UPDATE SET location = COALESCE(excluded.location, tests.location), \
                 file_name = COALESCE(excluded.file_name, tests.file_name), location_on_default = excluded.location_on_default, \
                 file_on_default = excluded.file_on_default, collision = excluded.collision",
            );
            insert.execute(transaction.connection()).await?;
        }
        Ok(())
    }

    /// The ordinals of the suite's tests that are new or changed.
    pub(super) fn written_in(&self, suite: SuiteId) -> Vec<u32> {
        let written = self.written.keys().filter(|(of, _)| *of == suite);
        written.filter_map(|key| self.known.get(key).map(|known| known.ordinal)).collect()
    }

    /// After the commit: the cache takes over what is true now.
    pub(super) fn remember(self, cache: &mut TestCache, suites: &Suites) {
        for (suite, state) in suites.all() {
            let version = state.tests_version + i64::from(state.changes_tests);
            let of_suite = self.known.iter().filter(|((of, _), _)| *of == suite).map(|((_, id), known)| (*id, *known));
            cache.add(suite, version, of_suite);
        }
    }
}

fn made(next_ordinal: &mut u32) -> KnownTest {
    let ordinal = *next_ordinal;
    *next_ordinal += 1;
    KnownTest { ordinal, location: 0, file_name: 0, location_on_default: false, file_on_default: false, collision: false }
}

/// Applies what an upload says of a test, and gives the location and the file that are to be written. The last ones win; but what was
/// seen on the default branch gives way only to what is seen there (`uploads.md`, section 8).
fn see<'a>(known: &mut KnownTest, test: SegmentTest<'a>, on_default: bool) -> (Option<&'a str>, Option<&'a str>) {
    let place = |text: Option<&'a str>, print: &mut u32, print_on_default: &mut bool| {
        let text = text.filter(|_| on_default || !*print_on_default)?;
        let seen = fingerprint(text);
        let is_changed = *print != seen;
        *print = seen;
        *print_on_default |= on_default;
        is_changed.then_some(text)
    };
    known.collision |= test.collision;
    (
        place(test.location, &mut known.location, &mut known.location_on_default),
        place(test.file_name, &mut known.file_name, &mut known.file_on_default),
    )
}
