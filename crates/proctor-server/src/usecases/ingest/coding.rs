//! Undoing content codings while bytes arrive, never further than the bound on decoded bytes.

use std::io::{self, Write};

use flate2::write::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use super::Refusal;

/// Compressed bytes that are decoded in one go. Deflate expands by 1,032 at the most, so this bounds what one step adds
/// before memory is counted again.
const STEP_BYTES: usize = 4 * 1024;
/// What is reserved for a declared length before any of it has come. Pages that are not written to take no memory.
const RESERVED_BYTES_MAX: usize = 4 * 1024 * 1024;

/// A content coding (`uploads.md`, section 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// None.
    Identity,
    /// `gzip`, `x-gzip`; several members are read one after the other.
    Gzip,
    /// `deflate`: the zlib format, as the standard says, or bare deflate, as some senders understood it.
    Deflate,
}

impl Coding {
    /// Reads the value of `Content-Encoding`. `None` for what is not supported, several codings included.
    #[must_use]
    pub fn from_header(value: &str) -> Option<Self> {
        let mut codings = value.split(',').map(str::trim).filter(|name| !name.is_empty() && !name.eq_ignore_ascii_case("identity"));
        let coding = match codings.next() {
            None => Self::Identity,
            Some(name) if name.eq_ignore_ascii_case("gzip") || name.eq_ignore_ascii_case("x-gzip") => Self::Gzip,
            Some(name) if name.eq_ignore_ascii_case("deflate") => Self::Deflate,
            Some(_) => return None,
        };
        codings.next().is_none().then_some(coding)
    }
}

/// Decodes what arrives into one growing buffer.
#[derive(Debug)]
pub(super) enum Decoder {
    Identity(Buffer),
    Gzip(Box<MultiGzDecoder<Buffer>>),
    /// Which of the two spellings is known from the first two bytes only.
    DeflateUnknown(Buffer, Vec<u8>),
    Zlib(Box<ZlibDecoder<Buffer>>),
    BareDeflate(Box<DeflateDecoder<Buffer>>),
}

impl Decoder {
    /// `declared_bytes`: what `Content-Length` says.
    pub(super) fn new(coding: Coding, declared_bytes: Option<u64>, decoded_bytes_max: u64) -> Self {
        let bytes_max = usize::try_from(decoded_bytes_max).unwrap_or(usize::MAX);
        let declared = declared_bytes.and_then(|bytes| usize::try_from(bytes).ok());
        match coding {
            Coding::Identity => Self::Identity(Buffer::new(bytes_max, declared)),
            Coding::Gzip => Self::Gzip(Box::new(MultiGzDecoder::new(Buffer::new(bytes_max, None)))),
            Coding::Deflate => Self::DeflateUnknown(Buffer::new(bytes_max, None), Vec::new()),
        }
    }

    /// Decodes the first part of `bytes` and says how much of it that was: at least one byte.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<usize, Refusal> {
        let step = if matches!(self, Self::Identity(_)) { bytes } else { &bytes[..bytes.len().min(STEP_BYTES)] };
        if let Self::DeflateUnknown(buffer, start) = self {
            start.extend_from_slice(step);
            if let [first, second, ..] = start[..] {
                let (buffer, start) = (std::mem::take(buffer), std::mem::take(start));
                // RFC 1950: method 8, and the first two bytes are a multiple of 31.
                let is_zlib = first & 0x0F == 8 && u16::from_be_bytes([first, second]) % 31 == 0;
                *self = match is_zlib {
                    true => Self::Zlib(Box::new(ZlibDecoder::new(buffer))),
                    false => Self::BareDeflate(Box::new(DeflateDecoder::new(buffer))),
                };
                self.write(&start)?;
            }
        } else {
            self.write(step)?;
        }
        Ok(step.len())
    }

    /// Everything decoded so far. A decoder may hold back a few kilobytes until [`Self::finish`].
    pub(super) fn decoded(&self) -> &[u8] {
        &self.buffer().bytes
    }

    /// Ends the stream and gives the decoded bytes.
    pub(super) fn finish(mut self) -> Result<Vec<u8>, Refusal> {
        let ended = match &mut self {
            Self::Identity(_) => Ok(()),
            Self::DeflateUnknown(..) => Err(io::ErrorKind::UnexpectedEof.into()),
            Self::Gzip(decoder) => decoder.try_finish(),
            Self::Zlib(decoder) => decoder.try_finish(),
            Self::BareDeflate(decoder) => decoder.try_finish(),
        };
        self.checked(ended)?;
        Ok(std::mem::take(&mut self.buffer_mut().bytes))
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        let written = match self {
            Self::Identity(buffer) | Self::DeflateUnknown(buffer, _) => buffer.write_all(bytes),
            Self::Gzip(decoder) => decoder.write_all(bytes),
            Self::Zlib(decoder) => decoder.write_all(bytes),
            Self::BareDeflate(decoder) => decoder.write_all(bytes),
        };
        self.checked(written)
    }

    fn checked(&self, outcome: io::Result<()>) -> Result<(), Refusal> {
        let buffer = self.buffer();
        if buffer.is_over {
            return Err(Refusal::DecodedBodyTooLarge { bytes_max: buffer.bytes_max as u64 });
        }
        outcome.map_err(|_| Refusal::Malformed("the compressed body is broken or cut off".to_owned()))
    }

    fn buffer(&self) -> &Buffer {
        match self {
            Self::Identity(buffer) | Self::DeflateUnknown(buffer, _) => buffer,
            Self::Gzip(decoder) => decoder.get_ref(),
            Self::Zlib(decoder) => decoder.get_ref(),
            Self::BareDeflate(decoder) => decoder.get_ref(),
        }
    }

    fn buffer_mut(&mut self) -> &mut Buffer {
        match self {
            Self::Identity(buffer) | Self::DeflateUnknown(buffer, _) => buffer,
            Self::Gzip(decoder) => decoder.get_mut(),
            Self::Zlib(decoder) => decoder.get_mut(),
            Self::BareDeflate(decoder) => decoder.get_mut(),
        }
    }
}

/// Bytes up to a bound.
#[derive(Debug, Default)]
pub(super) struct Buffer {
    bytes: Vec<u8>,
    bytes_max: usize,
    expected: Option<usize>,
    is_over: bool,
}

impl Buffer {
    fn new(bytes_max: usize, declared: Option<usize>) -> Self {
        let expected = declared.map(|bytes| bytes.min(bytes_max));
        let bytes = Vec::with_capacity(expected.unwrap_or(0).min(RESERVED_BYTES_MAX));
        Self { bytes, bytes_max, expected, is_over: false }
    }
}

impl Write for Buffer {
    fn write(&mut self, more: &[u8]) -> io::Result<usize> {
        let needed = self.bytes.len() + more.len();
        if needed > self.bytes_max {
            self.is_over = true;
            return Err(io::ErrorKind::StorageFull.into());
        }
        if needed > self.bytes.capacity() {
            // Twice as much, but not past what was declared: doubling must not waste what is known not to come.
            let wanted = (self.bytes.capacity() * 2).max(64 * 1024).min(self.expected.unwrap_or(usize::MAX)).max(needed);
            self.bytes.reserve_exact(wanted - self.bytes.len());
        }
        self.bytes.extend_from_slice(more);
        Ok(more.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
