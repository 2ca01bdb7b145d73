//! What monitors know of tests, in pages, and which tests are alarmed.

use proctor_core::id::{SuiteId, WorkflowId};
use proctor_core::time::Timestamp;
use rustc_hash::FxHashMap;

use super::outcome::{AlarmChange, StatePage, WorkflowOutcome};
use crate::database::{Columns, Statement, Value, WriteTransaction};
use crate::executions::{compress, decompress};
use crate::{Store, StoreError};

/// Tests whose states share a row: an upload of many tests writes few rows, one of few tests few bytes.
pub const TESTS_PER_PAGE: u32 = 64;
/// Pages, or alarms, in one statement.
const ROWS_PER_STATEMENT_MAX: usize = 100;

/// States by ordinal.
pub type StateMap = FxHashMap<u32, Vec<u8>>;

/// An alarm that time may end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueAlarm {
    /// The workflow.
    pub workflow: WorkflowId,
    /// The test.
    pub ordinal: u32,
}

/// A test that is alarmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenAlarm {
    /// The workflow.
    pub workflow: WorkflowId,
    /// The test.
    pub ordinal: u32,
    /// Since when.
    pub since: Timestamp,
}

impl Store {
    /// The states in these pages of a workflow.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn monitor_states(&self, suite: SuiteId, workflow: WorkflowId, pages: &[u32]) -> Result<StateMap, StoreError> {
        let mut states = StateMap::default();
        let connection = &mut *self.connections().read().await?;
        for some in pages.chunks(ROWS_PER_STATEMENT_MAX) {
            let select = "SELECT page, states FROM monitor_states WHERE suite_id = ";
            let mut select = Statement::built(self.connections().engine(), select);
            select.value(suite.bytes()).push(" AND workflow_id = ").value(workflow.bytes()).push(" AND page IN ");
            select.list(some.iter().map(|page| Value::from(*page)));
            for row in select.all(connection).await? {
                let page = u32::try_from(row.int("page")?).map_err(|_| corrupt())?;
                unpack(page, row.bytes("states")?, &mut states)?;
            }
        }
        Ok(states)
    }

    /// Suites with alarms that time may end up to `until`.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn suites_with_due_alarms(&self, until: Timestamp) -> Result<Vec<SuiteId>, StoreError> {
        let select = Statement::fixed("SELECT DISTINCT suite_id FROM alarms WHERE due_at <= $1").with(until);
        let rows = select.all(&mut *self.connections().read().await?).await?;
        rows.iter().map(|row| row.id("suite_id", SuiteId::from_bytes)).collect()
    }

    /// At most `limit` alarms of the suite that time may end up to `until`, the most urgent first.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn due_alarms(&self, suite: SuiteId, until: Timestamp, limit: u32) -> Result<Vec<DueAlarm>, StoreError> {
        let select = "SELECT workflow_id, ordinal FROM alarms WHERE suite_id = $1 AND due_at <= $2 ORDER BY due_at LIMIT $3";
        let select = Statement::fixed(select).with(suite.bytes()).with(until).with(limit);
        let rows = select.all(&mut *self.connections().read().await?).await?;
        let of = |row: &sqlx::any::AnyRow| {
            let workflow = row.id("workflow_id", WorkflowId::from_bytes)?;
            Ok(DueAlarm { workflow, ordinal: u32::try_from(row.int("ordinal")?).map_err(|_| corrupt())? })
        };
        rows.iter().map(of).collect()
    }

    /// All alarmed tests of the suite; `workflow`: under this one only.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn open_alarms(&self, suite: SuiteId, workflow: Option<WorkflowId>) -> Result<Vec<OpenAlarm>, StoreError> {
        let select = "SELECT workflow_id, ordinal, since FROM alarms WHERE suite_id = ";
        let mut select = Statement::built(self.connections().engine(), select);
        select.value(suite.bytes());
        if let Some(workflow) = &workflow {
            select.push(" AND workflow_id = ").value(workflow.bytes());
        }
        select.push(" ORDER BY workflow_id, ordinal");
        let rows = select.all(&mut *self.connections().read().await?).await?;
        let of = |row: &sqlx::any::AnyRow| {
            let workflow = row.id("workflow_id", WorkflowId::from_bytes)?;
            let ordinal = u32::try_from(row.int("ordinal")?).map_err(|_| corrupt())?;
            Ok(OpenAlarm { workflow, ordinal, since: row.time("since")? })
        };
        rows.iter().map(of).collect()
    }
}

/// Writes the states and alarms of a workflow: all of them when it has taken in the stored history, else those that changed.
pub(super) async fn write_states(
    transaction: &mut WriteTransaction,
    suite: SuiteId,
    outcome: &WorkflowOutcome<'_>,
) -> Result<(), StoreError> {
    let workflow = outcome.id();
    if outcome.applied.is_some() {
        for delete in [
            "DELETE FROM monitor_states WHERE suite_id = $1 AND workflow_id = $2",
            "DELETE FROM alarms WHERE suite_id = $1 AND workflow_id = $2",
        ] {
            Statement::fixed(delete).with(suite.bytes()).with(workflow.bytes()).execute(transaction.connection()).await?;
        }
    }
    for some in outcome.pages.chunks(ROWS_PER_STATEMENT_MAX) {
        let insert = "INSERT INTO monitor_states (suite_id, workflow_id, page, states) VALUES ";
        let mut insert = Statement::built(transaction.engine(), insert);
        for StatePage { page, packed } in some {
            insert.row(&[suite.bytes().into(), workflow.bytes().into(), (*page).into(), packed.as_slice().into()]);
        }
        insert.push(" ON CONFLICT (suite_id, workflow_id, page) DO UPDATE SET states = excluded.states");
        insert.execute(transaction.connection()).await?;
    }
    write_alarms(transaction, suite, workflow, &outcome.alarms).await
}

