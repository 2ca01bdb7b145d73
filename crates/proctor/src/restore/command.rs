//! Running `proctor restore`.

use proctor_store::backup::{BackedUp, restore};
use serde_json::json;

use crate::backup::{failure, is_tar, unpack};
use crate::exit::Exit;
use crate::output::{self, bytes, counted};
use crate::restore::RestoreArgs;

/// Restores the backup.
///
/// # Errors
/// When it is no whole backup, or the directory is not empty.
pub(crate) async fn run(args: RestoreArgs) -> anyhow::Result<Exit> {
    let RestoreArgs { backup, data_dir, json: is_json } = args;
    let unpacked = if is_tar(&backup) { Some(unpack(&backup, &data_dir)?) } else { None };
    let folder = unpacked.as_ref().map_or_else(|| backup.clone(), |unpacked| unpacked.path().to_owned());
    let BackedUp { files, bytes: total, has_key } = restore(folder, data_dir.clone()).await.map_err(failure)?;
    if is_json {
        output::json(&json!({ "data_dir": data_dir.display().to_string(), "files": files, "bytes": total, "has_key": has_key }));
        return Ok(Exit::Done);
    }
    output::say(&format!("Restored {} with {} to {}.", counted(files, "file"), bytes(total), data_dir.display()));
    if !has_key {
        output::say("Put the secret.key of the old server there before you start the new one, or set PROCTOR_SECRET_KEY:");
        output::say("without it upload tokens still work, but cannot be shown.");
    }
    Ok(Exit::Done)
}
