//! The store, on both engines.

#![expect(clippy::unwrap_used, reason = "a story that cannot go on has failed")]

mod actions;
mod activity;
mod any_execution;
mod backup;
mod builds;
mod compaction;
mod engines;
mod evaluations;
mod execution_tags;
mod export;
mod failures;
mod fixtures;
mod identical;
mod kill;
mod known_tests;
mod lifecycle;
mod organizations;
mod outbox;
mod owners;
mod paging;
mod questions;
mod retention;
mod round_trip;
mod suites;
mod summaries;
mod sweep;
mod teams;
mod terms;
mod tests_of_suites;
mod tokens;
mod trouble;
mod uploads;
