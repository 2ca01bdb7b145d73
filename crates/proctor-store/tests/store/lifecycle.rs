use proctor_core::id::RunId;
use proctor_core::lifecycle::{RunResult, RunState};
use proctor_core::result::TestResult::{Failed, Passed, Skipped};
use proctor_core::run::RunDetails;
use proctor_core::time::Timestamp;
use proctor_store::catalog::uploads::{Announced, Completed, UploadStatus};
use proctor_store::{PageRequest, Store};

use crate::engines::{STALE_AFTER_MS, at, on_both};
use crate::fixtures::{announcement, rejection, results, suite, upload};

async fn observed(store: &Store, suite: proctor_core::id::SuiteId, run: RunId, now: Timestamp) -> (RunState, RunResult) {
    store.run(suite, run).await.unwrap().unwrap().status.observed(now, STALE_AFTER_MS)
}

fn run_of(completed: Completed) -> RunId {
    match completed {
        Completed::Stored { run_id } | Completed::Identical { run_id, .. } => run_id,
    }
}

// contract: general 36-42, uploads 26, 27
#[tokio::test]
async fn a_run_follows_its_uploads() {
    on_both(async |place| {
        let store = place.open().await;
        let suite = suite(&store).await.1.id;
        let mut first = upload(suite, "k", at(10), results(suite, &[Passed, Skipped]));
        let run = store.announce_upload(announcement(&first)).await.unwrap();
        assert_eq!(observed(&store, suite, run, at(10)).await, (RunState::Running, RunResult::Pending));
        assert_eq!(store.upload(suite, first.upload_id).await.unwrap().unwrap().status, UploadStatus::Processing);
        // a second one overlaps it, and ends first
        let second = upload(suite, "k", at(20), results(suite, &[Failed]));
        assert_eq!(run_of(store.complete_upload(second).await.unwrap()), run);
        assert_eq!(observed(&store, suite, run, at(20)).await, (RunState::Running, RunResult::Failed));
        first.announced = Announced::Yes;
        assert_eq!(run_of(store.complete_upload(first).await.unwrap()), run);
        assert_eq!(observed(&store, suite, run, at(30)).await, (RunState::Finished, RunResult::Failed));
        let third = upload(suite, "k", at(40), results(suite, &[Passed]));
        store.complete_upload(third).await.unwrap();
        assert_eq!(observed(&store, suite, run, at(40)).await, (RunState::Finished, RunResult::Failed));
        let stored = store.run(suite, run).await.unwrap().unwrap();
        assert_eq!((stored.counts.of(Passed), stored.counts.of(Failed), stored.counts.of(Skipped)), (2, 1, 1));
        assert_eq!((stored.created_at, stored.status.uploads_in_flight), (at(10), 0));
        assert_eq!(store.upload_count(suite).await.unwrap(), 3);
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn an_empty_upload_makes_a_run_that_turns_stale() {
    on_both(async |place| {
        let store = place.open().await;
        let suite = suite(&store).await.1.id;
        let empty = upload(suite, "k", at(10), results(suite, &[]));
        let run = run_of(store.complete_upload(empty.clone()).await.unwrap());
        assert_eq!(observed(&store, suite, run, at(10)).await, (RunState::Finished, RunResult::Pending));
        assert_eq!(observed(&store, suite, run, at(10 + STALE_AFTER_MS)).await, (RunState::Finished, RunResult::Stale));
        assert_eq!(store.executions_of_upload(suite, empty.upload_id).await.unwrap(), []);
        let late = upload(suite, "k", at(10 + 2 * STALE_AFTER_MS), results(suite, &[Skipped]));
        let now = late.received_at;
        store.complete_upload(late).await.unwrap();
        assert_eq!(observed(&store, suite, run, now).await, (RunState::Finished, RunResult::Passed));
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_refused_upload_is_listed_but_belongs_to_no_run() {
    on_both(async |place| {
        let store = place.open().await;
        let suite = suite(&store).await.1.id;
        let page = PageRequest { offset: 0, limit: 10 };
        // never announced
        let bad = upload(suite, "k", at(1), results(suite, &[]));
        store.reject_upload(rejection(&bad, Announced::No)).await.unwrap();
        let listed = store.upload(suite, bad.upload_id).await.unwrap().unwrap();
        assert_eq!((listed.status, listed.run_id, listed.reason_code.as_deref()), (UploadStatus::Rejected, None, Some("unparsable_data")));
        // announced: its run goes with it
        let announced = upload(suite, "k", at(2), results(suite, &[]));
        let run = store.announce_upload(announcement(&announced)).await.unwrap();
        assert_eq!(store.runs(suite, Default::default(), page).await.unwrap().total, 1);
        store.reject_upload(rejection(&announced, Announced::Yes)).await.unwrap();
        store.reject_upload(rejection(&announced, Announced::Yes)).await.unwrap();
        assert_eq!(store.run(suite, run).await.unwrap(), None);
        assert_eq!(store.runs(suite, Default::default(), page).await.unwrap().total, 0);
        assert_eq!(store.upload(suite, announced.upload_id).await.unwrap().unwrap().run_id, None);
        // announced to a run that has another upload, even an empty one: the run stays
        let empty = upload(suite, "k", at(3), results(suite, &[]));
        let run = run_of(store.complete_upload(empty).await.unwrap());
        let announced = upload(suite, "k", at(4), results(suite, &[]));
        assert_eq!(store.announce_upload(announcement(&announced)).await.unwrap(), run);
        assert_eq!(observed(&store, suite, run, at(4)).await.0, RunState::Running);
        store.reject_upload(rejection(&announced, Announced::Yes)).await.unwrap();
        assert_eq!(observed(&store, suite, run, at(4)).await, (RunState::Finished, RunResult::Pending));
        // or one that is in flight
        let (one, two) = (upload(suite, "l", at(5), results(suite, &[])), upload(suite, "l", at(5), results(suite, &[])));
        let run = store.announce_upload(announcement(&one)).await.unwrap();
        store.announce_upload(announcement(&two)).await.unwrap();
        store.reject_upload(rejection(&one, Announced::Yes)).await.unwrap();
        assert_eq!(observed(&store, suite, run, at(5)).await.0, RunState::Running);
        store.reject_upload(rejection(&two, Announced::Yes)).await.unwrap();
        assert_eq!(store.run(suite, run).await.unwrap(), None);
        assert_eq!(store.upload_count(suite).await.unwrap(), 1);
        store.close().await;
    })
    .await;
}

// contract: uploads 22
#[tokio::test]
async fn later_uploads_fill_gaps_and_overwrite_nothing() {
    on_both(async |place| {
        let store = place.open().await;
        let suite = suite(&store).await.1.id;
        let text = |text: &str| Some(text.to_owned());
        let mut run = None;
        for (millis, branch, message) in [(1, None, text("m1")), (2, text("main"), text("m2")), (3, text("dev"), None)] {
            let mut upload = upload(suite, "k", at(millis), results(suite, &[Failed]));
            upload.run = RunDetails { branch, message, ..RunDetails::default() };
            run = Some(run_of(store.complete_upload(upload).await.unwrap()));
        }
        let run = store.run(suite, run.unwrap()).await.unwrap().unwrap();
        assert_eq!((run.details.branch.as_deref(), run.details.message.as_deref()), (Some("main"), Some("m1")));
        // executions say the branch of their own upload, else of the run
        let page = PageRequest { offset: 0, limit: 10 };
        let executions = store.executions_of_run(suite, run.id, Some(Failed), page).await.unwrap().items;
        let branches: Vec<_> = executions.iter().map(|execution| execution.branch.as_deref()).collect();
        assert_eq!(branches, [Some("dev"), Some("main"), Some("main")]);
        store.close().await;
    })
    .await;
}

// contract: uploads 18
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn uploads_with_one_new_key_make_one_run() {
    on_both(async |place| {
        let store = place.open().await;
        let suite = suite(&store).await.1.id;
        let uploads = (0..32).map(|_| upload(suite, "new", at(1), results(suite, &[Passed; 3])));
        let stored = futures_util::future::join_all(uploads.map(|upload| store.complete_upload(upload))).await;
        let runs: std::collections::HashSet<RunId> = stored.into_iter().map(|completed| run_of(completed.unwrap())).collect();
        assert_eq!(runs.len(), 1);
        let run = store.run(suite, runs.into_iter().next().unwrap()).await.unwrap().unwrap();
        assert_eq!((run.counts.of(Passed), run.status.uploads_in_flight), (96, 0));
        assert_eq!(place.rows("tests").await, 3);
        store.close().await;
    })
    .await;
}
