//! A day file that can be read.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema};
use arrow_select::concat::concat_batches;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder, RowSelection,
};
use parquet::errors::ParquetError;
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData};
use proctor_core::result::TestResult;

use super::super::columns::{arrow_failed, u8_array};
use super::super::view::{KnownTags, View, damaged};
use super::bodies::DayFileId;
use super::disk::DiskFile;
use super::layout::{DICTIONARIES, UPLOADS_KEY, VERSION, VERSION_KEY};
use super::positions::FailedRows;
use super::uploads::{self, FileUpload};
use crate::StoreError;
use crate::executions::{ExecutionRow, UploadSeq};

/// Rows that are decoded at once where single rows are wanted.
const ROWS_AT_ONCE_MAX: usize = 1_024;

/// An open day file: its footer is parsed, its columns are read when asked for. As long as it lives the file is not deleted.
/// All reading is work for a thread that may block.
#[derive(Debug)]
pub(crate) struct OpenDayFile {
    id: DayFileId,
    rows: u32,
    uploads: Vec<FileUpload>,
    disk: DiskFile,
    metadata: ArrowReaderMetadata,
    pub(super) failed: OnceLock<Arc<FailedRows>>,
}

impl OpenDayFile {
    /// Opens the file at `path`. `None`: it is gone.
    pub(super) fn open(path: &Path, id: DayFileId) -> Result<Option<Self>, StoreError> {
        let disk = match DiskFile::open(path) {
            Ok(disk) => disk,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(StoreError::Unavailable(format!("day file {}: {error}", path.display()))),
        };
        // The offsets of pages are needed to skip them; what values they hold is written of no column but `test`.
        let options = ArrowReaderOptions::new()
            .with_skip_arrow_metadata(true)
            .with_offset_index_policy(PageIndexPolicy::Required)
            .with_column_index_policy(PageIndexPolicy::Optional);
        let metadata = ArrowReaderMetadata::load(&disk, options.clone()).map_err(unreadable)?;
        let file = metadata.metadata().file_metadata();
        let value_of = |key: &str| {
            let mut pairs = file.key_value_metadata().into_iter().flatten();
            pairs.find(|pair| pair.key == key).and_then(|pair| pair.value.as_deref())
        };
        if value_of(VERSION_KEY) != Some(VERSION) {
            return Err(StoreError::Corrupt("day file: unknown version of the format".to_owned()));
        }
        let rows = u32::try_from(file.num_rows()).map_err(|_| StoreError::Corrupt("day file: number of rows".to_owned()))?;
        let uploads = uploads::decode(value_of(UPLOADS_KEY).unwrap_or_default())?;
        let options = options.with_schema(Arc::new(in_memory(metadata.schema())));
        let metadata = ArrowReaderMetadata::try_new(Arc::clone(metadata.metadata()), options).map_err(unreadable)?;
        Ok(Some(Self { id, rows, uploads, disk, metadata, failed: OnceLock::new() }))
    }

    pub(crate) const fn id(&self) -> DayFileId {
        self.id
    }

    pub(crate) const fn rows(&self) -> u32 {
        self.rows
    }

    /// The uploads whose executions are inside, ascending by sequence number.
    pub(crate) fn uploads(&self) -> &[FileUpload] {
        &self.uploads
    }

    pub(crate) fn has_upload(&self, upload: UploadSeq) -> bool {
        self.uploads.binary_search_by_key(&upload, |upload| upload.seq).is_ok()
    }

    /// All rows of the columns that `names` has and the file too, in the order of the file. `result` comes as uint8 codes as in
    /// segments; `branch`, `location`, `file_name`, `selector` and `tags` as dictionaries of int32 to utf8; whole microseconds
    /// (`duration`, `start_at`, `end_at`) as Decimal32 or Decimal64, else float64; ids as utf8 or 16 bytes; the rest as
    /// documented for the file.
    pub(crate) fn columns(&self, names: &[&str]) -> Result<RecordBatch, StoreError> {
        let mut batches = Vec::new();
        for group in 0..self.metadata().row_groups().len() {
            batches.extend(self.group_columns(names, group, None)?);
        }
        self.joined(names, batches)
    }

