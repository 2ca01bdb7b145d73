//! Mail over SMTP: to the members of the team that owns the test first, or to addresses that the workflow names.

use std::time::{Duration, SystemTime};

use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::AsyncSmtpTransport;
use lettre::{AsyncTransport, Message as Mail, Tokio1Executor};
use proctor_core::actions::text::{DIGEST, MAIL_SUBJECT, MAIL_TEXT, html_of, one_line};
use proctor_core::id::{DeliveryId, OrganizationId, TeamId};
use proctor_core::time::Timestamp;
use proctor_store::catalog::outbox::Answer;
use proctor_store::{Store, StoreError};
use serde_json::Value;

use super::send::{Parcel, Reply, Sender};

/// How long one command of SMTP may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// How long a whole mail may take.
const MAIL_TIMEOUT: Duration = Duration::from_secs(30);
/// Members of a team that get a mail.
const RECIPIENTS_MAX: usize = 100;
/// The longest subject, in characters.
const SUBJECT_CHARACTERS_MAX: usize = 250;

/// The operator's mail server.
#[derive(Clone)]
pub struct MailSettings {
    url: String,
    from: Mailbox,
}

/// Why mail cannot be sent that way.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailSettingsError {
    /// The URL.
    #[error("the address of the mail server cannot be read: {0}")]
    Url(String),
    /// The sender.
    #[error("the sender of mail cannot be read: {0}")]
    From(String),
}

impl MailSettings {
    /// The server (`smtps://user:password@host`, or `smtp://host:587?tls=required`) and the sender of all mail.
    ///
    /// # Errors
    /// When one of them cannot be read.
    pub fn new(url: &str, from: &str) -> Result<Self, MailSettingsError> {
        AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|error| MailSettingsError::Url(error.to_string()))?;
        let from = from.parse().map_err(|error: lettre::address::AddressError| MailSettingsError::From(error.to_string()))?;
        Ok(Self { url: url.to_owned(), from })
    }
}

impl std::fmt::Debug for MailSettings {
    /// Without the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MailSettings").field("from", &self.from).finish_non_exhaustive()
    }
}

pub(super) async fn send(sender: &Sender<'_>, parcel: &Parcel<'_>) -> Result<Reply, StoreError> {
    let Some(settings) = &sender.settings.mail else {
        return Ok(Reply::Impossible("this server has no mail server: see --smtp-url".to_owned()));
    };
    let recipients = recipients(sender, parcel).await?;
    if recipients.is_empty() {
        return Ok(Reply::Impossible("the test has no owner with members, and the action names no addresses".to_owned()));
    }
    Ok(post(settings, letter_of(parcel, recipients)).await)
}

/// A mail with all that it needs.
#[derive(Debug)]
pub(super) struct Letter {
    /// The same in every attempt: mail systems drop what they have seen.
    pub(super) id: DeliveryId,
    pub(super) recipients: Vec<String>,
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) html: String,
    pub(super) at: Timestamp,
}

/// Hands a mail to the server.
pub(super) async fn post(settings: &MailSettings, letter: Letter) -> Reply {
    match mail_of(settings, letter) {
        Ok(mail) => hand_over(settings, mail).await,
        Err(error) => Reply::Impossible(format!("the mail cannot be written: {error}")),
    }
}

/// Where the members of a team get their mail.
pub(super) async fn members(store: &Store, organization: OrganizationId, team: TeamId) -> Result<Vec<String>, StoreError> {
    let members = store.team_members(organization, team).await?;
    Ok(members.into_iter().map(|member| member.email).take(RECIPIENTS_MAX).collect())
}

async fn hand_over(settings: &MailSettings, mail: Mail) -> Reply {
    let transport = match AsyncSmtpTransport::<Tokio1Executor>::from_url(&settings.url) {
        Ok(builder) => builder.timeout(Some(TIMEOUT)).build(),
        Err(error) => return Reply::Impossible(error.to_string()),
    };
    match tokio::time::timeout(MAIL_TIMEOUT, transport.send(mail)).await {
        Ok(Ok(response)) => {
            let text = response.message().collect::<Vec<_>>().join(" ");
            Reply::Taken(Answer { code: response.code().into(), text: text.chars().take(1_024).collect() })
        }
        Ok(Err(error)) if error.is_permanent() => Reply::Impossible(error.to_string()),
        Ok(Err(error)) => Reply::NotReached(error.to_string()),
        Err(_) => Reply::NotReached("the mail server took longer than 30 s".to_owned()),
    }
}

async fn recipients(sender: &Sender<'_>, parcel: &Parcel<'_>) -> Result<Vec<String>, StoreError> {
    if let Some(Value::Array(to)) = parcel.settings.get("to") {
        return Ok(to.iter().filter_map(Value::as_str).map(str::to_owned).collect());
    }
    // Of several teams only the first is told (`workflows.md`, 8).
    let Some(team) = parcel.facts.default_owner() else { return Ok(Vec::new()) };
    members(sender.store, parcel.facts.organization(), team).await
}

fn letter_of(parcel: &Parcel<'_>, recipients: Vec<String>) -> Letter {
    let facts = parcel.facts;
    let (subject, text) = if facts.is_digest() {
        (DIGEST, DIGEST)
    } else {
        (parcel.text("subject").unwrap_or(MAIL_SUBJECT), parcel.text("text").unwrap_or(MAIL_TEXT))
    };
    let (subject, text) = (facts.fill(subject, one_line), facts.fill(text, one_line));
    let html = html_of(&text);
    Letter { id: parcel.message.id, recipients, subject, text, html, at: parcel.now }
}

fn mail_of(settings: &MailSettings, letter: Letter) -> Result<Mail, lettre::error::Error> {
    let Letter { id, recipients, subject, text, html, at } = letter;
    let subject: String = one_line(&subject).chars().take(SUBJECT_CHARACTERS_MAX).collect();
    let date = SystemTime::UNIX_EPOCH + Duration::from_millis(at.millis().unsigned_abs());
    let id = format!("<{id}@proctor>");
    let mut mail = Mail::builder().from(settings.from.clone()).subject(subject).message_id(Some(id)).date(date);
    for recipient in recipients {
        // An address that cannot be written to does not keep the others from their mail.
        if let Ok(mailbox) = recipient.parse::<Mailbox>() {
            mail = mail.to(mailbox);
        }
    }
    mail.multipart(MultiPart::alternative_plain_html(text, html))
}
