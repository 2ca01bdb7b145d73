//! What questions may take.

use std::time::Duration;

use clap::Args;
use proctor_store::QueryLimits;

use crate::quantity::{parse_bytes, parse_duration};

/// Limits of questions about executions.
#[derive(Debug, Args)]
#[command(next_help_heading = "Queries")]
pub(crate) struct QueryArgs {
    /// Memory that one answer about executions may take; over it the answer is 422
    #[arg(long, value_name = "SIZE", env = "PROCTOR_QUERY_MEMORY", default_value = "256MiB", value_parser = parse_bytes)]
    query_memory: u64,
    /// Time that one answer about executions may take; over it the answer is 422
    #[arg(long, value_name = "TIME", env = "PROCTOR_QUERY_TIME", default_value = "30s", value_parser = parse_duration)]
    query_time: Duration,
    /// Memory for decoded columns that are kept for the next question, over all suites; 0 keeps none
    #[arg(long, value_name = "SIZE", env = "PROCTOR_QUERY_CACHE", default_value = "160MiB", value_parser = parse_bytes)]
    query_cache: u64,
}

impl QueryArgs {
    /// The limits of the store.
    pub(crate) fn limits(&self) -> QueryLimits {
        let Self { query_memory, query_time, query_cache } = self;
        QueryLimits {
            memory_bytes_max: usize::try_from(*query_memory).unwrap_or(usize::MAX),
            time_ms_max: u64::try_from(query_time.as_millis()).unwrap_or(u64::MAX),
            cache_bytes_max: usize::try_from(*query_cache).unwrap_or(usize::MAX),
        }
    }
}
