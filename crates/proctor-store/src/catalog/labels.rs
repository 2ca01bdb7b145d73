//! Labels of tests (`workflows.md`, section 6).

use std::fmt;

use proctor_core::id::{SuiteId, TestId, Uuid};
use proctor_core::label::Label;
use proctor_core::time::Timestamp;

use super::tests::ordinal_of;
use crate::database::{Columns, Statement, Value, WriteTransaction};
use crate::{Store, StoreError};

/// Distinct labels of one test.
pub const LABELS_PER_TEST_MAX: usize = 100;

/// Who gave a test a label. The same label may come from several; it stays until the last one takes it away.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum LabelSource {
    /// A person, in the web UI or through the API.
    Person,
    /// A workflow.
    Workflow(Uuid),
    /// The value of an execution tag with this key.
    Tag(String),
}

/// As it stands in the catalog.
impl fmt::Display for LabelSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person => f.write_str("person"),
            Self::Workflow(id) => write!(f, "workflow:{id}"),
            Self::Tag(key) => write!(f, "tag:{key}"),
        }
    }
}

/// Whose labels are taken away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Removal {
    /// Everybody's: the test is without the label afterwards.
    Everyone,
    /// Only what this one gave.
    Only(LabelSource),
}

/// What adding labels came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// The test has them.
    Yes,
    /// It would have more than [`LABELS_PER_TEST_MAX`]; nothing was added.
    TooMany,
}

impl Store {
    /// Gives a test labels; what it has already from the same source changes nothing.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is no such test.
    pub async fn add_labels(
        &self,
        suite: SuiteId,
        test: TestId,
        labels: &[Label],
        source: &LabelSource,
        now: Timestamp,
    ) -> Result<Added, StoreError> {
        let mut transaction = self.connections().write().await?;
        // Two who add to one test take turns, so that both respect the bound.
        let mut select = Statement::built(transaction.engine(), "SELECT ordinal FROM tests WHERE suite_id = ");
        let for_update = transaction.engine().for_update();
        select.value(suite.bytes()).push(" AND id = ").value(test.bytes()).push(for_update);
        let Some(row) = select.optional(transaction.connection()).await? else {
            transaction.rollback().await;
            return Err(StoreError::Missing("test"));
        };
        let ordinal = ordinal_of(&row)?;
        let select = Statement::fixed("SELECT DISTINCT label FROM test_labels WHERE suite_id = $1 AND ordinal = $2");
        let rows = select.with(suite.bytes()).with(ordinal).all(transaction.connection()).await?;
        let mut all: Vec<String> = rows.iter().map(|row| row.text("label")).collect::<Result<_, _>>()?;
        for label in labels {
            if !all.iter().any(|known| known == label.as_str()) {
                all.push(label.as_str().to_owned());
            }
        }
        if all.len() > LABELS_PER_TEST_MAX {
            transaction.rollback().await;
            return Ok(Added::TooMany);
        }
        if !labels.is_empty() {
            let source = source.to_string();
            let insert = "INSERT INTO test_labels (suite_id, label, ordinal, source, created_at) VALUES ";
            let mut insert = Statement::built(transaction.engine(), insert);
            for label in labels {
                insert.row(&[suite.bytes().into(), label.as_str().into(), ordinal.into(), (&source).into(), now.into()]);
            }
            insert.push(" ON CONFLICT (suite_id, label, ordinal, source) DO NOTHING");
            insert.execute(transaction.connection()).await?;
        }
        transaction.commit().await?;
        Ok(Added::Yes)
    }

    /// Takes labels away from a test; what it does not have changes nothing.
    ///
    /// # Errors
    /// When the catalog cannot be written.
    pub async fn remove_labels(&self, suite: SuiteId, test: TestId, labels: &[Label], removal: &Removal) -> Result<(), StoreError> {
        if labels.is_empty() {
            return Ok(());
        }
        let mut delete = Statement::built(self.connections().engine(), "DELETE FROM test_labels WHERE suite_id = ");
        delete.value(suite.bytes()).push(" AND ordinal IN (SELECT ordinal FROM tests WHERE suite_id = ").value(suite.bytes());
        delete.push(" AND id = ").value(test.bytes()).push(") AND label IN ");
        delete.list(labels.iter().map(|label| Value::from(label.as_str())));
        if let Removal::Only(source) = removal {
            delete.push(" AND source = ").value(&source.to_string());
        }
        delete.execute(&mut *self.connections().writer().await?).await.map(drop)
    }

    /// All labels that tests of the suite have, sorted by their bytes.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn labels_of_suite(&self, suite: SuiteId) -> Result<Vec<String>, StoreError> {
        let select = Statement::fixed("SELECT DISTINCT label FROM test_labels WHERE suite_id = $1").with(suite.bytes());
        let rows = select.all(&mut *self.connections().read().await?).await?;
        let mut labels: Vec<String> = rows.iter().map(|row| row.text("label")).collect::<Result<_, _>>()?;
        labels.sort_unstable();
        Ok(labels)
    }
}

/// Takes away the labels of all tags but those with these keys.
pub(super) async fn keep_tag_labels(transaction: &mut WriteTransaction, suite: SuiteId, keys: &[String]) -> Result<(), StoreError> {
    let mut delete = Statement::built(transaction.engine(), "DELETE FROM test_labels WHERE suite_id = ");
    delete.value(suite.bytes()).push(" AND source LIKE 'tag:%'");
    if !keys.is_empty() {
        let sources: Vec<String> = keys.iter().map(|key| LabelSource::Tag(key.clone()).to_string()).collect();
        delete.push(" AND source NOT IN ").list(sources.iter().map(Value::from));
    }
    delete.execute(transaction.connection()).await.map(drop)
}