async fn write_alarms(
    transaction: &mut WriteTransaction,
    suite: SuiteId,
    workflow: WorkflowId,
    changes: &[AlarmChange],
) -> Result<(), StoreError> {
    let mut closed = Vec::new();
    let mut open = Vec::new();
    for change in changes {
        match change {
            AlarmChange::Open { ordinal, since, due_at } => open.push((*ordinal, *since, *due_at)),
            AlarmChange::Closed { ordinal } => closed.push(*ordinal),
        }
    }
    for some in closed.chunks(ROWS_PER_STATEMENT_MAX) {
        let mut delete = Statement::built(transaction.engine(), "DELETE FROM alarms WHERE suite_id = ");
        delete.value(suite.bytes()).push(" AND workflow_id = ").value(workflow.bytes()).push(" AND ordinal IN ");
        delete.list(some.iter().map(|ordinal| Value::from(*ordinal)));
        delete.execute(transaction.connection()).await?;
    }
    for some in open.chunks(ROWS_PER_STATEMENT_MAX) {
        let insert = "INSERT INTO alarms (suite_id, workflow_id, ordinal, since, due_at) VALUES ";
        let mut insert = Statement::built(transaction.engine(), insert);
        for (ordinal, since, due_at) in some {
            insert.row(&[
                suite.bytes().into(),
                workflow.bytes().into(),
                (*ordinal).into(),
                since.map_or(0, Timestamp::millis).into(),
                (*due_at).into(),
            ]);
        }
        insert.push(
            " ON CONFLICT (suite_id, workflow_id, ordinal) DO UPDATE SET due_at = excluded.due_at, \
             since = CASE WHEN excluded.since = 0 THEN alarms.since ELSE excluded.since END",
        );
        insert.execute(transaction.connection()).await?;
    }
    Ok(())
}

impl StatePage {
    /// Packs the states of tests of this page, ascending by ordinal. Of each test its place in the page, the length of its state in four
    /// bytes, and the state; all in one zstd frame, for tests of the same uploads have much in common.
    ///
    /// # Errors
    /// [`StoreError::Internal`] when a test stands on another page.
    pub fn pack<'a>(page: u32, states: impl IntoIterator<Item = (u32, &'a [u8])>) -> Result<Self, StoreError> {
        let mut bytes = Vec::new();
        for (ordinal, state) in states {
            let slot = ordinal.checked_sub(page * TESTS_PER_PAGE).filter(|slot| *slot < TESTS_PER_PAGE);
            let slot = slot.and_then(|slot| u8::try_from(slot).ok());
            let (Some(slot), Ok(length)) = (slot, u32::try_from(state.len())) else {
                return Err(StoreError::Internal("a state stands on another page".to_owned()));
            };
            bytes.push(slot);
            bytes.extend_from_slice(&length.to_le_bytes());
            bytes.extend_from_slice(state);
        }
        Ok(Self { page, packed: compress(&bytes)? })
    }

    /// The number of the page: the ordinal of its first test divided by [`TESTS_PER_PAGE`].
    #[must_use]
    pub const fn page(&self) -> u32 {
        self.page
    }

    /// Adds the states of the page to `states`.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the bytes are damaged.
    pub fn unpack(&self, states: &mut StateMap) -> Result<(), StoreError> {
        unpack(self.page, &self.packed, states)
    }
}

/// What a zstd frame begins with. A page that was written before pages were compressed cannot: no state is that long.
const FRAME: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

fn unpack(page: u32, packed: &[u8], states: &mut StateMap) -> Result<(), StoreError> {
    if !packed.starts_with(&FRAME) {
        return unpack_plain(page, packed, states);
    }
    unpack_plain(page, &decompress(packed).map_err(|_| corrupt())?, states)
}

fn unpack_plain(page: u32, mut bytes: &[u8], states: &mut StateMap) -> Result<(), StoreError> {
    while let Some((slot, rest)) = bytes.split_first() {
        let (length, rest) = rest.split_first_chunk::<4>().ok_or_else(corrupt)?;
        let length = u32::from_le_bytes(*length) as usize;
        let state = rest.get(..length).ok_or_else(corrupt)?;
        states.insert(page * TESTS_PER_PAGE + u32::from(*slot), state.to_vec());
        bytes = &rest[length..];
    }
    Ok(())
}

fn corrupt() -> StoreError {
    StoreError::Corrupt("states of a monitor".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_lead_back_and_damage_is_found() {
        let long = [9; 300];
        let written: [(u32, &[u8]); 3] = [(192, &[1, 2]), (200, &[]), (255, &long)];
        let page = StatePage::pack(3, written).unwrap();
        assert!(page.packed.len() < 100, "alike bytes take little room");
        let mut states = StateMap::default();
        page.unpack(&mut states).unwrap();
        let mut read: Vec<_> = states.iter().map(|(ordinal, state)| (*ordinal, state.as_slice())).collect();
        read.sort_unstable();
        assert_eq!(read, written);
        assert!(unpack(3, &page.packed[..page.packed.len() - 1], &mut StateMap::default()).is_err());
        assert!(StatePage::pack(3, [(256, [].as_slice())]).is_err());
    }

    #[test]
    fn a_page_from_before_compression_is_read() {
        let mut states = StateMap::default();
        unpack(0, &[40, 2, 0, 0, 0, 7, 8, 63, 0, 0, 0, 0], &mut states).unwrap();
        assert_eq!((states.len(), &states[&40], &states[&63]), (2, &vec![7, 8], &Vec::new()));
        assert!(unpack(0, &[40, 2, 0, 0, 0, 7], &mut StateMap::default()).is_err());
    }
}
