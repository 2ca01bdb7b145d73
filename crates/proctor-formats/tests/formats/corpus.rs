//! The reports that the tests read, kept beside the repository, and a sink that keeps what comes out of them.
//!
//! `PROCTOR_SHARED` names the directory that holds `corpus` and `captures` when it is not `shared` next to the repository.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use proctor_core::format::ReportFormat;
use proctor_core::receipt::{Notice, Rejection, Warning, WarningKind};
use proctor_core::record::{FailureDetail, Record, RecordSink, Span, SpanDetail, TooManyRecords};
use proctor_core::result::{ResultCounts, TestResult};
use proctor_formats::{ParseContext, ParseError};

/// A sink that keeps everything.
#[derive(Debug, Default)]
pub(crate) struct Collect {
    /// The records taken in, with their indexes.
    pub(crate) records: Vec<(u64, Record<'static>)>,
    /// The records left out.
    pub(crate) rejections: Vec<Rejection>,
    /// The remarks.
    pub(crate) warnings: Vec<Warning>,
    /// The trouble outside of tests.
    pub(crate) notices: Vec<Notice>,
    /// How many records may come; no bound when `None`.
    pub(crate) limit: Option<u64>,
}

impl Collect {
    /// How many records there were of each result.
    pub(crate) fn counts(&self) -> ResultCounts {
        let mut counts = ResultCounts::default();
        self.records.iter().for_each(|(_, record)| counts.add(record.result));
        counts
    }

    /// The records without their indexes.
    pub(crate) fn only_records(&self) -> Vec<&Record<'static>> {
        self.records.iter().map(|(_, record)| record).collect()
    }

    /// Whether a remark of the kind was made.
    pub(crate) fn has_warning(&self, kind: WarningKind) -> bool {
        self.warnings.iter().any(|warning| warning.kind == kind)
    }

    /// Panics unless every index from 0 on was reported exactly once, as accepted or as rejected.
    pub(crate) fn assert_indexes(&self) {
        let accepted = self.records.iter().map(|(index, _)| *index);
        let indexes: Vec<u64> = accepted.chain(self.rejections.iter().map(|rejection| rejection.index)).collect();
        let distinct: BTreeSet<u64> = indexes.iter().copied().collect();
        assert_eq!(distinct.len(), indexes.len(), "an index was reported twice");
        assert!(distinct.iter().copied().eq(0..indexes.len() as u64), "indexes have gaps");
    }

    fn check_limit(&self) -> Result<(), TooManyRecords> {
        match self.limit {
            Some(limit) if (self.records.len() + self.rejections.len()) as u64 >= limit => Err(TooManyRecords { limit }),
            _ => Ok(()),
        }
    }
}

impl RecordSink for Collect {
    fn accept(&mut self, index: u64, record: Record<'_>) -> Result<(), TooManyRecords> {
        self.check_limit()?;
        self.records.push((index, owned_record(record)));
        Ok(())
    }

    fn reject(&mut self, rejection: Rejection) -> Result<(), TooManyRecords> {
        self.check_limit()?;
        self.rejections.push(rejection);
        Ok(())
    }

    fn warn(&mut self, warning: Warning) {
        self.warnings.push(warning);
    }

    fn notice(&mut self, notice: Notice) {
        self.notices.push(notice);
    }
}

/// Reads a document in a context that knows nothing.
pub(crate) fn read(format: ReportFormat, document: &[u8]) -> Result<Collect, ParseError> {
    read_in(format, document, &ParseContext::default())
}

/// Reads a document.
pub(crate) fn read_in(format: ReportFormat, document: &[u8], context: &ParseContext<'_>) -> Result<Collect, ParseError> {
    let mut sink = Collect::default();
    proctor_formats::parse(format, document, context, &mut sink)?;
    sink.assert_indexes();
    Ok(sink)
}

