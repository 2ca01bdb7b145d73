//! Owners of the tests that a transaction makes or moves.

use proctor_core::id::SuiteId;
use proctor_core::owners::OwnersFile;
use rustc_hash::FxHashMap;

use super::suites::Suites;
use super::tests::Tests;
use crate::StoreError;
use crate::catalog::owners::{OwnerMatcher, assign_moved, read_numbers};
use crate::database::{Columns, Statement, WriteTransaction};

/// Files remembered at the most; one has up to 1 MiB.
const FILES_MAX: usize = 32;

/// The files of the suites last written to. True as long as a suite's `owners_version` is the remembered one.
#[derive(Debug, Default)]
pub(super) struct OwnersCache {
    files: FxHashMap<SuiteId, (i64, OwnerMatcher)>,
}

impl OwnersCache {
    /// Gives the new and the moved tests their owners. Of a suite without a file, and of an upload that brings nothing new, nothing
    /// is even read.
    pub(super) async fn assign(
        &mut self,
        transaction: &mut WriteTransaction,
        suites: &Suites,
        tests: &Tests<'_>,
    ) -> Result<(), StoreError> {
        for (suite, state) in suites.all() {
            if state.owners_version == 0 || !state.changes_tests {
                continue;
            }
            let ordinals = tests.written_in(suite);
            let mut matcher = match self.files.remove(&suite) {
                Some((version, matcher)) if version == state.owners_version => matcher,
                _ => load(transaction, suite).await?,
            };
            assign_moved(transaction, suite, &mut matcher, &ordinals).await?;
            if self.files.len() >= FILES_MAX {
                self.files.clear();
            }
            self.files.insert(suite, (state.owners_version, matcher));
        }
        Ok(())
    }
}

async fn load(transaction: &mut WriteTransaction, suite: SuiteId) -> Result<OwnerMatcher, StoreError> {
    let select = Statement::fixed("SELECT text FROM owners_files WHERE suite_id = $1").with(suite.bytes());
    let text = select.one(transaction.connection()).await?.text("text")?;
    let file = OwnersFile::parse(text.as_bytes()).map_err(|error| StoreError::Corrupt(error.to_string()))?;
    let mut matcher = OwnerMatcher::new(file);
    read_numbers(transaction, suite, &mut matcher).await?;
    Ok(matcher)
}
