//! An entry of the ledger, replayed: the same rule over the stored history must give the same verdict.

use std::sync::Arc;

use proctor_core::id::SuiteId;
use proctor_core::monitors::history::{History, Needs, View};
use proctor_core::monitors::tracker::{Event, Tracker};
use proctor_core::time::Timestamp;
use proctor_store::catalog::history::{HistoryQuery, HistoryUploads, TestOrigins};
use proctor_store::catalog::ledger::{LedgerEntry, LedgerKind};
use proctor_store::catalog::workflows::Workflow;
use proctor_store::documents::{event_document, without_commits};
use proctor_store::executions::WantedTests;
use proctor_store::{Store, StoreError};
use serde_json::{Map, Value};

use super::rebuild::origins_of;
use super::scan::scan;

/// What a replay came to.
#[derive(Clone, Debug, PartialEq)]
pub enum Replay {
    /// The stored history gives the same event, with the same score, thresholds and evidence.
    Same,
    /// It gives another event at that time: this one.
    Different(Map<String, Value>),
    /// It gives no event of that kind at that time: executions have gone, or come late.
    Gone,
    /// The entry is no alarm and no recovery.
    NotAnEvent,
}

/// Replays the history of the test of an alarm or a recovery, under the version of the workflow that gave it.
///
/// # Errors
/// When the store cannot be read.
pub async fn replay_entry(store: &Store, suite: SuiteId, entry: &LedgerEntry) -> Result<Replay, StoreError> {
    let (Some(test), Some((workflow, version)), LedgerKind::Alarm | LedgerKind::Recover) = (&entry.test, entry.workflow, entry.kind) else {
        return Ok(Replay::NotAnEvent);
    };
    let Some(definition) = store.workflow_version(suite, workflow, version).await? else { return Ok(Replay::Gone) };
    let rule = Arc::new(definition.rule);
    let origins = match store.workflow(suite, workflow).await? {
        Some(workflow) => Origins::of(store, suite, &workflow, test.ordinal).await?,
        None => Origins { origins: TestOrigins::default(), created_at: Timestamp::from_millis(0) },
    };
    let mut needs = Needs::default();
    needs.add(&rule);
    let tests = WantedTests::Only(Arc::new(std::iter::once(test.ordinal).collect()));
    let query = HistoryQuery { needs, tests, uploads: HistoryUploads::EvaluatedAnd(Vec::new()), incidents: Vec::new() };
    let tracker = Tracker::new(&rule, origins.origins.of(test.ordinal, origins.created_at));
    let by_rule = Arc::clone(&rule);
    let take = move |(tracker, events): &mut (Tracker, Vec<Event>), history: &History| {
        let view = View::new(&by_rule, history);
        for seen in history.rows.iter().filter_map(|row| view.observation(row)) {
            tracker.observe(&by_rule, &seen, &mut |event| events.push(event));
        }
    };
    let (mut tracker, mut events) = scan(store, suite, &query, (tracker, Vec::new()), take).await?;
    tracker.tick(&rule, entry.at, &mut |event| events.push(event));
    Ok(verdict(entry, rule.monitor().as_str(), &events))
}

struct Origins {
    origins: TestOrigins,
    created_at: Timestamp,
}

impl Origins {
    async fn of(store: &Store, suite: SuiteId, workflow: &Workflow, ordinal: u32) -> Result<Self, StoreError> {
        let origins = origins_of(store, suite, workflow, Some(&[ordinal])).await?;
        Ok(Self { origins, created_at: workflow.created_at })
    }
}

fn verdict(entry: &LedgerEntry, monitor: &str, events: &[Event]) -> Replay {
    let same_kind = events.iter().filter(|event| event.kind.as_str() == entry.kind.as_str() && event.at == entry.at);
    let mut nearest = None;
    for event in same_kind {
        let document = event_document(monitor, event);
        // Compared as they are written: what the ledger holds beside it (names, commits, actions) is no part of the verdict.
        let is_noted = |(key, value): (&String, &Value)| match key.as_str() {
            "figures" => entry.detail.get(key).map(without_commits).as_ref() == Some(value),
            _ => entry.detail.get(key) == Some(value),
        };
        if document.iter().all(is_noted) {
            return Replay::Same;
        }
        nearest = Some(document);
    }
    nearest.map_or(Replay::Gone, Replay::Different)
}
