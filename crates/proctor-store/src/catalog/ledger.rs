//! The ledger of a suite: who or what did what to which test, when, and why. Entries are only added.

use proctor_core::id::{LedgerId, SuiteId, TestId, WorkflowId};
use proctor_core::time::Timestamp;
use serde_json::{Map, Value};
use sqlx::any::AnyRow;

use crate::database::{Columns, Statement, WriteTransaction};
use crate::new_id::uuid_of;
use crate::{Page, PageRequest, Store, StoreError};

/// Entries in one statement.
const ENTRIES_PER_STATEMENT_MAX: usize = 100;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $word:literal;)*) => {
        /// What an entry tells of.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum LedgerKind { $($(#[$doc])* $name,)* }

        impl LedgerKind {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The word used on disk and on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// Reads [`Self::as_str`].
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$name),)* _ => None }
            }
        }
    };
}

kinds! {
    /// A test alarmed.
    Alarm = "alarm";
    /// A test recovered.
    Recover = "recover";
    /// A person or a workflow gave a test a label.
    LabelAdded = "label_added";
    /// A person or a workflow took a label away.
    LabelRemoved = "label_removed";
    /// A test went to another state.
    StateChanged = "state_changed";
    /// A workflow was made.
    WorkflowCreated = "workflow_created";
    /// A workflow was changed.
    WorkflowUpdated = "workflow_updated";
    /// A workflow was deleted.
    WorkflowDeleted = "workflow_deleted";
    /// A version of a workflow took in the stored history.
    WorkflowApplied = "workflow_applied";
    /// A run was a mass failure.
    Incident = "incident";
}

/// Kinds that are few beside events: the index `ledger_changes` has these, in this order.
const RARE: [LedgerKind; 5] = [
    LedgerKind::WorkflowCreated,
    LedgerKind::WorkflowUpdated,
    LedgerKind::WorkflowDeleted,
    LedgerKind::WorkflowApplied,
    LedgerKind::Incident,
];

/// An entry as it is written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NewEntry {
    /// None: any.
    pub(crate) id: Option<LedgerId>,
    pub(crate) kind: LedgerKind,
    pub(crate) ordinal: Option<u32>,
    pub(crate) workflow: Option<(WorkflowId, u32)>,
    pub(crate) actor: String,
    pub(crate) at: Timestamp,
    pub(crate) detail: Map<String, Value>,
}

/// An entry as it is read.
#[derive(Clone, Debug, PartialEq)]
pub struct LedgerEntry {
    /// Its id.
    pub id: LedgerId,
    /// What it tells of.
    pub kind: LedgerKind,
    /// The test, if it is about one.
    pub test: Option<LedgerTest>,
    /// The workflow and its version, if one had a part in it.
    pub workflow: Option<(WorkflowId, u32)>,
    /// `workflow`, `system`, or `user:` and an id.
    pub actor: String,
    /// When it came true.
    pub at: Timestamp,
    /// When it was written down.
    pub recorded_at: Timestamp,
    /// What else there is to know.
    pub detail: Map<String, Value>,
}

/// A test as the ledger shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerTest {
    /// Its ordinal in the suite.
    pub ordinal: u32,
    /// Its id.
    pub id: TestId,
    /// Its scope.
    pub scope: String,
    /// Its name.
    pub name: String,
}

/// Which entries are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LedgerFilter {
    /// Only those of these kinds; empty: all.
    pub kinds: Vec<LedgerKind>,
    /// Only those about this test.
    pub test: Option<TestId>,
    /// Only those in which this workflow had a part.
    pub workflow: Option<WorkflowId>,
    /// Only this entry and those before it in time: what keeps pages in place while new ones come.
    pub through: Option<LedgerId>,
}

pub(super) const SELECT: &str = "SELECT ledger.id AS id, ledger.kind AS kind, ledger.ordinal AS ordinal, ledger.workflow_id AS workflow_id, \
     ledger.version AS version, ledger.actor AS actor, ledger.at AS at, ledger.recorded_at AS recorded_at, ledger.detail AS detail, \
     tests.id AS test_id, tests.scope AS scope, tests.name AS name FROM ledger \
     LEFT JOIN tests ON tests.suite_id = ledger.suite_id AND tests.ordinal = ledger.ordinal";

