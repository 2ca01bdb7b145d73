//! A trace, from the tree of spans that was uploaded.

use std::cmp::Reverse;

use proctor_core::id::ExecutionId;
use proctor_core::limits::SPANS_PER_EXECUTION_MAX;
use proctor_core::record::Span;
use proctor_store::executions::StoredExecution;

use super::category::Category;
use super::describe::{Description, describe};
use super::span::{TraceSpan, span_id};

/// Spans that a trace lists in full; the earliest ones.
pub const SPANS_SHOWN_MAX: usize = 1_000;
/// Spans that are listed as the slowest.
pub const SLOWEST_SPANS_MAX: usize = 10;

const NS_PER_SECOND: f64 = 1e9;
/// The part of an execution's duration by which a span may stand out of it and still fit (`uploads.md`, 6.2).
const SLACK: f64 = 0.005;

/// A trace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// All spans, shown or not.
    pub span_count: usize,
    /// Whether spans are left out of [`Self::spans`], or were dropped when they were received.
    pub is_truncated: bool,
    /// From the earliest start to the latest end, in nanoseconds.
    pub duration_ns: u64,
    /// The categories that occur, most self time first.
    pub categories: Vec<CategoryTotal>,
    /// The spans with most self time, at most [`SLOWEST_SPANS_MAX`].
    pub slowest: Vec<TraceSpan>,
    /// The spans by start, those that start together depth first, at most [`SPANS_SHOWN_MAX`].
    pub spans: Vec<TraceSpan>,
}

/// All spans of one category together. Spans inside each other count each for themselves in `duration_ns`, once in `self_time_ns`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CategoryTotal {
    /// The category.
    pub category: Category,
    /// Its spans.
    pub span_count: usize,
    /// Their durations.
    pub duration_ns: u64,
    /// Their own times.
    pub self_time_ns: u64,
}

impl Trace {
    /// Lays out the spans of an execution.
    #[must_use]
    pub fn of(execution: &StoredExecution) -> Self {
        let mut layout = Layout { execution: execution.id, frame: Frame::of(execution), spans: Vec::new() };
        layout.add(&execution.spans, None, 0);
        let mut spans = layout.spans;
        // Stable: spans that start together stay depth first, parents before children.
        spans.sort_by_key(|span| span.start_ns);
        let span_count = spans.len();
        let begin = spans.first().map_or(0, |span| span.start_ns);
        let end = spans.iter().map(|span| span.start_ns.saturating_add(span.duration_ns)).max().unwrap_or(0);
        let categories = totals(&spans);
        let mut order: Vec<usize> = (0..span_count).collect();
        order.sort_by_key(|at| (Reverse(spans[*at].self_time_ns), *at));
        let slowest = order.iter().take(SLOWEST_SPANS_MAX).map(|at| spans[*at].clone()).collect();
        let were_dropped = execution.flags.truncated && span_count >= SPANS_PER_EXECUTION_MAX;
        let is_truncated = span_count > SPANS_SHOWN_MAX || were_dropped;
        spans.truncate(SPANS_SHOWN_MAX);
        Self { span_count, is_truncated, duration_ns: end - begin, categories, slowest, spans }
    }
}

/// Where spans may stand by the sender's clock.
struct Frame {
    start_at: Option<f64>,
    duration: Option<f64>,
}

impl Frame {
    /// The execution's own start; where it has none the earliest span's, so that at least distances show.
    fn of(execution: &StoredExecution) -> Self {
        let earliest = execution.spans.iter().filter_map(|span| span.start_at).min_by(f64::total_cmp);
        Self { start_at: execution.start_at.or(earliest), duration: execution.duration }
    }

    /// Nanoseconds from the start of the execution to that of the span, if it fits.
    fn place(&self, span: &Span<'_>, duration_ns: u64) -> Option<u64> {
        let offset = span.start_at? - self.start_at?;
        let slack = self.duration.map_or(0.0, |duration| duration * SLACK);
        let fits = |duration: f64| offset + duration_ns as f64 / NS_PER_SECOND <= duration + slack;
        (offset >= -slack && self.duration.is_none_or(fits)).then(|| nanoseconds(offset))
    }
}

struct Layout {
    execution: ExecutionId,
    frame: Frame,
    spans: Vec<TraceSpan>,
}

impl Layout {
    /// Adds spans and those inside them, depth first. Recursive, as deep as ingest lets spans be. Returns the sum of the durations.
    fn add(&mut self, spans: &[Span<'_>], parent: Option<&str>, parent_start_ns: u64) -> u64 {
        let mut sum_ns = 0_u64;
        for span in spans {
            let duration_ns = duration_of(span);
            sum_ns = sum_ns.saturating_add(duration_ns);
            let start_ns = self.frame.place(span, duration_ns).unwrap_or(parent_start_ns);
            let position = self.spans.len();
            let id = span_id(self.execution, position);
            let Description { name, scope_name, badge, label, detail } = describe(span);
            self.spans.push(TraceSpan {
                id: id.clone(),
                parent: parent.map(str::to_owned),
                category: Category::of(&span.section),
                name,
                scope_name,
                badge,
                label,
                detail,
                start_ns,
                duration_ns,
                self_time_ns: duration_ns,
            });
            let children_ns = self.add(&span.children, Some(&id), start_ns);
            self.spans[position].self_time_ns = duration_ns.saturating_sub(children_ns);
        }
        sum_ns
    }
}

/// The sender's duration, else the distance of its ends, else 0.
fn duration_of(span: &Span<'_>) -> u64 {
    let distance = span.start_at.zip(span.end_at).map(|(start, end)| end - start);
    nanoseconds(span.duration.or(distance).unwrap_or(0.0))
}

/// Whole nanoseconds; what is negative or no number is 0.
fn nanoseconds(seconds: f64) -> u64 {
    // A cast saturates.
    (seconds * NS_PER_SECOND).round() as u64
}

fn totals(spans: &[TraceSpan]) -> Vec<CategoryTotal> {
    let total = |category: Category| {
        let mut total = CategoryTotal { category, span_count: 0, duration_ns: 0, self_time_ns: 0 };
        for span in spans.iter().filter(|span| span.category == category) {
            total.span_count += 1;
            total.duration_ns = total.duration_ns.saturating_add(span.duration_ns);
            total.self_time_ns = total.self_time_ns.saturating_add(span.self_time_ns);
        }
        total
    };
    let mut totals: Vec<_> = Category::ALL.into_iter().map(total).filter(|total| total.span_count > 0).collect();
    totals.sort_by_key(|total| (Reverse(total.self_time_ns), total.category));
    totals
}

#[cfg(test)]
mod tests;
