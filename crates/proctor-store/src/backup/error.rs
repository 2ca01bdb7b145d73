//! Why a backup was not made or not restored.

use std::path::{Path, PathBuf};

use crate::StoreError;

/// Why a backup was not made or not restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The target holds something already, or cannot be looked into.
    #[error("{0} is there already and is not an empty folder")]
    Occupied(PathBuf),
    /// There is no store to back up.
    #[error("there is no store at {0}")]
    NoStore(PathBuf),
    /// Not a backup, or one that was not finished.
    #[error("{0} is not a finished backup: it has no manifest that can be read")]
    NoManifest(PathBuf),
    /// A file is not what the manifest says.
    #[error("{path} is not what the manifest says: {fault}")]
    Damaged {
        /// The file, as the manifest names it.
        path: String,
        /// What is wrong with it.
        fault: &'static str,
    },
    /// Files were moved all the time while they were copied.
    #[error("the executions were moved too often while they were copied")]
    Restless,
    /// A file could not be read or written.
    #[error("{path}: {error}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// What the catalog says.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl BackupError {
    /// For a path that could not be read or written.
    pub(super) fn file(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |error| Self::File { path, error }
    }
}
