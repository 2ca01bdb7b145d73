//! What can be asked of executions.

use proctor_core::filter::TestFilters;
use proctor_core::id::{ExecutionId, RunId, UploadId};
use proctor_core::metrics::Metrics;
use proctor_core::result::{ResultCounts, TestResult};
use proctor_core::time::Timestamp;
use proctor_core::window::Window;

/// Which executions of a suite are looked at. Of [`TestFilters`] only what concerns single executions is read: `branch`, `tags`, and
/// a `result` of the kind `Executions`. Groups, labels, owners, states, `min_executions` and the order are for the caller.
#[derive(Clone, Copy, Debug)]
pub struct Selected<'a> {
    /// When they were received.
    pub window: Window,
    /// On single executions.
    pub filters: &'a TestFilters,
    /// Only those of these runs; `None`: of all.
    pub runs: Option<&'a [RunId]>,
}

/// A test and what its selected executions come to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TestMetrics {
    /// The test's ordinal in the suite.
    pub ordinal: u32,
    /// Over its selected executions, at least one.
    pub metrics: Metrics,
}

/// An execution without its text: what fits in memory by the hundred thousand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LightExecution {
    /// The test's ordinal in the suite.
    pub ordinal: u32,
    /// The result.
    pub result: TestResult,
    /// Seconds.
    pub duration: Option<f64>,
    /// Its run.
    pub run: RunId,
    /// Its upload.
    pub upload: UploadId,
    /// Its position in the upload.
    pub index: u32,
    /// Receive time of its upload.
    pub created_at: Timestamp,
    /// Whether it has spans.
    pub has_spans: bool,
}

/// Percentiles of durations, exact: of n sorted values the one at (n-1)·p, linear between neighbours.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Percentiles {
    /// The median, in seconds.
    pub p50: Option<f64>,
    /// In seconds.
    pub p90: Option<f64>,
    /// In seconds.
    pub p95: Option<f64>,
    /// In seconds.
    pub p99: Option<f64>,
}

/// One of the percentiles that tests can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Percentile {
    /// The median.
    P50,
    /// The 90th.
    P90,
    /// The 95th.
    P95,
    /// The 99th.
    P99,
}

/// By what a history is split beside days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupBy {
    /// Days alone.
    Nothing,
    /// The value of a tag, derived ones (`scm.branch`, `host.type`, ..) included.
    Tag(String),
}

/// One day of a history.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryPoint {
    /// The first millisecond of the day, UTC.
    pub day: Timestamp,
    /// The value of the tag that was asked for; `None` where an execution has none, or no tag was asked for.
    pub group: Option<String>,
    /// Over the selected executions of that day.
    pub metrics: Metrics,
    /// Of their durations.
    pub percentiles: Percentiles,
}

/// An execution to be looked up among many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExecutionRef {
    /// Its upload.
    pub upload: UploadId,
    /// Its position in the upload.
    pub index: u32,
}

/// A test with failures that a commit or a run contradicts: executions of one commit (of one run where no commit is known) that both
/// passed and failed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FlakyTest {
    /// The test's ordinal in the suite.
    pub ordinal: u32,
    /// Commits on which it both passed and failed.
    pub instances: u64,
    /// Receive time of the execution that completed the newest of them.
    pub latest_at: Timestamp,
}

/// How many tests of a run ended how: the preflight summary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TestTotals {
    /// At least one pass.
    pub passed: u64,
    /// Failures and no pass.
    pub failed: u64,
    /// Only skipped.
    pub skipped: u64,
}

/// The counts of one test in one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunTest {
    /// The run.
    pub run: RunId,
    /// The test's ordinal in the suite.
    pub ordinal: u32,
    /// Its executions there, by result.
    pub counts: ResultCounts,
    /// The newest failed one.
    pub latest_failed: Option<ExecutionId>,
}

/// A test came to have both passed and failed on one commit (in one run where no commit is known).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contradiction {
    /// The test's ordinal in the suite.
    pub ordinal: u32,
    /// Receive time of the execution that completed it.
    pub at: Timestamp,
}

/// What the failures of a test cost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FailureCost {
    /// The test's ordinal in the suite.
    pub ordinal: u32,
    /// Its selected executions that failed.
    pub failed: u64,
    /// The runs in which one of them failed.
    pub failed_runs: u64,
    /// What those that failed took, in seconds.
    pub seconds: f64,
}

/// One day (UTC) of a suite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SuiteDay {
    /// The first millisecond of the day, UTC.
    pub day: Timestamp,
    /// Over the selected executions of that day.
    pub metrics: Metrics,
    /// Tests with one of them; 0 where only aggregates are left.
    pub tests: u64,
}

/// The selected executions with one value of a tag.
#[derive(Clone, Debug, PartialEq)]
pub struct TagGroup {
    /// The value; `None`: those without one.
    pub value: Option<String>,
    /// Over these executions.
    pub metrics: Metrics,
    /// Of their durations.
    pub percentiles: Percentiles,
}
