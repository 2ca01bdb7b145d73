//! Writing a day file.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::errors::ParquetError;
use parquet::file::metadata::{KeyValue, SortingColumn};

use super::layout::{UPLOADS_KEY, VERSION, VERSION_KEY, properties};
use super::uploads::{self, FileUpload};
use crate::StoreError;

/// Encoded bytes that a row group may hold in memory before it is written.
const ROW_GROUP_BYTES_MAX: usize = 32 << 20;
/// Test, receive time, upload, index: the first columns of every file.
const SORTED_BY: i32 = 4;

/// Takes batches in, in the order of the file.
pub(super) struct Writer {
    writer: ArrowWriter<BufWriter<File>>,
}

impl Writer {
    pub(super) fn create(path: &Path, schema: SchemaRef) -> Result<Self, StoreError> {
        let file = File::create_new(path).map_err(|error| not_written(path, &error))?;
        let ascending = |column_idx: i32| SortingColumn { column_idx, descending: false, nulls_first: false };
        let properties = properties()?.into_builder().set_sorting_columns(Some((0..SORTED_BY).map(ascending).collect())).build();
        // Other readers get plain types, not ours in memory.
        let options = ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
        let writer = ArrowWriter::try_new_with_options(BufWriter::new(file), schema, options).map_err(failed)?;
        Ok(Self { writer })
    }

    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<(), StoreError> {
        self.writer.write(batch).map_err(failed)?;
        if self.writer.in_progress_size() > ROW_GROUP_BYTES_MAX {
            self.writer.flush().map_err(failed)?;
        }
        Ok(())
    }

    /// Writes the footer and makes the content durable; the name is not yet. How many bytes there are.
    pub(super) fn finish(mut self, path: &Path, uploads: &[FileUpload]) -> Result<u64, StoreError> {
        self.writer.append_key_value_metadata(KeyValue::new(VERSION_KEY.to_owned(), VERSION.to_owned()));
        self.writer.append_key_value_metadata(KeyValue::new(UPLOADS_KEY.to_owned(), uploads::encode(uploads)?));
        let buffer = self.writer.into_inner().map_err(failed)?;
        let file = buffer.into_inner().map_err(|error| not_written(path, error.error()))?;
        file.sync_all().map_err(|error| not_written(path, &error))?;
        file.metadata().map(|metadata| metadata.len()).map_err(|error| not_written(path, &error))
    }
}

pub(super) fn not_written(path: &Path, error: &std::io::Error) -> StoreError {
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => StoreError::Full,
        _ => StoreError::Unavailable(format!("writing {}: {error}", path.display())),
    }
}

fn failed(error: ParquetError) -> StoreError {
    if let ParquetError::External(source) = &error
        && let Some(io) = source.downcast_ref::<std::io::Error>()
        && matches!(io.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded)
    {
        return StoreError::Full;
    }
    StoreError::Internal(format!("writing a day file: {error}"))
}
