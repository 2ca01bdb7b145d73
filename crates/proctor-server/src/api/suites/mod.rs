//! Suites (`rest-api.md`, section 3.1).

pub mod body;
pub mod create;
pub mod delete;
pub mod get;
pub mod input;
pub mod list;
pub mod update;
