//! How long things are kept.

use std::time::Duration;

use clap::Args;
use proctor_core::retention::{Keep, Retention};
use proctor_server::settings::RetentionSettings;

use crate::quantity::{parse_duration, parse_keep};

/// Retention.
#[derive(Debug, Args)]
#[command(next_help_heading = "Retention")]
pub(crate) struct RetentionArgs {
    /// How many days new suites keep executions; each suite may be changed: proctor suite update
    #[arg(long, value_name = "DAYS|forever", env = "PROCTOR_RETENTION_DAYS", default_value = "forever", value_parser = parse_keep)]
    retention_days: Keep,
    /// How many days new suites keep the aggregates of days whose executions are gone
    #[arg(long, value_name = "DAYS|forever", env = "PROCTOR_AGGREGATES_DAYS", default_value = "forever", value_parser = parse_keep)]
    aggregates_days: Keep,
    /// How often to look for what is due
    #[arg(long, value_name = "TIME", env = "PROCTOR_RETENTION_EVERY", default_value = "1h", value_parser = parse_duration)]
    retention_every: Duration,
}

impl RetentionArgs {
    /// The settings.
    pub(crate) fn settings(&self) -> RetentionSettings {
        let Self { retention_days, aggregates_days, retention_every } = self;
        let new_suites = Retention { executions: *retention_days, aggregates: *aggregates_days };
        RetentionSettings { new_suites, every: *retention_every }
    }
}
