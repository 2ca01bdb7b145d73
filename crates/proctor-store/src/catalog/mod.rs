//! The catalog: one file per family of tables. SQL text is written once for both engines.

pub mod organizations;
pub mod runs;
pub mod suites;
pub mod teams;
pub mod tokens;
pub mod uploads;
pub mod users;

mod executions;
mod nodes;
pub(crate) mod receipts;
pub(crate) mod run_row;
mod suite_row;
mod suite_tokens;

pub(crate) use nodes::Node;
