//! How states are written: small integers take few bytes, everything is read back bit for bit.

use crate::id::{ExecutionId, RunId};
use crate::identity::{EXECUTIONS_PER_UPLOAD_MAX, execution_index};
use crate::time::Timestamp;

/// Of the sixteen bytes of an execution's id, those that are its upload's; the others are its index.
const UPLOAD_BYTES: usize = 13;

/// Writes a state.
#[derive(Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// What has been written.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// One byte.
    pub fn byte(&mut self, value: u8) {
        self.bytes.push(value);
    }

    /// An unsigned integer: seven bits a byte, low ones first.
    pub fn unsigned(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }

    /// A signed integer, zigzag.
    pub fn signed(&mut self, value: i64) {
        self.unsigned((value.wrapping_shl(1) ^ (value >> 63)).cast_unsigned());
    }

    /// The number of elements that follow.
    pub fn length(&mut self, length: usize) {
        self.unsigned(length as u64);
    }

    /// Eight bytes, for hashes.
    pub fn word(&mut self, value: u64) {
        self.bytes.extend_from_slice(&value.to_be_bytes());
    }

    /// A double, bit for bit.
    pub fn double(&mut self, value: f64) {
        self.word(value.to_bits());
    }

    /// The id of an execution.
    pub fn execution(&mut self, id: ExecutionId) {
        self.bytes.extend_from_slice(id.bytes());
    }

    /// The ids of executions, column by column: first what leads to their uploads, which tests of the same uploads share, so that the
    /// states of many tests together compress well; then how far each index is from the one before it.
    pub fn executions(&mut self, ids: impl Iterator<Item = ExecutionId> + Clone) {
        ids.clone().for_each(|id| self.bytes.extend_from_slice(&id.bytes()[..UPLOAD_BYTES]));
        let mut base = 0;
        for id in ids {
            let index = i64::from(execution_index(id));
            self.signed(index - base);
            base = index;
        }
    }

    /// Words, each as the distance to the one before it.
    pub fn words(&mut self, words: impl Iterator<Item = u64>) {
        let mut base = 0;
        for word in words {
            self.word(word.wrapping_sub(base));
            base = word;
        }
    }

    /// The id of a run.
    pub fn run(&mut self, id: RunId) {
        self.bytes.extend_from_slice(id.bytes());
    }

    /// A point in time, as the distance to `base`.
    pub fn time(&mut self, at: Timestamp, base: Timestamp) {
        self.signed(at.millis().wrapping_sub(base.millis()));
    }

    /// A value that may be missing.
    pub fn optional<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.byte(u8::from(value.is_some()));
        if let Some(value) = value {
            write(self, value);
        }
    }
}

