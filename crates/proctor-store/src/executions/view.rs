//! The columns of a segment or of a day file, ready to be looked at row by row.

use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal32Type, Decimal64Type, Float64Type, Int64Type, TimestampMillisecondType, UInt8Type, UInt32Type};
use arrow_array::{Array, ArrowPrimitiveType, Decimal32Array, Decimal64Array, Float64Array, RecordBatch};
use arrow_buffer::ScalarBuffer;
use proctor_core::execution::ExecutionFlags;
use proctor_core::result::TestResult;
use proctor_core::tags::TagSet;
use rustc_hash::FxHashMap;

use super::json_read::{read_failure, read_spans, read_tags};
use super::text_values::TextValues;
use super::{ExecutionRow, UploadSeq};
use crate::StoreError;

/// Parts of a second that a day file counts numbers in.
pub(super) const MICROS_PER_SECOND: f64 = 1e6;

/// The tag sets that have been read already, by the key in their dictionary.
pub(super) type KnownTags = FxHashMap<i32, TagSet>;

/// What a row says of its upload.
#[derive(Clone, Debug)]
pub(super) enum Origin {
    /// All rows are of one: a segment.
    One {
        upload: UploadSeq,
        /// Milliseconds since 1970.
        received_at: i64,
        branch: Option<String>,
    },
    /// Each row says: a day file.
    PerRow { upload: ScalarBuffer<i64>, received_at: ScalarBuffer<i64>, branch: Box<TextValues> },
}

/// The columns of one record batch.
#[derive(Clone, Debug)]
pub(super) struct View {
    pub(super) origin: Origin,
    /// The test's ordinal in the suite.
    pub(super) test: ScalarBuffer<u32>,
    /// None: each row's own number is its index.
    pub(super) index: Option<ScalarBuffer<u32>>,
    pub(super) result: ScalarBuffer<u8>,
    pub(super) flags: Option<ScalarBuffer<u8>>,
    pub(super) duration: Numbers,
    pub(super) start_at: Numbers,
    pub(super) end_at: Numbers,
    pub(super) location: TextValues,
    pub(super) file_name: TextValues,
    pub(super) selector: TextValues,
    pub(super) tags: TextValues,
    pub(super) failure_reason: TextValues,
    pub(super) failure_expanded: TextValues,
    pub(super) spans: TextValues,
    pub(super) client_id: TextValues,
    pub(super) external_id: TextValues,
    pub(super) trace_id: TextValues,
}

impl View {
    /// The rows of a segment. `ordinals`: of the segment's own test numbers.
    pub(super) fn of_segment(batch: &RecordBatch, ordinals: &[u32], origin: Origin) -> Result<Self, StoreError> {
        let numbers = required::<UInt32Type>(batch, "test")?;
        let ordinal_of = |number: &u32| ordinals.get(*number as usize).copied().ok_or_else(|| damaged("test"));
        let test: Vec<u32> = numbers.iter().map(ordinal_of).collect::<Result<_, _>>()?;
        Self::of(batch, ScalarBuffer::from(test), origin)
    }

    /// The rows of a day file.
    pub(super) fn of_day_file(batch: &RecordBatch) -> Result<Self, StoreError> {
        let origin = Origin::PerRow {
            upload: required::<Int64Type>(batch, "upload")?,
            received_at: required::<TimestampMillisecondType>(batch, "received_at")?,
            branch: Box::new(TextValues::of(batch, "branch")?),
        };
        Self::of(batch, required::<UInt32Type>(batch, "test")?, origin)
    }

    fn of(batch: &RecordBatch, test: ScalarBuffer<u32>, origin: Origin) -> Result<Self, StoreError> {
        let text = |name: &'static str| TextValues::of(batch, name);
        Ok(Self {
            origin,
            test,
            index: values::<UInt32Type>(batch, "index")?,
            result: required::<UInt8Type>(batch, "result")?,
            flags: values::<UInt8Type>(batch, "flags")?,
            duration: Numbers::of(batch, "duration")?,
            start_at: Numbers::of(batch, "start_at")?,
            end_at: Numbers::of(batch, "end_at")?,
            location: text("location")?,
            file_name: text("file_name")?,
            selector: text("selector")?,
            tags: text("tags")?,
            failure_reason: text("failure_reason")?,
            failure_expanded: text("failure_expanded")?,
            spans: text("spans")?,
            client_id: text("client_id")?,
            external_id: text("external_id")?,
            trace_id: text("trace_id")?,
        })
    }

    pub(super) fn rows(&self) -> usize {
        self.test.len()
    }

    pub(super) fn upload(&self, row: usize) -> UploadSeq {
        match &self.origin {
            Origin::One { upload, .. } => *upload,
            Origin::PerRow { upload, .. } => UploadSeq(upload[row]),
        }
    }

    /// Milliseconds since 1970.
    pub(super) fn received_at(&self, row: usize) -> i64 {
        match &self.origin {
            Origin::One { received_at, .. } => *received_at,
            Origin::PerRow { received_at, .. } => received_at[row],
        }
    }

