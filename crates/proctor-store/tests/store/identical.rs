use proctor_core::id::SuiteId;
use proctor_core::result::TestResult::Passed;
use proctor_core::suite::IdenticalUploads;
use proctor_core::time::Timestamp;
use proctor_store::catalog::uploads::{Announced, Completed, CompletedUpload};
use proctor_store::{PageRequest, Store};

use crate::engines::{at, on_both};
use crate::fixtures::{announcement, results, suite, upload};

fn same_bytes(suite: SuiteId, at: Timestamp, identical: IdenticalUploads) -> CompletedUpload {
    CompletedUpload { digest: [9; 32], identical, ..upload(suite, "k", at, results(suite, &[Passed])) }
}

async fn runs(store: &Store, suite: SuiteId) -> u64 {
    store.runs(suite, Default::default(), PageRequest { offset: 0, limit: 1 }).await.unwrap().total
}

#[tokio::test]
async fn off_stores_every_time() {
    on_both(async |place| {
        let store = place.open().await;
        let suite = suite(&store).await.1.id;
        for millis in [1, 2] {
            let stored = store.complete_upload(same_bytes(suite, at(millis), IdenticalUploads::Off)).await.unwrap();
            assert!(matches!(stored, Completed::Stored { .. }));
        }
        assert_eq!(store.upload_count(suite).await.unwrap(), 2);
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn always_answers_from_the_earlier_one_for_ten_minutes() {
    on_both(async |place| {
        let store = place.open().await;
        let (organization, web) = suite(&store).await;
        let suite = web.id;
        let first = same_bytes(suite, at(1), IdenticalUploads::Always);
        let first_id = first.upload_id;
        let Completed::Stored { run_id } = store.complete_upload(first).await.unwrap() else { panic!("stored") };
        // announced to a run of its own, which goes again
        let second = CompletedUpload { run_key: "other".to_owned(), ..same_bytes(suite, at(2), IdenticalUploads::Always) };
        store.announce_upload(announcement(&second)).await.unwrap();
        assert_eq!(runs(&store, suite).await, 2);
        let second = CompletedUpload { announced: Announced::Yes, ..second };
        let second_id = second.upload_id;
        assert_eq!(store.complete_upload(second).await.unwrap(), Completed::Identical { upload_id: first_id, run_id });
        assert_eq!((runs(&store, suite).await, store.upload_count(suite).await.unwrap()), (1, 1));
        assert_eq!(store.upload(suite, second_id).await.unwrap(), None);
        let receipt = store.upload(suite, first_id).await.unwrap().unwrap();
        assert_eq!((receipt.resends, receipt.last_resent_at), (1, Some(at(2))));
        assert_eq!(store.run(suite, run_id).await.unwrap().unwrap().counts.of(Passed), 1);
        // two that wait together: the second finds the first
        let third = same_bytes(suite, at(3), IdenticalUploads::Always);
        let (one, two) = (CompletedUpload { digest: [8; 32], ..third.clone() }, same_bytes(suite, at(3), IdenticalUploads::Always));
        let two = CompletedUpload { digest: [8; 32], ..two };
        let (one, two) = tokio::join!(store.complete_upload(one), store.complete_upload(two));
        assert!(matches!((one.unwrap(), two.unwrap()), (Completed::Stored { .. }, Completed::Identical { .. })));
        // too late
        let late = same_bytes(suite, at(1 + 600_001), IdenticalUploads::Always);
        assert!(matches!(store.complete_upload(late).await.unwrap(), Completed::Stored { .. }));
        // another suite has its own digests
        let settings = proctor_core::suite::SuiteSettings::named("b");
        let b = store.create_suite(organization.id, settings, "token-of-b", at(0)).await.unwrap().id;
        let stored = store.complete_upload(same_bytes(b, at(4), IdenticalUploads::Always)).await.unwrap();
        assert!(matches!(stored, Completed::Stored { .. }));
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_lost_reply_is_given_again() {
    on_both(async |place| {
        let store = place.open().await;
        let suite = suite(&store).await.1.id;
        let first = same_bytes(suite, at(1), IdenticalUploads::LostReply);
        let first_id = first.upload_id;
        store.complete_upload(first).await.unwrap();
        // its answer arrived: the same bytes are meant
        let second = same_bytes(suite, at(2), IdenticalUploads::LostReply);
        let (second_id, Completed::Stored { run_id }) = (second.upload_id, store.complete_upload(second).await.unwrap()) else {
            panic!("stored")
        };
        store.reply_was_lost(suite, second_id).await.unwrap();
        let third = store.complete_upload(same_bytes(suite, at(3), IdenticalUploads::LostReply)).await.unwrap();
        assert_eq!(third, Completed::Identical { upload_id: second_id, run_id });
        assert_eq!(store.upload(suite, first_id).await.unwrap().unwrap().resends, 0);
        assert_eq!(store.upload_count(suite).await.unwrap(), 2);
        store.close().await;
    })
    .await;
}
