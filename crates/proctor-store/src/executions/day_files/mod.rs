//! Day files: the executions of one suite received on one UTC day, as Parquet.
//!
//! # The format of a day file
//! Rows are sorted by (`test`, `received_at`, `upload`, `index`), so that the history of one test is contiguous and a metric is one
//! pass. A column without any value is left out. The key `proctor.day_file` of the file's metadata names the version of the format,
//! `1`; `proctor.uploads` lists the uploads inside, see [`FileUpload`].
//!
//! | column | Parquet type | meaning |
//! |---|---|---|
//! | `test` | uint32 | the test's ordinal in the suite |
//! | `received_at` | timestamp (ms, UTC) | receive time of the upload |
//! | `upload` | int64 | `uploads.seq` of the catalog |
//! | `index` | uint32 | position among all records of the upload |
//! | `result` | string | `passed`, `failed`, `skipped`, `pending`, `unknown` |
//! | `duration`, `start_at`, `end_at` | decimal(9,6), decimal(18,6) or double | seconds: decimal where every value of the file is a whole number of microseconds that gives back the same double |
//! | `branch` | string | of the upload, else of the run as it was when the file was first written |
//! | `location`, `file_name`, `selector` | string | |
//! | `tags` | string | a JSON object; null when there are none |
//! | `failure_reason`, `failure_expanded`, `spans` | string | as in segments |
//! | `client_id`, `external_id`, `trace_id` | string, or 16 bytes | binary when all values are hyphenated lower-case UUIDs |
//! | `flags` | uint8 | 1 cut, 2 retried by the runner |
//!
//! A file never changes. It is written in full and made durable before the catalog names it, and deleted after the catalog has let
//! go of it and the last reader is done.

mod bodies;
mod disk;
mod gather;
mod layout;
mod merge;
mod of_test;
mod open;
mod positions;
mod registry;
mod snapshot;
mod uploads;
mod write;

pub(crate) use bodies::{Bodies, DayFileId};
pub(crate) use merge::{Merge, Merged, SegmentInput};
pub(in crate::executions) use open::Batches;
pub(crate) use open::OpenDayFile;
pub(crate) use registry::{DayFiles, NewDayFile, Opened};
pub(crate) use snapshot::{SegmentRef, Snapshot};
pub(crate) use uploads::FileUpload;

#[cfg(test)]
mod tests;
