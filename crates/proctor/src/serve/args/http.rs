//! Bounds on connections and requests.

use std::time::Duration;

use clap::Args;
use proctor_server::settings::HttpSettings;

use crate::quantity::{parse_bytes, parse_duration};

/// Connections.
#[derive(Debug, Args)]
#[command(next_help_heading = "Connections")]
pub(crate) struct HttpArgs {
    /// The most open connections; further ones wait
    #[arg(long, value_name = "COUNT", env = "PROCTOR_CONNECTIONS_MAX", default_value = "4096", value_parser = clap::value_parser!(u32).range(1..))]
    connections_max: u32,
    /// How long a connection may take to send the head of a request
    #[arg(long, value_name = "TIME", env = "PROCTOR_HEAD_TIMEOUT", default_value = "75s", value_parser = parse_duration)]
    head_timeout: Duration,
    /// The largest body of an ordinary JSON request
    #[arg(long, value_name = "SIZE", env = "PROCTOR_JSON_BYTES_MAX", default_value = "1MiB", value_parser = parse_bytes)]
    json_bytes_max: u64,
    /// How long requests under way may take to end when the server is stopped
    #[arg(long, value_name = "TIME", env = "PROCTOR_SHUTDOWN_GRACE", default_value = "30s", value_parser = parse_duration)]
    shutdown_grace: Duration,
}

impl HttpArgs {
    /// The settings.
    pub(crate) fn settings(&self) -> HttpSettings {
        let Self { connections_max, head_timeout, json_bytes_max, shutdown_grace } = self;
        HttpSettings {
            connections_max: usize::try_from(*connections_max).unwrap_or(usize::MAX),
            head_timeout: *head_timeout,
            json_bytes_max: usize::try_from(*json_bytes_max).unwrap_or(usize::MAX),
            shutdown_grace: *shutdown_grace,
            ..HttpSettings::default()
        }
    }
}
