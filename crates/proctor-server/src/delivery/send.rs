//! One attempt.

use proctor_store::catalog::outbox::{Answer, Message};
use proctor_store::{Store, StoreError};
use serde_json::{Map, Value};

use super::facts::Facts;
use super::http::Clients;
use super::{issue, mail, slack, webhook};
use crate::settings::DeliverySettings;
use proctor_core::time::Timestamp;
use proctor_core::workflow::Channel;

/// What an attempt met with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    /// An answer of HTTP; its status decides.
    Answered(Answer),
    /// The mail server took it.
    Taken(Answer),
    /// An answer that says no whatever its status is, and why; perhaps it says yes later.
    Refused(Answer, String),
    /// Nobody answered; perhaps somebody does later.
    NotReached(String),
    /// It cannot be sent, now or later.
    Impossible(String),
}

/// What attempts need.
#[derive(Debug)]
pub(super) struct Sender<'a> {
    pub(super) store: &'a Store,
    pub(super) settings: &'a DeliverySettings,
    pub(super) clients: &'a Clients,
}

/// What is to be sent.
#[derive(Debug)]
pub(super) struct Parcel<'a> {
    pub(super) message: &'a Message,
    pub(super) facts: &'a Facts,
    /// The settings of the action, in the open.
    pub(super) settings: &'a Map<String, Value>,
    pub(super) now: Timestamp,
}

impl Parcel<'_> {
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.settings.get(key).and_then(Value::as_str)
    }
}

/// Sends a message.
///
/// # Errors
/// When the store cannot be read.
pub(super) async fn attempt(sender: &Sender<'_>, message: &Message, facts: &Facts, now: Timestamp) -> Result<Reply, StoreError> {
    let settings = match sender.store.open_settings(message.suite, message.channel, &message.settings) {
        Ok(settings) => settings,
        Err(error @ (StoreError::SealedElsewhere | StoreError::Corrupt(_))) => return Ok(Reply::Impossible(error.to_string())),
        Err(error) => return Err(error),
    };
    let parcel = Parcel { message, facts, settings: &settings, now };
    match message.channel {
        Channel::Webhook => Ok(webhook::send(sender, &parcel).await),
        Channel::Slack => Ok(slack::send(sender, &parcel).await),
        Channel::Issue => Ok(issue::send(sender, &parcel).await),
        Channel::Email => mail::send(sender, &parcel).await,
    }
}
