//! Runs and their executions (`rest-api.md`, section 2).

pub mod body;
pub mod execution;
pub mod executions;
pub mod failed_executions;
pub mod get;
pub mod list;
