//! Labels copied from the tags of executions (`workflows.md`, section 6).

use proctor_core::id::SuiteId;
use proctor_core::label::Label;
use proctor_core::time::Timestamp;
use rustc_hash::{FxHashMap, FxHashSet};

use super::suites::Suites;
use crate::StoreError;
use crate::catalog::labels::LabelSource;
use crate::catalog::suite_row::read_keys;
use crate::catalog::tests::ordinal_of;
use crate::catalog::uploads::CompletedUpload;
use crate::database::{Columns, Statement, Value, WriteTransaction};

/// Rows in one statement.
const ROWS_PER_STATEMENT_MAX: usize = 500;

/// What the uploads of one transaction say of labels. Empty unless a suite copies tags.
#[derive(Debug, Default)]
pub(super) struct TagLabels<'a> {
    decisions: Vec<Decision<'a>>,
}

/// The tests of an upload and the tags that decide.
#[derive(Debug)]
struct Decision<'a> {
    upload: &'a CompletedUpload,
    ordinals: Vec<u32>,
}

impl<'a> TagLabels<'a> {
    /// `ordinals`: of the upload's tests, by their number in the segment.
    pub(super) fn take_in(&mut self, upload: &'a CompletedUpload, ordinals: &[u32]) {
        if !upload.deciding_tags.is_empty() {
            self.decisions.push(Decision { upload, ordinals: ordinals.to_vec() });
        }
    }

    /// Writes the labels that change, upload by upload: the last one decides.
    pub(super) async fn write(&self, transaction: &mut WriteTransaction, suites: &Suites) -> Result<(), StoreError> {
        for Decision { upload, ordinals } in &self.decisions {
            let Some(state) = suites.get(upload.suite_id) else { continue };
            // The suite may have stopped to copy a key since the upload was read.
            for key in read_keys(&state.label_tag_keys)? {
                let wanted: FxHashMap<u32, Option<&str>> = upload
                    .deciding_tags
                    .iter()
                    .filter_map(|tags| ordinals.get(tags.test as usize).map(|ordinal| (*ordinal, label_of(tags.tags.get(&key)))))
                    .collect();
                apply(transaction, upload.suite_id, &LabelSource::Tag(key).to_string(), &wanted, upload.received_at).await?;
            }
        }
        Ok(())
    }
}

/// A value that no label can be is as good as none.
fn label_of(value: Option<&str>) -> Option<&str> {
    value.filter(|value| Label::new(*value).is_ok())
}

/// Makes the labels of one source what they are to be.
async fn apply(
    transaction: &mut WriteTransaction,
    suite: SuiteId,
    source: &str,
    wanted: &FxHashMap<u32, Option<&str>>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let ordinals: Vec<u32> = wanted.keys().copied().collect();
    for some in ordinals.chunks(ROWS_PER_STATEMENT_MAX) {
        let select = "SELECT ordinal, label FROM test_labels WHERE suite_id = ";
        let mut select = Statement::built(transaction.engine(), select);
        select.value(suite.bytes()).push(" AND source = ").value(source);
        select.push(" AND ordinal IN ").list(some.iter().map(|ordinal| Value::from(*ordinal)));
        let (mut gone, mut kept) = (Vec::new(), FxHashSet::default());
        for row in select.all(transaction.connection()).await? {
            let (ordinal, label) = (ordinal_of(&row)?, row.text("label")?);
            if wanted.get(&ordinal).copied().flatten() == Some(label.as_str()) {
                kept.insert(ordinal);
            } else {
                gone.push(ordinal);
            }
        }
        if !gone.is_empty() {
            let mut delete = Statement::built(transaction.engine(), "DELETE FROM test_labels WHERE suite_id = ");
            delete.value(suite.bytes()).push(" AND source = ").value(source);
            delete.push(" AND ordinal IN ").list(gone.iter().map(|ordinal| Value::from(*ordinal)));
            delete.execute(transaction.connection()).await?;
        }
        let mut added = Vec::new();
        for ordinal in some.iter().filter(|ordinal| !kept.contains(*ordinal)) {
            added.extend(wanted.get(ordinal).copied().flatten().map(|label| (*ordinal, label)));
        }
        if !added.is_empty() {
            let insert = "INSERT INTO test_labels (suite_id, label, ordinal, source, created_at) VALUES ";
            let mut insert = Statement::built(transaction.engine(), insert);
            for (ordinal, label) in added {
                insert.row(&[suite.bytes().into(), label.into(), ordinal.into(), source.into(), now.into()]);
            }
            insert.execute(transaction.connection()).await?;
        }
    }
    Ok(())
}
