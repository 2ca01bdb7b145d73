//! The lock that keeps two servers off one SQLite database.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use crate::StoreError;

/// An exclusive lock on the file beside the database, held for the life of a server. The operating system lets go of it when the
/// process ends, however it ends.
#[derive(Debug)]
pub(crate) struct ServerLock {
    #[expect(dead_code, reason = "held, not read: closing the file releases the lock")]
    file: File,
}

impl ServerLock {
    /// Takes the lock of the database at `database`.
    pub(crate) fn take(database: &Path) -> Result<Self, StoreError> {
        let mut path = database.as_os_str().to_owned();
        path.push(".lock");
        let unusable = |error: &dyn std::fmt::Display| StoreError::Internal(format!("lock file {}: {error}", path.display()));
        if let Some(directory) = database.parent().filter(|directory| !directory.as_os_str().is_empty()) {
            std::fs::create_dir_all(directory).map_err(|error| unusable(&error))?;
        }
        let file = OpenOptions::new().create(true).write(true).truncate(false).open(&path).map_err(|error| unusable(&error))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { file }),
            Err(TryLockError::WouldBlock) => {
                Err(StoreError::Unavailable(format!("another server has {} open; one database serves one server", database.display())))
            }
            Err(TryLockError::Error(error)) => Err(unusable(&error)),
        }
    }
}
