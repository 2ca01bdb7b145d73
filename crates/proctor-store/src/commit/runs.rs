//! The runs of one transaction.

use std::collections::HashMap;

use proctor_core::build_place::BuildPlace;
use proctor_core::id::{RunId, SuiteId};
use proctor_core::lifecycle::{RunEvent, RunStatus};
use proctor_core::result::{ResultCounts, TestResult};
use proctor_core::run::{Run, RunDetails};
use proctor_core::time::Timestamp;
use rustc_hash::FxHashMap;

use super::command::Command;
use crate::StoreError;
use crate::catalog::run_row::{RUN_COLUMNS, run_of};
use crate::database::{Statement, Value, WriteTransaction};
use crate::new_id::uuid_of;

/// A run and what has become of it.
#[derive(Debug)]
pub(super) struct RunState {
    run: Run,
    is_new: bool,
    is_changed: bool,
    /// It may have lost its only upload.
    may_be_empty: bool,
}

impl RunState {
    pub(super) const fn id(&self) -> RunId {
        self.run.id
    }

    /// Moves the life cycle on.
    pub(super) fn happens(&mut self, event: RunEvent, at: Timestamp, stale_after_ms: i64) {
        self.run.status = self.run.status.after(event, at, stale_after_ms);
        self.is_changed = true;
    }

    /// Counts the executions of a processed upload.
    pub(super) fn count(&mut self, counts: ResultCounts) {
        for result in TestResult::ALL {
            self.run.counts.add_many(result, counts.of(result));
        }
    }
}

/// The runs that the commands touch. Their suites' rows are locked, so nobody else makes or changes one of them.
#[derive(Debug, Default)]
pub(super) struct Runs {
    states: Vec<RunState>,
    by_key: HashMap<(SuiteId, String), usize>,
    by_id: FxHashMap<RunId, usize>,
}

impl Runs {
    /// Loads the runs of the commands' keys, and those with `ids`.
    pub(super) async fn load(
        transaction: &mut WriteTransaction,
        commands: &[&Command],
        ids: impl Iterator<Item = RunId>,
    ) -> Result<Self, StoreError> {
        let mut keys: FxHashMap<SuiteId, Vec<&str>> = FxHashMap::default();
        for command in commands {
            match command {
                Command::Announce(announcement) => keys.entry(announcement.suite_id).or_default().push(&announcement.run_key),
                Command::Complete(upload) => keys.entry(upload.suite_id).or_default().push(&upload.run_key),
                Command::Reject(_) | Command::EndDead { .. } | Command::ReplyLost { .. } => {}
            }
        }
        let mut runs = Self::default();
        for (suite, keys) in keys {
            let mut select = Statement::built(transaction.engine(), format!("SELECT {RUN_COLUMNS} FROM runs WHERE suite_id = "));
            select.value(suite.bytes()).push(" AND run_key IN ").list(keys.into_iter().map(Value::from));
            for row in select.all(transaction.connection()).await? {
                runs.add(run_of(&row)?, false);
            }
        }
        let ids: Vec<RunId> = ids.filter(|id| !runs.by_id.contains_key(id)).collect();
        if !ids.is_empty() {
            let mut select = Statement::built(transaction.engine(), format!("SELECT {RUN_COLUMNS} FROM runs WHERE id IN "));
            select.list(ids.iter().map(|id| Value::from(id.bytes())));
            for row in select.all(transaction.connection()).await? {
                runs.add(run_of(&row)?, false);
            }
        }
        Ok(runs)
    }

    fn add(&mut self, run: Run, is_new: bool) -> usize {
        let at = self.states.len();
        self.by_key.insert((run.suite_id, run.key.clone()), at);
        self.by_id.insert(run.id, at);
        self.states.push(RunState { run, is_new, is_changed: is_new, may_be_empty: false });
        at
    }

