//! The arguments of `proctor serve`: one file per concern.

mod bootstrap;
mod http;
mod listen;
mod logging;
mod oidc;
mod rate_limit;
mod runs;
mod uploads;

use clap::Args;
use proctor_server::Settings;

use crate::storage::StorageArgs;

pub(crate) use bootstrap::BootstrapArgs;
use http::HttpArgs;
pub(crate) use listen::{DEFAULT_LISTEN, ListenArgs, parse_listen};
pub(crate) use logging::{LogFormat, LoggingArgs};
use oidc::OidcArgs;
use rate_limit::RateLimitArgs;
use runs::RunArgs;
use uploads::UploadLimitArgs;

/// Run the server.
///
/// At the first start it makes an organization, a suite and tokens, and prints them once,
/// with a curl command to try them. Every option can be set as an environment variable too.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    pub(crate) listen: ListenArgs,
    #[command(flatten)]
    pub(crate) storage: StorageArgs,
    #[command(flatten)]
    pub(crate) bootstrap: BootstrapArgs,
    #[command(flatten)]
    http: HttpArgs,
    #[command(flatten)]
    uploads: UploadLimitArgs,
    #[command(flatten)]
    runs: RunArgs,
    #[command(flatten)]
    rate_limit: RateLimitArgs,
    #[command(flatten)]
    oidc: OidcArgs,
    #[command(flatten)]
    pub(crate) logging: LoggingArgs,
}

const AFTER_HELP: &str = "\
At the first start an empty store gets an organization, a suite and tokens; they are printed once, with a curl command to try them.

SIGTERM or Ctrl-C stops the server: requests under way are finished first. Another Ctrl-C ends it at once.

Times are written 500ms, 90s, 10m, 24h, 7d; sizes 65536, 512KiB, 64MiB, 2GiB.";

impl ServeArgs {
    /// The settings of the server.
    pub(crate) fn settings(&self) -> Settings {
        Settings {
            public_url: self.listen.public_url(),
            web_url: self.listen.web_url(),
            trust_forwarded: self.listen.trust_forwarded(),
            stale_after: self.runs.stale_after,
            http: self.http.settings(),
            uploads: self.uploads.settings(),
            rate_limit: self.rate_limit.rate_limit(),
            oidc: self.oidc.settings(),
        }
    }
}

#[cfg(test)]
mod tests;
