//! Reading the columns of a row into the types of the domain.

use proctor_core::time::Timestamp;
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::StoreError;

/// Columns of a row, by name.
pub(crate) trait Columns {
    fn int(&self, column: &str) -> Result<i64, StoreError>;
    fn maybe_int(&self, column: &str) -> Result<Option<i64>, StoreError>;
    fn text(&self, column: &str) -> Result<String, StoreError>;
    fn maybe_text(&self, column: &str) -> Result<Option<String>, StoreError>;
    fn bytes(&self, column: &str) -> Result<&[u8], StoreError>;
    fn maybe_bytes(&self, column: &str) -> Result<Option<&[u8]>, StoreError>;

    /// A count: never negative.
    fn count(&self, column: &str) -> Result<u64, StoreError> {
        u64::try_from(self.int(column)?).map_err(|_| corrupt(column))
    }

    fn flag(&self, column: &str) -> Result<bool, StoreError> {
        Ok(self.int(column)? != 0)
    }

    fn time(&self, column: &str) -> Result<Timestamp, StoreError> {
        Ok(Timestamp::from_millis(self.int(column)?))
    }

    fn maybe_time(&self, column: &str) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.maybe_int(column)?.map(Timestamp::from_millis))
    }

    /// An id, read by its `from_bytes`.
    fn id<T>(&self, column: &str, from_bytes: impl Fn(&[u8]) -> Option<T>) -> Result<T, StoreError> {
        from_bytes(self.bytes(column)?).ok_or_else(|| corrupt(column))
    }

    fn maybe_id<T>(&self, column: &str, from_bytes: impl Fn(&[u8]) -> Option<T>) -> Result<Option<T>, StoreError> {
        self.maybe_bytes(column)?.map(|bytes| from_bytes(bytes).ok_or_else(|| corrupt(column))).transpose()
    }

    /// A word that stands for a value.
    fn word<T>(&self, column: &str, from_word: impl Fn(&str) -> Option<T>) -> Result<T, StoreError> {
        from_word(&self.text(column)?).ok_or_else(|| corrupt(column))
    }
}

impl Columns for AnyRow {
    fn int(&self, column: &str) -> Result<i64, StoreError> {
        Ok(self.try_get(column)?)
    }

    fn maybe_int(&self, column: &str) -> Result<Option<i64>, StoreError> {
        Ok(self.try_get(column)?)
    }

    fn text(&self, column: &str) -> Result<String, StoreError> {
        Ok(self.try_get(column)?)
    }

    fn maybe_text(&self, column: &str) -> Result<Option<String>, StoreError> {
        Ok(self.try_get(column)?)
    }

    fn bytes(&self, column: &str) -> Result<&[u8], StoreError> {
        Ok(self.try_get(column)?)
    }

    fn maybe_bytes(&self, column: &str) -> Result<Option<&[u8]>, StoreError> {
        Ok(self.try_get(column)?)
    }
}

fn corrupt(column: &str) -> StoreError {
    StoreError::Corrupt(format!("column {column} holds what was never written to it"))
}
