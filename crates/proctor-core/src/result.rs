//! The result of one execution.

/// What an execution came to. `Passed` and `Failed` count; the others are kept and shown, but enter no reliability.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum TestResult {
    /// The test ran and met its expectation.
    Passed = 0,
    /// The test ran and did not.
    Failed = 1,
    /// The test was left out on purpose.
    Skipped = 2,
    /// The sender says that it has not run (Jest's filtered tests, Minitest's skips).
    Pending = 3,
    /// The sender did not say, or said something else.
    Unknown = 4,
}

impl TestResult {
    /// All results, in the order of their codes.
    pub const ALL: [Self; 5] = [Self::Passed, Self::Failed, Self::Skipped, Self::Pending, Self::Unknown];

    /// The word used on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::Pending => "pending",
            Self::Unknown => "unknown",
        }
    }

    /// Reads the word used on the wire; exact, lower case.
    #[must_use]
    pub fn from_wire(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|result| result.as_str() == word)
    }

    /// The code used on disk.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// Reads the code used on disk.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }
}

/// How many executions ended in each result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ResultCounts {
    counts: [u64; 5],
}

impl ResultCounts {
    /// The count of one result.
    #[must_use]
    pub fn of(&self, result: TestResult) -> u64 {
        self.counts[usize::from(result.code())]
    }

    /// Counts one more execution.
    pub fn add(&mut self, result: TestResult) {
        self.add_many(result, 1);
    }

    /// Counts `count` more executions.
    pub fn add_many(&mut self, result: TestResult, count: u64) {
        self.counts[usize::from(result.code())] += count;
    }

    /// All executions.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }
}
