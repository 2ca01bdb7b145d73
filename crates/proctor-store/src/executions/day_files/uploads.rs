//! The uploads of a day file, as its metadata lists them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proctor_core::id::{RunId, UploadId};
use proctor_core::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::super::compress::{compress, decompress};
use crate::StoreError;
use crate::executions::UploadSeq;

/// An upload whose executions are in a file.
///
/// In the file: a JSON array of `[seq, id, run id, received_at in ms, branch, commit_sha]`, ascending by `seq`, in one zstd frame, in
/// base64. Ids are 32 hex digits, `branch` and `commit_sha` those that the upload itself gave, else null.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileUpload {
    pub(crate) seq: UploadSeq,
    pub(crate) upload: UploadId,
    pub(crate) run: RunId,
    pub(crate) received_at: Timestamp,
    /// What the upload itself said.
    pub(crate) branch: Option<String>,
    /// What the upload itself said.
    pub(crate) commit_sha: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Line(i64, String, String, i64, Option<String>, Option<String>);

/// Writes the list.
pub(super) fn encode(uploads: &[FileUpload]) -> Result<String, StoreError> {
    let line_of = |upload: &FileUpload| {
        let FileUpload { seq, upload, run, received_at, branch, commit_sha } = upload;
        let hex = |uuid: proctor_core::id::Uuid| uuid.simple().to_string();
        Line(seq.0, hex(upload.uuid()), hex(run.uuid()), received_at.millis(), branch.clone(), commit_sha.clone())
    };
    let lines: Vec<Line> = uploads.iter().map(line_of).collect();
    let json = serde_json::to_vec(&lines).map_err(|error| StoreError::Internal(format!("uploads of a day file: {error}")))?;
    Ok(STANDARD.encode(compress(&json)?))
}

/// Reads what [`encode`] wrote.
pub(super) fn decode(text: &str) -> Result<Vec<FileUpload>, StoreError> {
    let damaged = || StoreError::Corrupt("uploads of a day file".to_owned());
    let json = decompress(&STANDARD.decode(text).map_err(|_| damaged())?)?;
    let lines: Vec<Line> = serde_json::from_slice(&json).map_err(|_| damaged())?;
    let upload_of = |Line(seq, upload, run, received_at, branch, commit_sha): Line| {
        Ok(FileUpload {
            seq: UploadSeq(seq),
            upload: upload.parse().map_err(|_| damaged())?,
            run: run.parse().map_err(|_| damaged())?,
            received_at: Timestamp::from_millis(received_at),
            branch,
            commit_sha,
        })
    };
    lines.into_iter().map(upload_of).collect()
}
