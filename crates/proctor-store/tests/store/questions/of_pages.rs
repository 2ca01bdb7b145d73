//! What lists and overviews ask for, answered a second time.

use std::collections::{BTreeMap, BTreeSet};

use proctor_core::identity::execution_id;
use proctor_core::result::TestResult;
use proctor_store::Store;
use proctor_store::queries::{FailureCost, LightExecution, Selected, SuiteDay, TagGroup};

use super::any::AnyQuestion;
use super::ask::{flaky_of, metrics_of, percentiles_of};
use super::model::{Known, Model};

/// Compares every answer.
pub(super) async fn check_of_pages(store: &Store, model: &Model, question: &AnyQuestion, selected: Selected<'_>, known: &[&Known]) {
    let mut by_test: BTreeMap<u32, Vec<&Known>> = model.ordinals.values().map(|ordinal| (*ordinal, Vec::new())).collect();
    for known in known {
        by_test.entry(model.ordinals[&known.plain.test]).or_default().push(known);
    }
    // Some of them, twice, in no order.
    let asked: Vec<u32> = by_test.keys().rev().filter(|ordinal| *ordinal % 3 != 1).chain(by_test.keys().take(1)).copied().collect();
    let wanted: BTreeSet<u32> = asked.iter().copied().collect();
    check_some_tests(store, model, question, selected, &by_test, &asked, &wanted).await;
    for (ordinal, known) in &by_test {
        let newest: Vec<LightExecution> = known.iter().rev().take(question.limit).map(|known| without_spans(model, known)).collect();
        let found = store.newest_of_test(model.suite, *ordinal, selected, question.limit).await.unwrap();
        // Whether there are spans is not looked at; a block may know all the same.
        let found: Vec<LightExecution> = found.iter().map(|light| LightExecution { has_spans: false, ..*light }).collect();
        assert_eq!(found, newest, "{question:?}");
        let key = question.group.unwrap_or("team");
        assert_eq!(store.groups_of_test(model.suite, *ordinal, selected, key).await.unwrap(), groups_of(known, key), "{question:?}");
    }
    let ids: Vec<_> = known.iter().rev().map(|known| execution_id(known.at.upload, known.at.index)).collect();
    let nobody = known.first().map(|first| execution_id(first.at.upload, 1_000));
    let asked: Vec<_> = nobody.into_iter().chain(ids.iter().copied()).collect();
    let found: Vec<_> = store.executions_by_id(model.suite, &asked).await.unwrap().into_iter().map(|execution| execution.id).collect();
    assert_eq!(found, ids, "{question:?}");
    assert_eq!(store.days_of_suite(model.suite, selected).await.unwrap(), days_of(known), "{question:?}");
    check_contradictions(store, model, question).await;
}

async fn check_some_tests(
    store: &Store,
    model: &Model,
    question: &AnyQuestion,
    selected: Selected<'_>,
    by_test: &BTreeMap<u32, Vec<&Known>>,
    asked: &[u32],
    wanted: &BTreeSet<u32>,
) {
    let newest = store.newest_of_tests(model.suite, asked, selected, question.limit).await.unwrap();
    let metrics = store.metrics_of_tests(model.suite, asked, selected).await.unwrap();
    assert_eq!((newest.len(), metrics.len()), (wanted.len(), wanted.len()));
    for ordinal in wanted {
        let known = &by_test[ordinal];
        let expected: Vec<LightExecution> = known.iter().rev().take(question.limit).map(|known| without_spans(model, known)).collect();
        // Whether there are spans is not looked at; a block may know all the same.
        let found: Vec<LightExecution> = newest[ordinal].iter().map(|light| LightExecution { has_spans: false, ..*light }).collect();
        assert_eq!(found, expected, "{question:?}");
        assert_eq!(metrics[ordinal], (metrics_of(known), percentiles_of(known)), "{question:?}");
    }
    let costs = store.failure_costs(model.suite, asked, selected).await.unwrap();
    let expected: Vec<FailureCost> = wanted.iter().map(|ordinal| cost_of(*ordinal, &by_test[ordinal])).collect();
    assert_eq!(costs, expected, "{question:?}");
}

fn without_spans(model: &Model, known: &Known) -> LightExecution {
    LightExecution { has_spans: false, ..model.light(known) }
}

fn cost_of(ordinal: u32, known: &[&Known]) -> FailureCost {
    let failed: Vec<&Known> = known.iter().copied().filter(|known| known.plain.result == TestResult::Failed).collect();
    let runs: BTreeSet<_> = failed.iter().map(|known| known.run).collect();
    let seconds = metrics_of(&failed).durations.sum().unwrap_or(0.0);
    FailureCost { ordinal, failed: failed.len() as u64, failed_runs: runs.len() as u64, seconds }
}

fn groups_of(known: &[&Known], key: &str) -> Vec<TagGroup> {
    let mut groups: BTreeMap<Option<&str>, Vec<&Known>> = BTreeMap::new();
    for known in known {
        groups.entry(known.plain.tags.get(key)).or_default().push(known);
    }
    let group = |(value, known): (Option<&str>, Vec<&Known>)| TagGroup {
        value: value.map(str::to_owned),
        metrics: metrics_of(&known),
        percentiles: percentiles_of(&known),
    };
    groups.into_iter().map(group).collect()
}

fn days_of(known: &[&Known]) -> Vec<SuiteDay> {
    let mut days: BTreeMap<i64, Vec<&Known>> = BTreeMap::new();
    for known in known {
        days.entry(known.plain.created_at.millis() / 86_400_000 * 86_400_000).or_default().push(known);
    }
    let day = |(day, known): (i64, Vec<&Known>)| SuiteDay {
        day: proctor_core::time::Timestamp::from_millis(day),
        metrics: metrics_of(&known),
        tests: known.iter().map(|known| known.plain.test).collect::<BTreeSet<_>>().len() as u64,
    };
    days.into_iter().map(day).collect()
}

/// One for each instance of the list of flaky tests, the last one of each test at its time.
async fn check_contradictions(store: &Store, model: &Model, question: &AnyQuestion) {
    let contradictions = store.contradictions(model.suite, question.window).await.unwrap();
    assert!(contradictions.is_sorted_by_key(|one| (one.at, one.ordinal)), "{question:?}");
    let mut by_test: BTreeMap<u32, (u64, i64)> = BTreeMap::new();
    for one in &contradictions {
        let (instances, latest) = by_test.entry(one.ordinal).or_default();
        *instances += 1;
        *latest = one.at.millis().max(*latest);
    }
    let expected: BTreeMap<u32, (u64, i64)> =
        flaky_of(model, question, None).into_iter().map(|test| (test.ordinal, (test.instances, test.latest_at.millis()))).collect();
    assert_eq!(by_test, expected, "{question:?}");
}
