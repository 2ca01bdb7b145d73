//! Going through the stored history of a suite, day by day: a day is read while the one before it is looked at.

use std::ops::RangeInclusive;

use proctor_core::id::SuiteId;
use proctor_core::monitors::history::History;
use proctor_store::catalog::history::{HistoryDay, HistoryQuery};
use proctor_store::executions::WantedTests;
use proctor_store::{Store, StoreError};
use tokio::task::JoinHandle;

/// Executions that are looked at together: some 32 bytes each. A day with more is read in several turns, some tests in each.
const EXECUTIONS_PER_STEP_MAX: u64 = 2_000_000;

struct Step {
    day: i64,
    query: HistoryQuery,
}

/// Hands all of the history to `take`, in steps: the executions of a test arrive in order.
pub(super) async fn scan<S, F>(store: &Store, suite: SuiteId, query: &HistoryQuery, state: S, take: F) -> Result<S, StoreError>
where
    S: Send + 'static,
    F: Fn(&mut S, &History) + Clone + Send + 'static,
{
    scan_days(store, suite, (i64::MIN..=i64::MAX, query), state, take).await
}

/// As [`scan`], of these days since 1970 (UTC, by the receive time) only.
pub(in crate::usecases) async fn scan_days<S, F>(
    store: &Store,
    suite: SuiteId,
    (days, query): (RangeInclusive<i64>, &HistoryQuery),
    mut state: S,
    take: F,
) -> Result<S, StoreError>
where
    S: Send + 'static,
    F: Fn(&mut S, &History) + Clone + Send + 'static,
{
    let stored = store.history_days(suite).await?;
    let mut steps = stored.into_iter().filter(|day| days.contains(&day.day)).flat_map(|day| steps_of(day, query));
    let mut reading = steps.next().map(|step| read(store, suite, step));
    while let Some(history) = reading.take() {
        let history = history.await.map_err(|error| StoreError::Internal(format!("reading history: {error}")))??;
        reading = steps.next().map(|step| read(store, suite, step));
        let take = take.clone();
        let looking = tokio::task::spawn_blocking(move || {
            take(&mut state, &history);
            state
        });
        state = looking.await.map_err(|error| StoreError::Internal(format!("looking at history: {error}")))?;
    }
    Ok(state)
}

fn steps_of(day: HistoryDay, query: &HistoryQuery) -> Vec<Step> {
    let HistoryDay { day, executions } = day;
    let parts = u32::try_from(executions.div_ceil(EXECUTIONS_PER_STEP_MAX)).unwrap_or(u32::MAX).max(1);
    let of_part = |part| match &query.tests {
        WantedTests::All if parts > 1 => HistoryQuery { tests: WantedTests::Part { part, parts }, ..query.clone() },
        _ => query.clone(),
    };
    match query.tests {
        WantedTests::All => (0..parts).map(|part| Step { day, query: of_part(part) }).collect(),
        _ => vec![Step { day, query: query.clone() }],
    }
}

fn read(store: &Store, suite: SuiteId, step: Step) -> JoinHandle<Result<History, StoreError>> {
    let store = store.clone();
    tokio::spawn(async move { store.history_of_day(suite, step.day, &step.query).await })
}
