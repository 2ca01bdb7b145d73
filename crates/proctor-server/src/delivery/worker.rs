//! The background work of deliveries.
//!
//! Messages that a person asked for, all other messages, and mails have places of their own, so none of them waits for the others. A place that
//! becomes free is filled at once, and no host may take more than a few: one that is slow or dead holds up what is meant for it, and nothing
//! else. The share is by host, not by receiver: a host that does not answer does so for all of its URLs, from whatever suite.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use proctor_core::actions::retry::delay_ms;
use proctor_core::day::DAY_MS;
use proctor_core::time::Timestamp;
use proctor_store::catalog::outbox::{Answer, Attempt, AttemptOutcome, Claim, ClaimLimits, Message, Turn};
use proctor_store::{Store, StoreError};
use tokio::sync::{Mutex, OnceCell};
use tokio::task::{Id, JoinError, JoinSet};

use super::facts::Facts;
use super::http::Clients;
use super::mails;
use super::send::{Reply, Sender, attempt};
use crate::clock::Clock;
use crate::settings::Settings;

/// How often messages are looked for.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How often old messages are forgotten.
const FORGET_EVERY: Duration = Duration::from_secs(3_600);
/// How long a claim holds, in milliseconds. What is claimed starts at once, and an attempt ends long before.
const LEASE_MS: i64 = 120_000;
/// Places for messages that a person asked to be sent again, and how many of them one host may take.
const ASKED: Places = Places { turn: Turn::Asked, all: 32, of_host: 4 };
/// Places for all other messages, and how many of them one host may take: 16 hosts have to be slow before others wait, and one that takes
/// two seconds for each message still gets the 500 that a workflow may send in a minute (`workflows.md`, section 5) within that minute.
const IN_ORDER: Places = Places { turn: Turn::InOrder, all: 320, of_host: 20 };
/// How long ended messages are listed, in milliseconds: 30 days (`workflows.md`, 4.3).
const KEPT_MS: i64 = 30 * DAY_MS;
/// Messages forgotten in one statement.
const FORGOTTEN_AT_ONCE_MAX: u32 = 1_000;

/// Messages sent at once.
#[derive(Clone, Copy, Debug)]
struct Places {
    turn: Turn,
    all: u32,
    of_host: u32,
}

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
    /// One pass at a time for each kind of places.
    asked: Mutex<()>,
    in_order: Mutex<()>,
    mails: Mutex<()>,
}

impl Deliverer {
    /// A deliverer; [`Self::run`] makes it work.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>, settings: Arc<Settings>) -> Self {
        let (asked, in_order, mails) = (Mutex::default(), Mutex::default(), Mutex::default());
        Self { inner: Arc::new(Inner { store, clock, settings, clients: OnceCell::new(), asked, in_order, mails }) }
    }

    /// Works for ever. Dropped, it breaks off what it is sending: that is sent again when its claim ends.
    pub async fn run(self) {
        tokio::join!(
            again(LOOK_EVERY, || self.asked()),
            again(LOOK_EVERY, || self.in_order()),
            again(LOOK_EVERY, || self.mails()),
            again(FORGET_EVERY, || self.forget()),
        );
    }

    /// Sends all that is due now.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn deliver(&self) -> Result<(), StoreError> {
        let (asked, in_order, mails) = tokio::join!(self.asked(), self.in_order(), self.mails());
        asked.and(in_order).and(mails)
    }

    async fn asked(&self) -> Result<(), StoreError> {
        let _turn = self.inner.asked.lock().await;
        self.send_due(ASKED).await
    }

    async fn in_order(&self) -> Result<(), StoreError> {
        let _turn = self.inner.in_order.lock().await;
        self.send_due(IN_ORDER).await
    }

    async fn mails(&self) -> Result<(), StoreError> {
        let _turn = self.inner.mails.lock().await;
        mails::deliver(&self.inner.store, &self.inner.clock, &self.inner.settings).await
    }

    /// Sends messages until none is due and none is under way.
    async fn send_due(&self, places: Places) -> Result<(), StoreError> {
        let mut under_way = UnderWay::default();
        loop {
            let claimed = match under_way.claim(places) {
                Some(claim) => self.inner.store.claim_messages(&claim, self.inner.clock.now()).await,
                None => Ok(Vec::new()),
            };
            match claimed {
                Ok(claimed) => claimed.into_iter().for_each(|message| under_way.begin(&self.inner, message)),
                Err(error) => {
                    // What is being sent is none the worse for it.
                    while under_way.wait().await {}
                    return Err(error);
                }
            }
            if !under_way.wait().await {
                return Ok(());
            }
        }
    }

    async fn forget(&self) -> Result<(), StoreError> {
        let before = self.inner.clock.now().plus_millis(-KEPT_MS);
        while self.inner.store.forget_messages(before, FORGOTTEN_AT_ONCE_MAX).await? > 0 {}
        while self.inner.store.forget_mails(before, FORGOTTEN_AT_ONCE_MAX).await? > 0 {}
        Ok(())
    }
}

/// Does something for ever, with a rest after each time.
async fn again<F: Future<Output = Result<(), StoreError>>>(rest: Duration, work: impl Fn() -> F) {
    loop {
        if let Err(error) = work().await {
            tracing::warn!(%error, "messages were not delivered; they are tried again");
        }
        tokio::time::sleep(rest).await;
    }
}

/// Messages that are being sent.
#[derive(Debug, Default)]
struct UnderWay {
    sending: JoinSet<Result<(), StoreError>>,
    hosts: HashMap<Id, String>,
}

impl UnderWay {
    /// What may be claimed beside them. None: there is no free place.
    fn claim(&self, places: Places) -> Option<Claim> {
        let taken = u32::try_from(self.hosts.len()).unwrap_or(u32::MAX);
        let messages_max = places.all.checked_sub(taken).filter(|free| *free > 0)?;
        let mut under_way: HashMap<String, u32> = HashMap::new();
        for host in self.hosts.values() {
            *under_way.entry(host.clone()).or_default() += 1;
        }
        let limits = ClaimLimits { messages_max, lease_ms: LEASE_MS };
        Some(Claim { limits, turn: places.turn, of_host_max: places.of_host, under_way })
    }

    fn begin(&mut self, inner: &Arc<Inner>, message: Message) {
        let (inner, host) = (Arc::clone(inner), message.host.clone());
        let task = self.sending.spawn(async move { inner.deliver_one(&message).await });
        self.hosts.insert(task.id(), host);
    }

    /// Waits until a place becomes free, or it is time to look for new messages. False: nothing is being sent.
    async fn wait(&mut self) -> bool {
        let Ok(first) = tokio::time::timeout(LOOK_EVERY, self.sending.join_next_with_id()).await else { return true };
        let Some(first) = first else { return false };
        self.end(first);
        while let Some(next) = self.sending.try_join_next_with_id() {
            self.end(next);
        }
        true
    }

    /// A claim whose message could not be looked at ends by itself.
    fn end(&mut self, sent: Result<(Id, Result<(), StoreError>), JoinError>) {
        let id = match sent {
            Ok((id, Ok(()))) => id,
            Ok((id, Err(error))) => {
                tracing::warn!(%error, "a message was not delivered; it is tried again");
                id
            }
            Err(error) => error.id(),
        };
        self.hosts.remove(&id);
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