    /// The rows of a row group, of all or of those selected: one batch, for each has dictionaries of its own.
    pub(super) fn group_columns(
        &self,
        names: &[&str],
        group: usize,
        selection: Option<RowSelection>,
    ) -> Result<Vec<RecordBatch>, StoreError> {
        let rows = self.metadata().row_groups().get(group).map_or(0, |group| usize::try_from(group.num_rows()).unwrap_or(0)).max(1);
        let mut builder = self.builder(Some(names)).with_row_groups(vec![group]).with_batch_size(rows);
        if let Some(selection) = selection {
            builder = builder.with_row_selection(selection);
        }
        let reader = builder.build().map_err(unreadable)?;
        reader.map(|batch| with_codes(&batch.map_err(arrow_unreadable)?)).collect()
    }

    /// Batches of row groups as one.
    pub(super) fn joined(&self, names: &[&str], batches: Vec<RecordBatch>) -> Result<RecordBatch, StoreError> {
        match <[RecordBatch; 1]>::try_from(batches) {
            Ok([batch]) => Ok(batch),
            Err(batches) => {
                let Some(first) = batches.first() else { return self.no_rows(names) };
                concat_batches(&first.schema(), &batches).map_err(arrow_failed)
            }
        }
    }

    /// Which rows have a value in a column of text. Batch by batch: the text of a whole column can be larger than memory. Empty: none
    /// has, because the file has no such column.
    pub(crate) fn presence(&self, name: &str) -> Result<Vec<bool>, StoreError> {
        if self.schema().field_with_name(name).is_err() {
            return Ok(Vec::new());
        }
        let mut presence = Vec::with_capacity(self.rows as usize);
        let reader = self.builder(Some(&[name])).with_batch_size(ROWS_AT_ONCE_MAX).build().map_err(unreadable)?;
        for batch in reader {
            let batch = batch.map_err(arrow_unreadable)?;
            presence.extend((0..batch.num_rows()).map(|row| batch.column(0).is_valid(row)));
        }
        Ok(presence)
    }

    fn no_rows(&self, names: &[&str]) -> Result<RecordBatch, StoreError> {
        let fields: Vec<_> = self.schema().fields().iter().filter(|field| names.contains(&field.name().as_str())).cloned().collect();
        with_codes(&RecordBatch::new_empty(Arc::new(Schema::new(fields))))
    }

    /// The rows at `positions` of the file, in the order of `positions`. Reads the pages that they are in, and no others.
    pub(crate) fn read_rows(&self, positions: &[u32]) -> Result<Vec<(UploadSeq, ExecutionRow)>, StoreError> {
        let mut sorted = positions.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        if sorted.last().is_some_and(|last| *last >= self.rows) {
            return Err(StoreError::Internal("a row behind the end of a day file".to_owned()));
        }
        let ranges = sorted.iter().map(|position| *position as usize..*position as usize + 1);
        let selection = RowSelection::from_consecutive_ranges(ranges, self.rows as usize);
        let batch_rows = sorted.len().clamp(1, ROWS_AT_ONCE_MAX);
        let reader = self.builder(None).with_row_selection(selection).with_batch_size(batch_rows).build().map_err(unreadable)?;
        let mut rows = Vec::with_capacity(sorted.len());
        for batch in reader {
            let view = View::of_day_file(&with_codes(&batch.map_err(arrow_unreadable)?)?)?;
            let mut known = KnownTags::default();
            for row in 0..view.rows() {
                rows.push(Some((view.upload(row), view.row(row, &mut known)?)));
            }
        }
        if rows.len() != sorted.len() {
            return Err(StoreError::Corrupt("day file: rows are missing".to_owned()));
        }
        if sorted == positions {
            return Ok(rows.into_iter().flatten().collect());
        }
        let missing = || StoreError::Internal("a row of a day file was not read".to_owned());
        let row_at =
            |position: &u32| sorted.binary_search(position).ok().and_then(|at| rows.get(at).cloned().flatten()).ok_or_else(missing);
        positions.iter().map(row_at).collect()
    }

    /// Rows in their order, all columns, in batches of at most `rows`, fewer where rows are large.
    pub(super) fn batches(&self, rows: usize, bytes_max: usize) -> Result<Batches, StoreError> {
        self.stream(None, rows, bytes_max)
    }

