//! Structured logs on stderr.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;

use crate::exit::Failure;
use crate::serve::LogFormat;

/// Starts logging.
///
/// # Errors
/// When the filter cannot be read.
pub(crate) fn start_logging(log: &str, format: LogFormat) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(log).map_err(|error| {
        Failure::usage(format!("the log filter '{log}' cannot be read: {error}"), "try --log info or --log info,proctor_server=debug")
    })?;
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(io::stderr().is_terminal());
    // An error means that logging has been started already.
    let _ = match format {
        LogFormat::Text => logs.try_init(),
        LogFormat::Json => logs.json().try_init(),
    };
    Ok(())
}
