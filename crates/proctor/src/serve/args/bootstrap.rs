//! What is made when the store is empty.

use clap::Args;

/// The first organization.
#[derive(Debug, Args)]
#[command(next_help_heading = "First start")]
pub(crate) struct BootstrapArgs {
    /// The organization that an empty store gets
    #[arg(long, value_name = "NAME", env = "PROCTOR_ORGANIZATION", default_value = "default")]
    pub(crate) organization: String,
    /// An API token with every scope for that organization; made whenever it is absent
    #[arg(long, value_name = "SECRET", env = "PROCTOR_BOOTSTRAP_TOKEN", hide_env_values = true)]
    pub(crate) bootstrap_token: Option<String>,
}
