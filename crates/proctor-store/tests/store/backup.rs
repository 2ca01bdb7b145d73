//! Backups that are made while uploads go on.

use std::collections::HashSet;

use proctor_core::result::TestResult::{Failed, Passed};
use proctor_store::backup::{BackupError, BackupOptions, back_up, restore};
use proctor_store::{Database, Store, Sweep};

use crate::engines::{at, on_sqlite, options};
use crate::fixtures::{results, suite, upload};

const UPLOADERS: i64 = 4;
const BACKUPS: usize = 6;

/// PostgreSQL has no part in it: its own tools make its backups.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_holds_all_that_was_stored_before_it_began_and_whole_uploads_only() {
    on_sqlite(async |place| {
        let store = place.try_open(Sweep::DeadUploads).await.unwrap();
        let suite = suite(&store).await.1.id;
        let Database::Sqlite(database) = &place.database else { panic!("SQLite") };
        let folder = tempfile::tempdir().unwrap();
        let stored = tokio::sync::Mutex::new(HashSet::new());
        let (stop, stopped) = tokio::sync::watch::channel(());
        let upload_until_stopped = async |task: i64| {
            for number in 0.. {
                if stopped.has_changed().is_err() {
                    return;
                }
                let upload = upload(suite, &format!("k{task}-{number}"), at(number), results(suite, &[Passed, Failed]));
                let id = upload.upload_id;
                store.complete_upload(upload).await.unwrap();
                stored.lock().await.insert(id);
            }
        };
        let compact_until_stopped = async {
            while stopped.has_changed().is_ok() {
                store.compact(at(3_600_000)).await.unwrap();
            }
        };
        let back_up_often = async {
            let mut seen = Vec::new();
            for number in 0..BACKUPS {
                let before = stored.lock().await.clone();
                let backup = folder.path().join(format!("backup-{number}"));
                let options = BackupOptions { database: database.clone(), folder: backup.clone(), key: None, now: at(0) };
                assert!(back_up(options.clone()).await.unwrap().files >= 1);
                assert!(matches!(back_up(options).await, Err(BackupError::Occupied(_))));
                seen.push((backup, before));
            }
            drop(stop);
            seen
        };
        let (backups, _, _) =
            tokio::join!(back_up_often, compact_until_stopped, futures_util::future::join_all((0..UPLOADERS).map(upload_until_stopped)));
        assert!(backups.iter().any(|(_, before)| !before.is_empty()));
        for (number, (backup, before)) in backups.into_iter().enumerate() {
            let target = folder.path().join(format!("restored-{number}"));
            restore(backup, target.clone()).await.unwrap();
            let restored = Store::open(options(Database::Sqlite(target.join("proctor.db")), Sweep::DeadUploads), at(0)).await.unwrap();
            for id in &before {
                assert_eq!(restored.executions_of_upload(suite, *id).await.unwrap().len(), 2);
            }
            let executions: u64 = restored.stored_days(suite).await.unwrap().iter().map(|day| day.executions).sum();
            assert_eq!(executions, 2 * restored.upload_count(suite).await.unwrap());
            restored.close().await;
        }
        store.close().await;
    })
    .await;
}
