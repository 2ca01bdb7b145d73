//! A file on disk that several threads read at once.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, Length};

/// Bytes read ahead of a parser.
const READ_AHEAD_BYTES: usize = 32 << 10;

/// An open file. Clones share it. When it is doomed, it is deleted with the last of them.
#[derive(Clone, Debug)]
pub(super) struct DiskFile {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    file: File,
    path: PathBuf,
    bytes: u64,
    is_doomed: AtomicBool,
}

impl Drop for Inner {
    fn drop(&mut self) {
        if self.is_doomed.load(Ordering::Acquire)
            && let Err(error) = std::fs::remove_file(&self.path)
        {
            tracing::warn!(path = %self.path.display(), %error, "a day file that is not needed any more was not deleted");
        }
    }
}

impl DiskFile {
    pub(super) fn open(path: &Path) -> std::io::Result<Self> {
        let file = File::open(path)?;
        let bytes = file.metadata()?.len();
        Ok(Self { inner: Arc::new(Inner { file, path: path.to_owned(), bytes, is_doomed: AtomicBool::new(false) }) })
    }

    /// Deletes the file once nobody reads it any more.
    pub(super) fn doom(&self) {
        self.inner.is_doomed.store(true, Ordering::Release);
    }

    fn read_at(&self, buffer: &mut [u8], start: u64) -> std::io::Result<usize> {
        #[cfg(unix)]
        let read = std::os::unix::fs::FileExt::read_at(&self.inner.file, buffer, start)?;
        #[cfg(windows)]
        let read = std::os::windows::fs::FileExt::seek_read(&self.inner.file, buffer, start)?;
        Ok(read)
    }
}

impl Length for DiskFile {
    fn len(&self) -> u64 {
        self.inner.bytes
    }
}

impl ChunkReader for DiskFile {
    type T = BufReader<From>;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        Ok(BufReader::with_capacity(READ_AHEAD_BYTES, From { file: self.clone(), at: start }))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        let is_inside = u64::try_from(length).ok().and_then(|length| start.checked_add(length)).is_some_and(|end| end <= self.inner.bytes);
        if !is_inside {
            return Err(ParquetError::EOF("a day file is shorter than it says".to_owned()));
        }
        let mut bytes = vec![0; length];
        From { file: self.clone(), at: start }.read_exact(&mut bytes)?;
        Ok(bytes.into())
    }
}

/// The rest of a file from some byte on. It has a position of its own, unlike a clone of a [`File`].
#[derive(Debug)]
pub(super) struct From {
    file: DiskFile,
    at: u64,
}

impl Read for From {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.file.read_at(buffer, self.at)?;
        self.at += u64::try_from(read).unwrap_or(u64::MAX);
        Ok(read)
    }
}
