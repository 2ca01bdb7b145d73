//! The guard against mass failures, and those it found.

use proctor_core::id::{RunId, SuiteId};
use proctor_core::monitors::incident::{Incident as Found, IncidentSettings};
use proctor_core::time::Timestamp;
use serde_json::{Map, Value, json};
use sqlx::any::AnyRow;

use super::raise_epoch;
use crate::catalog::ledger::{LedgerKind, NewEntry};
use crate::database::{Columns, Statement, WriteTransaction};
use crate::documents::{read_guard, write_guard};
use crate::{Page, PageRequest, Store, StoreError};

/// A mass failure that was found when an upload came.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NewIncident {
    /// The upload, whose results the flakiness monitors leave out.
    pub upload_seq: u64,
    /// Its run.
    pub run: RunId,
    /// When it was received.
    pub at: Timestamp,
    /// How large it is.
    pub found: Found,
}

/// A run that was a mass failure.
#[derive(Clone, Debug, PartialEq)]
pub struct Incident {
    /// The run.
    pub run: RunId,
    /// When its last upload of that kind was received.
    pub at: Timestamp,
    /// Uploads of the run that are left out.
    pub uploads: u64,
    /// How large it was then.
    pub detail: Map<String, Value>,
}

impl Store {
    /// When runs of the suite are mass failures; none: they are not looked for.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn incident_guard(&self, suite: SuiteId) -> Result<Option<IncidentSettings>, StoreError> {
        let select = Statement::fixed("SELECT incident_guard FROM evaluations WHERE suite_id = $1").with(suite.bytes());
        let row = select.optional(&mut *self.connections().read().await?).await?;
        row.map_or(Ok(None), |row| guard_of(&row))
    }

    /// Sets when runs of the suite are mass failures, from the next upload on.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when the suite is gone.
    pub async fn set_incident_guard(&self, suite: SuiteId, guard: Option<IncidentSettings>) -> Result<(), StoreError> {
        let mut transaction = self.connections().write().await?;
        raise_epoch(&mut transaction, suite).await?;
        let document = guard.map(|guard| write_guard(&guard).to_string());
        let update = Statement::fixed("UPDATE evaluations SET incident_guard = $1 WHERE suite_id = $2").with(&document);
        update.with(suite.bytes()).execute(transaction.connection()).await?;
        transaction.commit().await
    }

    /// The mass failures of the suite, newest first; one for each run.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn incidents(&self, suite: SuiteId, page: PageRequest) -> Result<Page<Incident>, StoreError> {
        let connection = &mut *self.connections().read().await?;
        let count = Statement::fixed("SELECT COUNT(DISTINCT run_id) AS total FROM incidents WHERE suite_id = $1").with(suite.bytes());
        let total = count.one(connection).await?.count("total")?;
        let select = "SELECT run_id, at, detail, (SELECT COUNT(*) FROM incidents AS other WHERE other.suite_id = incidents.suite_id \
                      AND other.run_id = incidents.run_id) AS uploads FROM incidents WHERE suite_id = $1 AND NOT EXISTS (SELECT 1 \
                      FROM incidents AS later WHERE later.suite_id = incidents.suite_id AND later.run_id = incidents.run_id \
                      AND later.upload_seq > incidents.upload_seq) ORDER BY upload_seq DESC LIMIT $2 OFFSET $3";
        let select = Statement::fixed(select).with(suite.bytes()).with(page.limit).with(page.offset);
        let of = |row: &AnyRow| {
            let corrupt = |_| StoreError::Corrupt("detail of an incident".to_owned());
            let detail = serde_json::from_str(&row.text("detail")?).map_err(corrupt)?;
            Ok(Incident { run: row.id("run_id", RunId::from_bytes)?, at: row.time("at")?, uploads: row.count("uploads")?, detail })
        };
        let items = select.all(connection).await?.iter().map(of).collect::<Result<_, StoreError>>()?;
        Ok(Page { items, total })
    }
}

pub(super) fn guard_of(row: &AnyRow) -> Result<Option<IncidentSettings>, StoreError> {
    let corrupt = |what: String| StoreError::Corrupt(format!("guard against mass failures: {what}"));
    let Some(text) = row.maybe_text("incident_guard")? else { return Ok(None) };
    let document = serde_json::from_str(&text).map_err(|error| corrupt(error.to_string()))?;
    read_guard(document).map(Some).map_err(|reasons| corrupt(reasons.join(", ")))
}

/// Writes incidents, and gives what the ledger says of them.
pub(super) async fn write_incidents(
    transaction: &mut WriteTransaction,
    suite: SuiteId,
    incidents: &[NewIncident],
) -> Result<Vec<NewEntry>, StoreError> {
    let mut entries = Vec::with_capacity(incidents.len());
    for NewIncident { upload_seq, run, at, found } in incidents {
        let Found { tests, failed, failed_share, fingerprint_share } = found;
        let mut detail = Map::new();
        detail.insert("tests".to_owned(), json!(tests));
        detail.insert("failed".to_owned(), json!(failed));
        detail.insert("failed_share".to_owned(), json!(failed_share));
        detail.insert("fingerprint_share".to_owned(), json!(fingerprint_share));
        let text = Value::Object(detail.clone()).to_string();
        let insert = "INSERT INTO incidents (suite_id, upload_seq, run_id, at, detail) VALUES ($1, $2, $3, $4, $5)";
        let insert = Statement::fixed(insert).with(suite.bytes()).with(*upload_seq).with(run.bytes()).with(*at).with(&text);
        insert.execute(transaction.connection()).await?;
        detail.insert("run_id".to_owned(), json!(run.to_string()));
        let actor = "system".to_owned();
        entries.push(NewEntry { id: None, kind: LedgerKind::Incident, ordinal: None, workflow: None, actor, at: *at, detail });
    }
    Ok(entries)
}
