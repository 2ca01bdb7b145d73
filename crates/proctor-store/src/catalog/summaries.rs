//! Who gets a weekly summary of flaky tests, and when (`workflows.md`, section 10).

use proctor_core::id::{DeliveryId, SuiteId, SummaryId, TeamId, Uuid};
use proctor_core::time::Timestamp;
use rustc_hash::FxHashMap;
use sqlx::any::AnyRow;

use super::mails::{MailKind, MailText, NewMail, Recipients, addresses_json, addresses_of, insert_mail};
use crate::database::{Columns, Statement};
use crate::new_id::uuid_of;
use crate::{Store, StoreError};

/// Subscriptions of one suite.
pub const SUMMARIES_PER_SUITE_MAX: u64 = 100;

/// What somebody subscribes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SummarySettings {
    /// Whose tests it is about, and who gets it: addresses instead of the team's members. Without a team: all tests.
    pub recipients: Recipients,
    /// 1 Monday to 7 Sunday.
    pub weekday: u8,
    /// 0 to 23.
    pub hour: u8,
    /// A name of the IANA database.
    pub time_zone: String,
    /// Whether a mail says that there is nothing to report.
    pub send_empty: bool,
}

/// A subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Its id.
    pub id: SummaryId,
    /// Its suite.
    pub suite: SuiteId,
    /// What was subscribed to.
    pub settings: SummarySettings,
    /// When the next one is due.
    pub next_at: Timestamp,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What became of the last mail of a subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastMail {
    /// The id of the mail, which is its `Message-ID` too.
    pub id: DeliveryId,
    /// `waiting`, `delivered` or `failed`.
    pub status: String,
    /// Attempts so far.
    pub attempts: u32,
    /// Why the last attempt failed.
    pub error: Option<String>,
    /// When it was written.
    pub created_at: Timestamp,
}

/// A mail of a subscription.
#[derive(Clone, Debug)]
pub struct SummaryMail {
    /// The same for the same subscription and period: it leaves once.
    pub id: Uuid,
    /// What it says.
    pub text: MailText,
}

const COLUMNS: &str = "id, suite_id, team_id, addresses, weekday, hour, time_zone, send_empty, next_at, created_at";

impl Store {
    /// Makes a subscription. None: the suite has [`SUMMARIES_PER_SUITE_MAX`].
    ///
    /// # Errors
    /// When the catalog cannot be written.
    pub async fn create_summary(
        &self,
        suite: SuiteId,
        settings: SummarySettings,
        next_at: Timestamp,
        now: Timestamp,
    ) -> Result<Option<Summary>, StoreError> {
        let summary = Summary { id: SummaryId::new(uuid_of(now)), suite, settings, next_at, created_at: now };
        let SummarySettings { recipients, weekday, hour, time_zone, send_empty } = &summary.settings;
        let mut transaction = self.connections().write().await?;
        let count = Statement::fixed("SELECT COUNT(*) AS total FROM summaries WHERE suite_id = $1").with(suite.bytes());
        if count.one(transaction.connection()).await?.count("total")? >= SUMMARIES_PER_SUITE_MAX {
            transaction.rollback().await;
            return Ok(None);
        }
        let insert = Statement::fixed(
            "INSERT INTO summaries (id, suite_id, team_id, addresses, weekday, hour, time_zone, send_empty, next_at, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        );
        let insert = insert.with(summary.id.bytes()).with(suite.bytes()).with(recipients.team.as_ref().map(|id| id.bytes().as_slice()));
        let insert = insert.with(&addresses_json(&recipients.addresses)).with(u32::from(*weekday)).with(u32::from(*hour));
        insert.with(time_zone).with(*send_empty).with(next_at).with(now).execute(transaction.connection()).await?;
        transaction.commit().await?;
        Ok(Some(summary))
    }

    /// The subscriptions of the suite, oldest first.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn summaries(&self, suite: SuiteId) -> Result<Vec<Summary>, StoreError> {
        let mut select = Statement::built(self.connections().engine(), format!("SELECT {COLUMNS} FROM summaries WHERE suite_id = "));
        select.value(suite.bytes()).push(" ORDER BY created_at, id");
        select.all(&mut *self.connections().read().await?).await?.iter().map(summary_of).collect()
    }

