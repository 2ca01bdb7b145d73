//! The encodings of text.

use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_array::{Array, DictionaryArray, FixedSizeBinaryArray, RecordBatch, StringArray};
use arrow_schema::DataType;
use uuid::Uuid;
use uuid::fmt::Hyphenated;

use super::view::damaged;
use crate::StoreError;

/// A column of text.
#[derive(Clone, Debug)]
pub(super) enum TextValues {
    Absent,
    Plain(StringArray),
    /// Keys and what they stand for.
    Keys(DictionaryArray<Int32Type>, StringArray),
    /// Hyphenated lower-case UUIDs, sixteen bytes each.
    Uuids(FixedSizeBinaryArray),
}

/// One value.
pub(super) enum Text<'a> {
    Plain(&'a str),
    Uuid([u8; Hyphenated::LENGTH]),
}

impl Text<'_> {
    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Plain(text) => text,
            // What encodes a UUID writes nothing but ASCII.
            Self::Uuid(letters) => std::str::from_utf8(letters).unwrap_or_default(),
        }
    }
}

impl TextValues {
    pub(super) fn of(batch: &RecordBatch, name: &'static str) -> Result<Self, StoreError> {
        let Some(array) = batch.column_by_name(name) else { return Ok(Self::Absent) };
        let known = match array.data_type() {
            DataType::Utf8 => array.as_string_opt::<i32>().map(|text| Self::Plain(text.clone())),
            DataType::FixedSizeBinary(16) => array.as_fixed_size_binary_opt().map(|uuids| Self::Uuids(uuids.clone())),
            _ => array
                .as_dictionary_opt::<Int32Type>()
                .and_then(|keys| keys.values().as_string_opt::<i32>().map(|values| Self::Keys(keys.clone(), values.clone()))),
        };
        let known = known.ok_or_else(|| damaged(name))?;
        if let Self::Keys(keys, values) = &known
            && keys.keys().iter().flatten().any(|key| usize::try_from(key).map_or(true, |key| key >= values.len()))
        {
            return Err(damaged(name));
        }
        Ok(known)
    }

    /// The text, unless the column is one of UUIDs.
    pub(super) fn plain(&self, row: usize) -> Option<&str> {
        match self {
            Self::Absent | Self::Uuids(_) => None,
            Self::Plain(array) => array.is_valid(row).then(|| array.value(row)),
            Self::Keys(keys, values) => keys.key(row).filter(|key| values.is_valid(*key)).map(|key| values.value(key)),
        }
    }

    pub(super) fn get(&self, row: usize) -> Option<Text<'_>> {
        match self {
            Self::Uuids(_) => self.uuid(row).map(|bytes| {
                let mut letters = [0; Hyphenated::LENGTH];
                Uuid::from_bytes(bytes).hyphenated().encode_lower(&mut letters);
                Text::Uuid(letters)
            }),
            _ => self.plain(row).map(Text::Plain),
        }
    }

    /// The bytes, if the column is one of UUIDs.
    pub(super) fn uuid(&self, row: usize) -> Option<[u8; 16]> {
        match self {
            Self::Uuids(array) if array.is_valid(row) => array.value(row).try_into().ok(),
            _ => None,
        }
    }

    /// The key in the dictionary, if there is one.
    pub(super) fn key(&self, row: usize) -> Option<i32> {
        match self {
            Self::Keys(keys, _) => keys.keys().is_valid(row).then(|| keys.keys().value(row)),
            _ => None,
        }
    }
}