    /// The same of the columns of `names` only, which must be among them that a [`View`] needs.
    pub(in crate::executions) fn stream(&self, names: Option<&[&str]>, rows: usize, bytes_max: usize) -> Result<Batches, StoreError> {
        let groups = self.metadata.metadata().row_groups();
        let bytes: i64 = groups.iter().map(|group| group.total_byte_size()).sum();
        let bytes_per_row = usize::try_from(bytes / i64::from(self.rows.max(1))).unwrap_or(usize::MAX).max(1);
        let rows = rows.min(bytes_max / bytes_per_row).max(1);
        self.builder(names).with_batch_size(rows).build().map(Batches).map_err(unreadable)
    }

    pub(super) fn metadata(&self) -> &ParquetMetaData {
        self.metadata.metadata()
    }

    /// The number of a column that is no list or struct.
    pub(super) fn leaf(&self, name: &str) -> Option<usize> {
        self.metadata().file_metadata().schema_descr().columns().iter().position(|column| column.path().string() == name)
    }

    pub(super) fn schema(&self) -> &Schema {
        self.metadata.schema()
    }

    pub(super) const fn disk(&self) -> &DiskFile {
        &self.disk
    }

    fn builder(&self, names: Option<&[&str]>) -> ParquetRecordBatchReaderBuilder<DiskFile> {
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(self.disk.clone(), self.metadata.clone());
        match names {
            None => builder,
            Some(names) => {
                let mask = ProjectionMask::columns(builder.parquet_schema(), names.iter().copied());
                builder.with_projection(mask)
            }
        }
    }
}

/// The batches of a file, one after the other.
#[derive(Debug)]
pub(in crate::executions) struct Batches(ParquetRecordBatchReader);

impl Batches {
    pub(in crate::executions) fn next_view(&mut self) -> Result<Option<View>, StoreError> {
        let Some(batch) = self.0.next() else { return Ok(None) };
        View::of_day_file(&with_codes(&batch.map_err(arrow_unreadable)?)?).map(Some)
    }
}

/// The types that the columns have in memory, given those that follow from the file.
fn in_memory(schema: &Schema) -> Schema {
    let kind_of = |field: &Field| match field.data_type() {
        DataType::Utf8 if DICTIONARIES.contains(&field.name().as_str()) => {
            DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
        }
        DataType::Decimal128(9, 6) => DataType::Decimal32(9, 6),
        DataType::Decimal128(18, 6) => DataType::Decimal64(18, 6),
        other => other.clone(),
    };
    let fields: Vec<Field> = schema.fields().iter().map(|field| field.as_ref().clone().with_data_type(kind_of(field))).collect();
    Schema::new_with_metadata(fields, schema.metadata().clone())
}

/// With results as codes in the place of words.
fn with_codes(batch: &RecordBatch) -> Result<RecordBatch, StoreError> {
    let schema = batch.schema();
    let Some((at, field)) = schema.column_with_name("result") else { return Ok(batch.clone()) };
    let words = batch.column(at).as_dictionary_opt::<Int32Type>().ok_or_else(|| damaged("result"))?;
    let values = words.values().as_string_opt::<i32>().ok_or_else(|| damaged("result"))?;
    let code_of = |word: Option<&str>| word.and_then(TestResult::from_wire).map(TestResult::code).ok_or_else(|| damaged("result"));
    let codes: Vec<u8> = values.iter().map(code_of).collect::<Result<_, _>>()?;
    let code_at = |key: &i32| usize::try_from(*key).ok().and_then(|key| codes.get(key)).copied().ok_or_else(|| damaged("result"));
    let codes: Vec<u8> = words.keys().values().iter().map(code_at).collect::<Result<_, _>>()?;
    let mut fields: Vec<Field> = schema.fields().iter().map(|field| field.as_ref().clone()).collect();
    let mut columns: Vec<ArrayRef> = batch.columns().to_vec();
    fields[at] = field.clone().with_data_type(DataType::UInt8);
    columns[at] = Arc::new(u8_array(codes));
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).map_err(arrow_failed)
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
fn unreadable(error: ParquetError) -> StoreError {
    StoreError::Corrupt(format!("day file: {error}"))
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
fn arrow_unreadable(error: arrow_schema::ArrowError) -> StoreError {
    StoreError::Corrupt(format!("day file: {error}"))
}