    /// One subscription.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn summary(&self, suite: SuiteId, id: SummaryId) -> Result<Option<Summary>, StoreError> {
        let mut select = Statement::built(self.connections().engine(), format!("SELECT {COLUMNS} FROM summaries WHERE suite_id = "));
        select.value(suite.bytes()).push(" AND id = ").value(id.bytes());
        select.optional(&mut *self.connections().read().await?).await?.as_ref().map(summary_of).transpose()
    }

    /// Ends a subscription; one that is gone already changes nothing. A mail that waits still leaves.
    ///
    /// # Errors
    /// When the catalog cannot be written.
    pub async fn delete_summary(&self, suite: SuiteId, id: SummaryId) -> Result<(), StoreError> {
        let delete = Statement::fixed("DELETE FROM summaries WHERE suite_id = $1 AND id = $2").with(suite.bytes()).with(id.bytes());
        delete.execute(&mut *self.connections().writer().await?).await.map(drop)
    }

    /// Subscriptions that are due at `now`, the longest due first; at most `limit`.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn due_summaries(&self, now: Timestamp, limit: u32) -> Result<Vec<Summary>, StoreError> {
        let mut select = Statement::built(self.connections().engine(), format!("SELECT {COLUMNS} FROM summaries WHERE next_at <= "));
        select.value(now).push(" ORDER BY next_at, id LIMIT ").value(limit);
        select.all(&mut *self.connections().read().await?).await?.iter().map(summary_of).collect()
    }

    /// Ends the turn of a subscription that was due: its mail, if there is something to say, and when the next one is due, in one
    /// transaction. Nothing happens if another server was faster.
    ///
    /// # Errors
    /// When the catalog cannot be written: it stays due.
    pub async fn finish_summary(
        &self,
        due: &Summary,
        mail: Option<SummaryMail>,
        next_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut transaction = self.connections().write().await?;
        let update = Statement::fixed("UPDATE summaries SET next_at = $1 WHERE id = $2 AND suite_id = $3 AND next_at = $4");
        let update = update.with(next_at).with(due.id.bytes()).with(due.suite.bytes()).with(due.next_at);
        if update.execute(transaction.connection()).await? == 0 {
            transaction.rollback().await;
            return Ok(());
        }
        if let Some(mail) = mail {
            insert_mail(&mut transaction, &new_mail(due, mail), now).await?;
        }
        transaction.commit().await
    }

    /// Writes a mail of a subscription out of turn.
    ///
    /// # Errors
    /// When the catalog cannot be written.
    pub async fn send_summary(&self, summary: &Summary, mail: SummaryMail, now: Timestamp) -> Result<(), StoreError> {
        let mut transaction = self.connections().write().await?;
        insert_mail(&mut transaction, &new_mail(summary, mail), now).await?;
        transaction.commit().await
    }

    /// The last mail of each subscription of the suite, as far as mails are remembered.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn last_mails(&self, suite: SuiteId) -> Result<FxHashMap<SummaryId, LastMail>, StoreError> {
        let select = Statement::fixed(
            "SELECT id, subscription_id, status, attempts, last_error, created_at FROM mails WHERE suite_id = $1 \
             AND subscription_id IS NOT NULL ORDER BY created_at, id",
        );
        let mut last = FxHashMap::default();
        for row in select.with(suite.bytes()).all(&mut *self.connections().read().await?).await? {
            let attempts = u32::try_from(row.int("attempts")?).map_err(|_| StoreError::Corrupt("attempts of a mail".to_owned()))?;
            let mail = LastMail {
                id: row.id("id", DeliveryId::from_bytes)?,
                status: row.text("status")?,
                attempts,
                error: row.maybe_text("last_error")?,
                created_at: row.time("created_at")?,
            };
            last.insert(row.id("subscription_id", SummaryId::from_bytes)?, mail);
        }
        Ok(last)
    }
}

fn new_mail(summary: &Summary, mail: SummaryMail) -> NewMail {
    let SummaryMail { id, text } = mail;
    let recipients = summary.settings.recipients.clone();
    NewMail { id, suite: summary.suite, kind: MailKind::FlakySummary, subscription: Some(summary.id), recipients, text }
}

fn summary_of(row: &AnyRow) -> Result<Summary, StoreError> {
    let small = |column: &str| u8::try_from(row.int(column)?).map_err(|_| StoreError::Corrupt(format!("{column} of a summary")));
    Ok(Summary {
        id: row.id("id", SummaryId::from_bytes)?,
        suite: row.id("suite_id", SuiteId::from_bytes)?,
        settings: SummarySettings {
            recipients: Recipients { team: row.maybe_id("team_id", TeamId::from_bytes)?, addresses: addresses_of(row)? },
            weekday: small("weekday")?,
            hour: small("hour")?,
            time_zone: row.text("time_zone")?,
            send_empty: row.flag("send_empty")?,
        },
        next_at: row.time("next_at")?,
        created_at: row.time("created_at")?,
    })
}
