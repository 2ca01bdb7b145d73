//! Reading segments.

use arrow_array::RecordBatch;
use arrow_array::types::{UInt8Type, UInt32Type};
use arrow_ipc::reader::StreamReader;
use arrow_schema::{ArrowError, SchemaRef};
use proctor_core::result::TestResult;

use super::compress::decompress;
use super::segment::{VERSION, VERSION_KEY};
use super::view::{KnownTags, Origin, View, required, values};
use super::{ExecutionRow, UploadSeq};
use crate::StoreError;

/// A decoded segment: its columns, or those asked for.
#[derive(Debug)]
pub(super) struct SegmentReader {
    batch: RecordBatch,
    memory_bytes: usize,
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
        Ok(Self { batch, memory_bytes: stream.len() })
    }

    pub(super) const fn batch(&self) -> &RecordBatch {
        &self.batch
    }

    /// The positions of the rows with `result`, in the order of the upload.
    pub(super) fn positions(&self, result: Option<TestResult>) -> Result<Vec<usize>, StoreError> {
        let results = required::<UInt8Type>(&self.batch, "result")?;
        let rows = results.iter().enumerate();
        Ok(rows.filter(|(_, code)| result.is_none_or(|result| result.code() == **code)).map(|(row, _)| row).collect())
    }

    /// The rows at `positions`. `ordinals`: of the segment's own test numbers.
    pub(super) fn rows(&self, positions: &[usize], ordinals: &[u32]) -> Result<Vec<ExecutionRow>, StoreError> {
        // Rows do not repeat what their upload says.
        let origin = Origin::One { upload: UploadSeq(0), received_at: 0, branch: None };
        let view = View::of_segment(&self.batch, ordinals, origin)?;
        let mut known = KnownTags::default();
        positions.iter().map(|row| view.row(*row, &mut known)).collect()
    }

    /// The positions of the rows whose index is one of `indexes`, in their order; those that are not there are left out.
    pub(super) fn positions_of(&self, indexes: &[u32]) -> Result<Vec<usize>, StoreError> {
        let rows = self.batch.num_rows();
        let Some(known) = values::<UInt32Type>(&self.batch, "index")? else {
            return Ok(indexes.iter().map(|index| *index as usize).filter(|row| *row < rows).collect());
        };
        // An upload numbers its records in ascending order.
        Ok(indexes.iter().filter_map(|index| known.binary_search(index).ok()).collect())
    }

    /// All rows, as those of the upload that `origin` names. `ordinals`: of the segment's own test numbers.
    pub(super) fn view(&self, ordinals: &[u32], origin: Origin) -> Result<View, StoreError> {
        View::of_segment(&self.batch, ordinals, origin)
    }

    /// Bytes that the columns take in memory, about: arrays share the stream that they were read from.
    pub(super) const fn memory_bytes(&self) -> usize {
        self.memory_bytes
    }
}

fn positions(schema: &SchemaRef, names: &[&str]) -> Vec<usize> {
    names.iter().filter_map(|name| schema.index_of(name).ok()).collect()
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
fn unreadable(error: ArrowError) -> StoreError {
    StoreError::Corrupt(format!("segment: {error}"))
}
