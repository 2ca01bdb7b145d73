//! The JSON API: one file per noun, wire shapes beside their thin handlers.

pub mod access_token;
pub mod body;
pub mod builds;
pub mod discovery;
pub mod error;
pub mod execution_tags;
pub mod executions;
pub mod health;
pub mod ids;
pub mod json;
pub mod organizations;
pub mod pipelines;
pub mod post_test_ownerships;
pub mod post_uploads;
pub mod proctor;
pub mod runs;
pub mod suites;
pub mod teams;
pub mod tests;
pub mod uploads;
pub mod user;

mod query_faults;
