//! The tests of one segment, numbered in the order of their first execution.

use std::hash::{BuildHasher, RandomState};

use proctor_core::execution::Execution;
use proctor_core::id::SuiteId;
use proctor_core::identity::test_id;
use rustc_hash::FxHashMap;

use super::SegmentTest;

/// Gives each distinct (scope, name) a number.
#[derive(Debug)]
pub(super) struct Numbering {
    suite: SuiteId,
    /// Keyed by chance: names that a sender chose so that they collide do not.
    hasher: RandomState,
    /// From the hash of an identity to its number. Of two identities with one hash the second stands at the next free hash.
    numbers: FxHashMap<u64, u32>,
    tests: Vec<SegmentTest>,
}

impl Numbering {
    pub(super) fn new(suite: SuiteId) -> Self {
        Self { suite, hasher: RandomState::new(), numbers: FxHashMap::default(), tests: Vec::new() }
    }

    /// The number of the execution's test, which takes note of where it was seen.
    pub(super) fn number(&mut self, execution: &Execution<'_>) -> u32 {
        let (scope, name) = (execution.scope.as_ref(), execution.name.as_ref());
        let location = execution.location.as_deref().filter(|location| !location.is_empty());
        let file_name = execution.file_name.as_deref().filter(|file_name| !file_name.is_empty());
        let mut hash = self.hasher.hash_one((scope, name));
        loop {
            match self.numbers.get(&hash).copied() {
                None => break,
                Some(number) => {
                    let test = &mut self.tests[number as usize];
                    if test.name == name && test.scope == scope {
                        see(test, location, file_name);
                        return number;
                    }
                    hash = hash.wrapping_add(1);
                }
            }
        }
        // An upload has fewer than 2^24 records.
        let number = u32::try_from(self.tests.len()).unwrap_or(u32::MAX);
        self.numbers.insert(hash, number);
        self.tests.push(SegmentTest {
            id: test_id(self.suite, scope, name),
            scope: scope.to_owned(),
            name: name.to_owned(),
            location: location.map(str::to_owned),
            file_name: file_name.map(str::to_owned),
            collision: false,
        });
        number
    }

    pub(super) fn into_tests(self) -> Vec<SegmentTest> {
        self.tests
    }
}

fn see(test: &mut SegmentTest, location: Option<&str>, file_name: Option<&str>) {
    if let Some(location) = location
        && test.location.as_deref() != Some(location)
    {
        test.collision |= test.location.is_some();
        test.location = Some(location.to_owned());
    }
    if let Some(file_name) = file_name
        && test.file_name.as_deref() != Some(file_name)
    {
        test.file_name = Some(file_name.to_owned());
    }
}
