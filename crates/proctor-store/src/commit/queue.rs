//! The queue before the writer, and the writer.

use std::collections::HashSet;
use std::sync::Arc;

use proctor_core::id::{SuiteId, UploadId};
use tokio::sync::{Mutex, mpsc, oneshot};

use super::batch::Doubt;
use super::command::{Command, Outcome};
use super::owners::OwnersCache;
use super::test_cache::TestCache;
use crate::StoreError;
use crate::database::Connections;
use crate::executions::ExecutionStore;

/// Uploads that share a transaction at the most.
const BATCH_MEMBERS_MAX: usize = 64;
/// Bytes that share a transaction; one upload may be larger.
const BATCH_BYTES_MAX: usize = 16 << 20;

type Reply = oneshot::Sender<Result<Outcome, StoreError>>;

enum Message {
    Commit(Box<Command>, Reply),
    Close(oneshot::Sender<()>),
}

/// The way to the writer. A caller that goes away does not undo what it asked for.
#[derive(Debug)]
pub(crate) struct CommitQueue {
    sender: mpsc::Sender<Message>,
}

impl CommitQueue {
    /// Starts the writer.
    pub(crate) fn start(committer: Arc<Committer>, waiting_max: usize) -> Self {
        let (sender, receiver) = mpsc::channel(waiting_max.max(1));
        tokio::spawn(write_all(committer, receiver));
        Self { sender }
    }

    /// Waits until the command is durable, or has failed.
    pub(crate) async fn commit(&self, command: Command) -> Result<Outcome, StoreError> {
        let (reply, outcome) = oneshot::channel();
        self.sender.try_send(Message::Commit(Box::new(command), reply)).map_err(|error| {
            StoreError::Unavailable(match error {
                mpsc::error::TrySendError::Full(_) => "the commit queue is full".to_owned(),
                mpsc::error::TrySendError::Closed(_) => "the store is closed".to_owned(),
            })
        })?;
        outcome.await.unwrap_or_else(|_| Err(StoreError::Internal("the writer broke off".to_owned())))
    }

    /// Waits for what is queued, and ends the writer.
    pub(crate) async fn close(&self) {
        let (done, closed) = oneshot::channel();
        if self.sender.send(Message::Close(done)).await.is_ok() {
            // An error means that the writer has ended already.
            _ = closed.await;
        }
    }
}

/// What the writer works with.
#[derive(Debug)]
pub(crate) struct Committer {
    pub(crate) connections: Connections,
    pub(crate) executions: Arc<dyn ExecutionStore>,
    pub(crate) stale_after_ms: i64,
    pub(crate) node: [u8; 16],
    pub(super) tests: Mutex<TestCache>,
    pub(super) owners: Mutex<OwnersCache>,
}

impl Committer {
    pub(crate) fn new(connections: Connections, executions: Arc<dyn ExecutionStore>, stale_after_ms: i64, node: [u8; 16]) -> Self {
        Self { connections, executions, stale_after_ms, node, tests: Mutex::default(), owners: Mutex::default() }
    }
}

async fn write_all(committer: Arc<Committer>, mut receiver: mpsc::Receiver<Message>) {
    let mut closing = Vec::new();
    let mut held: Option<(Box<Command>, Reply)> = None;
    loop {
        let mut batch = Batch::default();
        let first = match held.take() {
            Some(first) => Some(first),
            None => loop {
                match receiver.recv().await {
                    Some(Message::Commit(command, reply)) => break Some((command, reply)),
                    // What has been queued before is still committed; `recv` gives `None` after the last of it.
                    Some(Message::Close(done)) => {
                        receiver.close();
                        closing.push(done);
                    }
                    None => break None,
                }
            },
        };
        let Some((command, reply)) = first else { break };
        batch.add(command, reply);
        while !batch.is_full() {
            match receiver.try_recv() {
                Ok(Message::Commit(command, reply)) if batch.suits(&command) => batch.add(command, reply),
                Ok(Message::Commit(command, reply)) => {
                    held = Some((command, reply));
                    break;
                }
                Ok(Message::Close(done)) => {
                    receiver.close();
                    closing.push(done);
                }
                Err(_) => break,
            }
        }
        // A task of its own, so that a panic fails this batch and not the writer.
        if let Err(error) = tokio::spawn(commit_batch(Arc::clone(&committer), batch)).await {
            tracing::error!(%error, "a commit broke off");
        }
    }
    for done in closing {
        // Whoever asked may have gone.
        _ = done.send(());
    }
}

/// Commands that go together. None of them depends on what another one writes, except on runs and tests.
#[derive(Default)]
struct Batch {
    members: Vec<(Box<Command>, Reply)>,
    uploads: HashSet<UploadId>,
    digests: HashSet<(SuiteId, [u8; 32])>,
    bytes: usize,
}

impl Batch {
    fn add(&mut self, command: Box<Command>, reply: Reply) {
        self.uploads.insert(command.upload());
        if let Some(digest) = command.sought_digest() {
            self.digests.insert((command.suite(), *digest));
        }
        self.bytes += command.size_bytes();
        self.members.push((command, reply));
    }

    fn suits(&self, command: &Command) -> bool {
        let is_known = command.sought_digest().is_some_and(|digest| self.digests.contains(&(command.suite(), *digest)));
        !is_known && !self.uploads.contains(&command.upload()) && self.bytes + command.size_bytes() <= BATCH_BYTES_MAX
    }

    fn is_full(&self) -> bool {
        self.members.len() >= BATCH_MEMBERS_MAX || self.bytes >= BATCH_BYTES_MAX
    }
}

async fn commit_batch(committer: Arc<Committer>, batch: Batch) {
    let commands: Vec<&Command> = batch.members.iter().map(|(command, _)| command.as_ref()).collect();
    let failure = match committer.transact(&commands, Doubt::None).await {
        Ok(outcomes) => {
            for ((_, reply), outcome) in batch.members.into_iter().zip(outcomes) {
                // A waiter that went away does not undo its commit.
                _ = reply.send(outcome);
            }
            return;
        }
        Err(failure) => failure,
    };
    if batch.members.len() == 1 && !failure.is_in_doubt {
        for (_, reply) in batch.members {
            _ = reply.send(Err(failure.error.clone()));
        }
        return;
    }
    // One bad upload must not fail its neighbours. And when it is the commit itself that failed, its outcome is looked up.
    tracing::warn!(error = %failure.error, members = batch.members.len(), "a shared commit failed; trying each alone");
    let mut away: Option<StoreError> = None;
    for (command, reply) in batch.members {
        let outcome = match &away {
            Some(error) => Err(error.clone()),
            None => match committer.transact(&[command.as_ref()], Doubt::MayBeStored).await {
                Ok(mut outcomes) => outcomes.pop().unwrap_or_else(|| Err(StoreError::Internal("no outcome".to_owned()))),
                Err(failure) => {
                    if matches!(failure.error, StoreError::Unavailable(_)) {
                        away = Some(failure.error.clone());
                    }
                    Err(failure.error)
                }
            },
        };
        _ = reply.send(outcome);
    }
}
