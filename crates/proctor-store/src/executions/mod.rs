//! Executions in columns.
//!
//! # The format of a segment
//! A segment holds the executions of one upload: **an Arrow IPC stream (one record batch, metadata version 5) inside one zstd frame**
//! with its content size and checksum. The key `proctor.segment` of the schema's metadata names the version of the format, `1`.
//! Rows stand in the order of the upload. A column without any value is left out; so is `index` when it counts 0, 1, 2, ..,
//! and `flags` when all are 0.
//!
//! | column | type | meaning |
//! |---|---|---|
//! | `index` | uint32 | position among all records of the upload, those left out included |
//! | `test` | uint32 | the segment's own number of the test; the catalog maps it to the test's ordinal in the suite |
//! | `result` | uint8 | 0 passed, 1 failed, 2 skipped, 3 pending, 4 unknown |
//! | `duration` | float64 | seconds |
//! | `start_at`, `end_at` | float64 | the sender's own clock |
//! | `location` | utf8 | `file:line` and its variants |
//! | `file_name`, `selector`, `tags` | dictionary of int32 to utf8 | `tags`: a JSON object, never null |
//! | `failure_reason` | utf8 | |
//! | `failure_expanded`, `spans` | utf8 | JSON, see below; null when there is none |
//! | `client_id`, `external_id`, `trace_id` | utf8, or fixed-size binary of 16 | binary when all values are hyphenated lower-case UUIDs |
//! | `flags` | uint8 | 1 cut, 2 retried by the runner |
//!
//! `failure_expanded` is an array of `{"expanded": [..], "backtrace": [..]}`. `spans` is an array of `{"section", "start_at", "end_at",
//! "duration", "detail", "children"}` without the keys that have no value; `detail` is a string, or an array of `[key, value]` pairs.

mod aggregate;
mod answers;
mod block;
mod block_read;
mod cache;
mod collect;
mod columns;
mod compress;
mod day_aggregate;
pub(crate) mod day_files;
mod day_rows;
mod dictionary;
mod duration_column;
mod embedded;
mod export;
mod failures;
mod history;
mod json;
mod json_read;
mod limits;
mod lookup;
mod numbering;
mod question;
mod read;
mod remembered;
mod rows;
mod rows_at;
mod scan;
mod segment;
mod small_ints;
mod sources;
mod store;
mod stored;
mod text_values;
mod verdicts;
mod view;

pub use failures::{FAILURE_GROUPS_PER_UPLOAD_MAX, FAILURE_TEXTS_PER_UPLOAD_MAX, SegmentFailure};
pub use history::WantedTests;
pub use limits::QueryLimits;
pub use numbering::{SegmentTest, SegmentTests};
pub use segment::{Segment, SegmentBuilder};
pub use stored::StoredExecution;

pub(crate) use answers::{ExecutionQueries, First, Spans, Wanted, Wish};
pub(crate) use block::BlockUpload;
pub(crate) use compress::{compress, decompress};
pub(crate) use day_aggregate::{AggregateRow, decode_aggregate, encode_aggregate};
pub(crate) use day_rows::{DayParts, DayRows, Detail};
pub(crate) use embedded::EmbeddedExecutions;
pub(crate) use export::ExportWriter;
pub(crate) use history::{HistoryReader, HistorySource, SegmentBody};
pub(crate) use json_read::read_tags;
pub(crate) use question::{Facts, Question, RunFacts};
pub(crate) use rows::ExecutionRow;
pub(crate) use store::{ExecutionStore, NewSegment, Selection, UploadSeq};

#[cfg(test)]
mod tests;
