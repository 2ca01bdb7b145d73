//! Asks the store everything about a selection and compares.

use std::collections::{BTreeMap, BTreeSet};

use proctor_core::identity::execution_id;
use proctor_core::metrics::{Metrics, counted};
use proctor_core::result::{ResultCounts, TestResult};
use proctor_core::time::Timestamp;
use proctor_store::queries::{
    ExecutionRef, FlakyTest, GroupBy, HistoryPoint, LightExecution, Percentile, Percentiles, RunTest, Selected, TestMetrics,
};
use proctor_store::{PageRequest, Store};

use super::any::AnyQuestion;
use super::model::{Known, Model};
use super::of_pages::check_of_pages;

/// Compares every answer.
pub(super) async fn check_all(store: &Store, model: &Model, question: &AnyQuestion) {
    let known = model.selected(question);
    let selected = Selected { window: question.window, filters: &question.filters, runs: question.runs.as_deref() };
    check_tests(store, model, question, selected, &known).await;
    check_lists(store, model, question, selected, &known).await;
    check_of_pages(store, model, question, selected, &known).await;
    let group = question.group.map_or(GroupBy::Nothing, |key| GroupBy::Tag(key.to_owned()));
    let history = store.history_of_suite(model.suite, selected, &group).await.unwrap();
    assert_eq!(history, history_of(&known, question.group), "{question:?}");
    assert_eq!(store.run_tests(model.suite, selected).await.unwrap(), run_tests_of(model, &known), "{question:?}");
    for branch in [None, Some("main")] {
        let flaky = store.flaky_tests(model.suite, question.window, branch).await.unwrap();
        assert_eq!(flaky, flaky_of(model, question, branch), "{question:?}");
    }
}

async fn check_tests(store: &Store, model: &Model, question: &AnyQuestion, selected: Selected<'_>, known: &[&Known]) {
    let mut expected: BTreeMap<u32, Vec<&Known>> = BTreeMap::new();
    for known in known {
        expected.entry(model.ordinals[&known.plain.test]).or_default().push(known);
    }
    let metrics = store.test_metrics(model.suite, selected).await.unwrap();
    let all = expected.iter().map(|(ordinal, known)| TestMetrics { ordinal: *ordinal, metrics: metrics_of(known) });
    assert_eq!(metrics, all.collect::<Vec<_>>(), "{question:?}");
    assert_eq!(store.test_metrics(model.suite, selected).await.unwrap(), metrics, "asked again: {question:?}");
    assert_eq!(store.test_metrics(model.suite, selected).await.unwrap(), metrics, "remembered: {question:?}");
    let p95 = store.percentile_by_test(model.suite, selected, Percentile::P95).await.unwrap();
    let all = expected.iter().filter_map(|(ordinal, known)| Some((*ordinal, percentiles_of(known).p95?)));
    assert_eq!(p95, all.collect::<Vec<_>>(), "{question:?}");
    for ordinal in model.ordinals.values() {
        let known = expected.get(ordinal).map(Vec::as_slice).unwrap_or_default();
        let one = store.metrics_of_test(model.suite, *ordinal, selected).await.unwrap();
        assert_eq!(one, (metrics_of(known), percentiles_of(known)), "{question:?}");
        let history = store.history_of_test(model.suite, *ordinal, selected, &GroupBy::Nothing).await.unwrap();
        assert_eq!(history, history_of(known, None), "{question:?}");
        let page = PageRequest { offset: 1, limit: 3 };
        let page = store.executions_of_test(model.suite, *ordinal, selected, page).await.unwrap();
        let ids: Vec<_> = known.iter().rev().skip(1).take(3).map(|known| execution_id(known.at.upload, known.at.index)).collect();
        assert_eq!((page.items.iter().map(|item| item.id).collect::<Vec<_>>(), page.total), (ids, known.len() as u64), "{question:?}");
    }
}

async fn check_lists(store: &Store, model: &Model, question: &AnyQuestion, selected: Selected<'_>, known: &[&Known]) {
    let newest: Vec<LightExecution> = known.iter().rev().take(question.limit).map(|known| model.light(known)).collect();
    assert_eq!(store.light_executions(model.suite, selected, question.limit).await.unwrap(), newest, "{question:?}");
    let mut longest: Vec<_> = known.iter().rev().filter(|known| known.plain.duration.is_some()).map(|known| model.light(known)).collect();
    // What metrics cut is of one length. Stable: of equal ones the newest first.
    longest.sort_by(|left, right| right.duration.and_then(counted).partial_cmp(&left.duration.and_then(counted)).unwrap());
    longest.truncate(question.limit);
    assert_eq!(store.slowest_executions(model.suite, selected, question.limit).await.unwrap(), longest, "{question:?}");
    let failed = known.iter().rev().filter(|known| known.plain.result == TestResult::Failed).take(question.limit);
    let stored = store.failed_executions(model.suite, selected, question.limit).await.unwrap();
    for (stored, known) in stored.iter().zip(failed.clone()) {
        check_stored(stored, known);
    }
    assert_eq!(stored.len(), failed.count());
    let refs: Vec<ExecutionRef> = known.iter().map(|known| known.at).collect();
    let beyond = refs.first().map(|first| ExecutionRef { index: 1_000, ..*first });
    let asked: Vec<ExecutionRef> = beyond.into_iter().chain(refs.iter().rev().copied()).collect();
    let by_ref = store.executions_by_ref(model.suite, &asked).await.unwrap();
    assert_eq!(by_ref.len(), known.len());
    by_ref.iter().zip(known.iter().rev()).for_each(|(stored, known)| check_stored(stored, known));
    if let Some(first) = known.first() {
        let stored = store.execution(model.suite, execution_id(first.at.upload, first.at.index)).await.unwrap().unwrap();
        check_stored(&stored, first);
        assert_eq!(store.execution(model.suite, execution_id(first.at.upload, 1_000)).await.unwrap(), None);
    }
}

