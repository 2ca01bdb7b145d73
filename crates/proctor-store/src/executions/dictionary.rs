//! Text columns with few distinct values.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, DictionaryArray, Int32Array, PrimitiveArray};
use arrow_buffer::{NullBuffer, ScalarBuffer};

use super::columns::{TextColumn, arrow_failed};
use crate::StoreError;

/// No value.
const NULL: i32 = -1;

/// Keys into the distinct values seen so far.
#[derive(Debug, Default)]
pub(super) struct DictionaryColumn {
    keys: Vec<i32>,
    known: HashMap<String, i32>,
    values: TextColumn,
    last: Option<(String, i32)>,
    has_nulls: bool,
}

impl DictionaryColumn {
    pub(super) fn push(&mut self, text: Option<&str>) {
        let key = match text {
            None => {
                self.has_nulls = true;
                NULL
            }
            Some(text) => self.key_of(text),
        };
        self.keys.push(key);
    }

    fn key_of(&mut self, text: &str) -> i32 {
        // Neighbours are mostly of one file.
        if let Some((last, key)) = &self.last
            && last == text
        {
            return *key;
        }
        let key = match self.known.get(text) {
            Some(key) => *key,
            None => {
                let key = i32::try_from(self.known.len()).unwrap_or(i32::MAX);
                self.known.insert(text.to_owned(), key);
                self.values.push(Some(text));
                key
            }
        };
        match &mut self.last {
            Some((last, last_key)) => {
                text.clone_into(last);
                *last_key = key;
            }
            None => self.last = Some((text.to_owned(), key)),
        }
        key
    }

    /// The array, unless no row has a value.
    pub(super) fn finish(self) -> Result<Option<ArrayRef>, StoreError> {
        dictionary_array(self.keys, self.has_nulls, self.values)
    }
}

/// An array of `keys` into `values`; negative keys are null.
pub(super) fn dictionary_array(mut keys: Vec<i32>, has_nulls: bool, values: TextColumn) -> Result<Option<ArrayRef>, StoreError> {
    let Some(values) = values.finish()? else { return Ok(None) };
    let nulls = has_nulls.then(|| {
        let nulls: NullBuffer = keys.iter().map(|key| *key != NULL).collect::<Vec<_>>().into();
        keys.iter_mut().for_each(|key| *key = (*key).max(0));
        nulls
    });
    let keys: Int32Array = PrimitiveArray::new(ScalarBuffer::from(keys), nulls);
    let array = DictionaryArray::<Int32Type>::try_new(keys, values).map_err(arrow_failed)?;
    Ok(Some(Arc::new(array)))
}
