//! What is administered: a data directory or a running server.

use clap::Args;

use crate::storage::StorageArgs;

/// Where to, and in what form to answer.
#[derive(Debug, Args)]
#[command(next_help_heading = "Where (a data directory, unless --server is given)")]
pub(crate) struct TargetArgs {
    /// A running server to talk to
    #[arg(long, value_name = "URL")]
    pub(crate) server: Option<String>,
    /// An API token of that server
    #[arg(long, value_name = "TOKEN", env = "PROCTOR_TOKEN", hide_env_values = true)]
    pub(crate) token: Option<String>,
    #[command(flatten)]
    pub(crate) storage: StorageArgs,
    /// Print JSON
    #[arg(long, help_heading = None::<&'static str>)]
    pub(crate) json: bool,
}
