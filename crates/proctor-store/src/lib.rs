//! Where Proctor keeps things.
//!
//! The **catalog** ([`catalog`]) is SQL on SQLite or PostgreSQL: organizations, tokens, suites, runs, uploads with their receipts,
//! tests, and the list of execution segments. **Executions** ([`executions`]) are columns, committed in the catalog's
//! transaction. [`Store`] is the only way in; every function takes the organization or the suite first.

pub mod backup;
pub mod catalog;
pub mod compaction;
pub mod documents;
pub mod error;
pub mod executions;
pub mod export;
pub mod page;
pub mod queries;
pub mod retention;
pub mod secret;

mod commit;
mod database;
mod new_id;
mod store;

pub use compaction::CompactionOptions;
pub use error::StoreError;
pub use executions::QueryLimits;
pub use page::{Page, PageRequest};
pub use store::{Database, Store, StoreOptions, Sweep};
