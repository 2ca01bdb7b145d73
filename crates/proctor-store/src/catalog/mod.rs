//! The catalog: one file per family of tables. SQL text is written once for both engines.

pub mod builds;
pub mod evaluations;
pub mod execution_tags;
pub mod failures;
pub mod history;
pub mod labels;
pub mod ledger;
pub mod organizations;
pub mod outbox;
pub mod owners;
pub mod run_days;
pub mod run_search;
pub mod runs;
pub mod sessions;
pub mod states;
pub mod storage;
pub mod stored_days;
pub mod suites;
pub mod team_suites;
pub mod teams;
pub mod tests;
pub mod tokens;
pub mod upload_list;
pub mod uploads;
pub mod users;
pub mod workflows;

pub(crate) mod compaction;
pub(crate) mod day_files;
pub(crate) mod executions;
mod export;
pub(crate) mod facts;
mod nodes;
pub(crate) mod receipts;
pub(crate) mod retention;
pub(crate) mod run_row;
pub(crate) mod snapshot;
pub(crate) mod sources;
pub(crate) mod suite_row;
mod suite_tokens;
mod test_ids;
mod visibility;

pub(crate) use nodes::Node;
pub(crate) use test_ids::TestIdCache;
