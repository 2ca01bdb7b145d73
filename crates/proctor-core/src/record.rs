//! One result record as a reader of a format found it, before any rule of ingest has been applied.

use std::borrow::Cow;

use crate::receipt::{Notice, Rejection, Warning};
use crate::result::TestResult;

/// A result record. Texts are as sent, except that NUL, invalid UTF-8 and unpaired surrogates are U+FFFD.
#[derive(Clone, Debug, PartialEq)]
pub struct Record<'a> {
    /// Scope; `""` when the sender gave none.
    pub scope: Cow<'a, str>,
    /// Name; never blank.
    pub name: Cow<'a, str>,
    /// `file:line` and its variants, verbatim.
    pub location: Option<Cow<'a, str>>,
    /// The file, verbatim.
    pub file_name: Option<Cow<'a, str>>,
    /// The result.
    pub result: TestResult,
    /// Seconds; never negative, always finite.
    pub duration: Option<f64>,
    /// The sender's own clock at the start, in the sender's own unit: never a time of day.
    pub start_at: Option<f64>,
    /// As `start_at`, at the end.
    pub end_at: Option<f64>,
    /// Why it failed, in short or in full.
    pub failure_reason: Option<Cow<'a, str>>,
    /// The failures in detail, one entry per failed expectation.
    pub failure_expanded: Vec<FailureDetail<'a>>,
    /// The spans of the history (`history.children`).
    pub spans: Vec<Span<'a>>,
    /// Tags as sent, in the sender's order, not yet checked; numbers and booleans are text already.
    pub tags: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    /// The sender's `id`.
    pub client_id: Option<Cow<'a, str>>,
    /// The sender's `external_id`.
    pub external_id: Option<Cow<'a, str>>,
    /// The sender's `trace_id`.
    pub trace_id: Option<Cow<'a, str>>,
    /// What the format says `test.selector.primary` follows from (`uploads.md`, section 9), before prefixes are removed.
    /// `None`: from `file_name`.
    pub selector: Option<Cow<'a, str>>,
    /// The report shows that an attempt failed before this, final, passed one.
    pub runner_retried: bool,
}

impl<'a> Record<'a> {
    /// A record that says nothing but its identity and result.
    #[must_use]
    pub fn new(scope: impl Into<Cow<'a, str>>, name: impl Into<Cow<'a, str>>, result: TestResult) -> Self {
        Self {
            scope: scope.into(),
            name: name.into(),
            location: None,
            file_name: None,
            result,
            duration: None,
            start_at: None,
            end_at: None,
            failure_reason: None,
            failure_expanded: Vec::new(),
            spans: Vec::new(),
            tags: Vec::new(),
            client_id: None,
            external_id: None,
            trace_id: None,
            selector: None,
            runner_retried: false,
        }
    }
}

/// One entry of `failure_expanded`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FailureDetail<'a> {
    /// Lines of explanation.
    pub expanded: Vec<Cow<'a, str>>,
    /// Lines of the backtrace.
    pub backtrace: Vec<Cow<'a, str>>,
}

/// One span of an execution's history.
#[derive(Clone, Debug, PartialEq)]
pub struct Span<'a> {
    /// `http`, `sql`, `sleep`, `annotation`, or what the sender says; `""` when it says nothing.
    pub section: Cow<'a, str>,
    /// The sender's own clock.
    pub start_at: Option<f64>,
    /// The sender's own clock.
    pub end_at: Option<f64>,
    /// Seconds.
    pub duration: Option<f64>,
    /// What the span did.
    pub detail: SpanDetail<'a>,
    /// Spans inside this one.
    pub children: Vec<Span<'a>>,
}

/// The `detail` of a span.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SpanDetail<'a> {
    /// Absent, null or empty.
    #[default]
    None,
    /// A plain string (elixir, dotnet).
    Text(Cow<'a, str>),
    /// Keys and values (`method`, `url`, `query`, ...), in the sender's order; values that are not strings as JSON text.
    Fields(Vec<(Cow<'a, str>, Cow<'a, str>)>),
}

/// What takes records from a reader. Called in the order of the document.
///
/// Every record found is either accepted or rejected, never both, never neither; `index` counts them all from 0.
pub trait RecordSink {
    /// Takes a record in. An error stops the reader, which passes it on.
    ///
    /// # Errors
    /// [`TooManyRecords`] when the sink has all that it may take.
    fn accept(&mut self, index: u64, record: Record<'_>) -> Result<(), TooManyRecords>;

    /// Notes a record that cannot be taken in.
    ///
    /// # Errors
    /// As for [`Self::accept`]: rejected records count.
    fn reject(&mut self, rejection: Rejection) -> Result<(), TooManyRecords>;

    /// Notes a remark.
    fn warn(&mut self, warning: Warning);

    /// Notes trouble outside of tests.
    fn notice(&mut self, notice: Notice);
}

/// The upload holds more records than the server takes in one upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("more than {limit} results in one upload")]
pub struct TooManyRecords {
    /// The bound, in records.
    pub limit: u64,
}
