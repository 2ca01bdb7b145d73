//! Questions about executions: of a test, of a run, over time.

mod executions;
mod history;
mod metrics;
mod of_pages;
mod request;
mod verdicts;

pub use request::{
    Contradiction, ExecutionRef, FailureCost, FlakyTest, GroupBy, HistoryPoint, LightExecution, Percentile, Percentiles, RunTest, Selected,
    SuiteDay, TagGroup, TestMetrics, TestTotals,
};
