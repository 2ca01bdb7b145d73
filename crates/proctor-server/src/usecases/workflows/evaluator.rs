//! The background work of workflows.

use std::sync::Arc;
use std::time::Duration;

use proctor_core::id::SuiteId;
use proctor_core::time::Timestamp;
use proctor_core::workflow::Status;
use proctor_store::catalog::evaluations::{Committed, SnapshotLimits};
use proctor_store::catalog::workflows::AppliedHistory;
use proctor_store::{Store, StoreError};
use tokio::sync::{Mutex, Notify, OwnedSemaphorePermit, Semaphore};

use super::apply::apply;
use super::evaluate::evaluate;
use super::tick::{ALARMS_PER_TICK_MAX, tick};
use crate::clock::Clock;

/// Uploads evaluated in one transaction.
const UPLOADS_PER_BATCH_MAX: u32 = 64;
/// Executions evaluated in one transaction; one upload may have more.
const EXECUTIONS_PER_BATCH_MAX: u64 = 400_000;
/// How old an upload is before it is evaluated, in milliseconds: those that were received at the same time and committed the other way
/// round are then looked at in order, and tests need not be started over.
const SETTLE_MS: i64 = 1_000;
/// How far time stays behind the clock, in milliseconds: what was received before then has been committed.
const GRACE_MS: i64 = 60_000;
/// How often work is looked for that nobody called for: of other servers, or of one that died.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Of how many looks one is at the clock: every 60 s (`workflows.md`, 1.2).
const LOOKS_PER_TICK: u32 = 12;
/// How often an evaluation begins anew because another server was faster, before the next look.
const ATTEMPTS_MAX: u32 = 10;

/// Evaluates workflows when results arrive, when they change, and when time passes.
#[derive(Debug)]
pub struct Evaluator {
    store: Store,
    clock: Arc<dyn Clock>,
    work: Notify,
    /// One pass at a time: two would only make each other begin anew.
    turn: Mutex<()>,
    /// One at a time reads all of a suite's history on behalf of a request.
    history: Arc<Semaphore>,
}

/// Leave to read all of a suite's history.
#[derive(Debug)]
pub struct HistoryTurn {
    _permit: OwnedSemaphorePermit,
}

/// How far back work must lie to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Delay {
    /// As it does in the background.
    Settled,
    /// Not at all.
    None,
}

impl Evaluator {
    /// An evaluator; [`Self::run`] makes it work.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock, work: Notify::new(), turn: Mutex::new(()), history: Arc::new(Semaphore::new(1)) }
    }

    /// Says that there is work.
    pub fn wake(&self) {
        self.work.notify_one();
    }

    /// Leave to read all of a suite's history, until it is dropped. None: somebody else does.
    #[must_use]
    pub fn history_turn(&self) -> Option<HistoryTurn> {
        Some(HistoryTurn { _permit: Arc::clone(&self.history).try_acquire_owned().ok()? })
    }

    /// Works for ever.
    pub async fn run(self: Arc<Self>) {
        let mut looks = 0_u32;
        loop {
            let is_called = tokio::time::timeout(LOOK_EVERY, self.work.notified()).await.is_ok();
            if is_called {
                tokio::time::sleep(Duration::from_millis(SETTLE_MS.unsigned_abs())).await;
            } else {
                looks = looks.wrapping_add(1);
            }
            let mut done = self.evaluate_all(Delay::Settled).await;
            if done.is_ok() && !is_called && looks.is_multiple_of(LOOKS_PER_TICK) {
                done = self.tick_all(Delay::Settled).await;
            }
            if let Err(error) = done {
                tracing::warn!(%error, "workflows were not evaluated; they are tried again");
            }
        }
    }

    /// Does all the work that there is now, that of the clock included.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn settle(&self) -> Result<(), StoreError> {
        self.evaluate_all(Delay::None).await?;
        self.tick_all(Delay::None).await
    }

    async fn evaluate_all(&self, delay: Delay) -> Result<(), StoreError> {
        let _turn = self.turn.lock().await;
        loop {
            let now = self.clock.now();
            let until = if delay == Delay::Settled { now.plus_millis(-SETTLE_MS) } else { now };
            let suites = self.store.suites_to_evaluate(until).await?;
            if suites.is_empty() {
                return Ok(());
            }
            // A batch of each in turn, so that one with much to do does not hold up the others.
            let mut has_progress = false;
            for suite in suites {
                match self.step(suite, (until, now)).await {
                    Ok(progress) => has_progress |= progress,
                    Err(StoreError::Corrupt(what)) => tracing::error!(%suite, what, "workflows of a suite cannot be evaluated"),
                    Err(error) => return Err(error),
                }
            }
            if !has_progress {
                return Ok(());
            }
        }
    }

    /// One step of a suite's work; whether something was done.
    async fn step(&self, suite: SuiteId, (until, now): (Timestamp, Timestamp)) -> Result<bool, StoreError> {
        let times = (now.plus_millis(-GRACE_MS), now);
        let limits = SnapshotLimits { until, uploads_max: UPLOADS_PER_BATCH_MAX, executions_max: EXECUTIONS_PER_BATCH_MAX };
        for _ in 0..ATTEMPTS_MAX {
            let Some(snapshot) = self.store.evaluation_snapshot(suite, limits).await? else { return Ok(false) };
            let waiting = snapshot.workflows.iter().find_map(|workflow| match workflow.history {
                AppliedHistory::Waiting(how) if workflow.definition.status == Status::Active => Some((workflow, how)),
                AppliedHistory::Waiting(_) | AppliedHistory::Done => None,
            });
            let committed = match waiting {
                // First: what is evaluated until then would be evaluated without this workflow.
                Some((workflow, how)) => apply(&self.store, suite, snapshot.epoch, workflow, how, times).await?,
                None if snapshot.pending.is_empty() => return Ok(false),
                None => evaluate(&self.store, suite, &snapshot, times).await?,
            };
            if committed == Committed::Yes {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn tick_all(&self, delay: Delay) -> Result<(), StoreError> {
        let _turn = self.turn.lock().await;
        let now = self.clock.now();
        let until = if delay == Delay::Settled { now.plus_millis(-GRACE_MS) } else { now };
        let limits = SnapshotLimits { until: now, uploads_max: 1, executions_max: 1 };
        for suite in self.store.suites_with_due_alarms(until).await? {
            for _ in 0..ATTEMPTS_MAX {
                let Some(snapshot) = self.store.evaluation_snapshot(suite, limits).await? else { break };
                // What waits may be older than what is due: time goes on after it.
                if !snapshot.pending.is_empty() {
                    break;
                }
                let (committed, looked_at) = tick(&self.store, suite, &snapshot, (until, now)).await?;
                if committed == Committed::Yes && looked_at < ALARMS_PER_TICK_MAX {
                    break;
                }
            }
        }
        Ok(())
    }
}
