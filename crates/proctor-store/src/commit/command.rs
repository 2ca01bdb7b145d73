//! What can be asked of the writer.

use proctor_core::id::{RunId, SuiteId, UploadId};
use proctor_core::suite::IdenticalUploads;
use proctor_core::time::Timestamp;

use crate::StoreError;
use crate::catalog::uploads::{Announced, Announcement, Completed, CompletedUpload, RejectedUpload};

/// One change to one upload.
#[derive(Debug)]
pub(crate) enum Command {
    Announce(Announcement),
    Complete(Box<CompletedUpload>),
    Reject(RejectedUpload),
    /// An upload whose server died; `at`: when that was found out.
    EndDead {
        upload: RejectedUpload,
        at: Timestamp,
    },
    ReplyLost {
        suite: SuiteId,
        upload: UploadId,
    },
}

/// What a command came to.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    Announced(RunId),
    Completed(Completed),
    Done,
}

impl Command {
    pub(super) const fn suite(&self) -> SuiteId {
        match self {
            Self::Announce(announcement) => announcement.suite_id,
            Self::Complete(upload) => upload.suite_id,
            Self::Reject(upload) | Self::EndDead { upload, .. } => upload.suite_id,
            Self::ReplyLost { suite, .. } => *suite,
        }
    }

    pub(super) const fn upload(&self) -> UploadId {
        match self {
            Self::Announce(announcement) => announcement.upload_id,
            Self::Complete(upload) => upload.upload_id,
            Self::Reject(upload) | Self::EndDead { upload, .. } => upload.upload_id,
            Self::ReplyLost { upload, .. } => *upload,
        }
    }

    /// Whether the upload may have a row already.
    pub(super) fn is_announced(&self) -> bool {
        match self {
            Self::Announce(_) | Self::ReplyLost { .. } => false,
            Self::Complete(upload) => upload.announced == Announced::Yes,
            Self::Reject(upload) => upload.announced == Announced::Yes,
            Self::EndDead { .. } => true,
        }
    }

    /// The digest by which an earlier upload would answer this one.
    pub(super) fn sought_digest(&self) -> Option<&[u8; 32]> {
        match self {
            Self::Complete(upload) if upload.identical != IdenticalUploads::Off => Some(&upload.digest),
            _ => None,
        }
    }

    /// About how many bytes it brings.
    pub(super) fn size_bytes(&self) -> usize {
        match self {
            Self::Complete(upload) => upload.segment.bytes.len() + upload.segment.tests.text_bytes() + upload.run_env_json.len(),
            _ => 0,
        }
    }
}

impl Outcome {
    pub(crate) fn run(self) -> Result<RunId, StoreError> {
        match self {
            Self::Announced(run) => Ok(run),
            _ => Err(mixed_up()),
        }
    }

    pub(crate) fn completed(self) -> Result<Completed, StoreError> {
        match self {
            Self::Completed(completed) => Ok(completed),
            _ => Err(mixed_up()),
        }
    }
}

fn mixed_up() -> StoreError {
    StoreError::Internal("the writer answered another question".to_owned())
}
