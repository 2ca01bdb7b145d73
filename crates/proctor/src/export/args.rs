//! The arguments of `proctor export`.

use std::path::PathBuf;

use clap::Args;
use proctor_core::day::Day;

use crate::admin::SuitePath;
use crate::storage::StorageArgs;

/// Write a suite's executions to one Parquet file.
///
/// DuckDB, pandas, Polars, Spark and ClickHouse read it. A running server may have the same
/// store open.
#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// The suite
    #[arg(long, value_name = "ORG/SUITE")]
    pub(crate) suite: SuitePath,
    /// The file to write; it must not exist
    #[arg(long, value_name = "FILE.parquet")]
    pub(crate) to: PathBuf,
    /// The first day, UTC, by the time of receipt
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = parse_day)]
    pub(crate) from: Option<Day>,
    /// The last day, UTC: it is in the file
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = parse_day)]
    pub(crate) until: Option<Day>,
    #[command(flatten)]
    pub(crate) storage: StorageArgs,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

fn parse_day(text: &str) -> Result<Day, String> {
    Day::parse(text).ok_or_else(|| "write a day as in 2026-04-09".to_owned())
}
