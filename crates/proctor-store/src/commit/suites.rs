//! The suites of one transaction: their rows are locked first, so that servers take turns at a suite.

use std::collections::BTreeMap;

use proctor_core::id::SuiteId;

use super::runs::Runs;
use crate::StoreError;
use crate::database::{Columns, Statement, Value, WriteTransaction};

/// A suite's counters.
#[derive(Clone, Debug, Default)]
pub(super) struct SuiteState {
    /// The ordinal that the next new test gets.
    pub(super) next_ordinal: u32,
    /// As it was when the row was locked.
    pub(super) tests_version: i64,
    /// Whether this transaction changes rows of tests.
    pub(super) changes_tests: bool,
    pub(super) uploads_added: u64,
    /// 0: there is no TESTOWNERS file.
    pub(super) owners_version: i64,
    /// The keys whose tags become labels, as JSON.
    pub(super) label_tag_keys: String,
}

/// The suites that the commands name, as far as they exist.
#[derive(Debug)]
pub(super) struct Suites {
    states: BTreeMap<SuiteId, SuiteState>,
}

impl Suites {
    /// Locks the rows, in the order of their ids.
    pub(super) async fn lock(transaction: &mut WriteTransaction, ids: impl Iterator<Item = SuiteId>) -> Result<Self, StoreError> {
        let mut wanted: Vec<SuiteId> = ids.collect();
        wanted.sort_unstable();
        wanted.dedup();
        let select = "SELECT id, next_test_ordinal, tests_version, owners_version, label_tag_keys FROM suites WHERE id IN ";
        let mut select = Statement::built(transaction.engine(), select);
        select.list(wanted.iter().map(|id| Value::from(id.bytes()))).push(" ORDER BY id").push(transaction.engine().for_update());
        let mut states = BTreeMap::new();
        for row in select.all(transaction.connection()).await? {
            let next_ordinal = u32::try_from(row.int("next_test_ordinal")?).map_err(|_| StoreError::Corrupt("test ordinals".to_owned()))?;
            let state = SuiteState {
                next_ordinal,
                tests_version: row.int("tests_version")?,
                owners_version: row.int("owners_version")?,
                label_tag_keys: row.text("label_tag_keys")?,
                ..SuiteState::default()
            };
            states.insert(row.id("id", SuiteId::from_bytes)?, state);
        }
        Ok(Self { states })
    }

    pub(super) fn has(&self, suite: SuiteId) -> bool {
        self.states.contains_key(&suite)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (SuiteId, &SuiteState)> {
        self.states.iter().map(|(id, state)| (*id, state))
    }

    pub(super) fn get(&self, suite: SuiteId) -> Option<&SuiteState> {
        self.states.get(&suite)
    }

    pub(super) fn of(&mut self, suite: SuiteId) -> Result<&mut SuiteState, StoreError> {
        self.states.get_mut(&suite).ok_or(StoreError::Missing("suite"))
    }

    /// Writes the counters that have changed. `runs_gone`: the suites of deleted runs.
    pub(super) async fn write(&self, transaction: &mut WriteTransaction, runs: &Runs, runs_gone: &[SuiteId]) -> Result<(), StoreError> {
        for (id, state) in &self.states {
            let gone = i64::try_from(runs_gone.iter().filter(|suite| *suite == id).count()).unwrap_or(0);
            let runs_added = runs.new_in(*id) - gone;
            if runs_added == 0 && state.uploads_added == 0 && !state.changes_tests {
                continue;
            }
            let update = Statement::fixed(
                "UPDATE suites SET run_count = run_count + $1, upload_count = upload_count + $2, next_test_ordinal = $3, \
                 tests_version = tests_version + $4 WHERE id = $5",
            );
            let update = update.with(runs_added).with(state.uploads_added).with(state.next_ordinal);
            update.with(state.changes_tests).with(id.bytes()).execute(transaction.connection()).await?;
        }
        Ok(())
    }
}
