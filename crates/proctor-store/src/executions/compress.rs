//! The zstd frame around a segment, and around states of monitors.

use std::cell::RefCell;

use zstd::bulk::{Compressor, Decompressor};

use crate::StoreError;

/// The fastest of the ordinary levels; day files are compressed harder.
const LEVEL: i32 = 1;
/// What a segment may decode to, in bytes: more than any upload that the limits let in can hold.
const SEGMENT_BYTES_MAX: usize = 4 << 30;

thread_local! {
    /// Making a context costs more than compressing a small segment.
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// Compresses into one frame with content size and checksum.
pub(crate) fn compress(bytes: &[u8]) -> Result<Vec<u8>, StoreError> {
    let compressed = COMPRESSOR.with_borrow_mut(|slot| {
        let compressor = match slot {
            Some(compressor) => compressor,
            None => {
                let mut compressor = Compressor::new(LEVEL)?;
                compressor.include_checksum(true)?;
                slot.insert(compressor)
            }
        };
        compressor.compress(bytes)
    });
    let mut compressed = compressed.map_err(|error| StoreError::Internal(format!("zstd: {error}")))?;
    compressed.shrink_to_fit();
    Ok(compressed)
}

/// Reads what [`compress`] wrote. A frame whose checksum is wrong is refused, so that nothing behind this sees damaged bytes.
pub(crate) fn decompress(bytes: &[u8]) -> Result<Vec<u8>, StoreError> {
    let decompressed = DECOMPRESSOR.with_borrow_mut(|slot| {
        let decompressor = match slot {
            Some(decompressor) => decompressor,
            None => slot.insert(Decompressor::new()?),
        };
        let size = Decompressor::upper_bound(bytes).ok_or_else(|| std::io::Error::other("the frame does not say how large it is"))?;
        if size > SEGMENT_BYTES_MAX {
            return Err(std::io::Error::other("the frame is too large"));
        }
        decompressor.decompress(bytes, size)
    });
    decompressed.map_err(|error| StoreError::Corrupt(format!("segment: {error}")))
}
