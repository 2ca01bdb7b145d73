//! Reading segments.

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, UInt8Type, UInt32Type};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_ipc::reader::StreamReader;
use arrow_schema::{ArrowError, DataType, SchemaRef};
use proctor_core::execution::ExecutionFlags;
use proctor_core::result::TestResult;
use proctor_core::tags::TagSet;
use rustc_hash::FxHashMap;

use super::ExecutionRow;
use super::compress::decompress;
use super::json_read::{read_failure, read_spans, read_tags};
use super::segment::{VERSION, VERSION_KEY};
use crate::StoreError;

/// A decoded segment: its columns, or those asked for.
#[derive(Debug)]
pub(super) struct SegmentReader {
    batch: RecordBatch,
}

impl SegmentReader {
    /// Decodes the columns of `names`, or all.
    pub(super) fn open(bytes: &[u8], names: Option<&[&str]>) -> Result<Self, StoreError> {
        let stream = decompress(bytes)?;
        let schema = StreamReader::try_new(stream.as_slice(), None).map_err(unreadable)?.schema();
        if schema.metadata().get(VERSION_KEY).map(String::as_str) != Some(VERSION) {
            return Err(StoreError::Corrupt("segment: unknown version of the format".to_owned()));
        }
        let projection = names.map(|names| positions(&schema, names));
        let mut reader = StreamReader::try_new(stream.as_slice(), projection).map_err(unreadable)?;
        let batch = reader.next().ok_or_else(|| StoreError::Corrupt("segment: no record batch".to_owned()))?.map_err(unreadable)?;
        Ok(Self { batch })
    }

    /// The positions of the rows with `result`, in the order of the upload.
    pub(super) fn positions(&self, result: Option<TestResult>) -> Result<Vec<usize>, StoreError> {
        let results = self.numbers::<UInt8Type>("result")?.ok_or_else(|| damaged("result"))?;
        let rows = results.iter().enumerate();
        Ok(rows.filter(|(_, code)| result.is_none_or(|result| result.code() == **code)).map(|(row, _)| row).collect())
    }

    /// The rows at `positions`. `ordinals`: of the segment's own test numbers.
    pub(super) fn rows(&self, positions: &[usize], ordinals: &[u32]) -> Result<Vec<ExecutionRow>, StoreError> {
        let columns = Texts::of(self)?;
        let index = self.numbers::<UInt32Type>("index")?;
        let test = self.numbers::<UInt32Type>("test")?.ok_or_else(|| damaged("test"))?;
        let result = self.numbers::<UInt8Type>("result")?.ok_or_else(|| damaged("result"))?;
        let flags = self.numbers::<UInt8Type>("flags")?;
        let tags = self.batch.column_by_name("tags");
        let mut tag_sets: FxHashMap<i32, TagSet> = FxHashMap::default();
        let mut rows = Vec::with_capacity(positions.len());
        for row in positions.iter().copied() {
            let number = |column: &str| self.float(column, row);
            let test_ordinal = *ordinals.get(test[row] as usize).ok_or_else(|| damaged("test"))?;
            rows.push(ExecutionRow {
                index: index.map_or_else(|| u32::try_from(row).unwrap_or(u32::MAX), |index| index[row]),
                test_ordinal,
                result: TestResult::from_code(result[row]).ok_or_else(|| damaged("result"))?,
                duration: number("duration")?,
                start_at: number("start_at")?,
                end_at: number("end_at")?,
                location: columns.location.get(row)?,
                file_name: columns.file_name.get(row)?,
                selector: columns.selector.get(row)?,
                tags: tags.map(|tags| tags_at(tags, row, &mut tag_sets)).transpose()?.unwrap_or_default(),
                failure_reason: columns.failure_reason.get(row)?,
                failure_expanded: columns.failure_expanded.get(row)?.map_or_else(|| Ok(Vec::new()), |text| read_failure(&text))?,
                spans: columns.spans.get(row)?.map_or_else(|| Ok(Vec::new()), |text| read_spans(&text))?,
                client_id: columns.client_id.get(row)?,
                external_id: columns.external_id.get(row)?,
                trace_id: columns.trace_id.get(row)?,
                flags: ExecutionFlags::from_bits(flags.map_or(0, |flags| flags[row])),
            });
        }
        Ok(rows)
    }

