//! What compacts.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use proctor_core::id::SuiteId;
use proctor_core::time::Timestamp;
use rustc_hash::FxHashSet;
use tokio::sync::Mutex;

use super::policy::decide;
use super::{CompactionOptions, CompactionReport, Stage};
use crate::StoreError;
use crate::catalog::compaction::{self as catalog, SuiteDay};
use crate::database::{Connections, Engine};
use crate::executions::day_files::{Bodies, DayFiles};

/// Free pages that an SQLite database keeps for the segments to come, while some are coming (16 MiB).
const FREE_PAGES_KEPT: u64 = 4_096;
/// Free pages that it keeps once none waits to be compacted (1 MiB).
const FREE_PAGES_KEPT_AT_REST: u64 = 256;
/// Files of a folder that several processes may write to are swept only when they are older than this, in milliseconds.
const GRACE_MS: i64 = 3_600_000;

/// Whether this process may rewrite what is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// It is the server of its SQLite file, or one of those on PostgreSQL.
    Server,
    /// It looks on beside a server.
    Onlooker,
}

/// The one thing of a store that compacts.
#[derive(Debug)]
pub(crate) struct Compactor {
    pub(super) connections: Connections,
    pub(super) day_files: Arc<DayFiles>,
    pub(super) options: CompactionOptions,
    pub(super) stop: Arc<AtomicBool>,
    role: Role,
    node: [u8; 16],
    /// One compaction or sweep at a time: so no file that a sweep finds is being written by this process.
    turn: Mutex<()>,
}

impl Compactor {
    pub(crate) fn new(connections: Connections, day_files: Arc<DayFiles>, options: CompactionOptions, role: Role, node: [u8; 16]) -> Self {
        Self { connections, day_files, options, stop: Arc::default(), role, node, turn: Mutex::default() }
    }

    /// Lets what runs end soon, and nothing begin.
    pub(crate) fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Waits for what runs.
    pub(crate) async fn wait(&self) {
        drop(self.turn.lock().await);
    }

    pub(crate) fn options(&self) -> &CompactionOptions {
        &self.options
    }

    /// Rewrites until nothing is left to do at `now`. What fails is left as it was, and does not keep the rest from being done.
    pub(crate) async fn compact(&self, now: Timestamp, until: Stage) -> Result<CompactionReport, StoreError> {
        if self.role == Role::Onlooker && self.connections.engine() == Engine::Sqlite {
            return Err(StoreError::Unavailable("only the server of an SQLite database compacts it".to_owned()));
        }
        let turn = self.turn.lock().await;
        let mut pass = Pass::default();
        let mut is_waiting = true;
        while !self.stop.load(Ordering::Relaxed) {
            let days = catalog::suite_days(&self.connections, self.evaluated_before(now)).await?;
            let mut is_idle = true;
            is_waiting = days.iter().any(|day| day.waiting.segments + day.held_back > 0);
            for day in &days {
                if self.stop.load(Ordering::Relaxed) || pass.left.contains(&(day.suite, day.day)) {
                    continue;
                }
                let outcome = self.compact_day(day, now, until, &mut pass.leased).await;
                is_idle &= pass.note(day, outcome, until);
            }
            if is_idle {
                break;
            }
        }
        self.release(pass.leased).await?;
        drop(turn);
        if pass.report.segments_replaced > 0 || !is_waiting {
            self.connections.give_back(if is_waiting { FREE_PAGES_KEPT } else { FREE_PAGES_KEPT_AT_REST }).await?;
        }
        pass.failure.map_or(Ok(pass.report), Err)
    }

    /// Segments received since then wait for workflows to look at them, those before for nothing: none waits for longer than it may.
    pub(super) fn evaluated_before(&self, now: Timestamp) -> Timestamp {
        now.plus_millis(-self.options.age_ms_max)
    }

    /// `None`: nothing to do, or not this server's turn.
    async fn compact_day(
        &self,
        day: &SuiteDay,
        now: Timestamp,
        until: Stage,
        leased: &mut Option<SuiteId>,
    ) -> Result<Option<CompactionReport>, StoreError> {
        let Some(rewrite) = decide(&day.state(), &self.options, now) else { return Ok(None) };
        if self.connections.engine() == Engine::Postgres {
            if *leased != Some(day.suite) {
                self.release(leased.take()).await?;
            }
            // Taken again before each rewrite: a lease lasts longer than one.
            if !catalog::lease(&self.connections, day.suite, &self.node).await? {
                return Ok(None);
            }
            *leased = Some(day.suite);
        }
        self.rewrite(day, &rewrite, now, until).await
    }

    async fn release(&self, leased: Option<SuiteId>) -> Result<(), StoreError> {
        match leased {
            Some(suite) => catalog::release(&self.connections, suite, &self.node).await,
            None => Ok(()),
        }
    }

    /// Deletes files of this store's suites that the catalog does not name: what a process that was killed has left. How many.
    pub(crate) async fn sweep(&self) -> Result<usize, StoreError> {
        let _turn = self.turn.lock().await;
        let named = catalog::named_files(&self.connections).await?;
        let suites = catalog::known_suites(&self.connections).await?;
        // Beside an SQLite database nobody else writes; other folders hold what another process may be fetching.
        let written_before = match self.day_files.bodies() {
            Bodies::Folder(_) => None,
            Bodies::Cache(_) | Bodies::Temporary(_) => Some(catalog::now(&self.connections).await?.plus_millis(-GRACE_MS)),
        };
        self.day_files.sweep(&suites, &named, written_before)
    }
}

/// How a compaction is getting on.
#[derive(Default)]
struct Pass {
    report: CompactionReport,
    /// Of the first day that could not be done.
    failure: Option<StoreError>,
    /// Days with nothing to do, that failed, or are another server's: they are not looked at again.
    left: FxHashSet<(SuiteId, i64)>,
    leased: Option<SuiteId>,
}

impl Pass {
    /// Notes what came of a day; whether there is nothing more to do there.
    fn note(&mut self, day: &SuiteDay, outcome: Result<Option<CompactionReport>, StoreError>, until: Stage) -> bool {
        let is_left = match outcome {
            Ok(done) => {
                self.report.add(&done.unwrap_or_default());
                until != Stage::Done || done.is_none_or(|done| done.superseded > 0)
            }
            Err(error) => {
                tracing::warn!(suite = %day.suite, day = day.day, %error, "a day was not compacted");
                self.failure.get_or_insert(error);
                true
            }
        };
        if is_left {
            self.left.insert((day.suite, day.day));
        }
        is_left
    }
}
