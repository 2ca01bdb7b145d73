//! Tests of a suite (`rest-api.md`, 3.5).

pub mod body;
pub mod find;
pub mod flaky;
pub mod get;
pub mod labels;
pub mod list;
pub mod metrics_body;
pub mod quarantine;
pub(crate) mod query;
pub mod state;
pub mod version;