    fn numbers<T: arrow_array::ArrowPrimitiveType>(&self, column: &'static str) -> Result<Option<&[T::Native]>, StoreError> {
        let Some(array) = self.batch.column_by_name(column) else { return Ok(None) };
        let numbers = array.as_primitive_opt::<T>().ok_or_else(|| damaged(column))?;
        if numbers.null_count() > 0 {
            return Err(damaged(column));
        }
        Ok(Some(numbers.values()))
    }

    fn float(&self, column: &str, row: usize) -> Result<Option<f64>, StoreError> {
        let Some(array) = self.batch.column_by_name(column) else { return Ok(None) };
        let numbers = array.as_primitive_opt::<Float64Type>().ok_or_else(|| damaged(column))?;
        Ok(numbers.is_valid(row).then(|| numbers.value(row)))
    }
}

fn positions(schema: &SchemaRef, names: &[&str]) -> Vec<usize> {
    names.iter().filter_map(|name| schema.index_of(name).ok()).collect()
}

/// The columns of text.
struct Texts<'a> {
    location: TextArray<'a>,
    file_name: TextArray<'a>,
    selector: TextArray<'a>,
    failure_reason: TextArray<'a>,
    failure_expanded: TextArray<'a>,
    spans: TextArray<'a>,
    client_id: TextArray<'a>,
    external_id: TextArray<'a>,
    trace_id: TextArray<'a>,
}

impl<'a> Texts<'a> {
    fn of(reader: &'a SegmentReader) -> Result<Self, StoreError> {
        let text = |name: &'static str| TextArray::of(name, reader.batch.column_by_name(name));
        Ok(Self {
            location: text("location")?,
            file_name: text("file_name")?,
            selector: text("selector")?,
            failure_reason: text("failure_reason")?,
            failure_expanded: text("failure_expanded")?,
            spans: text("spans")?,
            client_id: text("client_id")?,
            external_id: text("external_id")?,
            trace_id: text("trace_id")?,
        })
    }
}

/// The three encodings of text.
enum TextArray<'a> {
    Absent,
    Plain(&'a arrow_array::StringArray),
    Keys(&'a arrow_array::DictionaryArray<Int32Type>, &'a arrow_array::StringArray),
    Uuids(&'a arrow_array::FixedSizeBinaryArray),
}

impl<'a> TextArray<'a> {
    fn of(name: &'static str, array: Option<&'a ArrayRef>) -> Result<Self, StoreError> {
        let Some(array) = array else { return Ok(Self::Absent) };
        let known = match array.data_type() {
            DataType::Utf8 => array.as_string_opt::<i32>().map(Self::Plain),
            DataType::FixedSizeBinary(16) => array.as_fixed_size_binary_opt().map(Self::Uuids),
            _ => array
                .as_dictionary_opt::<Int32Type>()
                .and_then(|keys| keys.values().as_string_opt::<i32>().map(|values| Self::Keys(keys, values))),
        };
        known.ok_or_else(|| damaged(name))
    }

    fn get(&self, row: usize) -> Result<Option<String>, StoreError> {
        Ok(match self {
            Self::Absent => None,
            Self::Plain(array) => array.is_valid(row).then(|| array.value(row).to_owned()),
            Self::Keys(keys, values) => keys.key(row).map(|key| values.value(key).to_owned()),
            Self::Uuids(array) if array.is_valid(row) => {
                let uuid = uuid::Uuid::from_slice(array.value(row)).map_err(|_| damaged("id"))?;
                Some(uuid.hyphenated().to_string())
            }
            Self::Uuids(_) => None,
        })
    }
}

fn tags_at(tags: &ArrayRef, row: usize, known: &mut FxHashMap<i32, TagSet>) -> Result<TagSet, StoreError> {
    let keys = tags.as_dictionary_opt::<Int32Type>().ok_or_else(|| damaged("tags"))?;
    let values = keys.values().as_string_opt::<i32>().ok_or_else(|| damaged("tags"))?;
    let key = keys.keys().value(row);
    if let Some(tags) = known.get(&key) {
        return Ok(tags.clone());
    }
    let at = keys.key(row).filter(|at| *at < values.len()).ok_or_else(|| damaged("tags"))?;
    let tags = read_tags(values.value(at))?;
    known.insert(key, tags.clone());
    Ok(tags)
}

fn damaged(column: &str) -> StoreError {
    StoreError::Corrupt(format!("segment: column {column} is not what was written"))
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
fn unreadable(error: ArrowError) -> StoreError {
    StoreError::Corrupt(format!("segment: {error}"))
}
