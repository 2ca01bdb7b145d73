//! The labels that the actions of one evaluation change: read at once, changed in memory, written at once. Two statements for every
//! event would hold the catalog's writer for seconds when thousands of tests alarm together.

use std::collections::{BTreeMap, BTreeSet};

use proctor_core::id::SuiteId;
use proctor_core::label::Label;
use proctor_core::time::Timestamp;
use rustc_hash::FxHashMap;

use super::{ActionOutcome, ROWS_PER_STATEMENT_MAX};
use crate::StoreError;
use crate::catalog::labels::{LABELS_PER_TEST_MAX, LabelSource};
use crate::catalog::tests::ordinal_of;
use crate::database::{Columns, Statement, Value, WriteTransaction};

/// Of one label from one source: the tests.
type Changes = BTreeMap<(String, String), BTreeSet<u32>>;

/// Labels of some tests as the actions so far leave them, and how that differs from what is stored.
#[derive(Debug, Default)]
pub(super) struct HeldLabels {
    /// Of each test its labels, and of each label who gave it.
    tests: FxHashMap<u32, BTreeMap<String, BTreeSet<String>>>,
    taken: Changes,
    given: Changes,
}

impl HeldLabels {
    /// Reads the labels of these tests.
    pub(super) async fn read(transaction: &mut WriteTransaction, suite: SuiteId, ordinals: &[u32]) -> Result<Self, StoreError> {
        let mut held = Self::default();
        for some in ordinals.chunks(ROWS_PER_STATEMENT_MAX) {
            let mut select = Statement::built(transaction.engine(), "SELECT ordinal, label, source FROM test_labels WHERE suite_id = ");
            select.value(suite.bytes()).push(" AND ordinal IN ").list(some.iter().map(|ordinal| Value::from(*ordinal)));
            for row in select.all(transaction.connection()).await? {
                let labels = held.tests.entry(ordinal_of(&row)?).or_default();
                labels.entry(row.text("label")?).or_default().insert(row.text("source")?);
            }
        }
        Ok(held)
    }

    /// Gives a test a label, unless it has as many as it may.
    pub(super) fn add(&mut self, ordinal: u32, label: &Label, source: &LabelSource) -> ActionOutcome {
        let labels = self.tests.entry(ordinal).or_default();
        let has_it = labels.contains_key(label.as_str());
        if !has_it && labels.len() >= LABELS_PER_TEST_MAX {
            return ActionOutcome::TooMany;
        }
        let source = source.to_string();
        if labels.entry(label.as_str().to_owned()).or_default().insert(source.clone()) {
            self.given.entry((label.as_str().to_owned(), source)).or_default().insert(ordinal);
        }
        if has_it { ActionOutcome::Unchanged } else { ActionOutcome::Done }
    }

    /// Takes away what `source` or a person gave. What another workflow or a tag gave, these take away themselves.
    pub(super) fn remove(&mut self, ordinal: u32, label: &Label, source: &LabelSource) -> ActionOutcome {
        let Some(labels) = self.tests.get_mut(&ordinal) else { return ActionOutcome::Unchanged };
        let Some(sources) = labels.get_mut(label.as_str()) else { return ActionOutcome::Unchanged };
        let mut outcome = ActionOutcome::Unchanged;
        for source in [source.to_string(), LabelSource::Person.to_string()] {
            if sources.remove(&source) {
                let change = (label.as_str().to_owned(), source);
                if !self.given.get_mut(&change).is_some_and(|given| given.remove(&ordinal)) {
                    self.taken.entry(change).or_default().insert(ordinal);
                }
                outcome = ActionOutcome::Done;
            }
        }
        if sources.is_empty() {
            labels.remove(label.as_str());
        }
        outcome
    }

    /// Writes what has changed.
    pub(super) async fn write(&self, transaction: &mut WriteTransaction, suite: SuiteId, now: Timestamp) -> Result<(), StoreError> {
        for ((label, source), ordinals) in &self.taken {
            let ordinals: Vec<u32> = ordinals.iter().copied().collect();
            for some in ordinals.chunks(ROWS_PER_STATEMENT_MAX) {
                let mut delete = Statement::built(transaction.engine(), "DELETE FROM test_labels WHERE suite_id = ");
                delete.value(suite.bytes()).push(" AND label = ").value(label).push(" AND source = ").value(source);
                delete.push(" AND ordinal IN ").list(some.iter().map(|ordinal| Value::from(*ordinal)));
                delete.execute(transaction.connection()).await?;
            }
        }
        // After what was taken: a label that was taken and given again is a new one.
        for ((label, source), ordinals) in &self.given {
            let ordinals: Vec<u32> = ordinals.iter().copied().collect();
            for some in ordinals.chunks(ROWS_PER_STATEMENT_MAX) {
                let insert = "INSERT INTO test_labels (suite_id, label, ordinal, source, created_at) VALUES ";
                let mut insert = Statement::built(transaction.engine(), insert);
                for ordinal in some {
                    insert.row(&[suite.bytes().into(), label.into(), (*ordinal).into(), source.into(), now.into()]);
                }
                insert.push(" ON CONFLICT (suite_id, label, ordinal, source) DO NOTHING");
                insert.execute(transaction.connection()).await?;
            }
        }
        Ok(())
    }
}
