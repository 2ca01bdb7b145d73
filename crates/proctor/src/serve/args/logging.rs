//! What is logged, and how.

use clap::{Args, ValueEnum};

/// Logging, to stderr.
#[derive(Debug, Args)]
#[command(next_help_heading = "Logging")]
pub(crate) struct LoggingArgs {
    /// What to log: error, warn, info, debug, trace, or a filter such as
    /// info,proctor_server=debug
    #[arg(long, value_name = "FILTER", env = "PROCTOR_LOG", default_value = "info")]
    pub(crate) log: String,
    /// How to write it
    #[arg(long, value_name = "FORMAT", env = "PROCTOR_LOG_FORMAT", default_value = "text", value_enum)]
    pub(crate) log_format: LogFormat,
}

/// The form of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people.
    #[value(help = None)]
    Text,
    /// One JSON object per line.
    #[value(help = None)]
    Json,
}
