use proctor_core::lifecycle::{RunResult, RunState};
use proctor_core::result::TestResult::Passed;
use proctor_store::catalog::uploads::{Announced, Completed, UploadStatus};
use proctor_store::{StoreError, Sweep};

use crate::engines::{STALE_AFTER_MS, at, on_both, on_sqlite};
use crate::fixtures::{announcement, results, suite, upload};

#[tokio::test]
async fn uploads_of_a_dead_server_are_ended() {
    on_both(async |place| {
        let store = place.open().await;
        let suite = suite(&store).await.1.id;
        let done = upload(suite, "kept", at(1), results(suite, &[Passed]));
        let Completed::Stored { run_id: kept } = store.complete_upload(done).await.unwrap() else { panic!("stored") };
        let (one, two) = (upload(suite, "kept", at(2), results(suite, &[])), upload(suite, "gone", at(3), results(suite, &[Passed])));
        store.announce_upload(announcement(&one)).await.unwrap();
        let gone = store.announce_upload(announcement(&two)).await.unwrap();
        if !place.is_sqlite() {
            // the server lives: another one that starts leaves its uploads alone
            let other = place.try_open(Sweep::DeadUploads).await.unwrap();
            assert_eq!(other.upload(suite, two.upload_id).await.unwrap().unwrap().status, UploadStatus::Processing);
            other.close().await;
        }
        // killed: nothing of its end is written
        drop(store);
        if !place.is_sqlite() {
            place.execute("UPDATE nodes SET lease_until = 0").await;
        }
        let store = place.try_open(Sweep::DeadUploads).await.unwrap();
        for upload in [&one, &two] {
            let swept = store.upload(suite, upload.upload_id).await.unwrap().unwrap();
            assert_eq!((swept.status, swept.run_id, swept.received_at), (UploadStatus::Failed, None, upload.received_at));
            assert_eq!(swept.reason_code.as_deref(), Some("internal_error"));
        }
        assert_eq!(store.run(suite, gone).await.unwrap(), None);
        let kept = store.run(suite, kept).await.unwrap().unwrap();
        assert_eq!(kept.status.observed(at(4), STALE_AFTER_MS), (RunState::Finished, RunResult::Passed));
        // the server was only asleep, and its sender still waits
        let mut late = two.clone();
        late.announced = Announced::Yes;
        let Completed::Stored { run_id } = store.complete_upload(late).await.unwrap() else { panic!("stored") };
        let run = store.run(suite, run_id).await.unwrap().unwrap();
        assert_eq!(run.status.observed(at(4), STALE_AFTER_MS), (RunState::Finished, RunResult::Passed));
        assert_eq!(store.executions_of_upload(suite, two.upload_id).await.unwrap().len(), 1);
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn one_database_file_serves_one_server() {
    on_sqlite(async |place| {
        let first = place.try_open(Sweep::DeadUploads).await.unwrap();
        let Err(StoreError::Unavailable(message)) = place.try_open(Sweep::DeadUploads).await else { panic!("refused") };
        assert!(message.contains("another server"), "{message}");
        // the CLI may look on
        let cli = place.try_open(Sweep::Nothing).await.unwrap();
        assert_eq!(cli.all_organizations().await.unwrap(), []);
        cli.close().await;
        first.close().await;
        place.try_open(Sweep::DeadUploads).await.unwrap().close().await;
    })
    .await;
}
