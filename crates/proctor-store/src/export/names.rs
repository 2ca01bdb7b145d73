//! What turns rows into executions that stand alone: the names of tests, and the uploads.

use proctor_core::id::SuiteId;
use proctor_core::tags::TagSet;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::catalog::executions::{Source, TestName, stored};
use crate::catalog::facts::later_tags;
use crate::executions::{DayRows, StoredExecution, UploadSeq};
use crate::{Store, StoreError};

/// Tests, and uploads, that are remembered at once.
const REMEMBERED_MAX: usize = 100_000;

/// The tests and uploads seen so far.
#[derive(Debug, Default)]
pub(super) struct Names {
    tests: FxHashMap<u32, TestName>,
    uploads: FxHashMap<UploadSeq, Source>,
}

impl Names {
    /// The executions in full. Those whose upload was deleted with its suite meanwhile are left out.
    pub(super) async fn name(&mut self, store: &Store, suite: SuiteId, rows: DayRows) -> Result<Vec<StoredExecution>, StoreError> {
        self.learn(store, suite, &rows).await?;
        let later = self.later_tags(store, suite, &rows).await?;
        let mut executions = Vec::with_capacity(rows.len());
        for (seq, mut row) in rows {
            if let (Some(source), Some(test)) = (self.uploads.get(&seq), self.tests.get(&row.test_ordinal)) {
                if let Some(later) = later.get(&(seq, row.index)) {
                    row.tags = row.tags.overlaid_with(later);
                }
                executions.push(stored(row, source, test));
            }
        }
        Ok(executions)
    }

    /// The tags that executions were given later.
    async fn later_tags(&self, store: &Store, suite: SuiteId, rows: &DayRows) -> Result<FxHashMap<(UploadSeq, u32), TagSet>, StoreError> {
        let places: Vec<(UploadSeq, u32)> = rows.iter().map(|(seq, row)| (*seq, row.index)).collect();
        later_tags(&mut *store.connections().read().await?, store.connections().engine(), suite, &places).await
    }

    async fn learn(&mut self, store: &Store, suite: SuiteId, rows: &DayRows) -> Result<(), StoreError> {
        if self.tests.len() > REMEMBERED_MAX {
            self.tests.clear();
        }
        if self.uploads.len() > REMEMBERED_MAX {
            self.uploads.clear();
        }
        let is_new = |ordinal: &u32| !self.tests.contains_key(ordinal);
        let ordinals: FxHashSet<u32> = rows.iter().map(|(_, row)| row.test_ordinal).filter(is_new).collect();
        let is_new = |seq: &UploadSeq| !self.uploads.contains_key(seq);
        let uploads: FxHashSet<UploadSeq> = rows.iter().map(|(seq, _)| *seq).filter(is_new).collect();
        let mut connection = store.connections().read().await?;
        self.tests.extend(store.tests_of(&mut connection, suite, ordinals).await?);
        self.uploads.extend(store.upload_sources(&mut connection, suite, uploads).await?);
        Ok(())
    }
}