fn check_stored(stored: &proctor_store::executions::StoredExecution, known: &Known) {
    let plain = &known.plain;
    assert_eq!(stored.id, execution_id(known.at.upload, known.at.index));
    assert_eq!((stored.test_id, stored.created_at, stored.result), (plain.test, plain.created_at, plain.result));
    assert_eq!((&stored.branch, &stored.commit_sha, stored.duration), (&plain.branch, &known.commit_sha, plain.duration));
    assert_eq!((&stored.tags, stored.run_id), (&known.stored_tags, known.run));
}

pub(super) fn metrics_of(known: &[&Known]) -> Metrics {
    let mut metrics = Metrics::default();
    known.iter().for_each(|known| metrics.add(known.plain.result, known.plain.duration));
    metrics
}

pub(super) fn percentiles_of(known: &[&Known]) -> Percentiles {
    let mut sorted: Vec<f64> = known.iter().filter_map(|known| counted(known.plain.duration?)).collect();
    sorted.sort_by(f64::total_cmp);
    let of = |quantile: f64| {
        let rank = sorted.len().checked_sub(1)? as f64 * quantile;
        let (low, high) = (sorted[rank.floor() as usize], sorted[rank.ceil() as usize]);
        Some(low + (high - low) * (rank - rank.floor()))
    };
    Percentiles { p50: of(0.5), p90: of(0.9), p95: of(0.95), p99: of(0.99) }
}

fn history_of(known: &[&Known], group: Option<&str>) -> Vec<HistoryPoint> {
    let mut points: BTreeMap<(i64, Option<&str>), Vec<&Known>> = BTreeMap::new();
    for known in known {
        let day = known.plain.created_at.millis() / 86_400_000 * 86_400_000;
        points.entry((day, group.and_then(|key| known.plain.tags.get(key)))).or_default().push(known);
    }
    let point = |((day, group), known): ((i64, Option<&str>), Vec<&Known>)| HistoryPoint {
        day: Timestamp::from_millis(day),
        group: group.map(str::to_owned),
        metrics: metrics_of(&known),
        percentiles: percentiles_of(&known),
    };
    points.into_iter().map(point).collect()
}

fn run_tests_of(model: &Model, known: &[&Known]) -> Vec<RunTest> {
    let mut tests: BTreeMap<_, RunTest> = BTreeMap::new();
    for known in known {
        let (run, ordinal) = (known.run, model.ordinals[&known.plain.test]);
        let none = RunTest { run, ordinal, counts: ResultCounts::default(), latest_failed: None };
        let test = tests.entry((run, ordinal)).or_insert(none);
        test.counts.add(known.plain.result);
        if known.plain.result == TestResult::Failed {
            test.latest_failed = Some(execution_id(known.at.upload, known.at.index));
        }
    }
    tests.into_values().collect()
}

/// Walks through time, and counts when an execution contradicts an earlier one for the first time.
pub(super) fn flaky_of(model: &Model, question: &AnyQuestion, branch: Option<&str>) -> Vec<FlakyTest> {
    let mut seen: BTreeMap<_, BTreeSet<TestResult>> = BTreeMap::new();
    let mut flaky: BTreeMap<u32, FlakyTest> = BTreeMap::new();
    let window = question.window;
    for known in model.executions.iter().filter(|known| window.contains(known.plain.created_at)) {
        let plain = &known.plain;
        let counts = matches!(plain.result, TestResult::Passed | TestResult::Failed);
        if !counts || branch.is_some() && plain.branch.as_deref() != branch {
            continue;
        }
        let unit = known.commit_sha.clone().ok_or(known.run);
        let results = seen.entry((plain.test, unit)).or_default();
        if results.insert(plain.result) && results.len() == 2 {
            let ordinal = model.ordinals[&plain.test];
            let test = flaky.entry(ordinal).or_insert(FlakyTest { ordinal, instances: 0, latest_at: plain.created_at });
            test.instances += 1;
            test.latest_at = test.latest_at.max(plain.created_at);
        }
    }
    flaky.into_values().collect()
}
