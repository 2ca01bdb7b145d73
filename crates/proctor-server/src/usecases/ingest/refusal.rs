//! Why an upload was refused (`uploads.md`, 13.2).

use proctor_core::limits;
use proctor_store::StoreError;
use proctor_store::catalog::uploads::UploadStatus;

/// Why an upload was refused. The text is the `message` of the answer.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The request is not what its headers say: broken JSON, broken framing, a broken compressed stream.
    #[error("{0}")]
    Malformed(String),
    /// The sender hung up, or the connection broke, before the body was complete.
    #[error("the connection ended after {received_bytes} bytes, before the body was complete")]
    HungUp {
        /// Bytes of the body that arrived.
        received_bytes: u64,
    },
    /// The sender fell silent in the middle of the body.
    #[error("no more of the body came within {seconds} seconds")]
    Silent {
        /// The bound, in seconds.
        seconds: u64,
    },
    /// The body is too large on the wire.
    #[error("Request body is too large: at most {bytes_max} bytes")]
    BodyTooLarge {
        /// The bound.
        bytes_max: u64,
    },
    /// The body is too large after decoding.
    #[error("Request body is too large after decoding: at most {bytes_max} bytes")]
    DecodedBodyTooLarge {
        /// The bound.
        bytes_max: u64,
    },
    /// The content type or the content coding is not one that is read.
    #[error("{0}")]
    UnsupportedMediaType(String),
    /// `run_env[key]` is missing or blank. bktec sends a blank one when no build id is set, so the message names the variable.
    #[error("run_env[key] is empty: set BUILDKITE_BUILD_ID or BUILDKITE_ANALYTICS_KEY")]
    MissingRunKey,
    /// `run_env[key]` is too long to be found again by an index.
    #[error("run_env[key] is {bytes} bytes long, but may have {max} at most", max = limits::RUN_KEY_BYTES_MAX)]
    RunKeyTooLong {
        /// Its length.
        bytes: usize,
    },
    /// More fields than are read.
    #[error("too many fields: at most {max}", max = limits::RUN_ENV_ENTRIES_MAX)]
    TooManyFields,
    /// A field other than `data` is too long.
    #[error("{field} is longer than {max} bytes", max = limits::FIELD_BYTES_MAX)]
    FieldTooLong {
        /// Its name, cut.
        field: String,
    },
    /// There is no `data`.
    #[error("data is missing")]
    MissingData,
    /// The format is missing or not one that is read.
    #[error("{0}")]
    UnsupportedFormat(String),
    /// More records than one upload may hold.
    #[error("too many results: at most {limit} in one upload, nothing was stored")]
    TooManyResults {
        /// The bound.
        limit: u64,
    },
    /// `data` is not of its format.
    #[error("{0}")]
    Unparsable(String),
    /// The server holds as many uploads, or as many bytes of them, as it may.
    #[error("The server is busy with other uploads, please retry")]
    Busy,
    /// The store could not take the upload.
    #[error("failed to store the upload")]
    Storage(#[from] StoreError),
    /// A bug.
    #[error("Internal Server Error")]
    Internal,
}

impl Refusal {
    /// The stable code under which the upload is listed.
    #[must_use]
    pub const fn reason_code(&self) -> &'static str {
        match self {
            Self::Malformed(_) | Self::HungUp { .. } => "malformed_request",
            Self::Silent { .. } => "request_timeout",
            Self::BodyTooLarge { .. } => "body_too_large",
            Self::DecodedBodyTooLarge { .. } => "decoded_body_too_large",
            Self::UnsupportedMediaType(_) => "unsupported_media_type",
            Self::MissingRunKey => "missing_run_key",
            Self::RunKeyTooLong { .. } => "run_key_too_long",
            Self::TooManyFields => "too_many_fields",
            Self::FieldTooLong { .. } => "field_too_long",
            Self::MissingData => "missing_data",
            Self::UnsupportedFormat(_) => "unsupported_format",
            Self::TooManyResults { .. } => "too_many_results",
            Self::Unparsable(_) => "unparsable_data",
            Self::Busy | Self::Storage(StoreError::Full | StoreError::Unavailable(_)) => "storage_unavailable",
            Self::Storage(_) | Self::Internal => "internal_error",
        }
    }

    /// Whose doing it was.
    #[must_use]
    pub const fn upload_status(&self) -> UploadStatus {
        match self {
            Self::Busy | Self::Storage(_) | Self::Internal => UploadStatus::Failed,
            _ => UploadStatus::Rejected,
        }
    }
}
