//! What the ledger said last of each of some tests.

use std::collections::HashMap;

use proctor_core::id::SuiteId;

use super::ledger::{LedgerEntry, SELECT, entry_of};
use crate::database::{Statement, Value};
use crate::{Store, StoreError};

/// Tests that one statement names.
const TESTS_PER_STATEMENT_MAX: usize = 200;

impl Store {
    /// The newest alarm or recovery of each of these tests, of whatever workflow, by ordinal; tests without any are left out.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn latest_events(&self, suite: SuiteId, ordinals: &[u32]) -> Result<HashMap<u32, LedgerEntry>, StoreError> {
        let mut events = HashMap::new();
        for some in ordinals.chunks(TESTS_PER_STATEMENT_MAX) {
            let mut select = Statement::built(self.connections().engine(), SELECT);
            select.push(" WHERE ledger.suite_id = ").value(suite.bytes());
            select.push(" AND ledger.seq IN (SELECT MAX(seq) FROM ledger WHERE suite_id = ").value(suite.bytes());
            select.push(" AND kind IN ('alarm', 'recover') AND ordinal IN ").list(some.iter().map(|ordinal| Value::from(*ordinal)));
            select.push(" GROUP BY ordinal)");
            for row in select.all(&mut *self.connections().read().await?).await? {
                let entry = entry_of(&row)?;
                if let Some(ordinal) = entry.test.as_ref().map(|test| test.ordinal) {
                    events.insert(ordinal, entry);
                }
            }
        }
        Ok(events)
    }
}
