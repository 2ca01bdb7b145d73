//! Starting tests over from the stored history.

use std::collections::BTreeMap;
use std::sync::Arc;

use proctor_core::id::SuiteId;
use proctor_core::monitors::history::{History, Needs, View};
use proctor_core::monitors::monitor::MonitorSettings;
use proctor_core::monitors::tracker::Tracker;
use proctor_core::time::Timestamp;
use proctor_store::catalog::history::{HistoryQuery, HistoryUploads, TestOrigins};
use proctor_store::catalog::workflows::Workflow;
use proctor_store::executions::WantedTests;
use proctor_store::{Store, StoreError};

use super::observe::Replayed;
use super::scan::scan;

/// What is started over.
pub(super) struct Rebuild {
    pub(super) tests: WantedTests,
    /// Uploads that still wait, but count as evaluated.
    pub(super) taken: Vec<u64>,
    /// Those of them that are part of a mass failure.
    pub(super) incidents: Vec<u64>,
    /// Where time ends.
    pub(super) until: Timestamp,
}

/// The tests as a replay of the stored history leaves them, and how many executions there were.
pub(super) struct Rebuilt {
    pub(super) tests: BTreeMap<u32, Replayed>,
    pub(super) executions: u64,
}

/// Replays the stored history under a workflow.
pub(super) async fn rebuild(store: &Store, suite: SuiteId, workflow: &Workflow, what: Rebuild) -> Result<Rebuilt, StoreError> {
    let Rebuild { tests, taken, incidents, until } = what;
    let rule = Arc::new(workflow.definition.rule.clone());
    let mut needs = Needs::default();
    needs.add(&rule);
    let origins = origins_of(store, suite, workflow, None).await?;
    let created_at = workflow.created_at;
    let query = HistoryQuery { needs, tests, uploads: HistoryUploads::EvaluatedAnd(taken), incidents };
    let (by_rule, start) = (Arc::clone(&rule), Rebuilt { tests: BTreeMap::new(), executions: 0 });
    let take = move |rebuilt: &mut Rebuilt, history: &History| {
        let view = View::new(&by_rule, history);
        for row in &history.rows {
            rebuilt.executions += 1;
            let Some(seen) = view.observation(row).filter(|seen| seen.counted().is_some()) else { continue };
            let fresh = || Replayed::new(Tracker::new(&by_rule, origins.of(row.ordinal, created_at)));
            let test = rebuilt.tests.entry(row.ordinal).or_insert_with(fresh);
            let mut events = Vec::new();
            test.tracker.observe(&by_rule, &seen, &mut |event| events.push(event));
            events.into_iter().for_each(|event| test.take(event));
        }
    };
    let mut rebuilt = scan(store, suite, &query, start, take).await?;
    for test in rebuilt.tests.values_mut() {
        let mut events = Vec::new();
        test.tracker.tick(&rule, until, &mut |event| events.push(event));
        events.into_iter().for_each(|event| test.take(event));
    }
    Ok(rebuilt)
}

/// What tests are to the workflow, if it wants to know.
pub(super) async fn origins_of(
    store: &Store,
    suite: SuiteId,
    workflow: &Workflow,
    ordinals: Option<&[u32]>,
) -> Result<TestOrigins, StoreError> {
    match workflow.definition.rule.monitor() {
        MonitorSettings::NewTest(_) => store.test_origins(suite, ordinals).await,
        _ => Ok(TestOrigins::default()),
    }
}
