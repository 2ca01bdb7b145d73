//! One report: a file, or what came on stdin.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::PathBuf;
use std::sync::Arc;

use flate2::read::MultiGzDecoder;

use crate::exit::Failure;

/// Bytes looked at to tell the format.
const HEAD_BYTES: u64 = 1024 * 1024;

/// What a report may take on stdin, in bytes: it is held in memory, so that it can be sent again.
const STDIN_BYTES_MAX: u64 = 1024 * 1024 * 1024;

/// A report that can be read from its beginning as often as needed. A gzip-compressed one is unpacked on the way.
#[derive(Clone, Debug)]
pub(crate) enum Input {
    /// A file.
    File(PathBuf),
    /// What came on stdin.
    Stdin(Arc<[u8]>),
}

impl Input {
    /// Reads stdin to its end.
    ///
    /// # Errors
    /// When stdin cannot be read or holds more than a report may.
    pub(crate) fn of_stdin() -> Result<Self, Failure> {
        let mut bytes = Vec::new();
        let read = io::stdin().lock().take(STDIN_BYTES_MAX + 1).read_to_end(&mut bytes);
        match read {
            Ok(length) if length as u64 > STDIN_BYTES_MAX => {
                Err(Failure::usage(format!("stdin holds more than {STDIN_BYTES_MAX} bytes"), "write the report to a file and name that"))
            }
            Ok(_) => Ok(Self::Stdin(bytes.into())),
            Err(error) => Err(Failure::usage(format!("failed to read stdin: {error}"), "write the report to a file and name that")),
        }
    }

    /// The name for messages.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Stdin(_) => "stdin".to_owned(),
        }
    }

    /// The name that goes to the server: without directories.
    pub(crate) fn file_name(&self) -> String {
        match self {
            Self::File(path) => path.file_name().map_or_else(|| "report".to_owned(), |name| name.to_string_lossy().into_owned()),
            Self::Stdin(_) => "stdin".to_owned(),
        }
    }

    /// Its size as stored, in bytes; 0 when it cannot be told.
    pub(crate) fn stored_bytes(&self) -> u64 {
        match self {
            Self::File(path) => std::fs::metadata(path).map_or(0, |metadata| metadata.len()),
            Self::Stdin(bytes) => bytes.len() as u64,
        }
    }

    /// Opens it at its beginning. `on_read` is told how many stored bytes have been read, each time.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub(crate) fn open(&self, on_read: impl FnMut(u64) + Send + 'static) -> io::Result<Box<dyn Read + Send>> {
        let stored: Box<dyn Read + Send> = match self {
            Self::File(path) => Box::new(File::open(path)?),
            Self::Stdin(bytes) => Box::new(Cursor::new(Arc::clone(bytes))),
        };
        unpacked(Counted { reader: stored, on_read })
    }

    /// All of it, unpacked.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn read(&self) -> Result<Vec<u8>, Failure> {
        self.read_up_to(u64::MAX)
    }

    /// Its beginning, unpacked.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn head(&self) -> Result<Vec<u8>, Failure> {
        self.read_up_to(HEAD_BYTES)
    }

    fn read_up_to(&self, bytes_max: u64) -> Result<Vec<u8>, Failure> {
        let mut bytes = Vec::new();
        let read = self.open(|_| {}).and_then(|reader| reader.take(bytes_max).read_to_end(&mut bytes));
        read.map_err(|error| Failure::refused(format!("failed to read the file: {error}"), "see whether it is whole and readable"))?;
        Ok(bytes)
    }
}

/// Undoes gzip when the first two bytes say so.
fn unpacked(mut stored: impl Read + Send + 'static) -> io::Result<Box<dyn Read + Send>> {
    let mut magic = Vec::with_capacity(2);
    stored.by_ref().take(2).read_to_end(&mut magic)?;
    let is_gzip = magic == [0x1f, 0x8b];
    let whole = Cursor::new(magic).chain(stored);
    Ok(if is_gzip { Box::new(MultiGzDecoder::new(whole)) } else { Box::new(whole) })
}

/// Tells how much is read.
struct Counted<R, F> {
    reader: R,
    on_read: F,
}

impl<R: Read, F: FnMut(u64)> Read for Counted<R, F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.reader.read(buffer)?;
        (self.on_read)(length as u64);
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    #[test]
    fn gzip_is_undone_and_stored_bytes_are_counted() {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(b"<testsuite/>").unwrap();
        let packed = packed.finish().unwrap();
        let length = packed.len() as u64;
        let input = Input::Stdin(packed.into());
        assert_eq!(input.read().unwrap(), b"<testsuite/>");
        let counted = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&counted);
        let mut text = String::new();
        let mut reader = input.open(move |bytes| _ = counter.fetch_add(bytes, Ordering::Relaxed)).unwrap();
        reader.read_to_string(&mut text).unwrap();
        assert_eq!(counted.load(Ordering::Relaxed), length);
    }

    #[test]
    fn short_and_empty_inputs_are_read_as_they_are() {
        for bytes in [&b""[..], b"[", b"[]"] {
            assert_eq!(Input::Stdin(bytes.into()).read().unwrap(), bytes);
        }
    }
}
