//! Aggregates: what stays of a day whose executions were deleted.
//!
//! # The format
//! A Parquet file (zstd) with one row for each test and branch, sorted by both. The key `proctor.day_aggregate` of its metadata names
//! the version of the format, `1`.
//!
//! | column | type | meaning |
//! |---|---|---|
//! | `test` | uint32 | the test's ordinal in the suite |
//! | `branch` | string | of the uploads, else of their runs; null when neither said |
//! | `passed`, `failed`, `skipped`, `pending`, `unknown` | uint64 | executions by result |
//! | `durations` | uint64 | executions with a duration |
//! | `duration_seconds`, `duration_fraction` | uint64 | the sum of durations: whole seconds, and the rest in units of 2⁻⁶⁴ seconds. Sums of sums stay exact |
//! | `duration_min`, `duration_max` | double | seconds; null without durations |

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, UInt32Type, UInt64Type};
use arrow_array::{Array, ArrayRef, Float64Array, RecordBatch, StringArray, UInt32Array, UInt64Array};
use arrow_schema::{DataType, Field, Schema};
use bytes::Bytes;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use proctor_core::metrics::{DurationParts, Durations, Metrics};
use proctor_core::result::{ResultCounts, TestResult};

use crate::StoreError;

/// The key of the metadata that names the format's version.
const VERSION_KEY: &str = "proctor.day_aggregate";
/// The version that is written.
const VERSION: &str = "1";
/// Written once and read seldom.
const ZSTD_LEVEL: i32 = 9;
/// Rows decoded at a time.
const BATCH_ROWS: usize = 8_192;

/// The executions of one test on one branch.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AggregateRow {
    pub(crate) ordinal: u32,
    pub(crate) branch: Option<String>,
    pub(crate) metrics: Metrics,
}

/// Encodes rows, which must be sorted.
pub(crate) fn encode_aggregate(rows: &[AggregateRow]) -> Result<Vec<u8>, StoreError> {
    let level = ZstdLevel::try_new(ZSTD_LEVEL).map_err(failed)?;
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(level))
        .set_created_by(concat!("proctor ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_key_value_metadata(Some(vec![KeyValue::new(VERSION_KEY.to_owned(), VERSION.to_owned())]))
        .build();
    let batch = batch_of(rows)?;
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties)).map_err(failed)?;
    writer.write(&batch).map_err(failed)?;
    writer.into_inner().map_err(failed)
}

/// Reads what [`encode_aggregate`] wrote, row by row.
pub(crate) fn decode_aggregate(body: Vec<u8>, mut each: impl FnMut(AggregateRow)) -> Result<(), StoreError> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(Bytes::from(body)).map_err(|_| damaged("file"))?;
    let metadata = builder.metadata().file_metadata().key_value_metadata();
    let version =
        metadata.and_then(|entries| entries.iter().find(|entry| entry.key == VERSION_KEY)).and_then(|entry| entry.value.as_deref());
    if version != Some(VERSION) {
        return Err(StoreError::Corrupt("aggregate: unknown version of the format".to_owned()));
    }
    for batch in builder.with_batch_size(BATCH_ROWS).build().map_err(|_| damaged("file"))? {
        let batch = batch.map_err(|_| damaged("file"))?;
        let columns = Columns::of(&batch)?;
        (0..batch.num_rows()).for_each(|row| each(columns.row(row)));
    }
    Ok(())
}

fn batch_of(rows: &[AggregateRow]) -> Result<RecordBatch, StoreError> {
    let parts: Vec<DurationParts> = rows.iter().map(|row| row.metrics.durations.parts()).collect();
    let numbers = |value: &dyn Fn(&DurationParts) -> u64| -> ArrayRef { Arc::new(parts.iter().map(value).collect::<UInt64Array>()) };
    let seconds = |value: &dyn Fn(&DurationParts) -> f64| -> ArrayRef {
        Arc::new(parts.iter().map(|part| (part.count > 0).then(|| value(part))).collect::<Float64Array>())
    };
    let mut columns: Vec<(&str, ArrayRef)> = vec![
        ("test", Arc::new(rows.iter().map(|row| row.ordinal).collect::<UInt32Array>())),
        ("branch", Arc::new(rows.iter().map(|row| row.branch.as_deref()).collect::<StringArray>())),
    ];
    for result in TestResult::ALL {
        columns.push((result.as_str(), Arc::new(rows.iter().map(|row| row.metrics.counts.of(result)).collect::<UInt64Array>())));
    }
    // The sum has 128 bits, of which the upper half are whole seconds.
    columns.push(("durations", numbers(&|part| part.count)));
    columns.push(("duration_seconds", numbers(&|part| (part.sum_units >> 64) as u64)));
    columns.push(("duration_fraction", numbers(&|part| part.sum_units as u64)));
    columns.push(("duration_min", seconds(&|part| part.min_seconds)));
    columns.push(("duration_max", seconds(&|part| part.max_seconds)));
    let may_be_null = ["branch", "duration_min", "duration_max"];
    let field_of = |(name, array): &(&str, ArrayRef)| Field::new(*name, array.data_type().clone(), may_be_null.contains(name));
    let schema = Schema::new(columns.iter().map(field_of).collect::<Vec<_>>());
    RecordBatch::try_new(Arc::new(schema), columns.into_iter().map(|(_, array)| array).collect())
        .map_err(|error| StoreError::Internal(format!("aggregate: {error}")))
}

