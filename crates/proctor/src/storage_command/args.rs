//! The arguments of `proctor storage`.

use clap::Args;

use crate::admin::{SuitePath, TargetArgs};

/// Show what suites take on disk.
///
/// Without a suite: one line for each of an organization. With one: a line for each day.
#[derive(Debug, Args)]
pub(crate) struct StorageCommandArgs {
    /// The suite
    #[arg(value_name = "ORG/SUITE")]
    pub(crate) suite: Option<SuitePath>,
    /// The organization whose suites are shown when none is named
    #[arg(long, value_name = "ORG", env = "PROCTOR_ORGANIZATION", default_value = "default")]
    pub(crate) org: String,
    #[command(flatten)]
    pub(crate) target: TargetArgs,
}
