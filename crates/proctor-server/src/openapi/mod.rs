//! Our own OpenAPI document (`rest-api.md`, section 1.9).
//!
//! One file per noun says what its routes take and answer, with the same names as in [`crate::router`]. Whoever adds a route adds an
//! `Operation` to the file of its noun, and a new file to the list in `document`. Contract tests hold both sides together: routes and
//! operations are compared both ways, and every answer that any of them gets is checked against the document.

mod access_token;
mod builds;
mod collectors;
mod deliveries;
mod discovery;
mod document;
mod execution_tags;
mod executions;
mod failures;
mod histories;
mod labels;
mod object;
mod operation;
mod organizations;
mod ownership;
mod parameter;
mod pipelines;
mod quarantine;
mod runs;
mod schema;
mod selection;
mod storage;
mod suites;
mod summaries;
mod team_members;
mod team_suites;
mod teams;
mod tests;
mod tokens;
mod traces;
mod uploads;
mod user;
mod workflows;

pub use document::{document, yaml};
