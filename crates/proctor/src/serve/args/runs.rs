//! The life cycle of runs.

use std::time::Duration;

use clap::Args;

use crate::quantity::parse_duration;

/// Runs.
#[derive(Debug, Args)]
#[command(next_help_heading = "Runs")]
pub(crate) struct RunArgs {
    /// A run without results is stale after this silence
    #[arg(long, value_name = "TIME", env = "PROCTOR_STALE_AFTER", default_value = "24h", value_parser = parse_duration)]
    pub(crate) stale_after: Duration,
}
