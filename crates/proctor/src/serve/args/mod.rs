//! The arguments of `proctor serve`: one file per concern.

mod bootstrap;
mod compaction;
mod delivery;
mod execution_tags;
mod http;
mod listen;
mod logging;
mod oidc;
mod queries;
mod rate_limit;
mod retention;
mod runs;
mod uploads;
mod windows;

use clap::Args;
use proctor_server::Settings;

use crate::storage::StorageArgs;

pub(crate) use bootstrap::BootstrapArgs;
use compaction::CompactionArgs;
use delivery::DeliveryArgs;
use execution_tags::ExecutionTagArgs;
use http::HttpArgs;
pub(crate) use listen::{DEFAULT_LISTEN, ListenArgs, parse_listen};
pub(crate) use logging::{LogFormat, LoggingArgs};
use oidc::OidcArgs;
use queries::QueryArgs;
use rate_limit::RateLimitArgs;
use retention::RetentionArgs;
use runs::RunArgs;
use uploads::UploadLimitArgs;
use windows::WindowArgs;

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
    pub(crate) compaction: CompactionArgs,
    #[command(flatten)]
    retention: RetentionArgs,
    #[command(flatten)]
    pub(crate) queries: QueryArgs,
    #[command(flatten)]
    windows: WindowArgs,
    #[command(flatten)]
    rate_limit: RateLimitArgs,
    #[command(flatten)]
    execution_tags: ExecutionTagArgs,
    #[command(flatten)]
    oidc: OidcArgs,
    #[command(flatten)]
    delivery: DeliveryArgs,
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
            retention: self.retention.settings(),
            http: self.http.settings(),
            uploads: self.uploads.settings(),
            windows: self.windows.limits(),
            rate_limit: self.rate_limit.rate_limit(),
            execution_tags: self.execution_tags.settings(),
            oidc: self.oidc.settings(),
            delivery: self.delivery.settings(),
        }
    }
}

#[cfg(test)]
mod tests;
