//! The arguments of `proctor restore`.

use std::path::PathBuf;

use clap::Args;

/// Make a data directory from a backup.
///
/// Each file is checked against the manifest of the backup. A directory that is not empty is
/// refused: nothing is ever overwritten.
#[derive(Debug, Args)]
pub(crate) struct RestoreArgs {
    /// The folder or .tar file that 'proctor backup' wrote
    #[arg(value_name = "BACKUP")]
    pub(crate) backup: PathBuf,
    /// The data directory to make: absent or empty
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: PathBuf,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}
