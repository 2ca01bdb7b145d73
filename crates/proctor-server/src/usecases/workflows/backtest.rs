//! The time machine: a rule over all stored history, before it is enabled.

use std::sync::Arc;

use proctor_core::id::SuiteId;
use proctor_core::monitors::backtest::{Account, Backtest};
use proctor_core::monitors::history::{History, Needs};
use proctor_core::monitors::monitor::MonitorSettings;
use proctor_core::monitors::rule::Rule;
use proctor_core::time::Timestamp;
use proctor_store::catalog::history::{HistoryQuery, HistoryUploads, TestOrigins};
use proctor_store::executions::WantedTests;
use proctor_store::{Store, StoreError};

use super::PARTS;
use super::scan::scan_days;

const DAY_MS: i64 = 86_400_000;

/// What a back-test came to.
#[derive(Clone, Debug, PartialEq)]
pub struct BacktestReport {
    /// The account of it.
    pub account: Account,
    /// Where time ended.
    pub until: Timestamp,
}

/// Runs a rule over all stored history. To a rule that looks for new tests, the workflow is as old as the suite.
///
/// Memory: the states of all tests of the suite, and the executions of one day, of which at most two million at once.
///
/// # Errors
/// When the store cannot be read.
pub async fn backtest(store: &Store, suite: SuiteId, rule: &Rule, until: Timestamp) -> Result<BacktestReport, StoreError> {
    backtest_since(store, suite, rule, i64::MIN, until).await
}

/// The same over the stored history from `first_day` on, a UTC day counted from the epoch: as if nothing had run before.
///
/// # Errors
/// As [`backtest`].
pub async fn backtest_since(
    store: &Store,
    suite: SuiteId,
    rule: &Rule,
    first_day: i64,
    until: Timestamp,
) -> Result<BacktestReport, StoreError> {
    let mut needs = Needs::default();
    needs.add(rule);
    let origins = match rule.monitor() {
        MonitorSettings::NewTest(_) => store.test_origins(suite, None).await?,
        _ => TestOrigins::default(),
    };
    let (rule, runs) = (Arc::new(rule.clone()), Arc::new(store.run_times(suite).await?));
    let parts: Vec<Backtest> = (0..PARTS).map(|part| Backtest::new(Arc::clone(&rule), Arc::clone(&runs), part, PARTS)).collect();
    let query = HistoryQuery { needs, tests: WantedTests::All, uploads: HistoryUploads::All, incidents: Vec::new() };
    let take = move |parts: &mut Vec<Backtest>, history: &History| {
        // What ran before the first day is no new test on it.
        let origin = |ordinal| origins.of(ordinal, Timestamp::from_millis(first_day.max(0).saturating_mul(DAY_MS)));
        std::thread::scope(|threads| {
            for part in parts.iter_mut() {
                threads.spawn(|| part.take(history, &origin));
            }
        });
    };
    let parts = scan_days(store, suite, (first_day..=i64::MAX, &query), parts, take).await?;
    let mut account = Account::default();
    parts.into_iter().for_each(|part| account.merge(part.finish(until)));
    Ok(BacktestReport { account, until })
}
