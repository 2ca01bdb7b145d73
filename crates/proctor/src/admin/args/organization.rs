//! The arguments of `proctor org`.

use clap::Subcommand;

use crate::admin::args::TargetArgs;

/// Administer organizations.
#[derive(Debug, Subcommand)]
pub(crate) enum OrganizationCommand {
    /// Make an organization
    Create {
        /// Its name; the name in addresses follows from it: "Acme Inc" becomes acme-inc
        #[arg(value_name = "NAME")]
        name: String,
        #[command(flatten)]
        target: TargetArgs,
    },
    /// List the organizations
    List {
        #[command(flatten)]
        target: TargetArgs,
    },
}