impl Store {
    /// Entries of the suite, newest first by when they were written.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn ledger(&self, suite: SuiteId, filter: &LedgerFilter, page: PageRequest) -> Result<Page<LedgerEntry>, StoreError> {
        let connection = &mut *self.connections().read().await?;
        let engine = self.connections().engine();
        let mut count = Statement::built(engine, "SELECT COUNT(*) AS total FROM ledger");
        push_filter(&mut count, suite, filter);
        let total = count.one(connection).await?.count("total")?;
        let mut select = Statement::built(engine, SELECT);
        push_filter(&mut select, suite, filter);
        select.push(" ORDER BY ledger.seq DESC LIMIT ").value(page.limit).push(" OFFSET ").value(page.offset);
        let items = select.all(connection).await?.iter().map(entry_of).collect::<Result<_, _>>()?;
        Ok(Page { items, total })
    }

    /// At most `limit` of the same, without counting them all: for pages that go on from an entry (`filter.through`), which cost
    /// the same however far back they lie.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn ledger_newest(&self, suite: SuiteId, filter: &LedgerFilter, limit: u32) -> Result<Vec<LedgerEntry>, StoreError> {
        let mut select = Statement::built(self.connections().engine(), SELECT);
        push_filter(&mut select, suite, filter);
        select.push(" ORDER BY ledger.seq DESC LIMIT ").value(limit);
        select.all(&mut *self.connections().read().await?).await?.iter().map(entry_of).collect()
    }

    /// The newest alarm of each of these tests under a workflow.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn newest_alarms(&self, suite: SuiteId, workflow: WorkflowId, ordinals: &[u32]) -> Result<Vec<LedgerEntry>, StoreError> {
        let mut alarms = Vec::new();
        let connection = &mut *self.connections().read().await?;
        for some in ordinals.chunks(ENTRIES_PER_STATEMENT_MAX) {
            let mut select = Statement::built(self.connections().engine(), SELECT);
            select.push(" WHERE ledger.seq IN (SELECT MAX(seq) FROM ledger WHERE suite_id = ").value(suite.bytes());
            select.push(" AND kind = 'alarm' AND workflow_id = ").value(workflow.bytes()).push(" AND ordinal IN ");
            select.list(some.iter().map(|ordinal| crate::database::Value::from(*ordinal))).push(" GROUP BY ordinal)");
            for row in &select.all(connection).await? {
                alarms.push(entry_of(row)?);
            }
        }
        Ok(alarms)
    }

    /// One entry.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn ledger_entry(&self, suite: SuiteId, id: LedgerId) -> Result<Option<LedgerEntry>, StoreError> {
        let mut select = Statement::built(self.connections().engine(), SELECT);
        select.push(" WHERE ledger.suite_id = ").value(suite.bytes()).push(" AND ledger.id = ").value(id.bytes());
        select.optional(&mut *self.connections().read().await?).await?.as_ref().map(entry_of).transpose()
    }
}

fn push_filter(statement: &mut Statement, suite: SuiteId, filter: &LedgerFilter) {
    let LedgerFilter { kinds, test, workflow, through } = filter;
    statement.push(" WHERE ledger.suite_id = ").value(suite.bytes());
    if !kinds.is_empty() {
        // Words of this program, not arguments: so that the index of alarms and recoveries is seen to fit.
        let words: Vec<String> = kinds.iter().map(|kind| format!("'{}'", kind.as_str())).collect();
        statement.push(&format!(" AND ledger.kind IN ({})", words.join(", ")));
        if kinds.iter().all(|kind| RARE.contains(kind)) {
            // The same words as the index of them has: so that few are not looked for among many.
            let words: Vec<String> = RARE.iter().map(|kind| format!("'{}'", kind.as_str())).collect();
            statement.push(&format!(" AND ledger.kind IN ({})", words.join(", ")));
        }
    }
    if let Some(test) = test {
        statement.push(" AND ledger.ordinal = (SELECT ordinal FROM tests WHERE suite_id = ").value(suite.bytes());
        statement.push(" AND id = ").value(test.bytes()).push(")");
    }
    if let Some(workflow) = workflow {
        statement.push(" AND ledger.workflow_id = ").value(workflow.bytes());
    }
    if let Some(through) = through {
        statement.push(" AND ledger.seq <= COALESCE((SELECT seq FROM ledger WHERE suite_id = ").value(suite.bytes());
        statement.push(" AND id = ").value(through.bytes()).push("), 9223372036854775807)");
    }
}

/// Adds entries.
pub(crate) async fn write_ledger(
    transaction: &mut WriteTransaction,
    suite: SuiteId,
    entries: &[NewEntry],
    now: Timestamp,
) -> Result<(), StoreError> {
    for some in entries.chunks(ENTRIES_PER_STATEMENT_MAX) {
        let insert = "INSERT INTO ledger (id, suite_id, kind, ordinal, workflow_id, version, actor, at, recorded_at, detail) VALUES ";
        let mut insert = Statement::built(transaction.engine(), insert);
        for NewEntry { id, kind, ordinal, workflow, actor, at, detail } in some {
            let id = id.unwrap_or_else(|| LedgerId::new(uuid_of(now)));
            let detail = serde_json::to_string(detail).map_err(|error| StoreError::Internal(format!("an entry of the ledger: {error}")))?;
            insert.row(&[
                id.bytes().into(),
                suite.bytes().into(),
                kind.as_str().into(),
                crate::database::Value::Int(ordinal.map(i64::from)),
                workflow.as_ref().map(|(id, _)| id.bytes().as_slice()).into(),
                crate::database::Value::Int(workflow.map(|(_, version)| i64::from(version))),
                actor.into(),
                (*at).into(),
                now.into(),
                (&detail).into(),
            ]);
        }
        insert.execute(transaction.connection()).await?;
    }
    Ok(())
}

pub(super) fn entry_of(row: &AnyRow) -> Result<LedgerEntry, StoreError> {
    let corrupt = |what: &str| StoreError::Corrupt(format!("{what} of an entry of the ledger"));
    let number = |column: &str| row.maybe_int(column)?.map(|number| u32::try_from(number).map_err(|_| corrupt(column))).transpose();
    let test = match (number("ordinal")?, row.maybe_id("test_id", TestId::from_bytes)?) {
        (Some(ordinal), Some(id)) => Some(LedgerTest { ordinal, id, scope: row.text("scope")?, name: row.text("name")? }),
        _ => None,
    };
    Ok(LedgerEntry {
        id: row.id("id", LedgerId::from_bytes)?,
        kind: row.word("kind", LedgerKind::from_word)?,
        test,
        workflow: row.maybe_id("workflow_id", WorkflowId::from_bytes)?.zip(number("version")?),
        actor: row.text("actor")?,
        at: row.time("at")?,
        recorded_at: row.time("recorded_at")?,
        detail: serde_json::from_str(&row.text("detail")?).map_err(|_| corrupt("detail"))?,
    })
}
