//! Labels of tests (`workflows.md`, section 6).

use std::fmt;

use proctor_core::id::{SuiteId, TestId, TokenId, UserId, Uuid};
use proctor_core::label::Label;
use proctor_core::time::Timestamp;
use serde_json::{Map, json};

use super::ledger::{LedgerKind, NewEntry, write_ledger};
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

/// The person who changes labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LabelAuthor {
    /// Who it is.
    pub user: UserId,
    /// The API token that was used; none: it was done on a page.
    pub token: Option<TokenId>,
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
    /// As [`Self::add_labels_by`], by nobody who is known: the ledger names the system.
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
        self.add_labels_by(suite, test, (labels, source), None, now).await
    }

    /// Gives a test labels, and writes in the ledger which of them are new to it; what it has already from the same source changes nothing.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is no such test.
    pub async fn add_labels_by(
        &self,
        suite: SuiteId,
        test: TestId,
        (labels, source): (&[Label], &LabelSource),
        by: Option<LabelAuthor>,
        now: Timestamp,
    ) -> Result<Added, StoreError> {
        let mut transaction = self.connections().write().await?;
        // Two who add to one test take turns, so that both respect the bound.
        let Some(ordinal) = locked(&mut transaction, suite, test).await? else {
            transaction.rollback().await;
            return Err(StoreError::Missing("test"));
        };
        let before = labels_of(&mut transaction, suite, ordinal).await?;
        let mut new: Vec<&str> = Vec::new();
        for label in labels.iter().map(Label::as_str) {
            if !new.contains(&label) && !before.iter().any(|known| known == label) {
                new.push(label);
            }
        }
        if before.len() + new.len() > LABELS_PER_TEST_MAX {
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
        let entries: Vec<NewEntry> = new.iter().map(|label| entry(LedgerKind::LabelAdded, ordinal, label, by, now)).collect();
        write_ledger(&mut transaction, suite, &entries, now).await?;
        transaction.commit().await?;
        Ok(Added::Yes)
    }

    /// As [`Self::remove_labels_by`], by nobody who is known, and at no known time: nothing is written in the ledger.
    ///
    /// # Errors
    /// When the catalog cannot be written.
    pub async fn remove_labels(&self, suite: SuiteId, test: TestId, labels: &[Label], removal: &Removal) -> Result<(), StoreError> {
        if labels.is_empty() {
            return Ok(());
        }
        let mut transaction = self.connections().write().await?;
        if let Some(ordinal) = locked(&mut transaction, suite, test).await? {
            delete(&mut transaction, (suite, ordinal), labels, removal).await?;
        }
        transaction.commit().await
    }

    /// Takes labels away from a test, and writes in the ledger which of them it no longer has; what it does not have changes nothing.
    ///
    /// # Errors
    /// When the catalog cannot be written.
    pub async fn remove_labels_by(
        &self,
        suite: SuiteId,
        test: TestId,
        (labels, removal): (&[Label], &Removal),
        by: LabelAuthor,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if labels.is_empty() {
            return Ok(());
        }
        let mut transaction = self.connections().write().await?;
        if let Some(ordinal) = locked(&mut transaction, suite, test).await? {
            let before = labels_of(&mut transaction, suite, ordinal).await?;
            delete(&mut transaction, (suite, ordinal), labels, removal).await?;
            let after = labels_of(&mut transaction, suite, ordinal).await?;
            let gone = before.iter().filter(|label| !after.contains(label));
            let entries: Vec<NewEntry> = gone.map(|label| entry(LedgerKind::LabelRemoved, ordinal, label, Some(by), now)).collect();
            write_ledger(&mut transaction, suite, &entries, now).await?;
        }
        transaction.commit().await
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

/// The ordinal of a test, whose labels nobody else changes until the transaction ends.
async fn locked(transaction: &mut WriteTransaction, suite: SuiteId, test: TestId) -> Result<Option<u32>, StoreError> {
    let for_update = transaction.engine().for_update();
    let mut select = Statement::built(transaction.engine(), "SELECT ordinal FROM tests WHERE suite_id = ");
    select.value(suite.bytes()).push(" AND id = ").value(test.bytes()).push(for_update);
    select.optional(transaction.connection()).await?.as_ref().map(ordinal_of).transpose()
}

async fn labels_of(transaction: &mut WriteTransaction, suite: SuiteId, ordinal: u32) -> Result<Vec<String>, StoreError> {
    let select = Statement::fixed("SELECT DISTINCT label FROM test_labels WHERE suite_id = $1 AND ordinal = $2");
    let rows = select.with(suite.bytes()).with(ordinal).all(transaction.connection()).await?;
    rows.iter().map(|row| row.text("label")).collect()
}

async fn delete(
    transaction: &mut WriteTransaction,
    (suite, ordinal): (SuiteId, u32),
    labels: &[Label],
    removal: &Removal,
) -> Result<(), StoreError> {
    let mut delete = Statement::built(transaction.engine(), "DELETE FROM test_labels WHERE suite_id = ");
    delete.value(suite.bytes()).push(" AND ordinal = ").value(ordinal).push(" AND label IN ");
    delete.list(labels.iter().map(|label| Value::from(label.as_str())));
    if let Removal::Only(source) = removal {
        delete.push(" AND source = ").value(&source.to_string());
    }
    delete.execute(transaction.connection()).await.map(drop)
}

fn entry(kind: LedgerKind, ordinal: u32, label: &str, by: Option<LabelAuthor>, at: Timestamp) -> NewEntry {
    let mut detail = Map::new();
    detail.insert("label".to_owned(), json!(label));
    if let Some(token) = by.and_then(|by| by.token) {
        detail.insert("token_id".to_owned(), json!(token.to_string()));
    }
    let actor = by.map_or_else(|| "system".to_owned(), |by| format!("user:{}", by.user));
    NewEntry { id: None, kind, ordinal: Some(ordinal), workflow: None, actor, at, detail }
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
