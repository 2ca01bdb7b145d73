//! Where the bodies of day files are.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use proctor_core::day::DAY_MS;
use proctor_core::id::{SuiteId, Uuid};
use proctor_core::time::Timestamp;

use super::write::not_written;
use crate::StoreError;

/// How names of finished files end.
const FINISHED: &str = "parquet";
/// How names of files end that are being written.
const UNFINISHED: &str = "tmp";
/// Bytes of a part of a body in the database.
const PART_BYTES: usize = 1 << 20;

/// Names a day file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct DayFileId(Uuid);

impl DayFileId {
    pub(crate) fn random() -> Self {
        Self(Uuid::new_v4())
    }

    pub(crate) const fn bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Uuid::from_slice(bytes).ok().map(Self)
    }
}

/// The folder with the bodies, and what it is.
#[derive(Clone, Debug)]
pub(crate) enum Bodies {
    /// The only place: the database is a file beside it.
    Folder(PathBuf),
    /// A copy of what several servers share in the table `day_file_parts`.
    Cache(PathBuf),
    /// The same, for as long as the store is open.
    Temporary(PathBuf),
}

/// A file in the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) path: PathBuf,
    /// None: it is, or was, being written.
    pub(super) id: Option<DayFileId>,
    /// When it was last written, by the clock of the file system.
    pub(super) modified_at: Timestamp,
}

impl Bodies {
    pub(super) fn root(&self) -> &Path {
        match self {
            Self::Folder(root) | Self::Cache(root) | Self::Temporary(root) => root,
        }
    }

    /// Whether the database has them too.
    pub(super) const fn are_copies(&self) -> bool {
        !matches!(self, Self::Folder(_))
    }

    pub(super) fn suite_folder(&self, suite: SuiteId) -> PathBuf {
        self.root().join(suite.to_string())
    }

    /// The place of a finished file.
    pub(crate) fn path(&self, suite: SuiteId, day: i64, file: DayFileId) -> PathBuf {
        let date = Timestamp::from_millis(day.saturating_mul(DAY_MS)).to_date();
        self.suite_folder(suite).join(format!("{date}-{}.{FINISHED}", file.0.hyphenated()))
    }

    /// A new name to write under. Makes the folder.
    pub(super) fn unfinished(&self, suite: SuiteId) -> Result<PathBuf, StoreError> {
        let folder = self.suite_folder(suite);
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        // Executions are for the same eyes as the database beside them.
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&folder).map_err(|error| not_written(&folder, &error))?;
        Ok(folder.join(format!("{}.{UNFINISHED}", Uuid::new_v4().hyphenated())))
    }

    /// Gives a durable file its name, and makes the name durable.
    pub(super) fn publish(&self, unfinished: &Path, finished: &Path) -> Result<(), StoreError> {
        std::fs::rename(unfinished, finished).map_err(|error| not_written(finished, &error))?;
        for folder in [finished.parent(), Some(self.root()), self.root().parent()].into_iter().flatten() {
            sync_folder(folder)?;
        }
        Ok(())
    }

    /// Every file of ours in a folder; none when there is no such folder.
    pub(super) fn list(&self, folder: &Path) -> Result<Vec<Found>, StoreError> {
        let unlisted = |error: &std::io::Error| StoreError::Unavailable(format!("listing {}: {error}", folder.display()));
        match std::fs::read_dir(folder) {
            Ok(entries) => {
                let entries: Vec<_> = entries.collect::<Result<_, _>>().map_err(|error| unlisted(&error))?;
                Ok(entries.into_iter().filter_map(|entry| found_at(entry.path())).collect())
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(unlisted(&error)),
        }
    }
}

/// What a path in the folder is. `None`: nothing of ours, or gone.
fn found_at(path: PathBuf) -> Option<Found> {
    let stem = path.file_stem()?.to_str()?;
    let id = match path.extension()?.to_str()? {
        // `yyyy-mm-dd-` stands before the id
        FINISHED => Some(DayFileId(stem.get(11..)?.parse().ok()?)),
        UNFINISHED => None,
        _ => return None,
    };
    let modified = path.metadata().and_then(|metadata| metadata.modified()).ok()?;
    let age = modified.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let modified_at = Timestamp::from_millis(i64::try_from(age.as_millis()).unwrap_or(i64::MAX));
    Some(Found { path, id, modified_at })
}

/// The body in parts, as the database keeps it.
pub(super) fn parts_of(path: PathBuf) -> impl Iterator<Item = Result<Vec<u8>, StoreError>> {
    let unread = |path: &Path, error: &std::io::Error| StoreError::Unavailable(format!("reading {}: {error}", path.display()));
    let mut source = Some(File::open(&path));
    std::iter::from_fn(move || {
        let mut file = match source.take()? {
            Ok(file) => file,
            Err(error) => return Some(Err(unread(&path, &error))),
        };
        let mut part = Vec::with_capacity(PART_BYTES);
        match std::io::Read::by_ref(&mut file).take(PART_BYTES as u64).read_to_end(&mut part) {
            Err(error) => Some(Err(unread(&path, &error))),
            Ok(0) => None,
            Ok(_) => {
                source = Some(Ok(file));
                Some(Ok(part))
            }
        }
    })
}

/// Appends a part.
pub(super) fn append(path: &Path, part: &[u8]) -> Result<(), StoreError> {
    let mut options = File::options();
    options.create(true).append(true);
    let appended = options.open(path).and_then(|mut file| file.write_all(part));
    appended.map_err(|error| not_written(path, &error))
}

fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    #[cfg(unix)]
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| not_written(folder, &error))?;
    Ok(())
}