/// A file of the shared directory, such as `corpus/junit/gen__pytest-xunit2.xml`.
pub(crate) fn shared_file(path: &str) -> Vec<u8> {
    let path = shared_directory().join(path);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The names of the files in a directory of the shared directory, sorted.
pub(crate) fn shared_files(directory: &str) -> Vec<String> {
    let path = shared_directory().join(directory);
    let entries = std::fs::read_dir(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn shared_directory() -> PathBuf {
    std::env::var_os("PROCTOR_SHARED").map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")), PathBuf::from)
}

/// What `corpus/EXPECTED.json` says of one file. Counts are absent where the file is ill-formed or has no defined reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Expected {
    /// How many tests, and how many of each kind; `errored` is added to `failed`.
    pub(crate) counts: Option<ExpectedCounts>,
    /// What a tolerant reader might find where [`Self::counts`] is absent.
    pub(crate) tolerant: Option<ExpectedCounts>,
    /// The file is of another format and is to be refused.
    pub(crate) is_refused: bool,
}

/// Counts by result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ExpectedCounts {
    /// All of them.
    pub(crate) tests: u64,
    /// Passed.
    pub(crate) passed: u64,
    /// Failed, by a failure or by an error.
    pub(crate) failed: u64,
    /// Not run.
    pub(crate) skipped: u64,
}

impl ExpectedCounts {
    fn of(value: &serde_json::Value) -> Option<Self> {
        let count = |key: &str| value.get(key)?.as_u64();
        Some(Self {
            tests: count("tests")?,
            passed: count("passed")?,
            failed: count("failed")? + count("errored").unwrap_or(0),
            skipped: count("skipped")?,
        })
    }

    /// The counts of what was read; rejected records are among the tests.
    pub(crate) fn found(sink: &Collect) -> Self {
        let counts = sink.counts();
        Self {
            tests: counts.total() + sink.rejections.len() as u64,
            passed: counts.of(TestResult::Passed),
            failed: counts.of(TestResult::Failed),
            skipped: counts.of(TestResult::Skipped),
        }
    }
}

/// `corpus/EXPECTED.json` by path inside the corpus (`junit/gen__pytest-xunit2.xml`).
pub(crate) fn expectations() -> BTreeMap<String, Expected> {
    let json: BTreeMap<String, serde_json::Value> = serde_json::from_slice(&shared_file("corpus/EXPECTED.json")).unwrap();
    json.into_iter()
        .map(|(path, value)| {
            let tolerant = value.get("all_documents").or_else(|| value.get("lxml_recover"));
            let expected = Expected {
                counts: ExpectedCounts::of(&value),
                tolerant: tolerant.and_then(ExpectedCounts::of),
                is_refused: value.get("junit").and_then(serde_json::Value::as_bool) == Some(false),
            };
            (path, expected)
        })
        .collect()
}

fn owned(text: Cow<'_, str>) -> Cow<'static, str> {
    Cow::Owned(text.into_owned())
}

fn owned_all(texts: Vec<Cow<'_, str>>) -> Vec<Cow<'static, str>> {
    texts.into_iter().map(owned).collect()
}

fn owned_pairs(pairs: Vec<(Cow<'_, str>, Cow<'_, str>)>) -> Vec<(Cow<'static, str>, Cow<'static, str>)> {
    pairs.into_iter().map(|(key, value)| (owned(key), owned(value))).collect()
}

fn owned_span(span: Span<'_>) -> Span<'static> {
    let Span { section, start_at, end_at, duration, detail, children } = span;
    let detail = match detail {
        SpanDetail::None => SpanDetail::None,
        SpanDetail::Text(text) => SpanDetail::Text(owned(text)),
        SpanDetail::Fields(fields) => SpanDetail::Fields(owned_pairs(fields)),
    };
    let children = children.into_iter().map(owned_span).collect();
    Span { section: owned(section), start_at, end_at, duration, detail, children }
}

fn owned_record(record: Record<'_>) -> Record<'static> {
    let Record {
        scope,
        name,
        location,
        file_name,
        result,
        duration,
        start_at,
        end_at,
        failure_reason,
        failure_expanded,
        spans,
        tags,
        client_id,
        external_id,
        trace_id,
        selector,
        runner_retried,
    } = record;
    let owned_failure =
        |failure: FailureDetail<'_>| FailureDetail { expanded: owned_all(failure.expanded), backtrace: owned_all(failure.backtrace) };
    Record {
        scope: owned(scope),
        name: owned(name),
        location: location.map(owned),
        file_name: file_name.map(owned),
        result,
        duration,
        start_at,
        end_at,
        failure_reason: failure_reason.map(owned),
        failure_expanded: failure_expanded.into_iter().map(owned_failure).collect(),
        spans: spans.into_iter().map(owned_span).collect(),
        tags: owned_pairs(tags),
        client_id: client_id.map(owned),
        external_id: external_id.map(owned),
        trace_id: trace_id.map(owned),
        selector: selector.map(owned),
        runner_retried,
    }
}
