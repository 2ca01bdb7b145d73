use proctor_core::execution::ExecutionFlags;
use proctor_core::id::{RunId, TestId, UploadId, Uuid};
use proctor_core::record::SpanDetail;
use proctor_core::result::TestResult;
use proctor_core::tags::TagSet;
use proctor_core::time::Timestamp;
use proptest::prelude::*;

use super::*;

fn span(section: &'static str, start_at: Option<f64>, duration: Option<f64>, children: Vec<Span<'static>>) -> Span<'static> {
    Span { section: section.into(), start_at, end_at: None, duration, detail: SpanDetail::None, children }
}

fn execution(start_at: Option<f64>, duration: Option<f64>, spans: Vec<Span<'static>>) -> StoredExecution {
    StoredExecution {
        id: ExecutionId::new(Uuid::from_u128(1)),
        run_id: RunId::new(Uuid::from_u128(2)),
        upload_id: UploadId::new(Uuid::from_u128(3)),
        test_id: TestId::new(Uuid::from_u128(4)),
        scope: String::new(),
        name: "name".to_owned(),
        branch: None,
        commit_sha: None,
        created_at: Timestamp::from_millis(0),
        result: TestResult::Passed,
        duration,
        start_at,
        end_at: None,
        location: None,
        file_name: None,
        failure_reason: None,
        failure_expanded: Vec::new(),
        spans,
        tags: TagSet::default(),
        selector: None,
        client_id: None,
        external_id: None,
        trace_id: None,
        flags: ExecutionFlags::default(),
    }
}

#[test]
fn spans_stand_where_they_fit_and_else_with_their_parent() {
    let inner = span("sql", Some(100.5), Some(0.1), Vec::new());
    let outer = span("http", Some(100.25), Some(0.5), vec![inner]);
    let other_unit = span("sleep", Some(100_700.0), Some(0.25), Vec::new());
    let trace = Trace::of(&execution(Some(100.0), Some(1.0), vec![outer, other_unit]));
    let shown: Vec<_> = trace.spans.iter().map(|span| (span.name.as_str(), span.start_ns, span.duration_ns, span.self_time_ns)).collect();
    let expected = [
        ("sleep", 0, 250_000_000, 250_000_000),
        ("http", 250_000_000, 500_000_000, 400_000_000),
        ("sql", 500_000_000, 100_000_000, 100_000_000),
    ];
    assert_eq!(shown, expected);
    assert_eq!(trace.spans[2].parent.as_ref(), Some(&trace.spans[1].id));
    assert_eq!((trace.span_count, trace.duration_ns, trace.is_truncated), (3, 750_000_000, false));
    let categories: Vec<_> = trace.categories.iter().map(|total| (total.category.as_str(), total.span_count, total.self_time_ns)).collect();
    assert_eq!(categories, [("http", 1, 400_000_000), ("other", 1, 250_000_000), ("sql", 1, 100_000_000)]);
}

#[test]
fn a_little_over_the_end_still_fits() {
    let fits = Trace::of(&execution(Some(0.0), Some(1.0), vec![span("sql", Some(0.5), Some(0.505), Vec::new())]));
    let sticks_out = Trace::of(&execution(Some(0.0), Some(1.0), vec![span("sql", Some(0.5), Some(0.506), Vec::new())]));
    assert_eq!((fits.spans[0].start_ns, sticks_out.spans[0].start_ns), (500_000_000, 0));
}

#[test]
fn without_a_clock_of_its_own_the_execution_begins_with_its_first_span() {
    let spans = vec![span("sql", Some(12.5), Some(0.5), Vec::new()), span("sql", Some(12.0), None, Vec::new())];
    let trace = Trace::of(&execution(None, None, spans));
    assert_eq!(trace.spans.iter().map(|span| (span.start_ns, span.duration_ns)).collect::<Vec<_>>(), [(0, 0), (500_000_000, 500_000_000)]);
    assert_eq!(Trace::of(&execution(None, None, Vec::new())), Trace::default());
}

#[test]
fn long_lists_are_cut_but_counted() {
    let spans = vec![span("sql", None, Some(0.001), Vec::new()); SPANS_SHOWN_MAX + 5];
    let trace = Trace::of(&execution(None, None, spans));
    assert_eq!((trace.span_count, trace.spans.len(), trace.slowest.len()), (SPANS_SHOWN_MAX + 5, SPANS_SHOWN_MAX, SLOWEST_SPANS_MAX));
    assert!(trace.is_truncated);
    assert_eq!(trace.categories[0].span_count, SPANS_SHOWN_MAX + 5);
}

fn any_span() -> impl Strategy<Value = Span<'static>> {
    let section = prop::sample::select(vec!["sql", "http", "sleep", "", "redis"]);
    let number = || prop::option::of(prop_oneof![0.0_f64..2.0, Just(-1.0), Just(1e300), Just(f64::MIN)]);
    let leaf = (section.clone(), number(), number()).prop_map(|(section, start, duration)| span(section, start, duration, Vec::new()));
    leaf.prop_recursive(4, 40, 5, move |inner| {
        (section.clone(), number(), number(), prop::collection::vec(inner, 0..5))
            .prop_map(|(section, start, duration, children)| span(section, start, duration, children))
    })
}

fn count(spans: &[Span<'_>]) -> usize {
    spans.iter().map(|span| 1 + count(&span.children)).sum()
}

proptest! {
    #[test]
    fn nothing_is_lost_and_ids_are_steady(spans in prop::collection::vec(any_span(), 0..6), start in prop::option::of(0.0_f64..1.0)) {
        let execution = execution(start, Some(1.0), spans);
        let trace = Trace::of(&execution);
        prop_assert_eq!(trace.span_count, count(&execution.spans));
        prop_assert_eq!(trace.categories.iter().map(|total| total.span_count).sum::<usize>(), trace.span_count);
        prop_assert!(trace.spans.iter().all(|span| span.self_time_ns <= span.duration_ns));
        prop_assert!(trace.spans.is_sorted_by_key(|span| span.start_ns));
        let mut ids: Vec<_> = trace.spans.iter().map(|span| &span.id).collect();
        prop_assert!(trace.spans.iter().all(|span| span.parent.as_ref().is_none_or(|parent| ids.contains(&parent))));
        ids.sort_unstable();
        ids.dedup();
        prop_assert_eq!(ids.len(), trace.spans.len());
        prop_assert_eq!(Trace::of(&execution), trace);
    }
}
