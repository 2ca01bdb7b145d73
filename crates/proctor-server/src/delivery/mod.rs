//! Actions that leave the house: webhooks, Slack, issues and mail (`workflows.md`, sections 4 and 5).
//!
//! Evaluation writes messages into the outbox in the transaction of the event. The [`Deliverer`] claims those that are due, builds what each
//! channel says from the event as the ledger has it, sends it, and records what came of it. A process that dies in between loses
//! nothing: its claims end, and the messages are sent again under the same ids.
//!
//! People choose where webhooks and Slack messages go, so those never reach addresses that are not public, unless the operator
//! allows it: names are resolved by `http` itself, and connections go to the addresses that were looked at. The operator's own
//! addresses (tracker, mail server) are trusted.

mod facts;
mod figures;
mod http;
mod issue;
mod mail;
mod mails;
mod payload;
mod send;
mod signature;
mod slack;
mod webhook;
mod worker;

pub use mail::{MailSettings, MailSettingsError};
pub use signature::signature;
pub use worker::Deliverer;
