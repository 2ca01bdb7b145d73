//! Mutable tags of executions (`rest-api.md`, 3.6).

mod input;
pub mod put;
