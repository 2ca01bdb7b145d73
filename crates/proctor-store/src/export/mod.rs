//! A suite's executions as one Parquet file: [`crate::Store::export_suite`].

mod names;
mod suite;

pub use suite::Exported;
