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
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::apply::apply;
use super::evaluate::evaluate;
use super::tick::{ALARMS_PER_TICK_MAX, tick};
use crate::clock::Clock;

/// Uploads evaluated in one transaction. Each writes the states of its tests, so that larger batches write fewer of them.
const UPLOADS_PER_BATCH_MAX: u32 = 256;
/// Executions evaluated in one transaction, some 32 bytes each; one upload may have more.
const EXECUTIONS_PER_BATCH_MAX: u64 = 1_000_000;
/// The same while uploads come in: the catalog's writer and the processors are wanted elsewhere.
const EXECUTIONS_PER_BITE_MAX: u64 = 100_000;
/// How old an upload is before it is evaluated, in milliseconds: those that were received at the same time and committed the other way
/// round are then looked at in order, and tests need not be started over.
const SETTLE_MS: i64 = 1_000;
/// How far time stays behind the clock, in milliseconds: what was received before then has been committed.
const GRACE_MS: i64 = 60_000;
/// While uploads come in, evaluation rests so many times as long as it worked: they have the machine, and the catalog's writer.
const RESTS_PER_WORK: u32 = 10;
/// It never rests longer.
const REST_MAX: Duration = Duration::from_secs(10);
/// While it rests, how often it looks whether uploads still come in.
const REST_LOOK_EVERY: Duration = Duration::from_millis(500);
/// Uploads come in if the newest is younger than this, in milliseconds.
const BUSY_MS: i64 = 2_000;
/// It does not rest once an upload has waited for so long, in milliseconds.
const PATIENCE_MS: i64 = 60_000;
/// How often work is looked for that nobody called for: of other servers, or of one that died.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// How often the clock is looked at (`workflows.md`, 1.2).
const TICK_EVERY: Duration = Duration::from_secs(60);
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

/// How much is done at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pace {
    /// As much as fits, of every suite.
    Full,
    /// Little, of one suite: others want the machine.
    Bite,
}

impl Pace {
    const fn executions_max(self) -> u64 {
        match self {
            Self::Full => EXECUTIONS_PER_BATCH_MAX,
            Self::Bite => EXECUTIONS_PER_BITE_MAX,
        }
    }
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
        tokio::join!(self.evaluate_for_ever(), self.tick_for_ever());
    }

    async fn evaluate_for_ever(&self) {
        loop {
            if tokio::time::timeout(LOOK_EVERY, self.work.notified()).await.is_ok() {
                tokio::time::sleep(Duration::from_millis(SETTLE_MS.unsigned_abs())).await;
            }
            if let Err(error) = self.evaluate_all(Delay::Settled).await {
                tracing::warn!(%error, "workflows were not evaluated; they are tried again");
            }
        }
    }

    /// By a clock of its own: on a busy server there is no moment without results.
    async fn tick_for_ever(&self) {
        let mut ticks = interval(TICK_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if let Err(error) = self.tick().await {
                tracing::warn!(%error, "the clock of workflows was not looked at; it is tried again");
            }
        }
    }

    /// Ends the alarms that time alone ends, as the background does every minute.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn tick(&self) -> Result<(), StoreError> {
        self.tick_all(Delay::Settled).await
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
        loop {
            let began = Instant::now();
            let pace = if delay == Delay::Settled && self.is_busy().await? { Pace::Bite } else { Pace::Full };
            if !self.evaluate_some(delay, pace).await? {
                return Ok(());
            }
            tracing::debug!(?pace, elapsed = ?began.elapsed(), "waiting uploads were evaluated");
            if pace == Pace::Bite {
                self.rest((began.elapsed() * RESTS_PER_WORK).min(REST_MAX)).await?;
            }
        }
    }

    /// Leaves the machine to those who upload, so long as they do.
    async fn rest(&self, rest: Duration) -> Result<(), StoreError> {
        let end = Instant::now() + rest;
        while Instant::now() < end && self.is_busy().await? {
            tokio::time::sleep_until(end.min(Instant::now() + REST_LOOK_EVERY)).await;
        }
        Ok(())
    }

    /// Whether uploads are coming in that deserve the machine more than those that wait.
    async fn is_busy(&self) -> Result<bool, StoreError> {
        let now = self.clock.now();
        let is_within = |at: Timestamp, span_ms: i64| at.plus_millis(span_ms) > now;
        let waiting = self.store.waiting_since().await?;
        Ok(waiting.is_some_and(|(oldest, newest)| is_within(oldest, PATIENCE_MS) && is_within(newest, BUSY_MS)))
    }

    /// A batch of each suite with work, so that one with much to do does not hold up the others; or a bite of the one that has waited
    /// longest. Whether something was done.
    async fn evaluate_some(&self, delay: Delay, pace: Pace) -> Result<bool, StoreError> {
        let _turn = self.turn.lock().await;
        let now = self.clock.now();
        let until = if delay == Delay::Settled { now.plus_millis(-SETTLE_MS) } else { now };
        let mut has_progress = false;
        for suite in self.store.suites_to_evaluate(until).await? {
            match self.step(suite, pace, (until, now)).await {
                Ok(progress) => has_progress |= progress,
                Err(StoreError::Corrupt(what)) => tracing::error!(%suite, what, "workflows of a suite cannot be evaluated"),
                Err(error) => return Err(error),
            }
            if has_progress && pace == Pace::Bite {
                break;
            }
        }
        Ok(has_progress)
    }

    /// One step of a suite's work; whether something was done.
    async fn step(&self, suite: SuiteId, pace: Pace, (until, now): (Timestamp, Timestamp)) -> Result<bool, StoreError> {
        let times = (now.plus_millis(-GRACE_MS), now);
        let limits = SnapshotLimits { until, uploads_max: UPLOADS_PER_BATCH_MAX, executions_max: pace.executions_max() };
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
        // Results that came after `until` may wait: on a busy suite some always do.
        let limits = SnapshotLimits { until, uploads_max: 1, executions_max: 1 };
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
