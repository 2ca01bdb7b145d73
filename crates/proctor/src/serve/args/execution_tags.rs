//! Bounds on changes of execution tags.

use std::time::Duration;

use clap::Args;
use proctor_server::settings::ExecutionTagSettings;

use crate::quantity::{parse_bytes, parse_duration};

/// Changes of execution tags.
#[derive(Debug, Args)]
#[command(next_help_heading = "Execution tags")]
pub(crate) struct ExecutionTagArgs {
    /// How long an organization waits from one change to the next; 0s: not at all
    #[arg(long, value_name = "TIME", env = "PROCTOR_EXECUTION_TAGS_INTERVAL", default_value = "60s", value_parser = parse_duration)]
    execution_tags_interval: Duration,
    /// The most executions in one change
    #[arg(long, value_name = "COUNT", env = "PROCTOR_EXECUTION_TAGS_EXECUTIONS_MAX", default_value = "100000")]
    execution_tags_executions_max: u32,
    /// The most mutable tags of one execution
    #[arg(long, value_name = "COUNT", env = "PROCTOR_EXECUTION_TAGS_MAX", default_value = "10")]
    execution_tags_max: u32,
    /// The largest body of a change
    #[arg(long, value_name = "SIZE", env = "PROCTOR_EXECUTION_TAGS_BYTES_MAX", default_value = "64MiB", value_parser = parse_bytes)]
    execution_tags_bytes_max: u64,
}

impl ExecutionTagArgs {
    /// The settings.
    pub(crate) fn settings(&self) -> ExecutionTagSettings {
        let Self { execution_tags_interval, execution_tags_executions_max, execution_tags_max, execution_tags_bytes_max } = self;
        ExecutionTagSettings {
            interval: *execution_tags_interval,
            executions_max: usize::try_from(*execution_tags_executions_max).unwrap_or(usize::MAX),
            tags_max: usize::try_from(*execution_tags_max).unwrap_or(usize::MAX),
            body_bytes_max: usize::try_from(*execution_tags_bytes_max).unwrap_or(usize::MAX),
            ..ExecutionTagSettings::default()
        }
    }
}
