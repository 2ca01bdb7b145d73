//! Executions as one Parquet file that needs nothing beside it: names instead of ordinals, ids as text.
//!
//! | column | type | meaning |
//! |---|---|---|
//! | `scope`, `name`, `test_id` | string | the test |
//! | `run_id`, `upload_id`, `execution_id` | string | as in the API |
//! | `branch`, `commit_sha` | string | of the upload, else of its run |
//! | `created_at` | timestamp (ms, UTC) | when it was received |
//! | `result` | string | `passed`, `failed`, `skipped`, `pending`, `unknown` |
//! | `duration`, `start_at`, `end_at` | double | seconds |
//! | `tags` | string | a JSON object |
//! | `location`, `file_name`, `selector` | string | |
//! | `failure_reason` | string | |
//! | `failure_expanded`, `spans` | string | JSON, as in segments |
//! | `client_id`, `external_id`, `trace_id` | string | as the sender gave them |
//! | `cut`, `retried` | boolean | text or spans were cut; the runner retried the test |

use std::io::Write;
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Float64Array, RecordBatch, StringArray, TimestampMillisecondArray};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use super::StoredExecution;
use super::json::{write_failure, write_spans, write_tags};
use crate::StoreError;

/// A row group is written out when it has so many bytes, or so many rows.
const ROW_GROUP_BYTES_MAX: usize = 32 << 20;
const ROW_GROUP_ROWS_MAX: usize = 1 << 18;
const ZSTD_LEVEL: i32 = 3;

/// Columns that have a value in every row.
const REQUIRED: [&str; 11] =
    ["scope", "name", "test_id", "run_id", "upload_id", "execution_id", "created_at", "result", "tags", "cut", "retried"];

/// A Parquet file while it grows.
#[derive(Debug)]
pub(crate) struct ExportWriter<W: Write + Send> {
    writer: ArrowWriter<W>,
    schema: SchemaRef,
}

impl<W: Write + Send> ExportWriter<W> {
    pub(crate) fn new(out: W) -> Result<Self, StoreError> {
        let level = ZstdLevel::try_new(ZSTD_LEVEL).map_err(failed)?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(level))
            .set_created_by(concat!("proctor ", env!("CARGO_PKG_VERSION")).to_owned())
            .set_max_row_group_row_count(Some(ROW_GROUP_ROWS_MAX))
            .build();
        let schema = schema();
        let writer = ArrowWriter::try_new(out, Arc::clone(&schema), Some(properties)).map_err(failed)?;
        Ok(Self { writer, schema })
    }

    /// Appends rows. What is held in memory stays below a bound, however many come.
    pub(crate) fn write(&mut self, rows: &[StoredExecution]) -> Result<(), StoreError> {
        let arrays = columns(rows).into_iter().map(|(_, array)| array).collect();
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), arrays).map_err(|error: ArrowError| unwritten(&error))?;
        self.writer.write(&batch).map_err(failed)?;
        if self.writer.in_progress_size() > ROW_GROUP_BYTES_MAX {
            self.writer.flush().map_err(failed)?;
        }
        Ok(())
    }

    /// Writes the rest, and gives back what was written to.
    pub(crate) fn finish(self) -> Result<W, StoreError> {
        self.writer.into_inner().map_err(failed)
    }
}

fn schema() -> SchemaRef {
    let field_of = |(name, array): (&'static str, ArrayRef)| Field::new(name, array.data_type().clone(), !REQUIRED.contains(&name));
    Arc::new(Schema::new(columns(&[]).into_iter().map(field_of).collect::<Vec<_>>()))
}

fn columns(rows: &[StoredExecution]) -> Vec<(&'static str, ArrayRef)> {
    let created_at = rows.iter().map(|row| Some(row.created_at.millis())).collect::<TimestampMillisecondArray>();
    let flags =
        |flag: fn(&StoredExecution) -> bool| -> ArrayRef { Arc::new(rows.iter().map(|row| Some(flag(row))).collect::<BooleanArray>()) };
    vec![
        ("scope", texts(rows, |row| Some(&row.scope))),
        ("name", texts(rows, |row| Some(&row.name))),
        ("test_id", owned(rows, |row| Some(row.test_id.to_string()))),
        ("run_id", owned(rows, |row| Some(row.run_id.to_string()))),
        ("upload_id", owned(rows, |row| Some(row.upload_id.to_string()))),
        ("execution_id", owned(rows, |row| Some(row.id.to_string()))),
        ("branch", texts(rows, |row| row.branch.as_ref())),
        ("commit_sha", texts(rows, |row| row.commit_sha.as_ref())),
        ("created_at", Arc::new(created_at.with_data_type(DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into()))))),
        ("result", Arc::new(rows.iter().map(|row| Some(row.result.as_str())).collect::<StringArray>())),
        ("duration", numbers(rows, |row| row.duration)),
        ("start_at", numbers(rows, |row| row.start_at)),
        ("end_at", numbers(rows, |row| row.end_at)),
        ("tags", owned(rows, |row| json(|out| write_tags(&row.tags, out)))),
        ("location", texts(rows, |row| row.location.as_ref())),
        ("file_name", texts(rows, |row| row.file_name.as_ref())),
        ("selector", texts(rows, |row| row.selector.as_ref())),
        ("failure_reason", texts(rows, |row| row.failure_reason.as_ref())),
        (
            "failure_expanded",
            owned(rows, |row| some_json(row.failure_expanded.is_empty(), |out| write_failure(&row.failure_expanded, out))),
        ),
        ("spans", owned(rows, |row| some_json(row.spans.is_empty(), |out| write_spans(&row.spans, out)))),
        ("client_id", texts(rows, |row| row.client_id.as_ref())),
        ("external_id", texts(rows, |row| row.external_id.as_ref())),
        ("trace_id", texts(rows, |row| row.trace_id.as_ref())),
        ("cut", flags(|row| row.flags.truncated)),
        ("retried", flags(|row| row.flags.runner_retried)),
    ]
}

fn texts(rows: &[StoredExecution], text: fn(&StoredExecution) -> Option<&String>) -> ArrayRef {
    Arc::new(rows.iter().map(text).collect::<StringArray>())
}

fn owned(rows: &[StoredExecution], text: impl Fn(&StoredExecution) -> Option<String>) -> ArrayRef {
    Arc::new(rows.iter().map(text).collect::<StringArray>())
}

fn numbers(rows: &[StoredExecution], number: fn(&StoredExecution) -> Option<f64>) -> ArrayRef {
    Arc::new(rows.iter().map(number).collect::<Float64Array>())
}

fn json(write: impl FnOnce(&mut Vec<u8>)) -> Option<String> {
    let mut text = Vec::new();
    write(&mut text);
    String::from_utf8(text).ok()
}

fn some_json(is_empty: bool, write: impl FnOnce(&mut Vec<u8>)) -> Option<String> {
    if is_empty { None } else { json(write) }
}

fn failed(error: ParquetError) -> StoreError {
    unwritten(&error)
}

fn unwritten(error: &dyn std::fmt::Display) -> StoreError {
    StoreError::Internal(format!("the export was not written: {error}"))
}
