//! Columns while they grow. One that never got a value costs nothing.

use std::sync::Arc;

use arrow_array::Float64Array;
use arrow_array::types::UInt32Type;
use arrow_array::{ArrayRef, FixedSizeBinaryArray, PrimitiveArray, StringArray, UInt8Array, UInt32Array};
use arrow_buffer::{Buffer, NullBufferBuilder, OffsetBuffer, ScalarBuffer};

use crate::StoreError;

/// Text, each value after the other.
#[derive(Debug, Default)]
pub(super) struct TextColumn {
    /// Rows before the first value.
    leading_nulls: usize,
    bytes: Vec<u8>,
    /// Where each row ends, after a 0; empty before the first value.
    ends: Vec<i32>,
    nulls: Option<NullBufferBuilder>,
    is_too_long: bool,
}

impl TextColumn {
    pub(super) fn push(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.push_with(|bytes| bytes.extend_from_slice(text.as_bytes())),
            None if self.ends.is_empty() => self.leading_nulls += 1,
            None => {
                self.end_row();
                self.nulls.get_or_insert_with(|| NullBufferBuilder::new(0)).append_null();
            }
        }
    }

    /// Adds a value that `write` appends as UTF-8.
    pub(super) fn push_with(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        if self.ends.is_empty() {
            self.ends.reserve(self.leading_nulls + 2);
            self.ends.resize(self.leading_nulls + 1, 0);
            let mut nulls = NullBufferBuilder::new(0);
            nulls.append_n_nulls(self.leading_nulls);
            self.nulls = Some(nulls);
        }
        write(&mut self.bytes);
        self.end_row();
        self.nulls.get_or_insert_with(|| NullBufferBuilder::new(0)).append_non_null();
    }

    fn end_row(&mut self) {
        let end = i32::try_from(self.bytes.len()).unwrap_or_else(|_| {
            self.is_too_long = true;
            i32::MAX
        });
        self.ends.push(end);
    }

    /// The array, unless no row has a value.
    pub(super) fn finish(self) -> Result<Option<ArrayRef>, StoreError> {
        if self.ends.is_empty() {
            return Ok(None);
        }
        if self.is_too_long {
            return Err(StoreError::Internal("a column of text of one upload is larger than 2 GiB".to_owned()));
        }
        let offsets = OffsetBuffer::new(ScalarBuffer::from(self.ends));
        let nulls = self.nulls.and_then(NullBufferBuilder::build);
        let array = StringArray::try_new(offsets, Buffer::from_vec(self.bytes), nulls).map_err(arrow_failed)?;
        Ok(Some(Arc::new(array)))
    }
}

/// Numbers.
#[derive(Debug, Default)]
pub(super) struct NumberColumn {
    leading_nulls: usize,
    values: Vec<f64>,
    nulls: Option<NullBufferBuilder>,
}

impl NumberColumn {
    pub(super) fn push(&mut self, value: Option<f64>) {
        match (value, &mut self.nulls) {
            (None, None) => self.leading_nulls += 1,
            (None, Some(nulls)) => {
                self.values.push(0.0);
                nulls.append_null();
            }
            (Some(value), Some(nulls)) => {
                self.values.push(value);
                nulls.append_non_null();
            }
            (Some(value), None) => {
                let mut nulls = NullBufferBuilder::new(0);
                nulls.append_n_nulls(self.leading_nulls);
                nulls.append_non_null();
                self.nulls = Some(nulls);
                self.values.resize(self.leading_nulls, 0.0);
                self.values.push(value);
            }
        }
    }

    pub(super) fn finish(self) -> Option<ArrayRef> {
        let nulls = self.nulls?.build();
        Some(Arc::new(Float64Array::new(ScalarBuffer::from(self.values), nulls)))
    }
}

/// Ids that senders give. They are mostly UUIDs, whose 36 letters hold 16 bytes.
#[derive(Debug, Default)]
pub(super) struct ClientIdColumn {
    text: TextColumn,
    is_other_than_uuid: bool,
    uuids: Vec<u8>,
    uuid_nulls: Option<NullBufferBuilder>,
    rows: usize,
}

impl ClientIdColumn {
    pub(super) fn push(&mut self, id: Option<&str>) {
        if !self.is_other_than_uuid {
            match id.map(plain_uuid) {
                None => self.push_uuid(None),
                Some(Some(uuid)) => self.push_uuid(Some(uuid)),
                Some(None) => self.turn_to_text(),
            }
        }
        if self.is_other_than_uuid {
            self.text.push(id);
        }
        self.rows += 1;
    }

    fn push_uuid(&mut self, uuid: Option<[u8; 16]>) {
        if uuid.is_none() && self.uuid_nulls.is_none() {
            return;
        }
        let rows = self.rows;
        let nulls = self.uuid_nulls.get_or_insert_with(|| {
            let mut nulls = NullBufferBuilder::new(0);
            nulls.append_n_nulls(rows);
            nulls
        });
        self.uuids.resize(rows * 16, 0);
        self.uuids.extend_from_slice(&uuid.unwrap_or_default());
        nulls.append(uuid.is_some());
    }

    fn turn_to_text(&mut self) {
        self.is_other_than_uuid = true;
        let (uuids, nulls) = (std::mem::take(&mut self.uuids), self.uuid_nulls.take());
        for row in 0..self.rows {
            let uuid = uuids.get(row * 16..).and_then(<[u8]>::first_chunk::<16>);
            match uuid.filter(|_| nulls.as_ref().is_some_and(|nulls| nulls.is_valid(row))) {
                Some(uuid) => {
                    let mut letters = [0; 36];
                    self.text.push(Some(uuid::Uuid::from_bytes(*uuid).hyphenated().encode_lower(&mut letters)));
                }
                None => self.text.push(None),
            }
        }
    }

    pub(super) fn finish(self) -> Result<Option<ArrayRef>, StoreError> {
        if self.is_other_than_uuid {
            return self.text.finish();
        }
        let Some(nulls) = self.uuid_nulls else { return Ok(None) };
        let array = FixedSizeBinaryArray::try_new(16, Buffer::from_vec(self.uuids), nulls.build()).map_err(arrow_failed)?;
        Ok(Some(Arc::new(array)))
    }
}

/// The bytes of a UUID that [`uuid::Uuid`] would write back letter for letter.
fn plain_uuid(text: &str) -> Option<[u8; 16]> {
    let is_plain = text.len() == 36 && !text.bytes().any(|byte| byte.is_ascii_uppercase());
    is_plain.then(|| uuid::Uuid::try_parse(text).ok().map(uuid::Uuid::into_bytes)).flatten()
}

pub(super) fn u32_array(values: Vec<u32>) -> UInt32Array {
    PrimitiveArray::<UInt32Type>::new(ScalarBuffer::from(values), None)
}

pub(super) fn u8_array(values: Vec<u8>) -> UInt8Array {
    UInt8Array::new(ScalarBuffer::from(values), None)
}

pub(super) fn arrow_failed(error: arrow_schema::ArrowError) -> StoreError {
    StoreError::Internal(format!("columns: {error}"))
}
