//! Where in a day file the executions of one upload are.

use std::sync::Arc;

use arrow_array::types::{Int64Type, UInt8Type, UInt32Type};
use proctor_core::result::TestResult;
use rustc_hash::FxHashMap;

use super::super::view::required;
use super::OpenDayFile;
use crate::StoreError;
use crate::executions::UploadSeq;

/// Failed rows whose places are remembered, for each open file. A file with more is searched each time.
const FAILED_ROWS_KEPT_MAX: usize = 50_000;

/// (index, position in the file) of the failed rows of each upload.
pub(super) type FailedRows = FxHashMap<UploadSeq, Vec<(u32, u32)>>;

impl OpenDayFile {
    /// The positions of the rows of an upload with `result`, by index.
    ///
    /// The first question after failed ones reads three columns of the file; later ones nothing: that is what a failed run is
    /// looked at with, again and again.
    pub(crate) fn positions_of(&self, upload: UploadSeq, result: Option<TestResult>) -> Result<Vec<u32>, StoreError> {
        let mut rows = match result {
            Some(TestResult::Failed) => self.failed_rows()?.get(&upload).cloned().unwrap_or_default(),
            _ => self
                .rows_where(|seq, code| seq == upload && result.is_none_or(|result| result.code() == code))?
                .remove(&upload)
                .unwrap_or_default(),
        };
        rows.sort_unstable();
        Ok(rows.into_iter().map(|(_, position)| position).collect())
    }

    fn failed_rows(&self) -> Result<Arc<FailedRows>, StoreError> {
        if let Some(failed) = self.failed.get() {
            return Ok(Arc::clone(failed));
        }
        let failed = Arc::new(self.rows_where(|_, code| code == TestResult::Failed.code())?);
        if failed.values().map(Vec::len).sum::<usize>() <= FAILED_ROWS_KEPT_MAX {
            // Another thread may have been faster, with the same.
            _ = self.failed.set(Arc::clone(&failed));
        }
        Ok(failed)
    }

    fn rows_where(&self, is_wanted: impl Fn(UploadSeq, u8) -> bool) -> Result<FailedRows, StoreError> {
        let batch = self.columns(&["upload", "index", "result"])?;
        let uploads = required::<Int64Type>(&batch, "upload")?;
        let indexes = required::<UInt32Type>(&batch, "index")?;
        let results = required::<UInt8Type>(&batch, "result")?;
        let mut rows = FailedRows::default();
        for (position, ((upload, index), code)) in (0..).zip(uploads.iter().zip(indexes.iter()).zip(results.iter())) {
            if is_wanted(UploadSeq(*upload), *code) {
                rows.entry(UploadSeq(*upload)).or_default().push((*index, position));
            }
        }
        Ok(rows)
    }
}
