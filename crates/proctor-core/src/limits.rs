//! The bounds on what one upload may hold (`uploads.md`, section 12). Those that a team may want to move are settings.

/// Bytes of `scope` and of `name`; a longer one rejects its record with `identity_too_long`.
pub const IDENTITY_BYTES_MAX: usize = 16 * 1024;
/// Bytes of `location` and of `file_name`; a longer one is dropped with a warning.
pub const PATH_BYTES_MAX: usize = 4 * 1024;
/// Bytes of `failure_reason`; the rest is cut at a character boundary.
pub const FAILURE_REASON_BYTES_MAX: usize = 256 * 1024;
/// Bytes of all of one execution's `failure_expanded`; the rest is cut.
pub const FAILURE_EXPANDED_BYTES_MAX: usize = 1024 * 1024;
/// Spans of one execution; the rest is dropped.
pub const SPANS_PER_EXECUTION_MAX: usize = 10_000;
/// Depth of a span inside the tree of its execution; deeper ones are dropped.
pub const SPAN_DEPTH_MAX: usize = 32;
/// Bytes of one text inside a span (a query, an address); the rest is cut.
pub const SPAN_TEXT_BYTES_MAX: usize = 64 * 1024;
/// Bytes of `id`, `external_id` and `trace_id` as the sender gave them; a longer one is dropped.
pub const CLIENT_ID_BYTES_MAX: usize = 256;
/// Bytes of `test.selector.primary`; a longer one is dropped.
pub const SELECTOR_BYTES_MAX: usize = 4 * 1024;
/// Tags on an upload, and tags on an execution; the first ones stay.
pub const TAGS_PER_LEVEL_MAX: usize = 10;
/// A tag's key is shorter than this many bytes.
pub const TAG_KEY_BYTES_LIMIT: usize = 64;
/// A tag's value is shorter than this many bytes.
pub const TAG_VALUE_BYTES_LIMIT: usize = 128;
/// Bytes of `run_env[key]`; a longer one rejects the upload, for it could not be found again by an index.
pub const RUN_KEY_BYTES_MAX: usize = 1024;
/// Entries of `run_env`.
pub const RUN_ENV_ENTRIES_MAX: usize = 400;
/// Bytes of one value of `run_env`, as of any form field but `data`.
pub const FIELD_BYTES_MAX: usize = 1024 * 1024;
/// Lines in `errors` of the answer to an upload.
pub const ANSWER_ERRORS_MAX: usize = 50;
/// Problems, warnings and notices that a receipt lists one by one; all are counted.
pub const RECEIPT_LINES_MAX: usize = 1_000;
/// Nesting of JSON arrays and objects, and of XML elements, that a reader follows.
pub const NESTING_DEPTH_MAX: usize = 4_096;
