//! What a workflow would do if it were saved now, held against the version that is.

use std::sync::Arc;

use proctor_core::day::Day;
use proctor_core::id::SuiteId;
use proctor_core::monitors::history::{History, Needs};
use proctor_core::monitors::monitor::MonitorSettings;
use proctor_core::monitors::preview::{Preview, Previewed};
use proctor_core::monitors::rule::Rule;
use proctor_core::time::Timestamp;
use proctor_store::catalog::history::{HistoryQuery, HistoryUploads, TestOrigins};
use proctor_store::catalog::workflows::Workflow;
use proctor_store::executions::WantedTests;
use proctor_store::{Store, StoreError};

use super::PARTS;
use super::scan::scan;

/// What is previewed.
#[derive(Clone, Copy, Debug)]
pub struct PreviewOf<'a> {
    /// The rule as it would be saved.
    pub rule: &'a Rule,
    /// The workflow as it is saved, if it is.
    pub saved: Option<&'a Workflow>,
    /// The first day whose events are told.
    pub first_day: Day,
    /// Where time ends.
    pub until: Timestamp,
}

/// What a preview came to.
#[derive(Clone, Debug, PartialEq)]
pub struct PreviewReport {
    /// Of the rule as it would be saved.
    pub edited: Previewed,
    /// Of the rule that is saved, if one is.
    pub saved: Option<Previewed>,
}

/// Runs both rules over all stored history, which is read once. To a rule that looks for new tests, a workflow that is not saved yet is as
/// old as the suite.
///
/// Memory: as a back-test, for each of the two.
///
/// # Errors
/// When the store cannot be read.
pub async fn preview(store: &Store, suite: SuiteId, what: PreviewOf<'_>) -> Result<PreviewReport, StoreError> {
    let PreviewOf { rule, saved, first_day, until } = what;
    let rules: Vec<Arc<Rule>> =
        std::iter::once(rule).chain(saved.map(|workflow| &workflow.definition.rule)).map(|rule| Arc::new(rule.clone())).collect();
    let mut needs = Needs::default();
    rules.iter().for_each(|rule| needs.add(rule));
    let origins = match rules.iter().any(|rule| matches!(rule.monitor(), MonitorSettings::NewTest(_))) {
        true => store.test_origins(suite, None).await?,
        false => TestOrigins::default(),
    };
    let created_at = saved.map_or(Timestamp::from_millis(0), |workflow| workflow.created_at);
    let of_part = |part| -> Vec<Preview> { rules.iter().map(|rule| Preview::new(Arc::clone(rule), first_day, part, PARTS)).collect() };
    let query = HistoryQuery { needs, tests: WantedTests::All, uploads: HistoryUploads::All, incidents: Vec::new() };
    let take = move |parts: &mut Vec<Vec<Preview>>, history: &History| {
        let origin = |ordinal| origins.of(ordinal, created_at);
        std::thread::scope(|threads| {
            for part in parts.iter_mut() {
                threads.spawn(|| part.iter_mut().for_each(|rule| rule.take(history, &origin)));
            }
        });
    };
    let parts = scan(store, suite, &query, (0..PARTS).map(of_part).collect(), take).await?;
    let mut found: Vec<Previewed> = rules.iter().map(|_| Previewed::default()).collect();
    for part in parts {
        found.iter_mut().zip(part).for_each(|(found, part)| found.merge(part.finish(until)));
    }
    let mut found = found.into_iter();
    Ok(PreviewReport { edited: found.next().unwrap_or_default(), saved: found.next() })
}
