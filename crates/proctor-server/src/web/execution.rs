//! One execution: what happened in it?

use proctor_core::record::{Span, SpanDetail};
use proctor_core::time::Timestamp;
use proctor_store::executions::StoredExecution;

use super::ansi;
use super::place::AtSuite;
use super::when::{When, maybe_duration};

/// Spans shown; a test with more of them has a loop that says the same.
const SPANS_SHOWN_MAX: usize = 200;
/// Units of the time line.
const LINE_WIDTH: f64 = 300.0;

/// An execution for people.
#[derive(Debug)]
pub struct ExecutionView {
    /// Its id.
    pub id: String,
    /// Its result.
    pub result: &'static str,
    /// The page of its run.
    pub run_path: String,
    /// The page of its upload.
    pub upload_path: String,
    /// When it was received.
    pub at: When,
    /// How long it took.
    pub duration: String,
    /// Its branch.
    pub branch: String,
    /// Its commit.
    pub commit: String,
    /// Where its test was.
    pub location: String,
    /// Its tags, each with the address that filters by it.
    pub tags: Vec<(String, String, String)>,
    /// Its failure as markup.
    pub failure: String,
    /// Whether there is more of it than is shown.
    pub is_cut: bool,
    /// Message and backtrace of its details, as markup.
    pub details: Vec<(String, String)>,
    /// Its spans, in order, flat.
    pub spans: Vec<SpanRow>,
}

/// A span in the list.
#[derive(Debug)]
pub struct SpanRow {
    /// What it is: sql, http, sleep, annotation, top.
    pub section: String,
    /// How deep it lies.
    pub depth: usize,
    /// What it did.
    pub detail: String,
    /// How long it took.
    pub duration: String,
    /// Where it begins on the time line, and how far it reaches.
    pub bar: Option<(f64, f64)>,
}

impl ExecutionView {
    /// The execution as it is seen at `now`.
    #[must_use]
    pub fn new(execution: StoredExecution, at: &AtSuite, now: Timestamp) -> Self {
        let suite_path = at.path();
        let reason = execution.failure_reason.as_deref().unwrap_or_default();
        let lines = |lines: &[std::borrow::Cow<'_, str>]| ansi::to_html(&lines.join("\n"));
        let details = execution.failure_expanded.iter().map(|detail| (lines(&detail.expanded), lines(&detail.backtrace)));
        let tags = execution.tags.as_slice().iter().map(|(key, value)| {
            let address = super::pager::with(&crate::query::QueryParams::default(), "tags", Some(&format!("{key}:{value}")));
            (key.clone(), value.clone(), format!("{suite_path}/tests{address}"))
        });
        Self {
            id: execution.id.to_string(),
            result: execution.result.as_str(),
            run_path: format!("{suite_path}/runs/{}", execution.run_id),
            upload_path: format!("{suite_path}/uploads/{}", execution.upload_id),
            at: When::new(execution.created_at, now),
            duration: maybe_duration(execution.duration),
            branch: execution.branch.clone().unwrap_or_default(),
            commit: execution.commit_sha.clone().unwrap_or_default(),
            location: execution.location.clone().unwrap_or_default(),
            tags: tags.collect(),
            failure: ansi::to_html(reason),
            is_cut: reason.len() > ansi::SHOWN_BYTES_MAX,
            details: details.filter(|(expanded, backtrace)| !expanded.is_empty() || !backtrace.is_empty()).collect(),
            spans: rows_of(&execution.spans),
        }
    }
}

fn rows_of(spans: &[Span<'static>]) -> Vec<SpanRow> {
    let first = earliest(spans);
    let last = latest(spans);
    let mut rows = Vec::new();
    for span in spans {
        push(span, 0, first.zip(last), &mut rows);
    }
    rows
}

fn push(span: &Span<'static>, depth: usize, range: Option<(f64, f64)>, rows: &mut Vec<SpanRow>) {
    if rows.len() >= SPANS_SHOWN_MAX {
        return;
    }
    let length = span.duration.or_else(|| Some(span.end_at? - span.start_at?)).filter(|length| *length >= 0.0);
    let bar = match (range, span.start_at) {
        (Some((first, last)), Some(start)) if last > first => {
            let from = (start - first) / (last - first) * LINE_WIDTH;
            let wide = length.unwrap_or(0.0) / (last - first) * LINE_WIDTH;
            Some((from.clamp(0.0, LINE_WIDTH - 1.0), wide.clamp(1.0, LINE_WIDTH - from.clamp(0.0, LINE_WIDTH - 1.0))))
        }
        _ => None,
    };
    rows.push(SpanRow {
        section: span.section.to_string(),
        depth,
        detail: proctor_core::text::cut(&detail_of(&span.detail), 2_000).to_owned(),
        duration: maybe_duration(length),
        bar,
    });
    for child in &span.children {
        push(child, depth + 1, range, rows);
    }
}

fn detail_of(detail: &SpanDetail<'_>) -> String {
    match detail {
        SpanDetail::None => String::new(),
        SpanDetail::Text(text) => text.to_string(),
        SpanDetail::Fields(fields) => fields.iter().map(|(key, value)| format!("{key}: {value}")).collect::<Vec<_>>().join(", "),
    }
}

fn earliest(spans: &[Span<'static>]) -> Option<f64> {
    spans.iter().filter_map(|span| span.start_at).filter(|at| at.is_finite()).min_by(f64::total_cmp)
}

fn latest(spans: &[Span<'static>]) -> Option<f64> {
    let end = |span: &Span<'static>| span.end_at.or_else(|| Some(span.start_at? + span.duration?));
    spans.iter().filter_map(end).filter(|at| at.is_finite()).max_by(f64::total_cmp)
}
