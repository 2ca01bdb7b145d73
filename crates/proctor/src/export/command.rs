//! Running `proctor export`.

use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::Context;
use proctor_core::day::Day;
use proctor_store::export::Exported;
use serde_json::json;
use tempfile::NamedTempFile;

use crate::admin::open_local;
use crate::exit::{Exit, Failure};
use crate::export::ExportArgs;
use crate::output::{self, counted};

/// Bytes written at a time.
const BUFFER_BYTES: usize = 1 << 20;

/// Writes the file. It gets its name when it is complete.
///
/// # Errors
/// When there is no such suite, the store cannot be read, or the file is there already or cannot be written.
pub(crate) async fn run(args: ExportArgs) -> anyhow::Result<Exit> {
    let ExportArgs { suite: path, to, from, until, storage, json: is_json } = args;
    if to.exists() {
        return Err(Failure::usage(format!("{} is there already", to.display()), "name a file that does not exist yet").into());
    }
    let days = from.unwrap_or(Day::from_number(i64::MIN))..=until.unwrap_or(Day::from_number(i64::MAX));
    if days.is_empty() {
        return Err(Failure::usage("--until is before --from", "name the first day with --from and the last with --until").into());
    }
    let local = open_local(&storage).await?;
    let (_, suite) = local.find_suite(&path).await?;
    let failed = || format!("failed to write {}", to.display());
    let parent = to.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let file = NamedTempFile::new_in(parent).with_context(failed)?;
    let (mut out, done) = local.store.export_suite(suite.id, days, BufWriter::with_capacity(BUFFER_BYTES, file)).await?;
    local.store.close().await;
    out.flush().with_context(failed)?;
    let file = out.into_inner().map_err(std::io::IntoInnerError::into_error).with_context(failed)?;
    file.as_file().sync_all().with_context(failed)?;
    file.persist_noclobber(&to).with_context(failed)?;
    let Exported { executions, days } = done;
    if is_json {
        output::json(&json!({ "file": to.display().to_string(), "executions": executions, "days": days }));
    } else {
        output::say(&format!("Wrote {} of {} to {}.", counted(executions, "execution"), counted(days, "day"), to.display()));
    }
    Ok(Exit::Done)
}
