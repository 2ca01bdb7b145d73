//! One transaction for several commands.

use proctor_core::lifecycle::RunEvent;
use proctor_core::time::Timestamp;

use super::command::{Command, Outcome};
use super::earlier::{Earlier, EarlierUploads};
use super::existing::{ExistingUpload, ExistingUploads};
use super::failures::FailureRows;
use super::queue::Committer;
use super::runs::Runs;
use super::suites::Suites;
use super::tag_labels::TagLabels;
use super::test_cache::TestCache;
use super::tests::Tests;
use super::uploads::UploadRows;
use crate::StoreError;
use crate::catalog::evaluations::enqueue;
use crate::catalog::uploads::{Announcement, Completed, CompletedUpload, RejectedUpload, UploadStatus};
use crate::database::WriteTransaction;

/// Whether an earlier attempt may have stored the command after all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    None,
    MayBeStored,
}

/// Why a transaction failed.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) error: StoreError,
    /// The commit was sent, and its answer was an error: nobody knows whether it is stored.
    pub(super) is_in_doubt: bool,
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self { error, is_in_doubt: false }
    }
}

type Outcomes = Vec<Result<Outcome, StoreError>>;

impl Committer {
    /// Runs the commands in one transaction. An error in the result's list concerns its command alone; the others are stored.
    pub(super) async fn transact(&self, commands: &[&Command], doubt: Doubt) -> Result<Outcomes, Failure> {
        let mut cache = self.tests.lock().await;
        let mut transaction = self.connections.write().await?;
        let work = match self.work(&mut transaction, commands, doubt, &mut cache).await {
            Ok(work) => work,
            Err(error) => {
                transaction.rollback().await;
                return Err(error.into());
            }
        };
        if let Err(error) = transaction.commit().await {
            return Err(Failure { error, is_in_doubt: true });
        }
        work.tests.remember(&mut cache, &work.suites);
        Ok(work.outcomes)
    }

    /// Ends uploads of dead processes, all together.
    pub(crate) async fn sweep(&self, dead: &[Command]) -> Result<(), StoreError> {
        let commands: Vec<&Command> = dead.iter().collect();
        let outcomes = self.transact(&commands, Doubt::None).await.map_err(|failure| failure.error)?;
        outcomes.into_iter().try_for_each(|outcome| outcome.map(drop))
    }

    async fn work<'a>(
        &self,
        transaction: &mut WriteTransaction,
        commands: &[&'a Command],
        doubt: Doubt,
        cache: &mut TestCache,
    ) -> Result<Work<'a>, StoreError> {
        let suites = Suites::lock(transaction, commands.iter().map(|command| command.suite())).await?;
        let existing = ExistingUploads::load(transaction, commands, doubt).await?;
        let earlier = EarlierUploads::load(transaction, commands).await?;
        let runs = Runs::load(transaction, commands, existing.runs()).await?;
        let to_store = commands.iter().filter_map(|command| match command {
            Command::Complete(upload) if earlier.answer_to(upload).is_none() => Some(upload.as_ref()),
            _ => None,
        });
        let tests = Tests::load(transaction, cache, &suites, to_store).await?;
        let uploads = UploadRows::new(self.node);
        let (stale_after_ms, failures, labels) = (self.stale_after_ms, FailureRows::default(), TagLabels::default());
        let mut work = Work { stale_after_ms, suites, runs, tests, uploads, failures, labels, outcomes: Vec::new() };
        for command in commands {
            let outcome = work.apply(command, existing.of(command.upload()), &earlier, cache);
            work.outcomes.push(outcome);
        }
        work.runs.write(transaction).await?;
        let segments = work.uploads.write(transaction).await?;
        self.executions.append(transaction, &segments).await?;
        enqueue(transaction, &segments).await?;
        work.tests.write(transaction).await?;
        work.failures.write(transaction).await?;
        self.owners.lock().await.assign(transaction, &work.suites, &work.tests).await?;
        work.labels.write(transaction, &work.suites).await?;
        let runs_gone = work.runs.delete_empty(transaction).await?;
        work.suites.write(transaction, &work.runs, &runs_gone).await?;
        Ok(work)
    }
}

/// What the members of one transaction change. Nothing here touches the database.
struct Work<'a> {
    stale_after_ms: i64,
    suites: Suites,
    runs: Runs,
    tests: Tests<'a>,
    uploads: UploadRows<'a>,
    failures: FailureRows<'a>,
    labels: TagLabels<'a>,
    outcomes: Outcomes,
}

