//! The list of what a backup holds.

use std::path::{Component, Path};

use serde::{Deserialize, Serialize};

use super::BackupError;
use super::files::write_new;

/// The manifest's name in a backup.
pub const MANIFEST_FILE: &str = "manifest.json";
/// The form of backups that is written.
const FORM: u32 = 1;
/// Bytes of a manifest: some 4 million files.
const MANIFEST_BYTES_MAX: u64 = 1 << 30;

/// What was backed up or restored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BackedUp {
    /// Files, without the manifest.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Whether the key that seals upload tokens is among them.
    pub has_key: bool,
}

/// The list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    /// The form of the backup.
    pub(super) proctor_backup: u32,
    /// The version of Proctor that wrote it.
    pub(super) version: String,
    /// RFC 3339.
    pub(super) created_at: String,
    pub(super) files: Vec<ManifestFile>,
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ManifestFile {
    /// From the folder of the backup, with `/`.
    pub(super) path: String,
    pub(super) bytes: u64,
    /// In hex.
    pub(super) sha256: String,
}

impl Manifest {
    pub(super) fn new(created_at: String, files: Vec<ManifestFile>) -> Self {
        Self { proctor_backup: FORM, version: env!("CARGO_PKG_VERSION").to_owned(), created_at, files }
    }

    pub(super) fn summary(&self) -> BackedUp {
        BackedUp {
            files: self.files.len() as u64,
            bytes: self.files.iter().map(|file| file.bytes).sum(),
            has_key: self.files.iter().any(|file| file.path == super::KEY_FILE),
        }
    }

    /// Writes it, durably, into the folder of the backup.
    pub(super) fn write(&self, folder: &Path) -> Result<(), BackupError> {
        let path = folder.join(MANIFEST_FILE);
        let text = serde_json::to_vec_pretty(self).map_err(|error| BackupError::file(&path)(error.into()))?;
        write_new(&path, &text)
    }

    /// Reads the manifest of a backup. Paths that lead out of its folder are refused.
    pub(super) fn read(folder: &Path) -> Result<Self, BackupError> {
        let path = folder.join(MANIFEST_FILE);
        let none = || BackupError::NoManifest(folder.to_owned());
        if std::fs::metadata(&path).map_err(|_| none())?.len() > MANIFEST_BYTES_MAX {
            return Err(none());
        }
        let manifest: Self = std::fs::read(&path).ok().and_then(|text| serde_json::from_slice(&text).ok()).ok_or_else(none)?;
        if manifest.proctor_backup != FORM {
            return Err(BackupError::Damaged { path: MANIFEST_FILE.to_owned(), fault: "it was written by another version of Proctor" });
        }
        if let Some(file) = manifest.files.iter().find(|file| !is_inside(&file.path)) {
            return Err(BackupError::Damaged { path: file.path.clone(), fault: "the path leads out of the backup" });
        }
        if !manifest.files.iter().any(|file| file.path == super::CATALOG_FILE) {
            return Err(BackupError::Damaged { path: super::CATALOG_FILE.to_owned(), fault: "it is not listed" });
        }
        Ok(manifest)
    }
}

fn is_inside(path: &str) -> bool {
    let mut components = Path::new(path).components().peekable();
    components.peek().is_some() && components.all(|component| matches!(component, Component::Normal(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_inside() {
        for path in ["proctor.db", "executions/a/b.parquet"] {
            assert!(is_inside(path), "{path}");
        }
        for path in ["", "/etc/passwd", "../x", "executions/../../x", "./x"] {
            assert!(!is_inside(path), "{path}");
        }
    }
}
