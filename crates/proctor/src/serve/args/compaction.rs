//! When executions are compacted.

use std::time::Duration;

use clap::Args;
use proctor_store::CompactionOptions;

use crate::quantity::parse_duration;

/// Compaction.
#[derive(Debug, Args)]
#[command(next_help_heading = "Compaction")]
pub(crate) struct CompactionArgs {
    /// So many new executions of a suite and day are rewritten into a day file at once
    #[arg(long, value_name = "COUNT", env = "PROCTOR_COMPACTION_ROWS", default_value = "100000")]
    compaction_rows: u64,
    /// How long fewer wait for that at the most
    #[arg(long, value_name = "TIME", env = "PROCTOR_COMPACTION_AGE", default_value = "10m", value_parser = parse_duration)]
    compaction_age: Duration,
    /// How often to look for something to compact
    #[arg(long, value_name = "TIME", env = "PROCTOR_COMPACTION_EVERY", default_value = "10s", value_parser = parse_duration)]
    compaction_every: Duration,
}

/// A shorter pause would be a busy loop.
const PAUSE_MIN: Duration = Duration::from_millis(10);

impl CompactionArgs {
    /// The options of the store.
    pub(crate) fn options(&self) -> CompactionOptions {
        let Self { compaction_rows, compaction_age, compaction_every } = self;
        CompactionOptions {
            rows_min: *compaction_rows,
            age_ms_max: i64::try_from(compaction_age.as_millis()).unwrap_or(i64::MAX),
            interval: Some((*compaction_every).max(PAUSE_MIN)),
            ..CompactionOptions::default()
        }
    }
}