impl<'a> Work<'a> {
    fn apply(
        &mut self,
        command: &'a Command,
        existing: Option<&ExistingUpload>,
        earlier: &EarlierUploads,
        cache: &TestCache,
    ) -> Result<Outcome, StoreError> {
        if !self.suites.has(command.suite()) {
            return Err(StoreError::Missing("suite"));
        }
        match command {
            Command::Announce(announcement) => self.announce(announcement, existing),
            Command::Complete(upload) => match existing.filter(|existing| existing.status == UploadStatus::Succeeded) {
                Some(stored) => already_stored(upload, stored),
                None => match earlier.answer_to(upload) {
                    Some(earlier) => Ok(self.answer_from(upload, existing, earlier)),
                    None => self.complete(upload, existing, cache),
                },
            },
            Command::Reject(upload) => Ok(self.reject(upload, existing, upload.received_at)),
            Command::EndDead { upload, at } => Ok(self.reject(upload, existing, *at)),
            Command::ReplyLost { suite, upload } => {
                self.uploads.reply_lost(*suite, *upload);
                Ok(Outcome::Done)
            }
        }
    }

    fn announce(&mut self, announcement: &'a Announcement, existing: Option<&ExistingUpload>) -> Result<Outcome, StoreError> {
        if let Some(existing) = existing {
            let run = existing.announced_run().ok_or_else(|| StoreError::Internal("this upload has ended already".to_owned()))?;
            return Ok(Outcome::Announced(run));
        }
        let run = self.runs.join(announcement.suite_id, &announcement.run_key, &announcement.run, announcement.at);
        run.happens(RunEvent::UploadAccepted, announcement.at, self.stale_after_ms);
        let run = run.id();
        self.uploads.announce(announcement, run);
        Ok(Outcome::Announced(run))
    }

    fn complete(
        &mut self,
        upload: &'a CompletedUpload,
        existing: Option<&ExistingUpload>,
        cache: &TestCache,
    ) -> Result<Outcome, StoreError> {
        let at = upload.received_at;
        let ordinals = self.tests.take_in(upload, self.suites.of(upload.suite_id)?, cache)?;
        let announced_run = existing.and_then(ExistingUpload::announced_run);
        let run = self.runs.join(upload.suite_id, &upload.run_key, &upload.run, at);
        let run_id = run.id();
        // Not announced; or announced, and swept while this process slept: its sender still waits, so it is taken in after all.
        if announced_run != Some(run_id) {
            run.happens(RunEvent::UploadAccepted, at, self.stale_after_ms);
        }
        run.happens(RunEvent::UploadProcessed(upload.segment.counts), at, self.stale_after_ms);
        run.count(upload.segment.counts);
        if let Some(other) = announced_run.filter(|other| *other != run_id) {
            self.runs.fail_upload(other, at, self.stale_after_ms);
        }
        self.suites.of(upload.suite_id)?.uploads_added += 1;
        self.failures.add(upload, run_id);
        self.labels.take_in(upload, &ordinals);
        self.uploads.complete(upload, run_id, ordinals);
        Ok(Outcome::Completed(Completed::Stored { run_id }))
    }

    fn answer_from(&mut self, upload: &'a CompletedUpload, existing: Option<&ExistingUpload>, earlier: &Earlier) -> Outcome {
        if let Some(run) = existing.and_then(ExistingUpload::announced_run) {
            self.runs.fail_upload(run, upload.received_at, self.stale_after_ms);
            self.uploads.take_back(upload.upload_id);
        }
        self.uploads.resent(earlier.upload, upload.received_at);
        Outcome::Completed(Completed::Identical { upload_id: earlier.upload, run_id: earlier.run })
    }

    fn reject(&mut self, upload: &'a RejectedUpload, existing: Option<&ExistingUpload>, at: Timestamp) -> Outcome {
        // An upload that turns out to be stored stays so, although its sender was told otherwise; one refused before is listed once.
        if existing.is_some_and(|existing| existing.status != UploadStatus::Processing) {
            return Outcome::Done;
        }
        if let Some(run) = existing.and_then(ExistingUpload::announced_run) {
            self.runs.fail_upload(run, at, self.stale_after_ms);
        }
        self.uploads.reject(upload);
        Outcome::Done
    }
}

fn already_stored(upload: &CompletedUpload, stored: &ExistingUpload) -> Result<Outcome, StoreError> {
    match stored.run {
        Some(run_id) if stored.digest.as_ref() == Some(&upload.digest) => Ok(Outcome::Completed(Completed::Stored { run_id })),
        _ => Err(StoreError::Internal("another upload has this id".to_owned())),
    }
}
