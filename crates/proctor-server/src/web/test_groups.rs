//! The executions of a test by the value of a tag: does it fail on one kind of host only?

use std::collections::BTreeSet;

use proctor_core::result::TestResult;
use proctor_store::executions::StoredExecution;
use proctor_store::queries::{Selected, TagGroup};

use super::error::WebError;
use super::pager::with;
use super::place::AtSuite;
use super::when::{count, maybe_duration, maybe_percent};
use crate::App;
use crate::query::QueryParams;

/// The longest key that is asked for: no tag has a longer one.
const KEY_BYTES_MAX: usize = 256;
/// Values shown, those of most executions.
const GROUPS_SHOWN_MAX: usize = 50;
/// Keys offered.
const KEYS_OFFERED_MAX: usize = 24;
/// Tags that follow from run and execution, offered beside those that executions carry.
const DERIVED: [&str; 6] =
    ["scm.branch", "collector.name", "collector.version", "language.version", "test.framework.name", "code.file.path"];

/// What the test comes to by the value of a tag.
#[derive(Debug, Default)]
pub struct Grouping {
    /// The key that was asked for.
    pub key: String,
    /// Keys that can be asked for, each with its address.
    pub keys: Vec<(String, String)>,
    /// Values, those of most executions first.
    pub rows: Vec<GroupRow>,
    /// How many more there are.
    pub more: usize,
}

/// Executions with one value.
#[derive(Debug)]
pub struct GroupRow {
    /// The value; none: executions without the tag.
    pub value: Option<String>,
    /// The tests of the suite with this value of the tag.
    pub address: Option<String>,
    /// Executions.
    pub executions: String,
    /// Failed ones.
    pub failed: String,
    /// Whether any failed.
    pub fails: bool,
    /// Passed of passed and failed, with its interval.
    pub reliability: String,
    /// Where the true share lies with 95 % confidence.
    pub interval: String,
    /// The bar of results.
    pub bar: String,
    /// Median.
    pub p50: String,
    /// 95th percentile.
    pub p95: String,
}

impl GroupRow {
    fn new(group: TagGroup, key: &str, suite_path: &str) -> Self {
        let TagGroup { value, metrics, percentiles } = group;
        let of = |result| metrics.counts.of(result);
        let (passed, failed, skipped) = (of(TestResult::Passed), of(TestResult::Failed), of(TestResult::Skipped));
        let parts = [("pass", passed), ("fail", failed), ("skip", skipped), ("pend", metrics.counts.total() - passed - failed - skipped)];
        let address = value.as_ref().map(|value| {
            let query = with(&QueryParams::default(), "tags", Some(&format!("{key}:{value}")));
            format!("{suite_path}/tests{query}")
        });
        Self {
            address,
            value,
            executions: count(metrics.counts.total()),
            failed: count(failed),
            fails: failed > 0,
            reliability: maybe_percent(metrics.reliability()),
            interval: super::test_facts::interval_text(&metrics),
            bar: super::chart::share(&parts, 120, 8),
            p50: maybe_duration(percentiles.p50),
            p95: maybe_duration(percentiles.p95),
        }
    }
}

/// Groups as asked for by `group_by`, and the keys that the newest executions carry.
///
/// # Errors
/// What the store says.
pub async fn grouping(
    app: &App,
    at: &AtSuite,
    query: &QueryParams,
    ordinal: u32,
    selected: Selected<'_>,
    newest: &[StoredExecution],
) -> Result<Grouping, WebError> {
    let sent = newest.iter().flat_map(|execution| execution.tags.as_slice()).map(|(key, _)| key.as_str());
    let keys: BTreeSet<&str> = sent.chain(DERIVED).collect();
    let link = |key: &str| (key.to_owned(), format!("{}#groups", with(query, "group_by", Some(key))));
    let keys = keys.into_iter().take(KEYS_OFFERED_MAX).map(link).collect();
    let asked = query.filled("group_by").map(|key| key.trim().to_owned()).filter(|key| key.len() <= KEY_BYTES_MAX);
    let Some(key) = asked else { return Ok(Grouping { keys, ..Grouping::default() }) };
    let mut groups = app.store.groups_of_test(at.suite.id, ordinal, selected, &key).await?;
    groups.sort_by_key(|group| std::cmp::Reverse(group.metrics.counts.total()));
    let more = groups.len().saturating_sub(GROUPS_SHOWN_MAX);
    let suite_path = at.path();
    let rows = groups.into_iter().take(GROUPS_SHOWN_MAX).map(|group| GroupRow::new(group, &key, &suite_path)).collect();
    Ok(Grouping { key, keys, rows, more })
}
