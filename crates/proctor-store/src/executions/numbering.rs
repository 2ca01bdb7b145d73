//! The tests of one segment, numbered in the order of their first execution.

use proctor_core::execution::Execution;
use proctor_core::id::{SuiteId, TestId};
use proctor_core::identity::test_id;
use rustc_hash::FxHashMap;

/// A test as one segment knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SegmentTest<'a> {
    /// Its id.
    pub id: TestId,
    /// Its scope.
    pub scope: &'a str,
    /// Its name.
    pub name: &'a str,
    /// The last location sent for it.
    pub location: Option<&'a str>,
    /// The last file sent for it.
    pub file_name: Option<&'a str>,
    /// Whether its executions in this upload have different locations (`uploads.md`, section 8).
    pub collision: bool,
}

/// The tests that occur in a segment, in the order of their first execution: the segment's own numbering of them.
///
/// All their text stands in one string, because most uploads bring each test once: a string for each would cost more than all else.
#[derive(Clone, Debug, Default)]
pub struct SegmentTests {
    text: String,
    entries: Vec<Entry>,
}

/// A part of [`SegmentTests::text`].
#[derive(Clone, Copy, Debug)]
struct Part {
    start: u32,
    end: u32,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    id: TestId,
    scope: Part,
    name: Part,
    location: Option<Part>,
    file_name: Option<Part>,
    collision: bool,
}

impl SegmentTests {
    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Bytes of all their text.
    #[must_use]
    pub const fn text_bytes(&self) -> usize {
        self.text.len()
    }

    /// All of them, by number.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = SegmentTest<'_>> {
        self.entries.iter().map(|entry| {
            let Entry { id, scope, name, location, file_name, collision } = *entry;
            SegmentTest {
                id,
                scope: self.part(scope),
                name: self.part(name),
                location: location.map(|part| self.part(part)),
                file_name: file_name.map(|part| self.part(part)),
                collision,
            }
        })
    }

    fn part(&self, part: Part) -> &str {
        self.text.get(part.start as usize..part.end as usize).unwrap_or_default()
    }

    fn add_text(&mut self, text: &str) -> Part {
        let start = self.text.len();
        self.text.push_str(text);
        // Over 4 GiB of names [`Numbering::is_too_long`] refuses the segment.
        let position = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Part { start: position(start), end: position(self.text.len()) }
    }
}

/// Gives each distinct (scope, name) a number.
#[derive(Debug)]
pub(super) struct Numbering {
    suite: SuiteId,
    numbers: FxHashMap<TestId, u32>,
    tests: SegmentTests,
}

impl Numbering {
    pub(super) fn new(suite: SuiteId) -> Self {
        Self { suite, numbers: FxHashMap::default(), tests: SegmentTests::default() }
    }

    /// The number of the execution's test, which takes note of where it was seen.
    pub(super) fn number(&mut self, execution: &Execution<'_>) -> u32 {
        // The id is needed anyway, and mostly a test occurs once: no cheaper hash comes first.
        let id = test_id(self.suite, &execution.scope, &execution.name);
        let location = execution.location.as_deref().filter(|location| !location.is_empty());
        let file_name = execution.file_name.as_deref().filter(|file_name| !file_name.is_empty());
        // An upload has fewer than 2^24 records.
        let next = u32::try_from(self.tests.len()).unwrap_or(u32::MAX);
        let number = *self.numbers.entry(id).or_insert(next);
        if number == next {
            let entry = Entry {
                id,
                scope: self.tests.add_text(&execution.scope),
                name: self.tests.add_text(&execution.name),
                location: location.map(|location| self.tests.add_text(location)),
                file_name: file_name.map(|file_name| self.tests.add_text(file_name)),
                collision: false,
            };
            self.tests.entries.push(entry);
        } else {
            self.see(number as usize, location, file_name);
        }
        number
    }

    fn see(&mut self, number: usize, location: Option<&str>, file_name: Option<&str>) {
        let mut entry = self.tests.entries[number];
        let is_new = |known: Option<Part>, text: &str| known.is_none_or(|known| self.tests.part(known) != text);
        let location = location.filter(|location| is_new(entry.location, location));
        let file_name = file_name.filter(|file_name| is_new(entry.file_name, file_name));
        if let Some(location) = location {
            entry.collision |= entry.location.is_some();
            entry.location = Some(self.tests.add_text(location));
        }
        if let Some(file_name) = file_name {
            entry.file_name = Some(self.tests.add_text(file_name));
        }
        self.tests.entries[number] = entry;
    }

    pub(super) fn is_too_long(&self) -> bool {
        u32::try_from(self.tests.text.len()).is_err()
    }

    pub(super) fn into_tests(self) -> SegmentTests {
        self.tests
    }
}
