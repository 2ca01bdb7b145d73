//! The background work of deliveries.

use std::sync::Arc;
use std::time::Duration;

use proctor_core::actions::retry::delay_ms;
use proctor_core::day::DAY_MS;
use proctor_core::time::Timestamp;
use proctor_store::catalog::outbox::{Answer, Attempt, AttemptOutcome, ClaimLimits, Message};
use proctor_store::{Store, StoreError};
use tokio::sync::{Mutex, OnceCell};
use tokio::task::JoinSet;

use super::facts::Facts;
use super::http::Clients;
use super::mails;
use super::send::{Reply, Sender, attempt};
use crate::clock::Clock;
use crate::settings::Settings;

/// How often messages are looked for.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Of how many looks one forgets old messages: every hour.
const LOOKS_PER_CLEARING: u32 = 3_600;
/// Messages sent at once.
const LIMITS: ClaimLimits = ClaimLimits { messages_max: 64, lease_ms: 120_000 };
/// How long ended messages are listed, in milliseconds: 30 days (`workflows.md`, 4.3).
const KEPT_MS: i64 = 30 * DAY_MS;
/// Messages forgotten in one statement.
const FORGOTTEN_AT_ONCE_MAX: u32 = 1_000;

/// Sends what the actions of workflows have to say. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Deliverer {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    store: Store,
    clock: Arc<dyn Clock>,
    settings: Arc<Settings>,
    /// Made when first needed: reading the roots of trust takes time.
    clients: OnceCell<Clients>,
    /// One pass at a time.
    turn: Mutex<()>,
}

impl Deliverer {
    /// A deliverer; [`Self::run`] makes it work.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>, settings: Arc<Settings>) -> Self {
        Self { inner: Arc::new(Inner { store, clock, settings, clients: OnceCell::new(), turn: Mutex::new(()) }) }
    }

    /// Works for ever.
    pub async fn run(self) {
        let mut looks = 0_u32;
        loop {
            let mut done = self.deliver().await;
            if done.is_ok() && looks.is_multiple_of(LOOKS_PER_CLEARING) {
                done = self.forget().await;
            }
            if let Err(error) = done {
                tracing::warn!(%error, "messages were not delivered; they are tried again");
            }
            looks = looks.wrapping_add(1);
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Sends all that is due now.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn deliver(&self) -> Result<(), StoreError> {
        let _turn = self.inner.turn.lock().await;
        loop {
            let claimed = self.inner.store.claim_messages(LIMITS, self.inner.clock.now()).await?;
            if claimed.is_empty() {
                break;
            }
            let mut sending = JoinSet::new();
            for message in claimed {
                let inner = Arc::clone(&self.inner);
                sending.spawn(async move { inner.deliver_one(&message).await });
            }
            // A claim whose message could not be looked at ends by itself.
            while let Some(sent) = sending.join_next().await {
                if let Ok(Err(error)) = sent {
                    tracing::warn!(%error, "a message was not delivered; it is tried again");
                }
            }
        }
        mails::deliver(&self.inner.store, &self.inner.clock, &self.inner.settings).await
    }

    async fn forget(&self) -> Result<(), StoreError> {
        let before = self.inner.clock.now().plus_millis(-KEPT_MS);
        while self.inner.store.forget_messages(before, FORGOTTEN_AT_ONCE_MAX).await? > 0 {}
        while self.inner.store.forget_mails(before, FORGOTTEN_AT_ONCE_MAX).await? > 0 {}
        Ok(())
    }
}

impl Inner {
    async fn deliver_one(&self, message: &Message) -> Result<(), StoreError> {
        let reply = match Facts::read(&self.store, &self.settings, message).await? {
            None => Reply::Impossible("what it tells of is gone".to_owned()),
            Some(facts) => {
                let private = self.settings.delivery.private_targets;
                match self.clients.get_or_try_init(|| async { Clients::new(private) }).await {
                    Ok(clients) => {
                        let sender = Sender { store: &self.store, settings: &self.settings.delivery, clients };
                        attempt(&sender, message, &facts, self.clock.now()).await?
                    }
                    Err(error) => Reply::NotReached(format!("no HTTP client can be made: {error}")),
                }
            }
        };
        let now = self.clock.now();
        self.store.record_attempt(message, &judge(reply, message.attempts, now, rand::random()), now).await
    }
}

/// What a reply to the attempt with this number means (`workflows.md`, 4.3).
pub(super) fn judge(reply: Reply, attempts: u32, now: Timestamp, dice: f64) -> Attempt {
    let again = || delay_ms(attempts, dice).map_or(AttemptOutcome::Failed, |delay| AttemptOutcome::Again(now.plus_millis(delay)));
    let (outcome, answer, error) = match reply {
        Reply::Taken(answer) => (AttemptOutcome::Delivered, Some(answer), None),
        Reply::Answered(answer @ Answer { code: 200..=299, .. }) => (AttemptOutcome::Delivered, Some(answer), None),
        Reply::Answered(answer @ Answer { code: 410, .. }) => {
            (AttemptOutcome::Gone, Some(answer), Some("the receiver is gone (410): the action is paused".to_owned()))
        }
        Reply::Answered(answer) => {
            let error = format!("the receiver answered {}", answer.code);
            (again(), Some(answer), Some(error))
        }
        Reply::Refused(answer, what) => (again(), Some(answer), Some(what)),
        Reply::NotReached(what) => (again(), None, Some(what)),
        Reply::Impossible(what) => (AttemptOutcome::Failed, None, Some(what)),
    };
    Attempt { outcome, answer, error }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_decide_what_becomes_of_a_message() {
        let now = Timestamp::from_millis(1_000);
        let answered = |code| Reply::Answered(Answer { code, text: String::new() });
        let outcome = |reply, attempts| judge(reply, attempts, now, 0.5).outcome;
        assert_eq!(outcome(answered(204), 1), AttemptOutcome::Delivered);
        assert_eq!(outcome(answered(410), 1), AttemptOutcome::Gone);
        for code in [302, 400, 404, 500, 503] {
            assert_eq!(outcome(answered(code), 1), AttemptOutcome::Again(Timestamp::from_millis(11_000)), "{code}");
            assert_eq!(outcome(answered(code), 6), AttemptOutcome::Failed, "{code}");
        }
        let refused = Reply::Refused(Answer { code: 200, text: String::new() }, "no such team".to_owned());
        assert_eq!(outcome(refused, 1), AttemptOutcome::Again(Timestamp::from_millis(11_000)));
        assert_eq!(outcome(Reply::NotReached(String::new()), 2), AttemptOutcome::Again(Timestamp::from_millis(61_000)));
        assert_eq!(outcome(Reply::Impossible(String::new()), 1), AttemptOutcome::Failed);
    }
}