    /// The run of this key, made at `at` if there is none; what the upload says of it fills gaps.
    pub(super) fn join(&mut self, suite: SuiteId, key: &str, details: &RunDetails, at: Timestamp) -> &mut RunState {
        let found = self.by_key.get(&(suite, key.to_owned())).copied();
        let position = found.unwrap_or_else(|| {
            let run = Run {
                id: RunId::new(uuid_of(at)),
                suite_id: suite,
                key: key.to_owned(),
                details: RunDetails::default(),
                status: RunStatus::created(at),
                counts: ResultCounts::default(),
                created_at: at,
            };
            self.add(run, true)
        });
        let state = &mut self.states[position];
        state.run.details = std::mem::take(&mut state.run.details).filled_from(details.clone());
        state
    }

    /// An announced upload of the run has ended without being stored.
    pub(super) fn fail_upload(&mut self, run: RunId, at: Timestamp, stale_after_ms: i64) {
        if let Some(position) = self.by_id.get(&run) {
            let state = &mut self.states[*position];
            state.happens(RunEvent::UploadFailed, at, stale_after_ms);
            state.may_be_empty = true;
        }
    }

    pub(super) fn new_in(&self, suite: SuiteId) -> i64 {
        let is_new = |state: &&RunState| state.is_new && state.run.suite_id == suite;
        i64::try_from(self.states.iter().filter(is_new).count()).unwrap_or(0)
    }

    /// Writes the new and the changed.
    pub(super) async fn write(&self, transaction: &mut WriteTransaction) -> Result<(), StoreError> {
        let changed: Vec<&RunState> = self.states.iter().filter(|state| state.is_changed).collect();
        if changed.is_empty() {
            return Ok(());
        }
        let mut insert = Statement::built(transaction.engine(), format!("INSERT INTO runs ({RUN_COLUMNS}, build_place) VALUES "));
        for RunState { run, .. } in changed {
            let Run { id, suite_id, key, details, status, counts, created_at } = run;
            let RunDetails { branch, commit_sha, url, number, message, ci, build_id } = details;
            let place = build_id.and_then(|_| BuildPlace::of(url.as_deref(), number.as_deref())).map(|place| place.to_string());
            insert.row(&[
                id.bytes().into(),
                suite_id.bytes().into(),
                key.into(),
                branch.into(),
                commit_sha.into(),
                url.into(),
                number.into(),
                message.into(),
                ci.into(),
                build_id.as_ref().map(|id| id.as_bytes().as_slice()).into(),
                (*created_at).into(),
                status.uploads_in_flight.into(),
                u32::from(status.result.code()).into(),
                status.last_activity_at.into(),
                counts.of(TestResult::Passed).into(),
                counts.of(TestResult::Failed).into(),
                counts.of(TestResult::Skipped).into(),
                counts.of(TestResult::Pending).into(),
                counts.of(TestResult::Unknown).into(),
                (&place).into(),
            ]);
        }
        insert.push(
            " ON CONFLICT (id) DO UPDATE SET branch = excluded.branch, commit_sha = excluded.commit_sha, url = excluded.url, \
             number = excluded.number, message = excluded.message, ci = excluded.ci, build_id = excluded.build_id, \
             uploads_in_flight = excluded.uploads_in_flight, result = excluded.result, last_activity_at = excluded.last_activity_at, \
             passed = excluded.passed, failed = excluded.failed, skipped = excluded.skipped, pending = excluded.pending, \
             unknown = excluded.unknown, build_place = excluded.build_place",
        );
        insert.execute(transaction.connection()).await?;
        Ok(())
    }

    /// Deletes the runs that no upload belongs to any more, and gives the suite of each.
    pub(super) async fn delete_empty(&self, transaction: &mut WriteTransaction) -> Result<Vec<SuiteId>, StoreError> {
        let mut gone = Vec::new();
        for state in self.states.iter().filter(|state| state.may_be_empty && state.run.counts.total() == 0) {
            let delete = Statement::fixed(
                "DELETE FROM runs WHERE id = $1 AND uploads_in_flight = 0 \
                 AND NOT EXISTS (SELECT 1 FROM uploads WHERE uploads.suite_id = runs.suite_id AND uploads.run_id = runs.id)",
            );
            if delete.with(state.run.id.bytes()).execute(transaction.connection()).await? > 0 {
                gone.push(state.run.suite_id);
            }
        }
        Ok(gone)
    }
}
