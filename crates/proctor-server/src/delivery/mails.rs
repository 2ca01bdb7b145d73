//! Sends mail that no workflow sends: that terms of states have ended, and weekly summaries.

use std::collections::HashSet;
use std::sync::Arc;

use proctor_store::catalog::mails::Mail;
use proctor_store::catalog::outbox::ClaimLimits;
use proctor_store::{Store, StoreError};
use tokio::task::JoinSet;

use super::mail::{Letter, members, post};
use super::send::Reply;
use super::worker::judge;
use crate::clock::Clock;
use crate::settings::Settings;

/// Mails sent at once.
const LIMITS: ClaimLimits = ClaimLimits { messages_max: 16, lease_ms: 120_000 };

/// Sends all that is due now.
///
/// # Errors
/// When the store cannot be read or written.
pub(super) async fn deliver(store: &Store, clock: &Arc<dyn Clock>, settings: &Arc<Settings>) -> Result<(), StoreError> {
    loop {
        let claimed = store.claim_mails(LIMITS, clock.now()).await?;
        if claimed.is_empty() {
            return Ok(());
        }
        let mut sending = JoinSet::new();
        for mail in claimed {
            let (store, clock, settings) = (store.clone(), Arc::clone(clock), Arc::clone(settings));
            sending.spawn(async move { deliver_one(&store, &clock, &settings, mail).await });
        }
        // A claim whose mail could not be looked at ends by itself.
        while let Some(sent) = sending.join_next().await {
            if let Ok(Err(error)) = sent {
                tracing::warn!(%error, "a mail was not delivered; it is tried again");
            }
        }
    }
}

async fn deliver_one(store: &Store, clock: &Arc<dyn Clock>, settings: &Arc<Settings>, mail: Mail) -> Result<(), StoreError> {
    let recipients = recipients(store, &mail).await?;
    let reply = match &settings.delivery.mail {
        None => Reply::Impossible("this server has no mail server: see --smtp-url".to_owned()),
        Some(_) if recipients.is_empty() => Reply::Impossible("the team has no members, or is gone".to_owned()),
        Some(server) => {
            let text = mail.text.clone();
            let (subject, html, text) = (text.subject, text.html, text.text);
            post(server, Letter { id: mail.id, recipients, subject, text, html, at: clock.now() }).await
        }
    };
    let now = clock.now();
    store.record_mail(&mail, &judge(reply, mail.attempts, now, rand::random()), now).await
}

/// The addresses, and the members that the team has now; each once.
async fn recipients(store: &Store, mail: &Mail) -> Result<Vec<String>, StoreError> {
    let mut all = mail.recipients.addresses.clone();
    if let (Some(team), Some(suite)) = (mail.recipients.team, store.suite(mail.suite).await?) {
        all.extend(members(store, suite.organization_id, team).await?);
    }
    let mut seen = HashSet::new();
    all.retain(|address| seen.insert(address.to_ascii_lowercase()));
    Ok(all)
}
