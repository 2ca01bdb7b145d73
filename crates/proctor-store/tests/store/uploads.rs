use proctor_core::id::{SuiteId, Uuid};
use proctor_core::receipt::{Notice, RejectReason, Rejection};
use proctor_core::result::TestResult::Passed;
use proctor_store::catalog::uploads::{ReceiptLines, UploadStatus, WarningLine};

use crate::engines::{at, on_both};
use crate::fixtures::{results, suite, upload};

// contract: uploads 13.1, general 3.2
#[tokio::test]
async fn the_receipt_can_be_fetched_later() {
    on_both(async |place| {
        let store = place.open().await;
        let suite = suite(&store).await.1.id;
        let mut upload = upload(suite, "k", at(7), results(suite, &[Passed; 2]));
        upload.run_env_json = r#"{"key":"k","n":1.50,"deep":{"a":[null]}}"#.to_owned();
        upload.tags = [("host.arch".to_owned(), "\"arm64\" é".to_owned())].into_iter().collect();
        upload.receipt = ReceiptLines {
            problems: vec![Rejection { index: 3, reason: RejectReason::Unreadable, message: "broken \u{1f4a5}".to_owned() }],
            skipped: 1_234,
            warnings: vec![
                WarningLine { index: None, code: "noise_skipped".to_owned(), message: "text before the report".to_owned() },
                WarningLine { index: Some(9), code: "tag_dropped".to_owned(), message: "tag \"x\"".to_owned() },
            ],
            warnings_total: 5_678,
            notices: vec![Notice { message: "a file did not load".to_owned(), detail: String::new() }],
        };
        store.complete_upload(upload.clone()).await.unwrap();
        let stored = store.upload(suite, upload.upload_id).await.unwrap().unwrap();
        assert_eq!(stored.receipt, upload.receipt);
        assert_eq!((stored.run_env_json, stored.tags), (upload.run_env_json, upload.tags));
        assert_eq!((stored.status, stored.queued, stored.received_at), (UploadStatus::Succeeded, 2, at(7)));
        assert_eq!((stored.format, stored.resends, stored.last_resent_at), (Some(upload.format), 0, None));
        assert_eq!(store.upload(SuiteId::new(Uuid::nil()), upload.upload_id).await.unwrap(), None);
        assert_eq!(store.run(SuiteId::new(Uuid::nil()), stored.run_id.unwrap()).await.unwrap(), None);
        store.close().await;
    })
    .await;
}
