//! One execution: what happened in it?

use std::collections::HashMap;

use proctor_core::time::Timestamp;
use proctor_store::executions::StoredExecution;

use super::ansi;
use super::backtrace::DetailView;
use super::pager::with;
use super::place::AtSuite;
use super::when::{When, duration, maybe_duration};
use crate::App;
use crate::query::QueryParams;
use crate::usecases::trace::{Category, Trace, TraceSpan};

/// Spans shown; a test with more of them has a loop that says the same.
const SPANS_SHOWN_MAX: usize = 200;
/// Slowest queries and requests shown.
const SLOWEST_SHOWN_MAX: usize = 5;
/// Units of the time line.
const LINE_WIDTH: f64 = 300.0;
/// What is cut of the text of a span.
const DETAIL_BYTES_MAX: usize = 2_000;

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
    /// Whether the runner had tried before.
    pub is_retry: bool,
    /// Its tags.
    pub tags: Vec<TagView>,
    /// Its failure as markup.
    pub failure: String,
    /// Whether there is more of it than is shown.
    pub is_cut: bool,
    /// Its details.
    pub details: Vec<DetailView>,
    /// Time by kind of work, most first.
    pub kinds: Vec<KindTotal>,
    /// The slowest queries and requests.
    pub slowest: Vec<SpanRow>,
    /// Its spans, those first that began first.
    pub spans: Vec<SpanRow>,
    /// How many there are.
    pub span_count: usize,
}

/// A tag, and what can be done with it.
#[derive(Debug)]
pub struct TagView {
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: String,
    /// The tests of the suite with this tag.
    pub filter: String,
    /// The executions of this test by the values of the key.
    pub group: String,
}

/// All spans of one kind.
#[derive(Debug)]
pub struct KindTotal {
    /// The word.
    pub kind: &'static str,
    /// How many.
    pub spans: usize,
    /// What they took themselves, without what is inside of them.
    pub time: String,
}

/// A span in a list.
#[derive(Debug)]
pub struct SpanRow {
    /// What kind of work it is.
    pub kind: &'static str,
    /// What the sender calls it.
    pub name: String,
    /// How deep it lies.
    pub depth: usize,
    /// What it did.
    pub detail: String,
    /// How long it took.
    pub duration: String,
    /// Where it begins on the time line, and how far it reaches.
    pub bar: (f64, f64),
}

impl ExecutionView {
    /// The execution as it is seen at `now`.
    #[must_use]
    pub fn new(execution: StoredExecution, at: &AtSuite, now: Timestamp) -> Self {
        let suite_path = at.path();
        let trace = Trace::of(&execution);
        let reason = execution.failure_reason.as_deref().unwrap_or_default();
        let tag = |(key, value): &(String, String)| {
            let none = QueryParams::default();
            TagView {
                filter: format!("{suite_path}/tests{}", with(&none, "tags", Some(&format!("{key}:{value}")))),
                group: format!("{}#groups", with(&none, "group_by", Some(key))),
                key: key.clone(),
                value: value.clone(),
            }
        };
        let is_wait = |span: &&TraceSpan| !matches!(span.category, Category::Test | Category::Other);
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
            is_retry: execution.flags.runner_retried,
            tags: execution.tags.as_slice().iter().map(tag).collect(),
            failure: ansi::to_html(reason),
            is_cut: reason.len() > ansi::SHOWN_BYTES_MAX,
            details: DetailView::all(&execution.failure_expanded),
            kinds: kinds_of(&trace),
            slowest: trace.slowest.iter().filter(is_wait).take(SLOWEST_SHOWN_MAX).map(|span| row_of(span, 0, &trace)).collect(),
            spans: rows_of(&trace),
            span_count: trace.span_count,
        }
    }
}

/// The execution of a test that the address opens, if it is one of this test's.
///
/// # Errors
/// 404; what the store says.
pub async fn opened(
    app: &App,
    at: &AtSuite,
    query: &QueryParams,
    test: proctor_core::id::TestId,
) -> Result<Option<ExecutionView>, super::error::WebError> {
    let wanted = query.filled("execution_id").and_then(|id| id.trim().parse::<proctor_core::id::ExecutionId>().ok());
    let Some(wanted) = wanted else { return Ok(None) };
    let found = app.store.execution(at.suite.id, wanted).await?.filter(|execution| execution.test_id == test);
    let found = found.ok_or_else(|| super::error::WebError::unknown("execution"))?;
    Ok(Some(ExecutionView::new(found, at, app.clock.now())))
}

fn kinds_of(trace: &Trace) -> Vec<KindTotal> {
    let total = |total: &crate::usecases::trace::CategoryTotal| KindTotal {
        kind: total.category.as_str(),
        spans: total.span_count,
        time: duration(seconds(total.self_time_ns)),
    };
    trace.categories.iter().map(total).collect()
}

fn rows_of(trace: &Trace) -> Vec<SpanRow> {
    let mut depths: HashMap<&str, usize> = HashMap::new();
    let mut rows = Vec::new();
    for span in trace.spans.iter().take(SPANS_SHOWN_MAX) {
        let depth = span.parent.as_deref().and_then(|parent| depths.get(parent)).map_or(0, |depth| depth + 1);
        depths.insert(&span.id, depth);
        rows.push(row_of(span, depth, trace));
    }
    rows
}

fn row_of(span: &TraceSpan, depth: usize, trace: &Trace) -> SpanRow {
    let begin = trace.spans.first().map_or(0, |first| first.start_ns);
    let whole = trace.duration_ns.max(1) as f64;
    let from = (span.start_ns.saturating_sub(begin) as f64 / whole * LINE_WIDTH).clamp(0.0, LINE_WIDTH - 1.0);
    let wide = (span.duration_ns as f64 / whole * LINE_WIDTH).clamp(1.0, LINE_WIDTH - from);
    let round = |units: f64| (units * 10.0).round() / 10.0;
    SpanRow {
        kind: span.category.as_str(),
        name: span.name.clone(),
        depth,
        detail: proctor_core::text::cut(&span.detail, DETAIL_BYTES_MAX).to_owned(),
        duration: if span.duration_ns == 0 { "–".to_owned() } else { duration(seconds(span.duration_ns)) },
        bar: (round(from), round(wide)),
    }
}

fn seconds(nanoseconds: u64) -> f64 {
    nanoseconds as f64 / 1e9
}
