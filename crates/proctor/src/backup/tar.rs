//! A backup as one file: a tar archive of its folder.

use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::Path;

use anyhow::Context;
use tempfile::{NamedTempFile, TempDir};

use crate::exit::Failure;

/// Bytes written at a time.
const BUFFER_BYTES: usize = 1 << 20;

/// Whether a backup of this name is an archive rather than a folder.
pub(crate) fn is_tar(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("tar"))
}

/// A folder beside the archive, on the same disk, for what goes into it.
///
/// # Errors
/// When there is such a file already, or the folder cannot be made.
pub(super) fn staging_folder(archive: &Path) -> anyhow::Result<TempDir> {
    if archive.exists() {
        return Err(Failure::usage(format!("{} is there already", archive.display()), "name a file that does not exist yet").into());
    }
    let parent = parent_of(archive);
    std::fs::create_dir_all(parent).with_context(|| format!("failed to make {}", parent.display()))?;
    tempfile::Builder::new()
        .prefix(".proctor-backup")
        .tempdir_in(parent)
        .with_context(|| format!("failed to write in {}", parent.display()))
}

/// Packs the folder. The archive gets its name when it is complete.
///
/// # Errors
/// When something cannot be read or written.
pub(super) fn pack(folder: &Path, archive: &Path) -> anyhow::Result<()> {
    let failed = || format!("failed to write {}", archive.display());
    let file = NamedTempFile::new_in(parent_of(archive)).with_context(failed)?;
    let mut builder = tar::Builder::new(BufWriter::with_capacity(BUFFER_BYTES, file));
    builder.append_dir_all(".", folder).with_context(failed)?;
    let file = builder.into_inner().with_context(failed)?.into_inner().map_err(std::io::IntoInnerError::into_error).with_context(failed)?;
    file.as_file().sync_all().with_context(failed)?;
    file.persist_noclobber(archive).with_context(failed)?;
    Ok(())
}

/// Unpacks an archive into a folder beside `target`, on the same disk. Names in it that lead out of the folder are not followed.
///
/// # Errors
/// When the archive cannot be read or the folder written.
pub(crate) fn unpack(archive: &Path, target: &Path) -> anyhow::Result<TempDir> {
    let next_step = "name a folder or a .tar file that 'proctor backup' wrote to its end";
    let unreadable = |error: std::io::Error| Failure::usage(format!("failed to read {}: {error}", archive.display()), next_step);
    let file = File::open(archive).map_err(unreadable)?;
    let parent = parent_of(target);
    std::fs::create_dir_all(parent).with_context(|| format!("failed to make {}", parent.display()))?;
    let folder = tempfile::Builder::new().prefix(".proctor-restore").tempdir_in(parent);
    let folder = folder.with_context(|| format!("failed to write in {}", parent.display()))?;
    tar::Archive::new(BufReader::with_capacity(BUFFER_BYTES, file)).unpack(folder.path()).map_err(unreadable)?;
    Ok(folder)
}

fn parent_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