/// Reads what [`Writer`] wrote. Every method gives `None` when the bytes cannot be that.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Reads from the start of `bytes`.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    /// Whether all has been read.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// See [`Writer::byte`].
    pub fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*first)
    }

    /// See [`Writer::unsigned`].
    pub fn unsigned(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    /// [`Self::unsigned`] that counts executions: far from overflow, whatever the bytes say.
    pub fn count(&mut self) -> Option<u64> {
        self.unsigned().filter(|count| *count < 1 << 48)
    }

    /// [`Self::unsigned`], at most `u32::MAX`.
    pub fn small(&mut self) -> Option<u32> {
        self.unsigned()?.try_into().ok()
    }

    /// See [`Writer::signed`].
    pub fn signed(&mut self) -> Option<i64> {
        let value = self.unsigned()?;
        Some((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    /// See [`Writer::length`]; at most `max`, so that damaged bytes cannot ask for memory.
    pub fn length(&mut self, max: usize) -> Option<usize> {
        usize::try_from(self.unsigned()?).ok().filter(|length| *length <= max)
    }

    /// See [`Writer::word`].
    pub fn word(&mut self) -> Option<u64> {
        let (first, rest) = self.bytes.split_first_chunk::<8>()?;
        self.bytes = rest;
        Some(u64::from_be_bytes(*first))
    }

    /// See [`Writer::double`].
    pub fn double(&mut self) -> Option<f64> {
        self.word().map(f64::from_bits)
    }

    /// See [`Writer::execution`].
    pub fn execution(&mut self) -> Option<ExecutionId> {
        let (first, rest) = self.bytes.split_at_checked(16)?;
        self.bytes = rest;
        ExecutionId::from_bytes(first)
    }

    /// See [`Writer::executions`]; `length` of them, which has been checked.
    pub fn executions(&mut self, length: usize) -> Option<Vec<ExecutionId>> {
        let (uploads, rest) = self.bytes.split_at_checked(length.checked_mul(UPLOAD_BYTES)?)?;
        self.bytes = rest;
        let mut base = 0_i64;
        let of = |upload: &[u8; UPLOAD_BYTES]| {
            base = base.checked_add(self.signed()?)?;
            let index = u32::try_from(base).ok().filter(|index| *index < EXECUTIONS_PER_UPLOAD_MAX)?;
            let mut bytes = [0; 16];
            bytes[..UPLOAD_BYTES].copy_from_slice(upload);
            bytes[UPLOAD_BYTES..].copy_from_slice(&index.to_be_bytes()[1..]);
            ExecutionId::from_bytes(&bytes)
        };
        uploads.as_chunks::<UPLOAD_BYTES>().0.iter().map(of).collect()
    }

    /// See [`Writer::words`]; `length` of them, which has been checked.
    pub fn words(&mut self, length: usize) -> Option<Vec<u64>> {
        let mut base = 0_u64;
        let mut next = || {
            base = base.wrapping_add(self.word()?);
            Some(base)
        };
        (0..length).map(|_| next()).collect()
    }

    /// See [`Writer::run`].
    pub fn run(&mut self) -> Option<RunId> {
        let (first, rest) = self.bytes.split_at_checked(16)?;
        self.bytes = rest;
        RunId::from_bytes(first)
    }

    /// See [`Writer::time`].
    pub fn time(&mut self, base: Timestamp) -> Option<Timestamp> {
        Some(Timestamp::from_millis(base.millis().wrapping_add(self.signed()?)))
    }

    /// See [`Writer::optional`].
    pub fn optional<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<Option<T>> {
        match self.byte()? {
            0 => Some(None),
            1 => read(self).map(Some),
            _ => None,
        }
    }
}

/// A state that can be written and read back.
pub trait StateBytes: Sized {
    /// Writes it.
    fn write(&self, to: &mut Writer);

    /// Reads what [`Self::write`] wrote; `None` when the bytes cannot be that.
    fn read(from: &mut Reader<'_>) -> Option<Self>;
}

/// Where distances in time start: the first point written stands in full.
pub(super) const EPOCH: fn() -> Timestamp = || Timestamp::from_millis(0);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_come_back() {
        let ids: Vec<ExecutionId> = [0x0199_d3c5_2a10_7d3e_8f21_0f6b_1c00_0007, 0x0199_d3c5_2a10_7d3e_8f21_0f6b_1cff_ffff, 1]
            .map(|id| ExecutionId::new(uuid::Uuid::from_u128(id)))
            .to_vec();
        let words = [u64::MAX, 0, 7, 1 << 63];
        let mut writer = Writer::default();
        writer.executions(ids.iter().copied());
        writer.words(words.into_iter());
        let bytes = writer.into_bytes();
        let mut reader = Reader::new(&bytes);
        assert_eq!((reader.executions(3), reader.words(4), reader.is_empty()), (Some(ids), Some(words.to_vec()), true));
        for length in 0..bytes.len() {
            let mut cut = Reader::new(&bytes[..length]);
            assert!(cut.executions(3).and_then(|_| cut.words(4)).is_none(), "{length}");
        }
    }

    #[test]
    fn integers_come_back() {
        for value in [0, 1, -1, 63, -64, 1 << 40, i64::MAX, i64::MIN] {
            let mut writer = Writer::default();
            writer.signed(value);
            writer.unsigned(value.cast_unsigned());
            let bytes = writer.into_bytes();
            let mut reader = Reader::new(&bytes);
            assert_eq!((reader.signed(), reader.unsigned(), reader.is_empty()), (Some(value), Some(value.cast_unsigned()), true));
        }
        assert_eq!(Reader::new(&[0x80]).unsigned(), None);
        assert_eq!(Reader::new(&[5]).length(4), None);
    }
}
