//! What became of one file.

use proctor_core::format::ReportFormat;
use serde::Deserialize;

/// The answer to an upload that was taken in (`uploads.md`, 13.1).
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Receipt {
    /// The upload.
    pub(crate) upload_id: String,
    /// The run.
    pub(crate) run_id: String,
    /// The run's page.
    pub(crate) run_url: String,
    /// The upload's page.
    pub(crate) upload_url: String,
    /// Results stored.
    pub(crate) queued: u64,
    /// Records left out.
    pub(crate) skipped: u64,
    /// Why, one line per record, up to a bound of the server's.
    pub(crate) errors: Vec<String>,
}

/// What became of one file.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// The file as named.
    pub(crate) file: String,
    /// The format it was sent as; `None` when that could not be told.
    pub(crate) format: Option<ReportFormat>,
    /// How often it was sent.
    pub(crate) tries: u32,
    /// How it ended.
    pub(crate) end: End,
}

/// How an upload ended.
#[derive(Debug)]
pub(crate) enum End {
    /// It was taken in.
    Stored(Receipt),
    /// It was refused, by the server or before it was sent.
    Refused {
        /// The status of the answer; `None` when it was not sent.
        status: Option<u16>,
        /// Why.
        message: String,
        /// What to do next.
        next_step: String,
    },
    /// The server was not reached, or kept failing.
    Unreachable {
        /// The status of the last answer, if there was one.
        status: Option<u16>,
        /// The last failure.
        message: String,
    },
}
