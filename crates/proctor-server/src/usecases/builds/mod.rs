//! Builds: what the runs with one `build_id` have in common (`rest-api.md`, 3.7).

mod build;
mod preflight;
mod slowest;
mod tests;

pub use build::{Build, PartOfBuild};
pub use preflight::{PREFLIGHT_FAILURES_MAX, Preflight, PreflightFailure, PreflightFilters, PreflightRun, preflight};
pub use slowest::{SlowExecution, slowest_executions};
pub use tests::tests_of_build;
