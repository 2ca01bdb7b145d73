//! What a server remembers of the tests of the suites it writes to.

use std::hash::Hasher;

use proctor_core::id::{SuiteId, TestId};
use rustc_hash::{FxHashMap, FxHasher};

/// Tests remembered at the most: about 50 MB.
const TESTS_MAX: usize = 1_000_000;

/// A test, as far as commits need it: they write its row only when something of this changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct KnownTest {
    pub(super) ordinal: u32,
    /// Fingerprint of the remembered location; 0 when there is none.
    pub(super) location: u32,
    /// As `location`, of the file.
    pub(super) file_name: u32,
    pub(super) location_on_default: bool,
    pub(super) file_on_default: bool,
    pub(super) collision: bool,
}

/// The tests of the suites last written to. True as long as a suite's `tests_version` is the remembered one.
#[derive(Debug, Default)]
pub(crate) struct TestCache {
    suites: FxHashMap<SuiteId, SuiteTests>,
    clock: u64,
}

#[derive(Debug)]
struct SuiteTests {
    version: i64,
    tests: FxHashMap<TestId, KnownTest>,
    used: u64,
}

impl TestCache {
    /// Forgets the suite's tests unless they are of this version.
    pub(super) fn keep_only(&mut self, suite: SuiteId, version: i64) {
        self.clock += 1;
        match self.suites.get_mut(&suite) {
            Some(known) if known.version == version => known.used = self.clock,
            Some(_) => _ = self.suites.remove(&suite),
            None => {}
        }
    }

    /// What is remembered of the suite's tests, if anything is.
    pub(super) fn of(&self, suite: SuiteId) -> Option<&FxHashMap<TestId, KnownTest>> {
        self.suites.get(&suite).map(|known| &known.tests)
    }

    /// Whether all of the suite's tests are remembered, so that one that is not is new.
    pub(super) fn is_complete(&self, suite: SuiteId, tests: u32) -> bool {
        tests == 0 || self.suites.get(&suite).is_some_and(|known| known.tests.len() == tests as usize)
    }

    /// Takes in tests of the suite, which is at `version` now.
    pub(super) fn add(&mut self, suite: SuiteId, version: i64, tests: impl Iterator<Item = (TestId, KnownTest)>) {
        let used = self.clock;
        let known = self.suites.entry(suite).or_insert_with(|| SuiteTests { version, tests: FxHashMap::default(), used });
        known.version = version;
        known.tests.extend(tests);
        while self.suites.values().map(|known| known.tests.len()).sum::<usize>() > TESTS_MAX {
            let oldest = self.suites.iter().min_by_key(|(_, known)| known.used).map(|(suite, _)| *suite);
            match oldest {
                Some(oldest) => _ = self.suites.remove(&oldest),
                None => break,
            }
        }
    }
}

/// A fingerprint that tells whether a text has changed; never 0. One change in four billion goes unnoticed until the next.
pub(super) fn fingerprint(text: &str) -> u32 {
    let mut hasher = FxHasher::default();
    hasher.write(text.as_bytes());
    let hash = hasher.finish();
    (((hash >> 32) ^ hash) as u32).max(1)
}
