//! What `kill -9` leaves.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use proctor_core::id::UploadId;
use proctor_core::result::TestResult::{Failed, Passed};
use proctor_core::suite::SuiteSettings;
use proctor_store::catalog::uploads::{Announced, UploadStatus};
use proctor_store::{Database, PageRequest, Store, Sweep};

use crate::engines::{at, on_both, options};
use crate::fixtures::{announcement, results, suite, upload};

const CHILD: &str = "PROCTOR_TEST_CHILD";
/// Where the child keeps copies of day files.
const CHILD_CACHE: &str = "PROCTOR_TEST_CHILD_CACHE";
/// Acknowledged uploads after which the child is killed.
const ACKNOWLEDGED_MIN: usize = 150;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives() {
    on_both(async |place| {
        let store = place.open().await;
        let suite = suite(&store).await.1.id;
        store.close().await;
        let address = match &place.database {
            Database::Sqlite(path) => path.display().to_string(),
            Database::Postgres(url) => url.clone(),
        };
        let this = std::env::current_exe().unwrap();
        let mut child = Command::new(this)
            .args(["--exact", "kill::the_child", "--nocapture"])
            .env(CHILD, address)
            .env(CHILD_CACHE, place.folder())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut acknowledged: Vec<UploadId> = Vec::new();
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            acknowledged.extend(line.unwrap().split_once("stored ").and_then(|(_, id)| id.parse::<UploadId>().ok()));
            if acknowledged.len() == ACKNOWLEDGED_MIN {
                child.kill().unwrap();
            }
        }
        child.wait().unwrap();
        assert!(acknowledged.len() >= ACKNOWLEDGED_MIN);
        if !place.is_sqlite() {
            place.execute("UPDATE nodes SET lease_until = 0; DELETE FROM compactions").await;
        }
        let store = place.try_open(Sweep::DeadUploads).await.unwrap();
        for id in &acknowledged {
            assert_eq!(store.upload(suite, *id).await.unwrap().unwrap().status, UploadStatus::Succeeded);
            assert_eq!(store.executions_of_upload(suite, *id).await.unwrap().len(), 3);
        }
        // All of an upload or none of it; and no run waits for what will never come.
        assert_eq!(place.number("SELECT COUNT(*) FROM uploads WHERE status = 'processing'").await, 0);
        assert_eq!(place.number("SELECT COUNT(*) FROM runs WHERE uploads_in_flight <> 0").await, 0);
        let stored = place.number("SELECT COUNT(*) FROM uploads WHERE status = 'succeeded'").await;
        // It was killed in the middle of compacting, too: each execution is in a segment or in a file, never in both.
        let days = store.storage_by_day(suite).await.unwrap();
        assert_eq!(days.iter().map(|day| day.executions).sum::<u64>(), 3 * stored.unsigned_abs());
        assert!(days.iter().map(|day| day.files).sum::<u64>() > 0);
        crate::compaction::assert_tidy(place).await;
        assert_eq!(place.number("SELECT CAST(SUM(passed + failed) AS BIGINT) FROM runs").await, 3 * stored);
        assert_eq!(store.upload_count(suite).await.unwrap(), stored.unsigned_abs());
        let runs = store.runs(suite, Default::default(), PageRequest { offset: 0, limit: 1 }).await.unwrap().total;
        assert_eq!(place.rows("runs").await, i64::try_from(runs).unwrap());
        store.close().await;
    })
    .await;
}

/// Not a story: the process that is killed. It uploads until then.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_child() {
    let Ok(address) = std::env::var(CHILD) else { return };
    let database = if address.starts_with("postgres") { Database::Postgres(address) } else { Database::Sqlite(address.into()) };
    let mut options = options(database, Sweep::DeadUploads);
    options.compaction.rows_min = 1;
    options.compaction.interval = Some(Duration::from_millis(5));
    options.compaction.cache_directory = std::env::var_os(CHILD_CACHE).map(Into::into);
    let store = Store::open(options, at(0)).await.unwrap();
    let organization = store.organization_by_slug("acme").await.unwrap().unwrap();
    let suite = store.suite_by_slug(organization.id, &SuiteSettings::named("web").name).await.unwrap().unwrap().id;
    let upload_for_ever = async |task: i64| {
        for number in 0.. {
            let mut upload = upload(suite, &format!("k{}", number % 7), at(task), results(suite, &[Passed, Failed, Passed]));
            if task % 2 == 0 {
                store.announce_upload(announcement(&upload)).await.unwrap();
                upload.announced = Announced::Yes;
            }
            let id = upload.upload_id;
            store.complete_upload(upload).await.unwrap();
            println!("stored {id}");
        }
    };
    futures_util::future::join_all((0..8).map(upload_for_ever)).await;
}
