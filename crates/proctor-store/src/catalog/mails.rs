//! Mail that no workflow sends. It is written with what it tells of, claimed for a while, sent, and recorded, as messages of workflows are
//! ([`super::outbox`]): who dies in between loses none, and what is sent twice has one id.

use proctor_core::id::{DeliveryId, SuiteId, SummaryId, TeamId, Uuid};
use proctor_core::time::Timestamp;
use sqlx::any::AnyRow;

use super::outbox::{Attempt, AttemptOutcome, ClaimLimits};
use crate::database::{Columns, Statement, WriteTransaction};
use crate::{Store, StoreError};

/// What a mail is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MailKind {
    /// States whose term has ended.
    StatesExpired,
    /// Flaky tests of a week.
    FlakySummary,
}

impl MailKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::StatesExpired => "states_expired",
            Self::FlakySummary => "flaky_summary",
        }
    }
}

/// What a mail says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailText {
    /// One line.
    pub subject: String,
    /// For readers of plain text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

/// Who gets a mail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recipients {
    /// The members that this team has when the mail leaves.
    pub team: Option<TeamId>,
    /// These, too.
    pub addresses: Vec<String>,
}

/// A mail as it is written.
#[derive(Clone, Debug)]
pub(crate) struct NewMail {
    pub(crate) id: Uuid,
    pub(crate) suite: SuiteId,
    pub(crate) kind: MailKind,
    pub(crate) subscription: Option<SummaryId>,
    pub(crate) recipients: Recipients,
    pub(crate) text: MailText,
}

/// A mail that is to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// The same in every attempt.
    pub id: DeliveryId,
    /// The suite that it is about.
    pub suite: SuiteId,
    /// Who gets it.
    pub recipients: Recipients,
    /// What it says.
    pub text: MailText,
    /// Attempts so far, this one included.
    pub attempts: u32,
}

/// Writes a mail; it may leave at once. One that is there already stays as it is.
pub(crate) async fn insert_mail(transaction: &mut WriteTransaction, mail: &NewMail, now: Timestamp) -> Result<(), StoreError> {
    let NewMail { id, suite, kind, subscription, recipients, text } = mail;
    let Recipients { team, addresses } = recipients;
    let insert = Statement::fixed(
        "INSERT INTO mails (id, suite_id, kind, subscription_id, team_id, addresses, subject, text, html, status, next_attempt_at, \
         created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'waiting', $10, $11) ON CONFLICT (id) DO NOTHING",
    );
    let insert = insert.with(id.as_bytes()).with(suite.bytes()).with(kind.as_str());
    let insert = insert.with(subscription.as_ref().map(|id| id.bytes().as_slice())).with(team.as_ref().map(|id| id.bytes().as_slice()));
    let insert = insert.with(&addresses_json(addresses)).with(&text.subject).with(&text.text).with(&text.html).with(now).with(now);
    insert.execute(transaction.connection()).await.map(drop)
}

pub(super) fn addresses_json(addresses: &[String]) -> String {
    serde_json::Value::from(addresses.to_vec()).to_string()
}

pub(super) fn addresses_of(row: &AnyRow) -> Result<Vec<String>, StoreError> {
    serde_json::from_str(&row.text("addresses")?).map_err(|_| StoreError::Corrupt("addresses of a mail".to_owned()))
}

impl Store {
    /// Claims mails that are due at `now`, the longest due first: each counts as tried once more, and is nobody else's until the lease ends.
    ///
    /// # Errors
    /// When the catalog cannot be read or written; then nothing was claimed.
    pub async fn claim_mails(&self, limits: ClaimLimits, now: Timestamp) -> Result<Vec<Mail>, StoreError> {
        let due = Statement::fixed("SELECT id FROM mails WHERE status = 'waiting' AND next_attempt_at <= $1 LIMIT 1").with(now);
        // Without the writer's turn, which uploads need.
        if due.optional(&mut *self.connections().read().await?).await?.is_none() {
            return Ok(Vec::new());
        }
        let mut transaction = self.connections().write().await?;
        let for_update = transaction.engine().for_update();
        let select = "SELECT id, suite_id, team_id, addresses, subject, text, html, attempts FROM mails \
                      WHERE status = 'waiting' AND next_attempt_at <= ";
        let mut select = Statement::built(transaction.engine(), select);
        select.value(now).push(" ORDER BY next_attempt_at, id LIMIT ").value(limits.messages_max).push(for_update);
        let mut claimed = Vec::new();
        for row in select.all(transaction.connection()).await? {
            let mut mail = mail_of(&row)?;
            let update = "UPDATE mails SET attempts = attempts + 1, next_attempt_at = $1 WHERE id = $2 AND attempts = $3";
            let update = Statement::fixed(update).with(now.plus_millis(limits.lease_ms)).with(mail.id.bytes()).with(mail.attempts);
            if update.execute(transaction.connection()).await? > 0 {
                mail.attempts += 1;
                claimed.push(mail);
            }
        }
        transaction.commit().await?;
        Ok(claimed)
    }

    /// Records what came of the attempt that `mail` was claimed for. When the claim has ended meanwhile and somebody else has tried it,
    /// what they record counts.
    ///
    /// # Errors
    /// When the catalog cannot be written: the mail is tried again when the claim ends.
    pub async fn record_mail(&self, mail: &Mail, attempt: &Attempt, now: Timestamp) -> Result<(), StoreError> {
        let Attempt { outcome, answer: _, error } = attempt;
        let (status, next, finished) = match outcome {
            AttemptOutcome::Delivered => ("delivered", now, Some(now)),
            AttemptOutcome::Again(at) => ("waiting", *at, None),
            AttemptOutcome::Failed | AttemptOutcome::Gone => ("failed", now, Some(now)),
        };
        let update = "UPDATE mails SET status = $1, next_attempt_at = $2, finished_at = $3, last_error = $4 \
                      WHERE id = $5 AND attempts = $6 AND status = 'waiting'";
        let update = Statement::fixed(update).with(status).with(next).with(finished).with(error).with(mail.id.bytes());
        update.with(mail.attempts).execute(&mut *self.connections().writer().await?).await.map(drop)
    }

    /// Forgets at most `limit` mails that ended before `before`; gives how many.
    ///
    /// # Errors
    /// When the catalog cannot be written.
    pub async fn forget_mails(&self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let delete = "DELETE FROM mails WHERE id IN (SELECT id FROM mails WHERE finished_at < $1 ORDER BY finished_at LIMIT $2)";
        Statement::fixed(delete).with(before).with(limit).execute(&mut *self.connections().writer().await?).await
    }
}

fn mail_of(row: &AnyRow) -> Result<Mail, StoreError> {
    Ok(Mail {
        id: row.id("id", DeliveryId::from_bytes)?,
        suite: row.id("suite_id", SuiteId::from_bytes)?,
        recipients: Recipients { team: row.maybe_id("team_id", TeamId::from_bytes)?, addresses: addresses_of(row)? },
        text: MailText { subject: row.text("subject")?, text: row.text("text")?, html: row.text("html")? },
        attempts: u32::try_from(row.int("attempts")?).map_err(|_| StoreError::Corrupt("attempts of a mail".to_owned()))?,
    })
}