/// The columns of a batch, checked.
struct Columns<'a> {
    test: &'a UInt32Array,
    branch: &'a StringArray,
    results: [&'a UInt64Array; 5],
    durations: [&'a UInt64Array; 3],
    bounds: [&'a Float64Array; 2],
}

impl<'a> Columns<'a> {
    fn of(batch: &'a RecordBatch) -> Result<Self, StoreError> {
        let column = |name: &'static str, kind: DataType| {
            batch.column_by_name(name).filter(|array| *array.data_type() == kind).ok_or_else(|| damaged(name))
        };
        let number = |name: &'static str| Ok::<_, StoreError>(column(name, DataType::UInt64)?.as_primitive::<UInt64Type>());
        let bound = |name: &'static str| Ok::<_, StoreError>(column(name, DataType::Float64)?.as_primitive::<Float64Type>());
        Ok(Self {
            test: column("test", DataType::UInt32)?.as_primitive::<UInt32Type>(),
            branch: column("branch", DataType::Utf8)?.as_string::<i32>(),
            results: [number("passed")?, number("failed")?, number("skipped")?, number("pending")?, number("unknown")?],
            durations: [number("durations")?, number("duration_seconds")?, number("duration_fraction")?],
            bounds: [bound("duration_min")?, bound("duration_max")?],
        })
    }

    fn row(&self, row: usize) -> AggregateRow {
        let mut counts = ResultCounts::default();
        for (result, column) in TestResult::ALL.into_iter().zip(self.results) {
            counts.add_many(result, column.value(row));
        }
        let [count, seconds, fraction] = self.durations.map(|column| column.value(row));
        let [min_seconds, max_seconds] = self.bounds.map(|column| if column.is_valid(row) { column.value(row) } else { 0.0 });
        let parts = DurationParts { count, sum_units: u128::from(seconds) << 64 | u128::from(fraction), min_seconds, max_seconds };
        AggregateRow {
            ordinal: self.test.value(row),
            branch: self.branch.is_valid(row).then(|| self.branch.value(row).to_owned()),
            metrics: Metrics { counts, durations: Durations::from_parts(parts) },
        }
    }
}

fn failed(error: ParquetError) -> StoreError {
    StoreError::Internal(format!("aggregate: {error}"))
}

fn damaged(what: &str) -> StoreError {
    StoreError::Corrupt(format!("aggregate: {what} is not what was written"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_row() -> impl Strategy<Value = AggregateRow> {
        let branch = prop_oneof![Just(None), Just(Some("main".to_owned())), any::<String>().prop_map(Some)];
        let executions = prop::collection::vec((0_u8..5, prop::option::of(0.0..1e9_f64)), 0..6);
        (any::<u32>(), branch, executions).prop_map(|(ordinal, branch, executions)| {
            let mut metrics = Metrics::default();
            for (code, duration) in executions {
                metrics.add(TestResult::from_code(code).unwrap(), duration);
            }
            AggregateRow { ordinal, branch, metrics }
        })
    }

    proptest! {
        #[test]
        fn rows_come_back_bit_for_bit(rows in prop::collection::vec(any_row(), 0..40)) {
            let mut read = Vec::new();
            decode_aggregate(encode_aggregate(&rows).unwrap(), |row| read.push(row)).unwrap();
            prop_assert_eq!(read, rows);
        }
    }

    #[test]
    fn what_is_no_aggregate_is_refused() {
        assert!(matches!(decode_aggregate(b"PAR1".to_vec(), drop), Err(StoreError::Corrupt(_))));
        let whole = encode_aggregate(&[]).unwrap();
        assert!(decode_aggregate(whole[..whole.len() - 9].to_vec(), drop).is_err());
    }
}