    pub(super) fn branch(&self, row: usize) -> Option<&str> {
        match &self.origin {
            Origin::One { branch, .. } => branch.as_deref(),
            Origin::PerRow { branch, .. } => branch.plain(row),
        }
    }

    pub(super) fn index(&self, row: usize) -> u32 {
        self.index.as_ref().map_or_else(|| u32::try_from(row).unwrap_or(u32::MAX), |index| index[row])
    }

    pub(super) fn flags(&self, row: usize) -> u8 {
        self.flags.as_ref().map_or(0, |flags| flags[row])
    }

    /// The row in full.
    pub(super) fn row(&self, row: usize, known: &mut KnownTags) -> Result<ExecutionRow, StoreError> {
        let owned = |values: &TextValues| values.get(row).map(|text| text.as_str().to_owned());
        let failure = self.failure_expanded.plain(row).map(read_failure).transpose()?;
        let spans = self.spans.plain(row).map(read_spans).transpose()?;
        Ok(ExecutionRow {
            index: self.index(row),
            test_ordinal: self.test[row],
            result: TestResult::from_code(self.result[row]).ok_or_else(|| damaged("result"))?,
            duration: self.duration.get(row),
            start_at: self.start_at.get(row),
            end_at: self.end_at.get(row),
            location: owned(&self.location),
            file_name: owned(&self.file_name),
            selector: owned(&self.selector),
            tags: self.tags_at(row, known)?,
            failure_reason: owned(&self.failure_reason),
            failure_expanded: failure.unwrap_or_default(),
            spans: spans.unwrap_or_default(),
            client_id: owned(&self.client_id),
            external_id: owned(&self.external_id),
            trace_id: owned(&self.trace_id),
            flags: ExecutionFlags::from_bits(self.flags(row)),
        })
    }

    fn tags_at(&self, row: usize, known: &mut KnownTags) -> Result<TagSet, StoreError> {
        let Some(text) = self.tags.plain(row) else { return Ok(TagSet::default()) };
        let Some(key) = self.tags.key(row) else { return read_tags(text) };
        if let Some(tags) = known.get(&key) {
            return Ok(tags.clone());
        }
        let tags = read_tags(text)?;
        known.insert(key, tags.clone());
        Ok(tags)
    }
}

/// A column of numbers that may be missing.
#[derive(Clone, Debug)]
pub(super) enum Numbers {
    Absent,
    Seconds(Float64Array),
    /// Whole microseconds, less than 10⁹ of them.
    FewMicros(Decimal32Array),
    /// Whole microseconds.
    Micros(Decimal64Array),
}

impl Numbers {
    pub(super) fn of(batch: &RecordBatch, name: &'static str) -> Result<Self, StoreError> {
        let Some(array) = batch.column_by_name(name) else { return Ok(Self::Absent) };
        if let Some(seconds) = array.as_primitive_opt::<Float64Type>() {
            return Ok(Self::Seconds(seconds.clone()));
        }
        if let Some(micros) = array.as_primitive_opt::<Decimal32Type>() {
            return Ok(Self::FewMicros(micros.clone()));
        }
        array.as_primitive_opt::<Decimal64Type>().map(|micros| Self::Micros(micros.clone())).ok_or_else(|| damaged(name))
    }

    pub(super) fn get(&self, row: usize) -> Option<f64> {
        match self {
            Self::Absent => None,
            Self::Seconds(seconds) => seconds.is_valid(row).then(|| seconds.value(row)),
            Self::FewMicros(micros) => micros.is_valid(row).then(|| seconds_of(i64::from(micros.value(row)))),
            Self::Micros(micros) => micros.is_valid(row).then(|| seconds_of(micros.value(row))),
        }
    }
}

/// Microseconds as the seconds that were sent.
#[expect(clippy::cast_precision_loss, reason = "only what comes back exactly is stored as microseconds")]
pub(super) fn seconds_of(micros: i64) -> f64 {
    micros as f64 / MICROS_PER_SECOND
}

pub(super) fn values<T: ArrowPrimitiveType>(
    batch: &RecordBatch,
    column: &'static str,
) -> Result<Option<ScalarBuffer<T::Native>>, StoreError> {
    let Some(array) = batch.column_by_name(column) else { return Ok(None) };
    let numbers = array.as_primitive_opt::<T>().ok_or_else(|| damaged(column))?;
    if numbers.null_count() > 0 {
        return Err(damaged(column));
    }
    Ok(Some(numbers.values().clone()))
}

pub(super) fn required<T: ArrowPrimitiveType>(batch: &RecordBatch, column: &'static str) -> Result<ScalarBuffer<T::Native>, StoreError> {
    values::<T>(batch, column)?.ok_or_else(|| damaged(column))
}

pub(super) fn damaged(column: &str) -> StoreError {
    StoreError::Corrupt(format!("executions: column {column} is not what was written"))
}
