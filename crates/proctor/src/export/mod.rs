//! `proctor export`: a suite's executions as one Parquet file.

mod args;
mod command;

pub(crate) use args::ExportArgs;
pub(crate) use command::run;
