//! The store, on both engines.

#![expect(clippy::unwrap_used, reason = "a story that cannot go on has failed")]

mod any_execution;
mod engines;
mod fixtures;
mod identical;
mod kill;
mod lifecycle;
mod organizations;
mod paging;
mod round_trip;
mod suites;
mod sweep;
mod tests_of_suites;
mod tokens;
mod trouble;
mod uploads;
