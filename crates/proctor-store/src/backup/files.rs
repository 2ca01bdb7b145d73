//! Copying files so that they are durable, and known by their hash.

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::BackupError;

/// Bytes copied at a time.
const CHUNK_BYTES: usize = 256 << 10;

/// Makes `to` the same file as `from` if both are on one file system, else a copy of it; nothing when there is no `from` (any more).
/// Only for files that never change.
pub(super) fn link_or_copy(from: &Path, to: &Path) -> Result<(), BackupError> {
    make_parent(to)?;
    match std::fs::hard_link(from, to) {
        Ok(()) => return Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        // Another file system, or one without links.
        Err(_) => {}
    }
    match File::open(from) {
        Ok(file) => copy(file, from, to).map(drop),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(BackupError::file(from)(error)),
    }
}

/// Copies a file to where none is, durably; its size and the hash of what was copied.
pub(super) fn copy_file(from: &Path, to: &Path) -> Result<(u64, String), BackupError> {
    make_parent(to)?;
    copy(File::open(from).map_err(BackupError::file(from))?, from, to)
}

fn copy(file: File, from: &Path, to: &Path) -> Result<(u64, String), BackupError> {
    let mut out = create_new(to)?;
    let hashed = read_all(file, from, |bytes| out.write_all(bytes).map_err(BackupError::file(to)))?;
    out.sync_all().map_err(BackupError::file(to))?;
    Ok(hashed)
}

/// The size and the SHA-256 of a file.
pub(super) fn hash_file(path: &Path) -> Result<(u64, String), BackupError> {
    read_all(File::open(path).map_err(BackupError::file(path))?, path, |_| Ok(()))
}

fn read_all(mut file: File, path: &Path, mut each: impl FnMut(&[u8]) -> Result<(), BackupError>) -> Result<(u64, String), BackupError> {
    let mut hash = Sha256::new();
    let mut chunk = vec![0; CHUNK_BYTES];
    let mut total = 0;
    loop {
        let read = file.read(&mut chunk).map_err(BackupError::file(path))?;
        let bytes = chunk.get(..read).unwrap_or_default();
        if bytes.is_empty() {
            break;
        }
        hash.update(bytes);
        each(bytes)?;
        total += read as u64;
    }
    let mut hex = String::with_capacity(64);
    for byte in hash.finalize() {
        // Writing to a string cannot fail.
        _ = write!(hex, "{byte:02x}");
    }
    Ok((total, hex))
}

/// Writes a new file, durably.
pub(super) fn write_new(path: &Path, bytes: &[u8]) -> Result<(), BackupError> {
    let mut file = create_new(path)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(BackupError::file(path))
}

/// A new file that its owner alone may read: what is copied holds hashes of tokens.
pub(super) fn create_new(path: &Path) -> Result<File, BackupError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(BackupError::file(path))
}

/// Makes the names in a folder durable.
pub(super) fn sync_folder(folder: &Path) -> Result<(), BackupError> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(BackupError::file(folder))
}

/// Makes a folder that is empty: a new one, or one that is there.
pub(super) fn make_empty_folder(folder: &Path) -> Result<(), BackupError> {
    match std::fs::read_dir(folder) {
        Ok(mut entries) => match entries.next() {
            None => Ok(()),
            Some(_) => Err(BackupError::Occupied(folder.to_owned())),
        },
        Err(error) if error.kind() == ErrorKind::NotFound => std::fs::create_dir_all(folder).map_err(BackupError::file(folder)),
        Err(_) => Err(BackupError::Occupied(folder.to_owned())),
    }
}

fn make_parent(path: &Path) -> Result<(), BackupError> {
    path.parent().map_or(Ok(()), |parent| std::fs::create_dir_all(parent).map_err(BackupError::file(parent)))
}
