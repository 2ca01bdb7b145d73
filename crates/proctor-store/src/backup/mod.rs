//! Backup of a store on SQLite while a server has it open, and restoring one.
//!
//! A backup is a folder: a copy of the catalog as one transaction saw it, exactly the day files that this copy names, and, written
//! last, a manifest with the size and SHA-256 of each. A folder without a manifest is no backup. On PostgreSQL everything is in
//! the database, and its own tools copy it.

mod create;
mod error;
mod files;
mod manifest;
mod restore;

pub use create::{BackupOptions, back_up};
pub use error::BackupError;
pub use manifest::{BackedUp, MANIFEST_FILE};
pub use restore::restore;

/// The catalog's file in a backup and in a restored data directory.
pub const CATALOG_FILE: &str = "proctor.db";
/// The key's file in both.
pub const KEY_FILE: &str = "secret.key";
