use futures_util::FutureExt;
use proctor_core::execution::Execution;
use proctor_core::id::{UploadId, Uuid};
use proctor_core::result::TestResult::Passed;
use proctor_store::catalog::uploads::Completed;
use proctor_store::{PageRequest, Store, StoreError, Sweep};

use crate::engines::{at, on_both, on_sqlite};
use crate::fixtures::{announcement, execution, results, segment, suite, upload};

const PAGE: PageRequest = PageRequest { offset: 0, limit: 10 };

#[tokio::test]
async fn a_damaged_segment_is_an_error_and_nothing_worse() {
    on_both(async |place| {
        let store = place.open().await;
        let suite = suite(&store).await.1.id;
        let upload = upload(suite, "k", at(1), results(suite, &[Passed; 4]));
        let Completed::Stored { run_id } = store.complete_upload(upload.clone()).await.unwrap() else { panic!("stored") };
        for damage in [
            "UPDATE segments SET test_ordinals = substr(test_ordinals, 1, 3)",
            "UPDATE segments SET body = substr(body, 1, 40)",
            "UPDATE segments SET body = substr(body, 1, 0)",
            "DELETE FROM segments",
        ] {
            place.execute(damage).await;
            let read = store.executions_of_upload(suite, upload.upload_id).await;
            assert!(matches!(read, Err(StoreError::Corrupt(_))), "{damage}: {read:?}");
            let read = store.executions_of_run(suite, run_id, None, PAGE).await;
            assert!(matches!(read, Err(StoreError::Corrupt(_))), "{damage}: {read:?}");
        }
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_damaged_day_file_is_an_error_and_nothing_worse() {
    on_sqlite(async |place| {
        let server = place.try_open(Sweep::DeadUploads).await.unwrap();
        let suite = suite(&server).await.1.id;
        let upload = upload(suite, "k", at(1), results(suite, &[Passed; 4]));
        server.complete_upload(upload.clone()).await.unwrap();
        server.compact(at(30 * 86_400_000)).await.unwrap();
        server.close().await;
        let folder = place.folder().join("executions").join(suite.to_string());
        let path = std::fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
        let whole = std::fs::read(&path).unwrap();
        let mut footer = whole.clone();
        let at_footer = footer.len() - 60;
        footer[at_footer..at_footer + 20].fill(0xff);
        let pages: Vec<u8> = whole.iter().enumerate().map(|(at, byte)| if (4..200).contains(&at) { !byte } else { *byte }).collect();
        for damaged in [footer, pages, whole[..whole.len() / 2].to_vec(), Vec::new()] {
            std::fs::write(&path, &damaged).unwrap();
            let cli = place.open().await;
            let read = cli.executions_of_upload(suite, upload.upload_id).await;
            assert!(matches!(read, Err(StoreError::Corrupt(_) | StoreError::Internal(_))), "{read:?}");
            cli.close().await;
        }
        std::fs::remove_file(&path).unwrap();
        let cli = place.open().await;
        let read = cli.executions_of_upload(suite, upload.upload_id).await;
        assert!(matches!(&read, Err(StoreError::Corrupt(why)) if why.contains("missing")), "{read:?}");
        std::fs::write(&path, whole).unwrap();
        assert_eq!(cli.executions_of_upload(suite, upload.upload_id).await.unwrap().len(), 4);
        cli.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_full_disk_stores_nothing_and_breaks_nothing() {
    on_sqlite(async |place| {
        let store = place.open().await;
        let suite = suite(&store).await.1.id;
        let before = upload(suite, "before", at(1), results(suite, &[Passed]));
        store.complete_upload(before.clone()).await.unwrap();
        // no page more than there are
        store.bound_sqlite_pages(1).await.unwrap();
        let noise: String = (0..40_000).map(|_| Uuid::new_v4().to_string()).collect();
        let large = Execution { failure_reason: Some(noise.into()), ..execution(0, "s", "n", Passed) };
        let large = upload(suite, "large", at(2), segment(suite, &[large]));
        assert_eq!(store.complete_upload(large.clone()).await, Err(StoreError::Full));
        assert_eq!(store.upload(suite, large.upload_id).await.unwrap(), None);
        assert_eq!(store.runs(suite, Default::default(), PAGE).await.unwrap().total, 1);
        assert_eq!(store.executions_of_upload(suite, before.upload_id).await.unwrap().len(), 1);
        store.bound_sqlite_pages(u32::MAX - 1).await.unwrap();
        assert!(matches!(store.complete_upload(large.clone()).await, Ok(Completed::Stored { .. })));
        assert_eq!(store.executions_of_upload(suite, large.upload_id).await.unwrap().len(), 1);
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_full_queue_says_so() {
    on_both(async |place| {
        let mut options = place.options(Sweep::Nothing);
        options.commit_queue_max = 2;
        let store = Store::open(options, at(0)).await.unwrap();
        let suite = suite(&store).await.1.id;
        let uploads: Vec<_> = (0..10).map(|_| upload(suite, "k", at(1), results(suite, &[Passed]))).collect();
        // one thread: all of them ask before the writer looks
        let outcomes = futures_util::future::join_all(uploads.into_iter().map(|upload| store.complete_upload(upload))).await;
        let stored = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        assert_eq!(stored, 2);
        let is_told = |outcome: &Result<_, _>| matches!(outcome, Err(StoreError::Unavailable(why)) if why.contains("queue"));
        assert_eq!(outcomes.iter().filter(|outcome| is_told(outcome)).count(), 8);
        assert_eq!(store.upload_count(suite).await.unwrap(), 2);
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_bad_upload_does_not_fail_its_neighbours() {
    on_both(async |place| {
        let store = place.open().await;
        let suite = suite(&store).await.1.id;
        let known = upload(suite, "k", at(1), results(suite, &[Passed]));
        store.complete_upload(known.clone()).await.unwrap();
        // differs from it only where the ids of executions have their index
        let mut bad = upload(suite, "bad", at(1), results(suite, &[Passed]));
        bad.upload_id = UploadId::new(Uuid::from_u128(known.upload_id.uuid().as_u128() ^ 1));
        // the suite of this one is gone
        let mut lost = upload(suite, "lost", at(1), results(suite, &[Passed]));
        lost.suite_id = proctor_core::id::SuiteId::new(Uuid::nil());
        let good = upload(suite, "good", at(1), results(suite, &[Passed]));
        let (one, two, three, four) = tokio::join!(
            store.announce_upload(announcement(&upload(suite, "n", at(1), results(suite, &[])))),
            store.complete_upload(bad),
            store.complete_upload(lost),
            store.complete_upload(good.clone())
        );
        assert!(one.is_ok() && four.is_ok());
        assert!(matches!(two, Err(StoreError::Internal(_))), "{two:?}");
        assert_eq!(three, Err(StoreError::Missing("suite")));
        assert_eq!(store.executions_of_upload(suite, known.upload_id).await.unwrap().len(), 1);
        assert_eq!(store.executions_of_upload(suite, good.upload_id).await.unwrap().len(), 1);
        assert_eq!(store.runs(suite, Default::default(), PAGE).await.unwrap().total, 3);
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_sender_that_went_away_undoes_nothing() {
    on_both(async |place| {
        let store = place.open().await;
        let suite = suite(&store).await.1.id;
        let gone = upload(suite, "k", at(1), results(suite, &[Passed]));
        assert!(store.complete_upload(gone.clone()).now_or_never().is_none());
        let stays = upload(suite, "k", at(2), results(suite, &[Passed]));
        store.complete_upload(stays).await.unwrap();
        assert_eq!(store.executions_of_upload(suite, gone.upload_id).await.unwrap().len(), 1);
        // what is queued when the store closes is still committed
        let last = upload(suite, "k", at(3), results(suite, &[Passed]));
        assert!(store.complete_upload(last.clone()).now_or_never().is_none());
        store.close().await;
        assert!(matches!(store.complete_upload(last.clone()).await, Err(StoreError::Unavailable(_))));
        let store = place.open().await;
        assert_eq!(store.executions_of_upload(suite, last.upload_id).await.unwrap().len(), 1);
        store.close().await;
    })
    .await;
}
