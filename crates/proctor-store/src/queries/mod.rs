//! Questions about executions: of a test, of a run, over time.

mod executions;
mod history;
mod metrics;
mod request;
mod verdicts;

pub use request::{
    ExecutionRef, FlakyTest, GroupBy, HistoryPoint, LightExecution, Percentile, Percentiles, RunTest, Selected, TestMetrics, TestTotals,
};
