//! The arguments of `proctor backup`.

use std::path::PathBuf;

use clap::Args;

use crate::storage::StorageArgs;

/// Copy a data directory while its server runs.
///
/// The copy is what was stored at one moment. Uploads go on meanwhile. Day files are linked
/// where that is possible, so a backup on the same disk takes little room.
#[derive(Debug, Args)]
#[command(after_help = "Bring it back with: proctor restore BACKUP --data-dir NEW")]
pub(crate) struct BackupArgs {
    /// An absent or empty folder; or a new file whose name ends in .tar
    #[arg(long, value_name = "FOLDER|FILE.tar")]
    pub(crate) to: PathBuf,
    /// Copy the key that seals upload tokens too; else keep secret.key elsewhere
    #[arg(long)]
    pub(crate) with_key: bool,
    #[command(flatten)]
    pub(crate) storage: StorageArgs,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}
